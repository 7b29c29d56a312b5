"""The table of moves of a case: on which paths, from where to where, by whom, with what papers.

    draft ──publish──▶ published ──vote, or prove in an emergency──▶ authorised ──contract──▶
    contracted ──apply──▶ applied ──approve: money is reserved──▶ approved ──accept──▶ accepted
    ──audit──▶ audited ──settle: the allocation──▶ settled ──disclose──▶ disclosed

    published ─ a vote that fails ─▶ refused ◀─ refuse ─ applied      revise ─▶ draft, a new version
    approved, accepted, audited ─ expire ─▶ expired                   withdraw ─▶ withdrawn

Payments are no steps: part of the contract may be paid once it is approved, the rest once it is
audited. An ordinary case and one with a subsidy need a vote; an emergency needs a proof, one of
`liftwatch.fund.documents.PROOFS`, and is published again after it was paid; what an insurer has
paid ahead is given back on either.
"""

from collections.abc import Mapping
from typing import NamedTuple

from liftwatch.clock import DAY_MS
from liftwatch.fund.case import Case, Stage
from liftwatch.fund.documents import ALL, BOND, EMERGENCY, INSURANCE, ORDINARY

NOTICE_MS = 7 * DAY_MS
"""So long a plan hangs out before its vote may end (domain 6.2, step 2: typical)."""
ADVANCE_PCT_MAX = 70
"""Of the contract, before the audit (domain 6.2, step 7: commonly 30 to 70 %)."""
RESERVED_MS = 365 * DAY_MS
"""So long money stays reserved for a case that is not settled [our choice]."""

HANDS: Mapping[str, str] = {
    "publish": "ask",
    "choose": "ask",
    "revise": "ask",
    "contract": "ask",
    "apply": "ask",
    "withdraw": "ask",
    "prove": "prove",
    "approve": "allow",
    "refuse": "allow",
    "audit": "audit",
    "pay": "pay",
    "give_back": "pay",
    "receive": "pay",
    "settle": "pay",
}
"""Whose hand a move is. Two hands in one case are never of one person, nor of one organisation."""


class Step(NamedTuple):
    """A row. `to` None: it stays. `needs` are fields that must be told, `papers` kinds of
    documents that must be in the case, `brings` kinds of which one must come with the move."""

    name: str
    begins: frozenset[str]
    to: Stage | None
    roles: frozenset[str]
    needs: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    paths: frozenset[str] = ALL
    what: str = ""

    @property
    def hand(self) -> str | None:
        """Whose hand it is; None: anybody's who has the role."""
        return HANDS.get(self.name)


def _from(*stages: Stage) -> frozenset[str]:
    return frozenset(stages)


ASKING = frozenset({"property", "committee"})
ALLOWING = frozenset({"bureau", "committee"})
CUSTODIAN = frozenset({"custodian"})
BEFORE_PAYMENT = _from(
    "draft", "published", "authorised", "contracted", "applied", "approved", "refused"
)
FILING = frozenset(
    {"property", "committee", "bureau", "street", "inspector", "auditor", "custodian"}
)
PAYABLE = _from("approved", "audited", "settled", "disclosed")
INDEBTED = PAYABLE | {"accepted", "expired"}

