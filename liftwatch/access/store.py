"""What people and rights need of the relational store, as protocols."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from liftwatch.access.contacts import Contacts
from liftwatch.access.duty import DutyRota
from liftwatch.access.dwellings import Dwelling
from liftwatch.access.identities import Asserted, Attempt, Identity
from liftwatch.access.people import (
    Answered,
    Contract,
    Credential,
    Membership,
    Organisation,
    Person,
    SignedIn,
)
from liftwatch.access.sight import Grant
from liftwatch.audit.entry import Act
from liftwatch.records import RegisterWork
from liftwatch.register.rota import Confirmation


class PeopleReads(Protocol):
    """What is read of people and organisations."""

    def person(self, id: str) -> Person | None:
        """One person."""

    def person_of_login(self, login: str) -> Person | None:
        """The person of a login in small letters."""

    def people(self, *, after: str = "", limit: int = 50) -> list[Person]:
        """People in order of their login, after a login."""

    def memberships(self, people: Sequence[str]) -> list[Membership]:
        """The roles of some people, past ones too."""

    def members(self, organisation: str) -> list[Membership]:
        """The roles in an organisation, past ones too."""

    def grants(self, person: str, now_ms: int) -> tuple[Grant, ...]:
        """What a person may now: roles in organisations that are not closed, and their places."""

    def organisation(self, id: str) -> Organisation | None:
        """One organisation."""

    def organisations(self, *, after: str = "", limit: int = 50) -> list[Organisation]:
        """Organisations in order of their id, after an id."""

    def organisations_at(self, area: str, estate: str) -> list[Organisation]:
        """Organisations that are open and reach something of an estate, in order of their id."""

    def contacts(self, organisation: str) -> Contacts:
        """How an organisation is reached; of one that said nothing yet, nothing."""

    def rotas(self, organisation: str, *, ended: bool = False) -> list[DutyRota]:
        """The rotas of an organisation in the order in which they were made; `ended` ones too."""

    def rota(self, id: str) -> DutyRota | None:
        """One rota."""

    def confirmations(self, rota: str, *, since_ms: int) -> list[Confirmation]:
        """Who said since then that they have taken over, in order of time."""

    def contracts(
        self, *, lift: str | None = None, organisation: str | None = None
    ) -> list[Contract]:
        """Contracts of a lift or of an organisation, the newest first."""

    def credential(self, digest: str) -> Credential | None:
        """What stands for a sign-in, by the digest of its secret."""

    def credentials(self, person: str, *, now_ms: int) -> list[Credential]:
        """What stands for a person now, the newest first."""

    def signed_in(self, person: str, *, family: str, now_ms: int) -> SignedIn | None:
        """A person who may come in, while something of a sign-in's family still stands."""

    def has_admin(self) -> bool:
        """Whether anybody is an administrator who is not disabled."""

    def identity(self, asserted: Asserted) -> Identity | None:
        """What stands for somebody under a provider's subject, unless it is ended."""

    def identities(self, person: str) -> list[Identity]:
        """A person's sign-ins elsewhere, ended ones too, the newest first."""

    def dwellings(self, person: str) -> list[Dwelling]:
        """A person's dwellings, past ones too, the oldest first."""

    def owners(self, place: tuple[str, str, str]) -> list[tuple[Dwelling, str]]:
        """The dwellings of a building that somebody has now, with their owners' whole names."""


