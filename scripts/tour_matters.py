"""Stops at what residents see and tell, and at what authorities ask: the pages of their matters.

What residents see is reached by the code in the car, which the property manager has.
"""

from scripts.tour_stop import Stop

RESIDENT, FOLLOW = "/r/{code}", "/c/{number}"
DESKS = ("property", "maintenance", "supervision")
STOPS = (
    Stop(
        *("resident", RESIDENT, ("property",)),
        "What residents read of their lift, and where they tell what is wrong",
        *("/lifts/{lift}/sticker",),
        phone=True,
    ),
    Stop("follow-find", "/c", ("property",), "A complaint is found by its number", phone=True),
    Stop(
        *("follow", FOLLOW, ("property",)),
        "What became of a complaint, for whoever made it",
        *("/c",),
        phone=True,
    ),
    Stop(
        *("screen", "/screen/{code}", ("property",)),
        "The screen in a hall: how each lift stands, and what hangs",
        *("/notices",),
    ),
    Stop(
        *("sticker", "/lifts/{lift}/sticker", ("property", "admin")),
        "The code in a car",
        *("/lifts/{lift}",),
    ),
    Stop(
        *("complaints", "/complaints", (*DESKS, "rescue", "admin")),
        "Complaints, by when they are due",
        phone=True,
    ),
    Stop("complaint-new", "/complaints/new", ("property", "rescue"), "One told by telephone"),
    Stop(
        *("complaint", "/complaints/{id}", (*DESKS, "rescue")),
        "A complaint: what was told, what our records say of it, and what can be done",
        *("/complaints",),
        phone=True,
    ),
    Stop("notices", "/notices", DESKS, "Notices to residents: proposed, hanging, over"),
    Stop(
        *("notice-new", "/notices/new", ("property",)),
        "A planned outage is announced",
        then="?topic=outage",
    ),
    Stop("notice", "/notices/{id}", ("property", "supervision"), "A notice", "/notices"),
    Stop("area", "/area", ("supervision", "admin"), "An area: estates, the worst lifts and units"),
    Stop(
        *("scorecards", "/scorecards", ("supervision", "maintenance", "property")),
        "Score cards with their places",
        then="?days=366",
    ),
    Stop(
        *("scorecard", "/scorecards/{party}/{id}", ("supervision", "maintenance")),
        "A score card: measures, beliefs, facts behind each number",
        *("/scorecards",),
        phone=True,
    ),
    Stop("scorecard-formula", "/scorecards/formula", ("supervision",), "How cards are counted"),
    Stop(
        *("instructions", "/instructions", ("supervision", "property", "maintenance", "admin")),
        "Instructions, the most urgent first",
        phone=True,
    ),
    Stop("instruction-new", "/instructions/new", ("supervision",), "An instruction is issued"),
    Stop(
        *("instruction", "/instructions/{instruction}", ("supervision", "property", "maintenance")),
        "An instruction: with whom it lies, its clocks, its story",
        *("/instructions",),
        phone=True,
    ),
    Stop(
        *("reports", "/reports", ("supervision", "property", "maintenance")),
        "Reports of months and quarters",
        phone=True,
    ),
    Stop(
        *("report", "/reports/{report}", ("supervision", "property")),
        "A report: what happened, against the period before",
        *("/reports",),
        phone=True,
    ),
    Stop(
        *("credit", "/credit", ("supervision", "maintenance", "property", "owner")),
        "The credit list: what is announced, and what is in force for all",
        then="?which=all",
        phone=True,
    ),
    Stop(
        *("credit-new", "/credit/new", ("supervision",)),
        "An entry is written: about whom, and on which facts of the books it rests",
        *("/credit/{entry}",),
    ),
    Stop(
        *("credit-entry", "/credit/{entry}", ("supervision", "maintenance", "property")),
        "An entry: what it rests on, what the organisation says, its story",
        *("/credit",),
        phone=True,
    ),
    Stop(
        *("recalls", "/recalls", ("supervision", "property", "maintenance", "admin")),
        "Recalls, and how far each has come",
        phone=True,
    ),
    Stop(
        *("recall-new", "/recalls/new", ("supervision",)),
        "A recall begins: what lifts have in common, and how many it hits",
        then="?kind=door_fault",
    ),
    Stop(
        *("recall", "/recalls/{recall}", ("supervision", "property", "maintenance")),
        "A recall lift by lift, open ones first",
        *("/recalls",),
        phone=True,
    ),
    Stop("hazards", "/hazards", (*DESKS[::-1], "admin"), "Lifts by their risk, and why"),
    Stop(
        *("lift-hazards", "/lifts/{lift}/hazards", ("maintenance", "supervision")),
        "The hazards of a lift",
        *("/lifts/{lift}",),
        phone=True,
    ),
    Stop(
        *("renewals", "/renewals", ("property", "supervision", "bureau", "committee")),
        "Lifts to renew in a year: by their risk, with cost and what the fund has",
    ),
    Stop(
        *("lift-renewal", "/lifts/{lift}/renewal", ("property", "supervision")),
        "What people hold a lift to need",
        *("/renewals",),
        phone=True,
    ),
    Stop("faults", "/faults", ("maintenance", "supervision"), "Fault history, to be filtered"),
    Stop("unit", "/unit", ("maintenance",), "The lifts of a maintenance unit", phone=True),
)
