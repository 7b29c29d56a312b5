"""The rules of a case once more, as few tables: what the model of a case goes by."""

from hypothesis import strategies as st

FROM = {
    "file": "draft published authorised contracted applied approved accepted audited settled"
    " disclosed refused expired",
    "choose": "draft",
    "revise": "draft published authorised contracted applied approved refused",
    "publish": "draft",
    "vote": "published",
    "prove": "published",
    "contract": "authorised",
    "insure": "contracted applied approved accepted",
    "apply": "contracted",
    "refuse": "applied",
    "approve": "applied",
    "pay": "approved audited settled disclosed",
    "give_back": "approved accepted audited",
    "receive": "approved accepted audited settled disclosed expired",
    "accept": "approved",
    "audit": "accepted",
    "settle": "audited",
    "disclose": "settled",
    "withdraw": "draft published authorised contracted applied approved refused",
    "expire": "approved accepted audited",
}
TO = {
    "revise": "draft",
    "publish": "published",
    "vote": "authorised",
    "prove": "authorised",
    "contract": "contracted",
    "apply": "applied",
    "refuse": "refused",
    "approve": "approved",
    "accept": "accepted",
    "audit": "audited",
    "settle": "settled",
    "disclose": "disclosed",
    "withdraw": "withdrawn",
    "expire": "expired",
}
ROLES = {
    "file": "property committee bureau street inspector auditor custodian",
    "vote": "property committee street",
    "prove": "inspector",
    "insure": "property committee custodian",
    "disclose": "property committee custodian",
    "audit": "auditor",
} | dict.fromkeys(("pay", "give_back", "receive", "settle"), "custodian")
ASK = ["choose", "revise", "publish", "contract", "apply", "withdraw"]
HAND = (
    dict.fromkeys(ASK, "ask")
    | dict.fromkeys(("approve", "refuse"), "allow")
    | dict.fromkeys(("pay", "give_back", "receive", "settle"), "pay")
    | {"prove": "prove", "audit": "audit"}
)
PAPERS = {
    "publish": "plan area_list quote notice",
    "vote": "result_notice",
    "contract": "contract contractor_licence",
    "insure": "insurer_voucher",
    "prove": "technical_review",
    "apply": "application",
    "approve": "approval",
    "pay": "payment_voucher",
    "give_back": "return_voucher",
    "accept": "acceptance_sheet",
    "audit": "audit_report",
    "settle": "allocation_table",
    "disclose": "publication",
    "file": "photo",
}
NEEDS_AMOUNT = ("contract", "insure", "pay", "give_back", "receive", "audit")
MONEY = st.integers(-1, 130_000) | st.sampled_from([1, 10_000, 70_000, 99_999, 100_000, 100_001])