class PeopleWork(PeopleReads, Protocol):
    """One transaction over people and organisations; `register` is the register in it."""

    @property
    def register(self) -> RegisterWork:
        """What it does with lifts on record and households."""

    def audit(self, act: Act) -> None:
        """Note an act in the trail, in this transaction (`liftwatch.audit.trail`)."""

    def erase_person(self, person: str) -> str | None:
        """Forget who a pseudonym of the trail is; the pseudonym, or None without one."""

    def delete_person(self, id: str) -> None:
        """Delete a person with their roles, secrets and kept answers."""

    def locked_person(self, login: str) -> Person | None:
        """The person of a login, locked against others until the transaction ends."""

    def locked_credential(self, digest: str) -> Credential | None:
        """The credential, locked against others until the transaction ends."""

    def add_person(self, person: Person) -> None:
        """Insert; raises Conflict when the login is taken."""

    def update_person(self, person: Person) -> None:
        """Replace the row whose version is one less; raises Conflict when there is none."""

    def note_sign_in(self, person: Person) -> None:
        """Keep `failed` and `locked_until_ms`, which are no change of the person."""

    def add_membership(self, membership: Membership) -> None:
        """Insert; raises Conflict when the person or the organisation does not exist."""

    def end_membership(self, id: str, *, until_ms: int) -> None:
        """It ends then."""

    def add_organisation(self, organisation: Organisation) -> None:
        """Insert; raises Conflict when the id or the credit code is taken."""

    def update_organisation(self, organisation: Organisation) -> None:
        """Replace the row whose version is one less; raises Conflict when there is none."""

    def put_contacts(self, made: Contacts) -> None:
        """Replace those whose version is one less, or insert the first; Stale, or Conflict, when
        somebody else was there first."""

    def add_rota(self, made: DutyRota) -> None:
        """Insert; raises Conflict when the organisation does not exist."""

    def update_rota(self, made: DutyRota) -> None:
        """Replace the row whose version is one less; raises Stale when there is none."""

    def confirm(self, rota: str, confirmation: Confirmation, *, keep_ms: int) -> None:
        """Keep that somebody has taken over, and forget of the rota what was before `keep_ms`."""

    def add_contract(self, contract: Contract) -> None:
        """Insert; raises Conflict when the organisation does not exist."""

    def update_contract(self, contract: Contract) -> None:
        """Replace the row whose version is one less; raises Stale when there is none."""

    def delete_contract(self, id: str) -> None:
        """As if it had never been."""

    def add_credential(self, credential: Credential) -> None:
        """Insert."""

    def end_credentials(
        self, *, now_ms: int, id: str | None = None, family: str | None = None, of: str = ""
    ) -> int:
        """End one, a family, or all `of` a person; how many that still stood."""

    def add_identity(self, identity: Identity) -> None:
        """Insert; raises Conflict when the subject stands for somebody already."""

    def note_identity(self, id: str, *, used_ms: int) -> None:
        """Somebody came in by it."""

    def end_identity(self, id: str, *, ended_ms: int) -> None:
        """It stands for nobody from then on."""

    def add_dwelling(self, dwelling: Dwelling) -> None:
        """Insert; raises Conflict when the person has it already, or does not exist."""

    def end_dwelling(self, id: str, *, until_ms: int) -> None:
        """It is theirs no more from then on."""

    def add_attempt(self, attempt: Attempt) -> None:
        """Insert."""

    def take_attempt(self, state: str) -> Attempt | None:
        """The attempt of a state's digest, which is gone by this: of two that ask one gets it."""

    def prune_attempts(self, before_ms: int) -> int:
        """Forget what was over before; how many went."""

    def answered(self, caller: str, key: str) -> Answered | None:
        """What a caller was answered under a key, locked against others."""

    def keep_answer(self, caller: str, key: str, answered: Answered, *, now_ms: int) -> None:
        """Keep what is answered; raises Conflict when another has just been kept under the key."""

    def prune_answers(self, before_ms: int) -> int:
        """Forget what was answered before; how many went."""

    def prune_credentials(self, before_ms: int) -> int:
        """Forget what was over before; how many went."""


class PeopleStore(Protocol):
    """Where people, organisations and sign-ins lie."""

    def begin(self) -> AbstractContextManager[PeopleWork]:
        """A transaction: committed at the end of the block, rolled back by an exception.

        Raises Conflict (`liftwatch.ports`) for what is taken, or refers to what does not exist.
        """

    def reading(self) -> AbstractContextManager[PeopleReads]:
        """Reads that belong together."""
