"""What each incident kind is called and means, in plain words; translations are in `locale`."""

from typing import NamedTuple

from api.console.marks import N_, P_


class KindText(NamedTuple):
    """One row; `also` says who else learns of it and when."""

    name: str
    means: str
    also: str = ""


RESCUE_IF_OCCUPIED = N_("The rescue platform too, unless the car is known to be empty.")

KIND_TEXTS: dict[str, KindText] = {
    "entrapment": KindText(
        N_("People trapped"),
        N_("People are in a car that does not move, or that stands with doors that stay shut."),
    ),
    "entrapment_suspected": KindText(
        N_("People possibly trapped"),
        N_("The car is stuck and we cannot tell whether anybody is inside."),
        N_("The rescue platform too, after 60 seconds."),
    ),
    "emergency_call": KindText(
        N_("Emergency call"),
        N_("Somebody pressed the emergency button in the car and has not been spoken to yet."),
    ),
    "unintended_movement": KindText(
        N_("Unintended car movement"),
        N_("The car left a landing with a door open, or moved although nothing told it to."),
        RESCUE_IF_OCCUPIED,
    ),
    "moving_with_open_door": KindText(
        N_("Moving with open door"),
        N_("A door was open, or its lock was lost, while the car was running."),
    ),
    "overspeed": KindText(
        N_("Overspeed"),
        N_("The car ran at 115 % of its rated speed or faster."),
        RESCUE_IF_OCCUPIED,
    ),
    "free_fall": KindText(
        N_("Free fall"),
        N_("The car lost its suspension, or kept accelerating without command."),
        RESCUE_IF_OCCUPIED,
    ),
    "overrun": KindText(
        N_("Overrun"),
        N_("The car went past the top or the bottom landing."),
        RESCUE_IF_OCCUPIED,
    ),
    "safety_chain_open": KindText(
        N_("Safety chain open"),
        N_("The car stands between landings with its safety chain open; nobody is inside."),
    ),
    "stopped_outside_zone": KindText(
        N_("Stopped between landings"),
        N_("The empty car stands where its doors cannot be opened; the safety chain is closed."),
    ),
    "door_fault": KindText(
        N_("Door fault"),
        N_("The doors do not open, or do not close, when they should."),
    ),
    "door_impact": KindText(
        N_("Door strikes people"),
        N_("A closing door pressed too hard, or met somebody and did not open again."),
    ),
    "door_blocked": KindText(
        N_("Door blocked"),
        N_("A door has been held open or obstructed for a long time."),
    ),
    "button_dead": KindText(
        N_("Button dead"),
        N_("A button is pressed and nothing happens, or it has been silent against its habit."),
    ),
    "button_stuck": KindText(
        N_("Button stuck"),
        N_("A button registers again and again, as if somebody kept pressing it."),
    ),
    "levelling_error": KindText(
        N_("Stops off level"),
        N_("The car does not stop level with the landing: people can stumble over the step."),
    ),
    "position_lost": KindText(
        N_("Position lost"),
        N_("The controller does not know at which landing the car is."),
    ),
    "run_time_limit": KindText(
        N_("Running too long"),
        N_("The drive turns but the car does not arrive: ropes may be slipping."),
    ),
    "out_of_service": KindText(
        N_("Out of service"),
        N_("The lift cannot be used, and no work on it was planned."),
    ),
    "mains_lost": KindText(
        N_("Mains lost"),
        N_("There is no mains power; in a building all its lifts stand together."),
    ),
    "machine_room_hot": KindText(
        N_("Machine room too hot"),
        N_("The machine room has been above its temperature limit for a while."),
    ),
    "battery_low": KindText(
        N_("Battery low"),
        N_("The battery of the terminal or of the emergency call would not last an outage."),
    ),
    "overload": KindText(
        N_("Overload"),
        N_("The car has been loaded above 110 % again and again."),
    ),
    "heavy_haulage": KindText(
        N_("Heavy haulage"),
        N_("Heavy loads keep going between the same two floors, as with building material."),
    ),
    "ride_anomaly": KindText(
        N_("Unusual ride"),
        N_("This ride was unlike the usual rides of this lift."),
    ),
    "vibration_wear": KindText(
        N_("Vibration growing"),
        N_("Rails, rollers, sheave or motor vibrate more than they used to."),
    ),
    "door_wear": KindText(
        N_("Doors wearing"),
        N_("The doors need more time or current than they used to."),
    ),
    "brake_wear": KindText(
        N_("Brake wearing"),
        N_("The brake needs a longer way to stop than when it was commissioned."),
    ),
    "rope_slip": KindText(
        N_("Ropes slipping"),
        N_("The ropes slip on the sheave more than they should."),
    ),
    "ageing": KindText(
        N_("Ageing lift"),
        N_("Its design life is over without a recent assessment, or its hazard score is too high."),
    ),
    "maintenance_overdue": KindText(
        N_("Maintenance overdue"),
        N_("There has been no maintenance visit for more than 15 days."),
        N_("Market supervision too, from day 16."),
    ),
    "maintenance_contradicted": KindText(
        N_("Maintenance in doubt"),
        N_("A record says that work was done, but what the lift told us says otherwise."),
    ),
    "inspection_due": KindText(
        N_("Inspection due"),
        N_("The statutory inspection is due within 30 days, or has expired."),
    ),
    "terminal_offline": KindText(
        N_("Terminal offline"),
        N_("We hear nothing from this lift and would not notice what happens in it."),
    ),
    "emergency_call_untested": KindText(
        N_("Emergency call untested"),
        N_("There has been no successful test of the emergency call for 72 hours."),
    ),
    "fleet_fault": KindText(
        N_("Fault across the fleet"),
        N_("Many lifts of one make or firmware report the same within minutes."),
    ),
}

SEVERITIES: dict[int, str] = {
    1: N_("Danger to life"),
    2: N_("Safety function failed"),
    3: N_("Service"),
    4: N_("Trend or duty"),
}

PARTIES: dict[str, str] = {
    "P": N_("Property duty"),
    "M": N_("Maintenance unit"),
    "R": N_("Rescue platform (96333)"),
    "S": N_("Market supervision"),
    "F": N_("Fund custodian"),
}

STATES: dict[str, tuple[str, str]] = {
    "raised": P_("incident", "Raised"),
    "acknowledged": P_("incident", "Acknowledged"),
    "dispatched": P_("incident", "Dispatched"),
    "arrived": P_("incident", "Arrived"),
    "released": P_("incident", "Released"),
    "resolved": P_("incident", "Resolved"),
    "closed": P_("incident", "Closed"),
    "rejected": P_("incident", "Rejected"),
}

ALARMS: dict[str, tuple[str, str]] = {
    "raised": P_("alarm", "Ongoing"),
    "cleared": P_("alarm", "Cleared"),
}

ROLE_TEXTS: dict[str, str] = {
    "property": N_("Property manager"),
    "maintenance": N_("Maintenance unit"),
    "supervision": N_("Market regulation"),
    "rescue": N_("Rescue platform"),
    "custodian": N_("Custodian of the fund"),
    "committee": N_("Owners' committee"),
    "bureau": N_("Housing bureau"),
    "street": N_("Sub-district office"),
    "inspector": N_("Inspection institute"),
    "auditor": N_("Auditor of costs"),
    "owner": N_("Owner"),
    "admin": N_("Administrator"),
}
KIND_WORDS: dict[str, str] = ROLE_TEXTS | {"fire": N_("Fire service")}
"""What an organisation is: by the name of a role, or the fire service."""
