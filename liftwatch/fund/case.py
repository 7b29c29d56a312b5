"""A case of the fund: one use of money from proposal to disclosure, as plain data.

Nothing here moves it: `liftwatch.fund.moves` does, by the table in `liftwatch.fund.steps`.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from liftwatch.fund.allocation import Balance
from liftwatch.fund.ballots import Outcome
from liftwatch.fund.documents import BOND, PATHS, Document, valid
from liftwatch.fund.doors import Door
from liftwatch.fund.plans import Plan
from liftwatch.fund.refusals import Untold
from liftwatch.fund.reserved import Place, Purse
from liftwatch.said import Said

Path = Literal["ordinary", "emergency", "insurance_advance", "bond_subsidy"]
Stage = Literal[
    "draft",
    "published",
    "authorised",
    "contracted",
    "applied",
    "approved",
    "accepted",
    "audited",
    "settled",
    "disclosed",
    "refused",
    "withdrawn",
    "expired",
]
OVER: frozenset[str] = frozenset({"disclosed", "withdrawn", "expired"})
"""Stages behind which only debts and what is still to be paid of them go on."""

Custody = Literal["bureau", "committee"]
"""Who keeps the fund of an estate: the bureau, or after its transfer the owners' committee."""


class By(Struct, frozen=True, kw_only=True):
    """Who makes a move: a person, for which organisation, in which role (contract, section 4).

    Without a person it is the engine, which may let a case expire and nothing else.
    """

    person: str | None = None
    organisation: str | None = None
    role: str | None = None


class Done(Struct, frozen=True, kw_only=True):
    """A move that was made: what, when, by whom, under which version of the plan."""

    move: str
    at_ms: int
    by: By
    plan: int
    amount_fen: int | None = None
    text: str | None = None


class Case(Struct, frozen=True, kw_only=True):
    """Where a case stands. Amounts are whole fen; moments milliseconds.

    `incident` is what it began with, where a lift's fault opened it. `bank` is the last part of
    its bank account's name, `programme` that of the bond subsidy's. `insured_fen` is what an
    insurer has paid for it, `reimbursed_fen` what of this it got back, `audited_fen` the cost
    once it is known. Where it `expires_ms` never, no time was set or a debt forbids it.
    """

    id: str
    area: str
    estate: str
    building: str
    lift: str
    path: Path
    custody: Custody
    bank: str
    opened_ms: int
    programme: str = ""
    incident: str | None = None
    stage: Stage = "draft"
    version: int = 1
    plan: Plan | None = None
    published_ms: int | None = None
    outcome: Outcome | None = None
    contractor: str | None = None
    contract_fen: int = 0
    insured_fen: int = 0
    reimbursed_fen: int = 0
    approved_ms: int | None = None
    expires_ms: int | None = None
    purse: Purse = Purse()
    audited_fen: int | None = None
    paid_ms: int | None = None
    disclosed_ms: int | None = None
    accepted_by: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    done: tuple[Done, ...] = ()

    @property
    def place(self) -> Place:
        """Whose books its effects are for."""
        return Place(self.area, self.estate, self.building, self.id, self.bank, self.programme)

    @property
    def papers(self) -> tuple[Document, ...]:
        """Its documents that hold under its present plan."""
        return valid(self.documents, plan=self.plan_version)

    @property
    def plan_version(self) -> int:
        """The version of its plan, 0 before there is one."""
        return 0 if self.plan is None else self.plan.version

    @property
    def last_ms(self) -> int:
        """When it was last moved."""
        return self.done[-1].at_ms if self.done else self.opened_ms


class Told(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What people tell with a move; which of it belongs to which move stands in its row."""

    documents: tuple[Document, ...] = ()
    text: str | None = None
    plan: Plan | None = None
    amount_fen: int | None = None
    contractor: str | None = None
    household: str | None = None
    path: Path | None = None
    programme: str | None = None


class Known(Struct, kw_only=True, frozen=True):
    """What the store knows and nobody tells: looked up under the lock of the move.

    `used` says of the hashes of the told documents in which case they stand already; `balances`
    what the sub-accounts hold; `subsidy_fen` what lies there of the case's programme; `outcome`
    how the vote on its plan ended; `doors` the households of the building on record, None where
    the register has none of the whole estate.
    """

    used: Mapping[str, str] = {}
    balances: Mapping[str, Balance] = {}
    subsidy_fen: int = 0
    outcome: Outcome | None = None
    doors: Mapping[str, Door] | None = None


NOTHING_TOLD, NOTHING_KNOWN = Told(), Known()


def check_path(path: str, programme: str) -> None:
    """A path of the table, with a programme where it is one of a subsidy; raises Untold."""
    if path not in PATHS:
        raise Untold(Said("%(path)s is no path of a case", path=path))
    if (path == BOND) != bool(programme):
        raise Untold(Said("a subsidy has a programme, and nothing else has"))
