"""What moves, steps, papers and clocks of the fund are called; translations are in `locale`."""

from collections.abc import Mapping
from typing import NamedTuple, get_args

from api.console.kinds import ROLE_TEXTS
from api.console.marks import N_, P_
from liftwatch.fund.check import Fault
from liftwatch.fund.deadlines import CLOCKS
from liftwatch.fund.documents import KINDS, PATHS
from liftwatch.fund.drafts import WORKS
from liftwatch.fund.eligibility import CAUSES
from liftwatch.fund.interest import WAYS
from liftwatch.fund.steps import STEPS
from liftwatch.fund.votes import CHOICES


class StepText(NamedTuple):
    """A move: on its button, what it says, and in the story once it was made."""

    button: str
    says: str
    made: str


FUND_MOVES: Mapping[str, StepText] = {
    "file": StepText(
        N_("Add papers"), N_("Papers that belong to the case."), N_("Papers were added")
    ),
    "choose": StepText(
        N_("Choose the path"),
        N_("Which path it takes, before there is a plan."),
        N_("The path was chosen"),
    ),
    "revise": StepText(
        N_("Make a plan"),
        N_("A plan, or another version of it: a vote on the one before no longer holds."),
        N_("A plan was made"),
    ),
    "publish": StepText(
        N_("Publish the plan"),
        N_("It hangs out from now on, for everybody to read."),
        N_("The plan was published"),
    ),
    "vote": StepText(
        N_("Take over the vote"),
        N_("How the vote ended says how the case goes on."),
        N_("The vote was taken over"),
    ),
    "prove": StepText(
        N_("Prove the emergency"),
        N_("A paper of yours that says it cannot wait for a vote."),
        N_("The emergency was proven"),
    ),
    "contract": StepText(
        N_("Sign the contract"),
        N_("Who does the work, and for how much."),
        N_("The contract was signed"),
    ),
    "insure": StepText(
        N_("The insurer has paid"),
        N_("What the insurer has paid ahead."),
        N_("The insurer paid ahead"),
    ),
    "apply": StepText(
        N_("Apply for the money"), N_("The application goes out."), N_("The money was applied for")
    ),
    "refuse": StepText(
        N_("Refuse it"), N_("With the reason; a new plan may follow."), N_("It was refused")
    ),
    "approve": StepText(
        N_("Approve it"),
        N_("The whole budget is set aside, household by household."),
        N_("It was approved, and the money set aside"),
    ),
    "pay": StepText(
        N_("Note a payment"), N_("In part or in full, each with its voucher."), N_("It was paid")
    ),
    "give_back": StepText(
        N_("Note money given back"),
        N_("What the contractor was paid too much."),
        N_("Money came back"),
    ),
    "receive": StepText(
        N_("Note a debt that was paid"),
        N_("What a household or the developer paid of what it owes here."),
        N_("A debt was paid"),
    ),
    "accept": StepText(
        N_("Sign that the work is done"),
        N_("It is accepted once all who must have signed."),
        N_("The work was signed for"),
    ),
    "audit": StepText(
        N_("Say what it may cost"),
        N_("The amount that your audit of cost allows."),
        N_("The cost was audited"),
    ),
    "settle": StepText(
        N_("Allocate the cost"),
        N_("To each household its share; what is left over goes back."),
        N_("The cost was allocated"),
    ),
    "disclose": StepText(
        N_("Disclose it"), N_("Totals and allocation hang out."), N_("It was disclosed")
    ),
    "withdraw": StepText(
        N_("Give it up"),
        N_("With the reason; what was set aside goes back."),
        N_("It was given up"),
    ),
    "expire": StepText(
        N_("Let it lapse"), N_("Only the clock does this."), N_("The reservation lapsed")
    ),
}

STAGES: Mapping[str, tuple[str, str]] = {
    "draft": P_("case", "Draft"),
    "published": P_("case", "Published"),
    "authorised": P_("case", "Authorised"),
    "contracted": P_("case", "Contracted"),
    "applied": P_("case", "Applied for"),
    "approved": P_("case", "Approved"),
    "accepted": P_("case", "Accepted"),
    "audited": P_("case", "Audited"),
    "settled": P_("case", "Settled"),
    "disclosed": P_("case", "Disclosed"),
    "refused": P_("case", "Refused"),
    "withdrawn": P_("case", "Given up"),
    "expired": P_("case", "Lapsed"),
}

