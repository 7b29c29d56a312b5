"""What whoever is called does first, kind by kind: the operator's column of `docs/detectors.md`.

Clocks and who is called stand in the table of kinds and in the deadlines; here is only the act.
"""

ADVICE: dict[str, str] = {
    "entrapment": (
        "Speak to the car within a minute, tell people to stay away from the door, send the "
        "maintenance unit; nobody pulls them out off the landing without a trained rescuer."
    ),
    "entrapment_suspected": (
        "Call into the car or look at the camera: an answer makes it an entrapment, an empty car "
        "ends it. Without word within 180 s it counts as an entrapment."
    ),
    "emergency_call": (
        "Answer. Whoever pressed waits for a voice; say who you are and what happens next."
    ),
    "unintended_movement": (
        "Take the lift out of use and cordon the landing off. It serves again only after the "
        "protection against unintended movement was tested (A-4-08)."
    ),
    "moving_with_open_door": (
        "Take the lift out of use, look for a bridged or broken door contact and lock (A-1-21, "
        "A-1-28)."
    ),
    "overspeed": (
        "Take the lift out of use, free whoever is inside, test governor and safety gear (A-4-06) "
        "before it serves again."
    ),
    "free_fall": (
        "Take the lift out of use, free whoever is inside, examine suspension, brake and traction "
        "(A-4-04) before it serves again."
    ),
    "overrun": (
        "Take the lift out of use; examine limit switches, brake and buffers before it serves "
        "again."
    ),
    "safety_chain_open": (
        "Find the open contact before anything is reset; the car stands off its zone."
    ),
    "stopped_outside_zone": (
        "Make sure that nobody is inside, bring the car to a landing, find why it stopped."
    ),
    "door_fault": "Clear the sill; if it comes back, door machine, coupling and contacts (A-1-22).",
    "door_impact": "Check closing force, light curtain and edge (A-1-20) before somebody is hurt.",
    "door_blocked": "Go and see what stands in the door; ask the residents not to hold it.",
    "button_dead": "Press it: if it stays dark, replace or clean it (A-1-19 car, A-1-24 landing).",
    "button_stuck": "Free or replace it: the car is called for nothing (A-1-19, A-1-24).",
    "levelling_error": (
        "Mark the step, above 35 mm stop the lift; adjust levelling and look at brake and ropes "
        "(A-1-23)."
    ),
    "position_lost": "Let the lift find its floors anew; if it comes back, encoder and magnets.",
    "run_time_limit": (
        "The drive turned and the car did not arrive: look for slipping ropes or a caught car "
        "before any reset."
    ),
    "out_of_service": (
        "Put the notice up within 30 minutes, say until when, and enter the outage if it is "
        "planned."
    ),
    "mains_lost": "Ask the grid and the house; look for people in every lift that stopped between.",
    "machine_room_hot": "Air the machine room; above 45 °C stop the lift before the drive does.",
    "battery_low": (
        "Replace the battery: without it nobody hears a call in an outage (EN 81-28: 1 h)."
    ),
    "overload": "Post somebody in the busy hours, or tell the haulier; residents are taught.",
    "heavy_haulage": (
        "See who moves what: padding, permission and the rated load; residents are taught."
    ),
    "ride_anomaly": "Look at the named signals at the next visit; ride along if it goes on.",
    "vibration_wear": "Examine the named part at the next visit, before residents feel it.",
    "door_wear": "Clean sill and rollers, check the door machine at the next visit.",
    "brake_wear": (
        "Adjust or replace the linings at the next visit; at 40 % stop the lift and test the brake."
    ),
    "rope_slip": "Measure ropes and sheave grooves (A-3), test traction at the next visit.",
    "ageing": (
        "Have the lift assessed, or plan its renewal with the fund (emergency path included)."
    ),
    "maintenance_overdue": "Come, and record the visit; from day 16 supervision knows.",
    "maintenance_contradicted": (
        "Compare record and signals with the technician; supervision decides what it was."
    ),
    "inspection_due": "Ask for the inspection a month before; from the day on the lift must stop.",
    "terminal_offline": (
        "Look at power and network of the terminal: until then nobody watches this lift."
    ),
    "emergency_call_untested": (
        "Test the call by hand and see why its own test is missing; until then nobody is heard."
    ),
    "fleet_fault": (
        "Tell the maker: one cause for many lifts, so one remedy, and no part changed in vain."
    ),
}
"""Kind to what is done first (domain, sections 4.1, 5.1 and 10)."""
