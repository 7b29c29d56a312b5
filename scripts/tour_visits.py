"""The pages of maintenance on the tour: visits, what is due, how a lift is kept, contradictions."""

from scripts.tour_stop import Stop

KEEPERS = ("property", "maintenance", "supervision", "inspector", "admin")
VISITS = (
    Stop(
        *("visits", "/visits", ("maintenance", "property", "supervision")),
        "Visits: what is open, to be signed, overdue, and the newest",
        phone=True,
    ),
    Stop(
        *("visit-in", "/visits/in", ("maintenance",)),
        "A technician checks in by the code in the car",
        phone=True,
    ),
    Stop(
        *("visit", "/visits/{visit}", ("maintenance",)),
        "A visit: its list, parts, photographs and signatures",
        *("/visits",),
        phone=True,
    ),
    Stop(
        *("visit-sign", "/visits/{visit}", ("property",)),
        "A visit that waits for the signature of the property",
        "/visits",
        press="section[aria-labelledby=sign-title] a",
        phone=True,
    ),
    Stop("calendar", "/calendar", KEEPERS, "What is due when, and what is over", phone=True),
    Stop(
        *("lift-care", "/lifts/{lift}/care", KEEPERS),
        "How a lift is kept: its regime, what is due, its certificates",
        *("/calendar",),
        phone=True,
    ),
    Stop(
        *("contradictions", "/contradictions", ("maintenance", "supervision", "property")),
        "What a record says and signals do not: the unit is heard first",
        phone=True,
    ),
)
