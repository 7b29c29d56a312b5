"""One table of what may be done and by whom; what is not in it nobody may.

Each route of the API declares its action. Which rows an action meets is decided by the reach of
the roles that allow it (`liftwatch.access.sight`), never by the route.
"""

from collections.abc import Collection
from typing import NamedTuple

from liftwatch.access.roles import ANYBODY, ROLES

WATCHING = frozenset({"property", "maintenance", "supervision", "rescue", "admin"})
CREWS = frozenset({"property", "maintenance", "rescue", "admin"})
JUDGES = frozenset({"property", "rescue", "admin"})
"""Who works on incidents, and who of them judges: not whoever is paid to put it right."""
PROVING = frozenset({"property", "supervision", "rescue", "admin"})
"""Who takes evidence along: not whoever is paid to put it right."""
KEEPING = frozenset({"property", "admin"})
ANSWERING = KEEPING | {"maintenance"}
"""Who answers for a complaint: one of the two parties at a time."""
ON_DUTY = frozenset({"property", "maintenance", "rescue", "admin"})
"""Whose organisations are called at any hour."""
EVERY_ROLE = frozenset(ROLES)
ADMIN = frozenset({"admin"})
PLATFORM = frozenset({"rescue", "admin"})
KEEPS_FUND = frozenset({"custodian"})
"""Who books: neither who decides on money nor who keeps the machine."""
SEES_FUND = frozenset({"custodian", "committee", "bureau", "street", "supervision", "admin"})
ASKS_FUND = frozenset({"property", "committee"})
MOVES_CASES = SEES_FUND - {"admin"} | {"property", "inspector", "auditor", "owner"}
"""Who has a move in a case; which one, and when, say the rules (`docs/fund-cases.md`)."""
KEEPS_LIFTS = frozenset({"property", "maintenance", "supervision", "admin"})
UNITS = frozenset({"maintenance"})
DECIDES = frozenset({"supervision"})
"""Who decides of a record that signals contradict: neither who wrote it nor who pays for it."""
CERTIFIES = frozenset({"property", "inspector"})
READS_REPORTS = frozenset({"property", "maintenance", "supervision", "committee", "owner", "admin"})
MAKES_REPORTS = frozenset({"property", "maintenance", "supervision", "admin"})
LOGGED = frozenset({"supervision"})
"""Roles whose every read is written to the audit (contract, section 4)."""


class Action(NamedTuple):
    """One row: what is done, the roles that may, and whether a row of theirs is asked for."""

    name: str
    roles: frozenset[str]
    what: str
    by_row: bool = False


INSTRUCTED = frozenset({"property", "maintenance"})
AUTHORITY = frozenset({"supervision"})
"""Who instructs and judges; an administrator keeps the machine and judges nobody."""
PLANS = frozenset({"property", "supervision", "committee", "bureau", "street", "admin"})
"""Who sees where money should go, and what the fund has: all of them see its cases, too."""
PRICES = frozenset({"property", "supervision"})
"""Who says what work would cost: not whoever would be paid for it."""


