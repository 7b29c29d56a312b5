"""What steps, papers, accounts and clocks of the fund are called; translations are in `locale`."""

from collections.abc import Mapping

from api.console.marks import N_, P_
from liftwatch.fund.deadlines import CLOCKS
from liftwatch.fund.documents import KINDS, PATHS

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

assert set(PAPERS) == set(KINDS), "a kind of paper without its words"
assert set(PATH_TEXTS) == set(PATHS), "a path without its words"
assert set(DUES) == {one.name for one in CLOCKS}, "a clock without its words"