PATH_TEXTS: Mapping[str, str] = {
    "ordinary": N_("Ordinary: by a vote"),
    "emergency": N_("Emergency: by a proof"),
    "insurance_advance": N_("An insurer pays ahead"),
    "bond_subsidy": N_("Treasury-bond subsidy"),
}

PAPERS: Mapping[str, str] = {
    "plan": N_("Plan of the repair"),
    "area_list": N_("List of households with their areas"),
    "agreement": N_("Agreement on another split"),
    "quote": N_("Quote of a contractor"),
    "fault_history": N_("Fault history of the lift"),
    "inspection_report": N_("Inspection report"),
    "photo": N_("Photograph"),
    "notice": N_("Notice of publication"),
    "result_notice": N_("Published result of the vote"),
    "rectification_notice": N_("Notice of the inspection body to put it right"),
    "safety_assessment": N_("Safety assessment"),
    "technical_review": N_("Technical review of the emergency"),
    "street_certificate": N_("Certificate of the sub-district"),
    "insurer_report": N_("Report of the insurer"),
    "insurer_voucher": N_("Voucher of the insurer"),
    "subsidy_grant": N_("Grant of the subsidy"),
    "contract": N_("Signed contract"),
    "contractor_licence": N_("Licence of the contractor"),
    "application": N_("Application for the money"),
    "approval": N_("Approval"),
    "filing_receipt": N_("Filing receipt of the bureau"),
    "payment_voucher": N_("Voucher of the payment"),
    "return_voucher": N_("Voucher of the money given back"),
    "work_start": N_("Record that the work began"),
    "acceptance_sheet": N_("Signed acceptance of the work"),
    "inspection_certificate": N_("Certificate of the supervisory inspection"),
    "audit_report": N_("Audit of cost"),
    "invoice": N_("Invoice"),
    "allocation_table": N_("Table of the allocation"),
    "publication": N_("Publication of the cost"),
}

PLAN_ACTS: Mapping[str, str] = {
    "use": N_("use of the fund: more than half must agree"),
    "raise": N_("raising money: three quarters must agree"),
    "rebuild": N_("a new lift: three quarters must agree"),
}

CAUSE_TEXTS: Mapping[str, tuple[str, str]] = {
    "wear": P_("cause of a case", "wear"),
    "age": P_("cause of a case", "age"),
    "defect": P_("cause of a case", "a defect"),
    "man_made": P_("cause of a case", "somebody did it"),
    "accident": P_("cause of a case", "an accident"),
    "utility": P_("cause of a case", "a supplier of water, power or lines"),
    "unknown": P_("cause of a case", "not known"),
}

WORK_TEXTS: Mapping[str, str] = {
    "door_machine": N_("door machine"),
    "ropes": N_("traction ropes"),
    "main_board": N_("main board"),
    "brake": N_("brake"),
    "sheave": N_("traction sheave"),
    "renewal": N_("renewal of the lift"),
    "new_lift": N_("a lift where none was"),
    "other": N_("other work"),
}

ACCOUNTS: Mapping[str, str] = {
    "bank": N_("At the bank"),
    "principal": N_("Paid in by owners"),
    "interest": N_("Interest of owners"),
    "clearing": N_("Set aside for cases"),
    "receivable": N_("Owed by households"),
    "subsidy": N_("Subsidies"),
    "insurer": N_("Due to insurers"),
    "public": N_("Income of common parts"),
}
"""In the order in which a page shows them."""

ENTRIES: Mapping[str, tuple[str, str]] = {
    "opening": P_("entry", "opening balance"),
    "deposit": P_("entry", "paid in"),
    "interest": P_("entry", "interest"),
    "income": P_("entry", "income of common parts"),
    "share": P_("entry", "income shared out"),
    "subsidy": P_("entry", "subsidy"),
    "return": P_("entry", "subsidy given back"),
    "reserve": P_("entry", "set aside"),
    "release": P_("entry", "set free"),
    "pay": P_("entry", "paid out"),
    "give_back": P_("entry", "given back by the contractor"),
    "advance": P_("entry", "paid ahead by the insurer"),
    "reimburse": P_("entry", "given back to the insurer"),
    "move": P_("entry", "dwellings split or joined"),
    "refund": P_("entry", "paid back to an owner"),
    "rebank": P_("entry", "from one bank account to another"),
    "reversal": P_("entry", "taken back"),
}

