"""Words of visits, their lists and what is due."""

from api.console.marks import N_, P_

WORK_TEXTS = {
    "half_month": P_("maintenance", "Half-monthly care"),
    "quarter": P_("maintenance", "Quarterly care"),
    "half_year": P_("maintenance", "Half-yearly care"),
    "year": P_("maintenance", "Yearly care"),
    "repair": P_("maintenance", "Repair"),
    "rescue": P_("maintenance", "Rescue"),
}
RESULT_TEXTS = {
    "ok": P_("check list", "In order"),
    "adjusted": P_("check list", "Adjusted"),
    "replaced": P_("check list", "Replaced"),
    "defect": P_("check list", "Defect"),
    "not_applicable": P_("check list", "Not on this lift"),
}
STATE_TEXTS = {
    "open": P_("visit", "At work"),
    "left": P_("visit", "Technician has to sign"),
    "signed": P_("visit", "Property has to sign"),
    "agreed": P_("visit", "Signed by both"),
    "lapsed": P_("visit", "Never checked out"),
}
METHOD_TEXTS = {
    "qr": P_("check-in", "QR code in the car"),
    "nfc": P_("check-in", "NFC tag in the car"),
    "number": P_("check-in", "Number typed in"),
}
PLACE_TEXTS = {
    "room": P_("place of a lift", "Machine room"),
    "shaft": P_("place of a lift", "Shaft and top of the car"),
    "car": P_("place of a lift", "Car"),
    "landing": P_("place of a lift", "Landings"),
    "pit": P_("place of a lift", "Pit"),
}
MARK_TEXTS = {
    "altered": N_("what was signed is not what stands here"),
    "hasty": N_("the list was filled in within %(figure)s s of check-in"),
    "short": N_("only %(figure)s min on site"),
    "no_photo": N_("%(figure)s key items without a photograph"),
    "no_part": N_("%(figure)s items replaced without naming the part"),
    "broken_off": N_("broken off: it does not count as care"),
    "lapsed": N_("never checked out"),
    "remark": N_("whoever signed has a remark"),
}
AFTER_TEXTS = {
    "better": N_("it was raised, and has gone since"),
    "quiet": N_("nothing was raised within 24 h"),
    "again": N_("raised again within 24 h"),
    "still": N_("still open after 24 h"),
    "too_early": N_("24 h are not over yet"),
}
WHAT_TEXTS = {
    "visit": P_("calendar", "Visit"),
    "inspection": P_("calendar", "Statutory inspection"),
    "assessment": P_("calendar", "Safety assessment"),
    "governor": P_("calendar", "Governor check"),
}
BY_TEXTS = {
    "register": N_("by the date on record"),
    "age": N_("by age; the table is to be verified against the rule"),
    "routine_15d": N_("every 15 days"),
    "on_demand": N_("on demand"),
}
ANSWER_TEXTS = {
    "asked": P_("contradiction", "Unit has to answer"),
    "answered": P_("contradiction", "Supervision has to decide"),
    "counts": P_("contradiction", "Counts"),
    "dropped": P_("contradiction", "Does not count"),
}
VERDICT_TEXTS = {
    "passed": P_("inspection", "Passed"),
    "rectify": P_("inspection", "To be put right"),
    "failed": P_("inspection", "Failed"),
}