STEPS: Mapping[str, Step] = {
    row.name: row
    for row in (
        Step(
            "file",
            BEFORE_PAYMENT | INDEBTED,
            None,
            FILING,
            ("documents",),
            what="add documents",
        ),
        Step(
            "choose",
            _from("draft"),
            None,
            ASKING,
            ("path",),
            what="say which path it takes, before there is a plan",
        ),
        Step(
            "revise",
            BEFORE_PAYMENT,
            "draft",
            ASKING,
            ("plan",),
            what="make a plan, or another version of it: a vote on the one before no longer holds",
        ),
        Step(
            "publish",
            _from("draft"),
            "published",
            ASKING,
            papers=("plan", "area_list", "quote", "notice"),
            what="publish the plan",
        ),
        Step(
            "vote",
            _from("published"),
            "authorised",
            ASKING | {"street"},
            papers=("result_notice",),
            paths=frozenset({ORDINARY, BOND, INSURANCE}),
            what="take over how the vote ended",
        ),
        Step(
            "prove",
            _from("published"),
            "authorised",
            frozenset({"inspector", "street", "supervision"}),
            paths=frozenset({EMERGENCY, INSURANCE}),
            what="prove that it cannot wait for a vote",
        ),
        Step(
            "contract",
            _from("authorised"),
            "contracted",
            ASKING,
            ("contractor", "amount_fen"),
            papers=("contract", "contractor_licence"),
            what="sign the contract of the work",
        ),
        Step(
            "insure",
            _from("contracted", "applied", "approved", "accepted"),
            None,
            ASKING | CUSTODIAN,
            ("amount_fen",),
            papers=("insurer_report",),
            brings=("insurer_voucher",),
            paths=frozenset({INSURANCE}),
            what="note what the insurer has paid",
        ),
        Step(
            "apply",
            _from("contracted"),
            "applied",
            ASKING,
            papers=("application",),
            what="apply for the money",
        ),
        Step(
            "refuse",
            _from("applied"),
            "refused",
            ALLOWING,
            ("text",),
            what="refuse it, with the reason",
        ),
        Step(
            "approve",
            _from("applied"),
            "approved",
            ALLOWING,
            papers=("approval",),
            what="approve it: money is reserved",
        ),
        Step(
            "pay",
            PAYABLE,
            None,
            CUSTODIAN,
            ("amount_fen",),
            papers=("contract", "approval"),
            brings=("payment_voucher",),
            what="pay, in part or in full",
        ),
        Step(
            "give_back",
            _from("approved", "accepted", "audited"),
            None,
            CUSTODIAN,
            ("amount_fen",),
            brings=("return_voucher",),
            what="take back what was paid too much",
        ),
        Step(
            "receive",
            INDEBTED,
            None,
            CUSTODIAN,
            ("household", "amount_fen"),
            what="note that a debt was paid",
        ),
        Step(
            "accept",
            _from("approved"),
            "accepted",
            frozenset({"property", "committee", "owner", "street"}),
            papers=("acceptance_sheet",),
            what="sign that the work is done: all who must",
        ),
        Step(
            "audit",
            _from("accepted"),
            "audited",
            frozenset({"auditor"}),
            ("amount_fen",),
            brings=("audit_report",),
            what="say what it may cost",
        ),
        Step(
            "settle",
            _from("audited"),
            "settled",
            CUSTODIAN,
            papers=("allocation_table",),
            what="allocate the cost to households",
        ),
        Step(
            "disclose",
            _from("settled"),
            "disclosed",
            ASKING | CUSTODIAN,
            brings=("publication",),
            what="publish totals and allocation",
        ),
        Step(
            "withdraw",
            BEFORE_PAYMENT,
            "withdrawn",
            ASKING,
            ("text",),
            what="give it up, with the reason",
        ),
        Step(
            "expire",
            _from("approved", "accepted", "audited"),
            "expired",
            frozenset(),
            what="let the reservation lapse: only the clock does",
        ),
    )
}

OF_PATH: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("publish", INSURANCE): ("insurer_report",),
    ("apply", BOND): ("subsidy_grant",),
}
"""What a path needs for a move beside what all do."""


def papers_of(case: Case, name: str) -> tuple[str, ...]:
    """The kinds of documents a case must hold for a move, in order.

    A major repair is inspected under supervision before it is used (Special Equipment Safety Law,
    art. 25); a committee's approval is filed with the bureau before money leaves (165号令, art.
    23); a split by agreement, or a household left out by it, needs the agreement.
    """
    kinds = STEPS[name].papers + OF_PATH.get((name, case.path), ())
    plan = case.plan
    if name == "publish" and plan is not None and plan.scope.agreement is not None:
        kinds += ("agreement",)
    if name == "accept" and plan is not None and plan.major:
        kinds += ("inspection_certificate",)
    if name == "pay":
        if case.stage != "approved":
            kinds += ("acceptance_sheet", "audit_report", "invoice")
        if any(one.move == "approve" and one.by.role == "committee" for one in case.done):
            kinds += ("filing_receipt",)
    return kinds


def signers_of(case: Case) -> tuple[str, ...]:
    """Who signs that the work is done: property, owners, in an emergency the sub-district too.

    Owners are the committee after the fund's transfer to it, before an owner. Contractor and
    auditor have papers of their own (domain 6.2, step 8; 6.3, Suzhou 2015 (6): a witness of the
    sub-district).
    """
    owners = "committee" if case.custody == "committee" else "owner"
    return ("property", owners, *(("street",) if case.path == EMERGENCY else ()))


def allowing_of(case: Case) -> frozenset[str]:
    """Who approves: the bureau; after the transfer the committee, or the bureau where the
    committee asks (165号令, art. 22 and 23)."""
    return ALLOWING if case.custody == "committee" else frozenset({"bureau"})