DUES: Mapping[str, str] = {
    "decision": N_("Decision of the committee"),
    "publication": N_("Publication after the payment"),
    "inspector": N_("Report of the insurer's inspector"),
    "reservation": N_("Reservation lapses"),
}

CHOICE_TEXTS: Mapping[str, tuple[str, str]] = {
    "for": P_("ballot", "for"),
    "against": P_("ballot", "against"),
    "abstain": P_("ballot", "abstains"),
    "void": P_("ballot", "cannot be read"),
}

CUSTODY: Mapping[str, str] = {
    "bureau": N_("the housing bureau's centre"),
    "committee": N_("the owners' committee"),
}

WAY_TEXTS: Mapping[str, str] = {
    "balance": N_("by what each household holds"),
    "area": N_("by floor area on record, within each building"),
}
"""How interest is spread."""

SHARE_TEXTS: Mapping[str, str] = {
    "area": N_("by floor area on record"),
    "balance": N_("by what each household holds"),
    "lines": N_("as the lines say"),
}
"""How income of common parts is shared out."""

FAULT_TEXTS: Mapping[str, str] = {
    "missing": N_("a number is not there"),
    "order": N_("a number comes again, or after a higher one"),
    "unreadable": N_("the database does not hand it out"),
    "seal": N_("it is sealed with a key that is not given, or with an older one"),
    "changed": N_("it does not fit its hash and the entry before it"),
    "anchor": N_("it fits, and is not what an anchor remembers: it was sealed anew"),
    "legs": N_("its legs do not add up, or are not what its kind allows"),
    "balance": N_("a balance is not what the entries before make it"),
    "twice": N_("its key, its source or what it takes back has been there before"),
    "closed": N_("it lies in a year that was closed before it"),
    "account": N_("the table of accounts says another thing"),
}
"""What is wrong with an entry."""

FIELDS: Mapping[str, str] = {
    "documents": N_("papers"),
    "text": N_("reason or remark"),
    "plan": N_("plan of the repair"),
    "amount_fen": N_("amount"),
    "budget_fen": N_("budget"),
    "subsidy_fen": N_("subsidy"),
    "contractor": N_("contractor"),
    "household": N_("household"),
    "path": N_("path"),
    "sha256": N_("SHA-256 of the paper"),
    "scan": N_("SHA-256 of the scan"),
    "agreement": N_("SHA-256 of the agreement"),
    "area_dm2": N_("floor area"),
    "common_part": N_("whether it is a common part"),
    "cause": N_("cause"),
    "fault_day": N_("day of the fault"),
    "warranty_until": N_("end of the warranty"),
    "tortfeasor": N_("whether somebody answers for it"),
    "of_building": N_("whether it is of this building alone"),
}
"""What rules call what was told, in the middle of a sentence."""

_PAPER_PLACES = ("kind", "kinds", "then", "first")
SAID_IN: Mapping[str, Mapping[str, str | tuple[str, str]]] = {
    "move": {name: text.button for name, text in FUND_MOVES.items()},
    "state": STAGES,
    "path": PATH_TEXTS,
    "field": FIELDS,
    "role": ROLE_TEXTS,
    "choice": CHOICE_TEXTS,
    **dict.fromkeys(_PAPER_PLACES, PAPERS),
}
"""By the place of a sentence: what names in it are called."""

assert set(FUND_MOVES) == set(STEPS), "a move without its words"
assert set(PAPERS) == set(KINDS), "a kind of paper without its words"
assert set(PATH_TEXTS) == set(PATHS), "a path without its words"
assert set(CAUSE_TEXTS) == set(CAUSES), "a cause without its words"
assert set(WORKS) <= set(WORK_TEXTS), "a work without its words"
assert set(DUES) == {one.name for one in CLOCKS}, "a clock without its words"
assert set(FAULT_TEXTS) == set(get_args(Fault)), "a fault without its words"
assert set(WAY_TEXTS) == set(WAYS), "a way without its words"
assert set(CHOICE_TEXTS) == set(CHOICES), "a choice without its words"