ACTIONS: dict[str, Action] = {
    row.name: row
    for row in (
        Action("lifts.read", WATCHING, "see lifts and how they stand", by_row=True),
        Action("telemetry.read", WATCHING, "see what a lift has said", by_row=True),
        Action("incidents.read", WATCHING, "see incidents", by_row=True),
        Action("incidents.acknowledge", CREWS, "say that one has an incident", by_row=True),
        Action("incidents.dispatch", CREWS, "send a crew", by_row=True),
        Action("incidents.arrive", CREWS, "say that one is there", by_row=True),
        Action("incidents.release", CREWS, "say who was freed, and how", by_row=True),
        Action("incidents.resolve", CREWS, "say that it is put right", by_row=True),
        Action("incidents.comment", CREWS, "add a remark to an incident", by_row=True),
        Action("incidents.close", JUDGES, "agree that an incident is over", by_row=True),
        Action("incidents.reject", JUDGES, "say that there was nothing", by_row=True),
        Action("incidents.report", KEEPING, "report an accident in law", by_row=True),
        Action("incidents.bundle", PROVING, "take all evidence of an incident", by_row=True),
        Action("incidents.open", JUDGES, "open an incident told by telephone", by_row=True),
        Action("rescue.read", PLATFORM, "read the feed of an area's rescue platform", by_row=True),
        Action("rescue.answer", PLATFORM, "send receipts of that feed", by_row=True),
        Action("silences.read", WATCHING, "see silences, and what paged nobody", by_row=True),
        Action("silences.write", KEEPING, "silence kinds of a lift or an estate", by_row=True),
        Action("faults.read", WATCHING, "see the fault history of lifts", by_row=True),
        Action(
            "instructions.read",
            INSTRUCTED | AUTHORITY | ADMIN,
            "see instructions and their story",
            by_row=True,
        ),
        Action("instructions.issue", AUTHORITY, "instruct an organisation", by_row=True),
        Action(
            "instructions.move",
            INSTRUCTED | AUTHORITY,
            "accept, hand over, report and remark on an instruction",
            by_row=True,
        ),
        Action("instructions.judge", AUTHORITY, "judge and close instructions", by_row=True),
        Action(
            "hazards.read",
            INSTRUCTED | AUTHORITY | ADMIN,
            "see how risky lifts are",
            by_row=True,
        ),
        Action("hazards.write", INSTRUCTED | AUTHORITY, "write hazards down", by_row=True),
        Action("hazards.accept", AUTHORITY, "accept a hazard as it is", by_row=True),
        Action("scorecards.read", INSTRUCTED | AUTHORITY | ADMIN, "see score cards", by_row=True),
        Action("scorecards.formula", EVERY_ROLE, "see how score cards are counted"),
        Action("renewals.read", PLANS, "see the year's list of lifts to renew", by_row=True),
        Action("renewals.estimate", PRICES, "say what a lift needs and would cost", by_row=True),
        Action("commonalities.read", WATCHING, "see what faulty lifts share", by_row=True),
        Action(
            "recalls.read",
            INSTRUCTED | AUTHORITY | ADMIN,
            "see recalls, and one's own lifts in them",
            by_row=True,
        ),
        Action("recalls.issue", AUTHORITY, "recall lifts", by_row=True),
        Action("recalls.judge", AUTHORITY, "except lifts, close recalls", by_row=True),
        Action(
            "credit.read",
            EVERY_ROLE,
            "see the credit list, and one's own entries from their announcement",
            by_row=True,
        ),
        Action("credit.write", AUTHORITY, "put an organisation on the credit list", by_row=True),
        Action("credit.answer", INSTRUCTED, "answer what is announced about one's own"),
        Action("area.read", AUTHORITY | ADMIN, "see how an area stands", by_row=True),
        Action("reports.read", READS_REPORTS, "read reports of months and quarters", by_row=True),
        Action("reports.make", MAKES_REPORTS, "have a report made now", by_row=True),
        Action("statistics.read", WATCHING, "see statistics and verdicts", by_row=True),
        Action("stream.read", WATCHING, "follow changes as they happen", by_row=True),
        Action("console.read", WATCHING, "look at the pages", by_row=True),
        Action("register.read", WATCHING, "see what is on record of a lift", by_row=True),
        Action("register.write", ADMIN, "set what is on record of lifts, and import sheets"),
        Action("places.read", WATCHING, "see what places are called", by_row=True),
        Action("places.write", ADMIN, "say what places are called"),
        Action("households.read", KEEPING, "see households and their floor areas", by_row=True),
        Action("organisations.read", EVERY_ROLE, "see organisations"),
        Action("organisations.write", ADMIN, "make and change organisations and contracts"),
        Action("contacts.read", ON_DUTY, "see how one's organisation is reached", by_row=True),
        Action("contacts.write", ON_DUTY, "change how an organisation one leads is reached"),
        Action("calls.read", WATCHING, "see whom to call for a lift", by_row=True),
        Action("rotas.read", ON_DUTY, "see the rotas of duty of one's organisation", by_row=True),
        Action("rotas.write", ON_DUTY, "make and change the rotas of an organisation one leads"),
        Action("rotas.take", ON_DUTY, "say that one has taken over one's duty"),
        Action("fund.read", SEES_FUND, "see the fund's accounts and entries", by_row=True),
        Action("fund.sums", SEES_FUND | {"owner"}, "see what a building's fund holds", by_row=True),
        Action("fund.state", SEES_FUND | {"auditor"}, "see where the fund's books stand"),
        Action("fund.verify", SEES_FUND | {"auditor"}, "verify the fund's books", by_row=True),
        Action("fund.book", KEEPS_FUND, "book what the fund takes in", by_row=True),
        Action("fund.propose", KEEPS_FUND, "propose what a second person looks at", by_row=True),
        Action("fund.confirm", KEEPS_FUND | {"bureau"}, "confirm or withdraw that", by_row=True),
        Action("fund.reconcile", SEES_FUND, "hold a bank's statement against books", by_row=True),
        Action("fund.order", KEEPS_FUND, "write payment orders for the bank", by_row=True),
        Action("fund.cases", MOVES_CASES - {"owner"} | ADMIN, "see cases of the fund", by_row=True),
        Action("fund.open", ASKS_FUND, "open a case of the fund", by_row=True),
        Action("fund.move", MOVES_CASES, "make a move in a case of the fund", by_row=True),
        Action("fund.give", KEEPS_FUND | {"bureau"}, "give a case to an auditor", by_row=True),
        Action("fund.vote", ASKS_FUND | {"street"}, "hold a vote of owners", by_row=True),
        Action("fund.disclosure", MOVES_CASES | ADMIN, "see what was published", by_row=True),
        Action(
            "visits.read", KEEPS_LIFTS | {"inspector"}, "see visits of maintenance", by_row=True
        ),
        Action("visits.write", UNITS, "check in at lifts and fill in lists", by_row=True),
        Action("visits.sign", UNITS | {"property"}, "sign a visit of maintenance", by_row=True),
        Action("regimes.write", KEEPING, "say how a lift is kept", by_row=True),
        Action("visits.answer", UNITS, "answer what contradicts a visit", by_row=True),
        Action("visits.decide", DECIDES, "decide whether a contradiction counts", by_row=True),
        Action("care.read", KEEPS_LIFTS | {"inspector"}, "see what is due of lifts", by_row=True),
        Action("inspections.write", CERTIFIES, "file certificates of inspection", by_row=True),
        Action("complaints.read", WATCHING, "see complaints of residents", by_row=True),
        Action("complaints.enter", JUDGES, "enter a complaint told by telephone", by_row=True),
        Action("complaints.work", ANSWERING, "take up, hand over, answer complaints", by_row=True),
        Action("complaints.private", JUDGES, "see who complained, and their photo", by_row=True),
        Action("notices.read", WATCHING, "see notices to residents", by_row=True),
        Action("notices.write", KEEPING, "make notices to residents, and publish", by_row=True),
        Action("codes.read", KEEPING, "see the codes of residents' pages", by_row=True),
        Action("codes.write", KEEPING, "make or renew the code of a page", by_row=True),
        Action("people.read", ADMIN, "see people and their rights"),
        Action("people.write", ADMIN, "make and change people and their rights"),
        Action("audit.read", ADMIN, "see who did or read what"),
        Action("audit.erase", ADMIN, "erase a person"),
        Action("channels.read", ADMIN, "see by what channels pages leave"),
        Action("channels.test", ADMIN, "test a channel of pages"),
        Action("self.read", EVERY_ROLE, "see who one is and what one may"),
        Action("self.write", EVERY_ROLE, "change one's password and keys, and sign out"),
        Action("sign.in", EVERY_ROLE | {ANYBODY}, "sign in"),
        Action("residents.read", EVERY_ROLE | {ANYBODY}, "see the public page of a lift"),
        Action("residents.tell", EVERY_ROLE | {ANYBODY}, "complain about a lift by its page"),
        Action("hotline.send", EVERY_ROLE | {ANYBODY}, "send a complaint of the hot line, signed"),
        Action("console.assets", EVERY_ROLE | {ANYBODY}, "load the looks of the pages"),
        Action("console.language", EVERY_ROLE | {ANYBODY}, "choose a language"),
        Action("service.describe", EVERY_ROLE | {ANYBODY}, "read the interface's description"),
        Action("service.health", EVERY_ROLE | {ANYBODY}, "ask whether the service is ready"),
        Action("service.metrics", ADMIN, "read the service's own figures"),
    )
}


def may(roles: Collection[str], action: Action) -> bool:
    """Whether one of these roles allows an action.

    >>> may({"owner"}, ACTIONS["incidents.read"]), may(set(), ACTIONS["service.health"])
    (False, True)
    """
    return ANYBODY in action.roles or not action.roles.isdisjoint(roles)
