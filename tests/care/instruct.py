"""Hands for tests of instructions: organisations, an instruction, moves at moments."""

from typing import Any

from msgspec import structs

from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.instructions import Evidence, Instruction, Side, Told
from liftwatch.clock import DAY_MS
from liftwatch.handlers import people as handlers
from liftwatch.handlers.care_instructions import issue, make_move
from liftwatch.incidents.course import Actor
from liftwatch.ports import Books
from tests.contracts.test_books import MONDAY_MS

PROOF = Told(text="door lock replaced", documents=(Evidence(name="a.jpg", sha256="a" * 64),))
WORDS = Told(text="as it was said")
SEAL = Seal(b"s" * 32)
NAMES = ("office", "garden", "anda", "kone")


class Houses:
    """Four organisations: an authority, a property manager, two maintenance units."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.ids = {name: name for name in NAMES}
        if isinstance(books, SqlBooks):
            with SqlPeople(books, SEAL).begin() as work:
                for name in NAMES:
                    made = handlers.make_organisation(
                        work, name=name, now_ms=0, places=(Place("320583", "garden"),)
                    )
                    self.ids[name] = made.id

    def actor(self, name: str, person: str | None = None) -> Actor:
        """Somebody of an organisation."""
        return Actor(person=person or f"p-{name}", organisation=self.ids[name])

    def instruction(self, **more: Any) -> Instruction:
        """One for the maintenance unit, with ten days of time, not yet issued."""
        days = more.pop("days", 10)
        named = {n: self.ids[more.pop(n, d)] for n, d in (("issuer", "office"),)}
        responsible = self.ids[more.pop("to", "anda")]
        made = Instruction(
            id=more.pop("id", "one"),
            area="320583",
            estate="garden",
            lift="LIFT-0001",
            source="repeated_fault",
            kinds=more.pop("kinds", ("door_fault",)),
            what="replace the door lock",
            basis="after_fault",
            issued_by="p-office",
            issued_ms=MONDAY_MS,
            span_ms=days * DAY_MS,
            deadline_ms=MONDAY_MS + days * DAY_MS,
            responsible=responsible,
            **named,
        )
        return structs.replace(made, **more)

    def issued(self, **more: Any) -> Instruction:
        """The same, issued."""
        with self.books.begin() as work:
            return issue(work, self.instruction(**more), by=self.actor("office"), now_ms=MONDAY_MS)

    def moved(self, one: Instruction, name: str, *, at: float = 1, **more: Any) -> Instruction:
        """After a move, so many days after the beginning, by `who` on `side`."""
        who = more.pop("who", "anda")
        side: Side = more.pop("side", "supervision" if who == "office" else "responsible")
        with self.books.begin() as work:
            return make_move(
                work,
                one.id,
                name,
                told=more.pop("told", Told()),
                by=self.actor(who, more.pop("person", None)),
                side=side,
                version=more.pop("version", one.version),
                now_ms=MONDAY_MS + round(at * DAY_MS),
                also=more.pop("also", ()),
            )

    def to(self, name: str) -> Told:
        """An offer."""
        return Told(to=self.ids[name], text="it is theirs")

    def verified(self, **more: Any) -> Instruction:
        """Accepted, done and verified on the third day."""
        one = self.moved(self.issued(**more), "accept")
        one = self.moved(one, "report", at=2, told=PROOF)
        return self.moved(one, "verify", at=3, who="office", told=WORDS)


def houses_in_memory() -> Houses:
    """Over books in memory."""
    return Houses(MemoryBooks())
