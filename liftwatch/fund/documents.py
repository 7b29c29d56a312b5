"""Documents of a case by their hash: which kinds there are, what each step needs, their dates.

Only the hash is held to; where the file lies is somebody else's. One document stands in one case,
once. Dates follow the order in which the law wants things to happen.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct, structs

from liftwatch.clock import day_text, estate_day
from liftwatch.fund.refusals import Untold
from liftwatch.said import Said

DOCUMENTS_MAX = 500
"""So many a case may hold [our choice]."""
NAME_MAX = 200
HASH = re.compile(r"[0-9a-f]{64}")

ORDINARY, EMERGENCY, INSURANCE, BOND = "ordinary", "emergency", "insurance_advance", "bond_subsidy"
PATHS = (ORDINARY, EMERGENCY, INSURANCE, BOND)
ALL = frozenset(PATHS)


class Document(Struct, frozen=True, kw_only=True):
    """A document: its kind, the SHA-256 of its bytes, the day it is dated (of the estates).

    `plan` is the version of the plan for which it was filed, set by whoever files it.
    """

    kind: str
    sha256: str
    dated: int
    name: str = ""
    plan: int = 0


class Kind(NamedTuple):
    """A row: a kind of document, what it is, and whether another plan makes it void."""

    name: str
    what: str
    of_plan: bool = False


KINDS: Mapping[str, Kind] = {
    row.name: row
    for row in (
        Kind("plan", "plan of the repair: fault, cause, scope, budget", of_plan=True),
        Kind(
            "area_list", "list of affected households with areas and planned shares", of_plan=True
        ),
        Kind("agreement", "agreement of the owners on another split than by area"),
        Kind("quote", "quote of a contractor"),
        Kind("fault_history", "fault history of the lift"),
        Kind("inspection_report", "report of an inspection"),
        Kind("photo", "photograph"),
        Kind("notice", "notice by which the plan was published", of_plan=True),
        Kind("result_notice", "published result of the vote", of_plan=True),
        Kind("rectification_notice", "notice of the inspection body to stop or to put right"),
        Kind("safety_assessment", "safety assessment with its grade"),
        Kind("technical_review", "technical review of the emergency plan", of_plan=True),
        Kind("street_certificate", "certificate of sub-district or neighbourhood committee"),
        Kind("insurer_report", "report of the insurer's inspector"),
        Kind("insurer_voucher", "voucher of what the insurer paid"),
        Kind("subsidy_grant", "grant of the treasury-bond subsidy"),
        Kind("contract", "signed contract of the work", of_plan=True),
        Kind(
            "contractor_licence",
            "licence of the contractor, or the maker's delegation",
            of_plan=True,
        ),
        Kind("application", "application for withdrawal", of_plan=True),
        Kind("approval", "approval, with its number", of_plan=True),
        Kind("filing_receipt", "receipt of the bureau for a committee's approval", of_plan=True),
        Kind("payment_voucher", "voucher of a payment", of_plan=True),
        Kind("return_voucher", "voucher of money given back", of_plan=True),
        Kind("work_start", "record that the work began"),
        Kind("acceptance_sheet", "acceptance of the work, signed"),
        Kind("inspection_certificate", "certificate of supervisory inspection"),
        Kind("audit_report", "audit of cost"),
        Kind("invoice", "invoice of the contractor"),
        Kind("allocation_table", "table of what falls to each household"),
        Kind("publication", "publication of totals and allocation"),
    )
}

PROOFS: Mapping[str, frozenset[str]] = {
    "rectification_notice": frozenset({"inspector", "supervision"}),
    "safety_assessment": frozenset({"inspector"}),
    "technical_review": frozenset({"inspector"}),
    "street_certificate": frozenset({"street"}),
}
"""Of which an emergency needs at least one, and whose word each is (domain 6.3: Shanghai art. 73,
Jieyang, Suzhou 2015, Taizhou art. 18)."""


FILED_BY: Mapping[str, frozenset[str]] = {
    **PROOFS,
    "approval": frozenset({"bureau", "committee"}),
    "filing_receipt": frozenset({"bureau"}),
    "audit_report": frozenset({"auditor"}),
    "payment_voucher": frozenset({"custodian"}),
    "return_voucher": frozenset({"custodian"}),
}
"""Documents that only the role whose word they are brings into a case."""


class Before(NamedTuple):
    """A row: a document of the first kind is not dated after one of the second, on these paths."""

    first: str
    then: str
    paths: frozenset[str]
    rule: str


VOTED = frozenset({ORDINARY, BOND})

ORDER: tuple[Before, ...] = (
    Before("notice", "result_notice", ALL, "165号令, art. 22"),
    Before("result_notice", "contract", VOTED, "165号令, art. 22"),
    Before("result_notice", "work_start", VOTED, "165号令, art. 22"),
    Before("contract", "work_start", VOTED, "165号令, art. 22"),
    Before("contract", "application", VOTED, "165号令, art. 22"),
    Before("insurer_report", "insurer_voucher", ALL, "domain 6.3, Huai'an"),
    Before("subsidy_grant", "approval", ALL, ""),
    Before("application", "approval", ALL, "165号令, art. 22"),
    Before("approval", "filing_receipt", ALL, "165号令, art. 23"),
    Before("approval", "payment_voucher", ALL, "165号令, art. 22"),
    Before("work_start", "acceptance_sheet", ALL, ""),
    Before("contract", "acceptance_sheet", ALL, ""),
    Before("acceptance_sheet", "audit_report", ALL, ""),
    Before("audit_report", "allocation_table", ALL, ""),
    Before("allocation_table", "publication", ALL, "165号令, art. 30"),
)
"""An emergency may be worked on before it is applied for (165号令, art. 24)."""


def is_begun(documents: Iterable[Document], *, path: str) -> bool:
    """Whether papers say that work has gone so far that its plan can no longer be another one.

    Where owners vote, that is its beginning: nobody builds first and asks then.
    """
    ends = {"acceptance_sheet", *(("work_start",) if path in VOTED else ())}
    return any(one.kind in ends for one in documents)


def check_hash(text: object, *, field: str = "sha256") -> str:
    """A SHA-256 in lower-case hexadecimal; raises Untold.

    >>> check_hash("ab" * 32)[:4]
    'abab'
    """
    if not isinstance(text, str) or not HASH.fullmatch(text):
        raise Untold(Said("%(field)s is 64 digits of hexadecimal", field=field))
    return text


def file_documents(
    held: tuple[Document, ...],
    new: Iterable[Document],
    *,
    path: str,
    plan: int,
    used: Mapping[str, str],
    now_ms: int,
) -> tuple[Document, ...]:
    """What a case holds after documents were added under a version of its plan; raises Untold.

    `used` says of hashes that are known in any case which case that is: the store looks these up,
    and its unique key on the hash refuses whatever came in between.
    """
    added = tuple(new)
    today = estate_day(now_ms)
    hashes = {one.sha256 for one in held}
    for one in added:
        if one.kind not in KINDS:
            raise Untold(Said("%(kind)s is no kind of document", kind=one.kind))
        check_hash(one.sha256)
        if one.sha256 in used:
            raise Untold(
                Said("this document stands in case %(case)s already", case=used[one.sha256])
            )
        if one.sha256 in hashes:
            raise Untold(Said("this document stands in this case already"))
        if type(one.dated) is not int or not 0 <= one.dated <= today:
            raise Untold(Said("a document is not dated in the future"))
        if len(one.name) > NAME_MAX:
            raise Untold(
                Said("the name of a document has at most %(most)s characters", most=NAME_MAX)
            )
        hashes.add(one.sha256)
    if len(held) + len(added) > DOCUMENTS_MAX:
        raise Untold(Said("a case holds at most %(most)s documents", most=DOCUMENTS_MAX))
    both = held + tuple(structs.replace(one, plan=plan) for one in added)
    check_order(valid(both, plan=plan), path=path)
    return both


def valid(documents: Iterable[Document], *, plan: int) -> tuple[Document, ...]:
    """Those that hold under a version of the plan; evidence holds under all.

    >>> held = [Document(kind=kind, sha256="", dated=0, plan=1) for kind in ("photo", "notice")]
    >>> [one.kind for one in valid(held, plan=2)]
    ['photo']
    """
    return tuple(one for one in documents if one.plan == plan or not KINDS[one.kind].of_plan)


def check_order(documents: Iterable[Document], *, path: str) -> None:
    """Every document of a later step is dated on or after those of the earlier; raises Untold.

    >>> plan = [Document(kind="result_notice", sha256="", dated=20),
    ...         Document(kind="contract", sha256="", dated=19)]
    >>> check_order(plan, path=EMERGENCY)
    >>> check_order(plan, path=ORDINARY)
    Traceback (most recent call last):
    ...
    liftwatch.fund.refusals.Untold: contract of 1970-01-20 lies before result_notice of 1970-01-21
    """
    days: dict[str, list[int]] = {}
    for one in documents:
        days.setdefault(one.kind, []).append(one.dated)
    for row in ORDER:
        if path in row.paths and row.first in days and row.then in days:
            first, then = max(days[row.first]), min(days[row.then])
            if then < first:
                raise Untold(
                    Said(
                        "%(then)s of %(day)s lies before %(first)s of %(earlier)s",
                        then=row.then,
                        day=day_text(then),
                        first=row.first,
                        earlier=day_text(first),
                    ),
                    rule=row.rule,
                )


def lacking(documents: Iterable[Document], needed: Iterable[str]) -> tuple[str, ...]:
    """The kinds that are needed and not there, in their order.

    >>> lacking([Document(kind="plan", sha256="", dated=0)], ("plan", "quote"))
    ('quote',)
    """
    kinds = {one.kind for one in documents}
    return tuple(kind for kind in needed if kind not in kinds)
