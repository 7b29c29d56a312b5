"""The grounds of every kind: thresholds of contract section 2, and where each comes from.

What stands as "our choice" has no authority behind it and may be argued with (domain, mark P).
"""

from liftwatch.clock import DAY_MS, HOUR_MS
from liftwatch.incidents.ground import N_, Ground, Limit

_MOVING = ("state.position_m", "state.speed_mps")
_DOORS = ("state.car_door", "state.doors_closed", "state.doors_locked")
_MOVES, _CLOSED = "state.car|state.speed_mps", "state.doors_closed|state.car_door"
_INSIDE = "state.occupied|state.people|state.load_pct|button.edge"
_COMMAND = ("state.run_command", "state.brake")
_AXES = ("burst.z_mps2", "burst.x_mps2", "burst.y_mps2")

ROWS: tuple[Ground, ...] = (
    Ground(
        "entrapment",
        (*_MOVING, *_DOORS[:2], "state.in_door_zone", "state.occupied", "state.people"),
        N_(
            "Between landings, closed and occupied for 45 s; at a landing, doors asked to open "
            "that stay shut for 60 s, or closed and occupied without a ride for 180 s."
        ),
        N_(
            "Contract, section 2. 45 s: field notes on terminals found 30 s too short (domain "
            "1.6). 60 s and 180 s: our choice."
        ),
        (_MOVES, _CLOSED, "state.in_door_zone", _INSIDE),
    ),
    Ground(
        "entrapment_suspected",
        (*_MOVING, *_DOORS[:2], "state.in_door_zone", "state.occupied"),
        N_("The times of an entrapment have passed, and nothing tells whether anybody is inside."),
        N_("Contract, section 2; it becomes an entrapment after 180 s without word: our choice."),
        (_MOVES, _CLOSED, "state.in_door_zone"),
    ),
    Ground(
        "emergency_call",
        ("emergency_call.phase", "state.car_door", "state.in_door_zone", "state.occupied"),
        N_("At once, unless the car stands in the door zone with its door open."),
        N_("EN 81-28: an alarm is passed on without delay but for filtering (domain 2.1)."),
        ("emergency_call.phase|button.edge|event.code",),
    ),
    Ground(
        "unintended_movement",
        (*_MOVING, "state.level_error_mm", *_DOORS, *_COMMAND),
        N_(
            "More than 0.10 m off the landing with a door open, or moving without command and "
            "slower to speed up than 0.6 m/s²."
        ),
        N_(
            "Contract, section 2. EN 81-20 lets the car be stopped within 1.20 m (domain 2.2); "
            "0.10 m: our choice, a warning before the door zone ends."
        ),
        (
            "state.position_m|state.level_error_mm|state.in_door_zone",
            "state.run_command|state.brake|state.doors_closed",
        ),
        (Limit("state.level_error_mm", 100.0, "limit_m", both=True, scale=1_000.0),),
    ),
    Ground(
        "moving_with_open_door",
        ("state.speed_mps", "state.position_m", *_DOORS, "state.in_door_zone"),
        N_("Faster than 0.3 m/s outside the door zone with a door open or unlocked, for 0.5 s."),
        N_(
            "Contract, section 2. 0.3 m/s is above levelling; a bad door switch bounces for less "
            "than 0.5 s (domain 1.6 and section 11, rule 7): our choice."
        ),
        ("state.speed_mps", "state.in_door_zone", f"{_CLOSED}|state.doors_locked"),
        (Limit("state.speed_mps", 0.3, both=True),),
    ),
    Ground(
        "overspeed",
        ("state.speed_mps", "burst.speed_mps", "state.position_m", "burst.position_m"),
        N_("At or above 115 % of the rated speed for 0.2 s, by at least two samples that agree."),
        N_(
            "EN 81-20 5.6.2.2.1.1, GB/T 7588.1: the governor trips at 115 % of the rated speed at "
            "the earliest (domain 2.2). 0.2 s: our choice."
        ),
        ("state.speed_mps|burst.speed_mps",),
        (
            Limit("state.speed_mps", None, "limit_mps", both=True),
            Limit("burst.speed_mps", None, "limit_mps", both=True),
        ),
    ),
    Ground(
        "free_fall",
        (*_AXES, "burst.position_m", "burst.pressure_hpa", *_MOVING, *_COMMAND),
        N_(
            "Specific force below 0.3 g for 0.15 s, or speeding up without command by 0.6 m/s² "
            "or more for 1.0 s."
        ),
        N_(
            "Contract, section 2; physics (domain 3.1): masses out of balance give 0.8 to "
            "2.2 m/s², a biased sensor in free fall still reads 0.1 g."
        ),
        ("burst.z_mps2|state.speed_mps",),
        (Limit("burst.z_mps2", 2.942),),
    ),
    Ground(
        "overrun",
        ("state.position_m", "state.speed_mps", "state.level_error_mm", "state.floor"),
        N_("More than 0.05 m past the top or the bottom landing, by two states that agree."),
        N_("Contract, section 2; 0.05 m: our choice (domain, section 11, rule 13)."),
        ("state.position_m|state.level_error_mm",),
    ),
    Ground(
        "safety_chain_open",
        ("state.safety_chain_ok", "state.in_door_zone", *_MOVING, "state.occupied", *_DOORS[:2]),
        N_("Stopped off the door zone with the safety chain open and nobody inside, for 60 s."),
        N_("Contract, section 2; field notes found 30 s too short (domain 1.6)."),
        (_MOVES, "state.in_door_zone", "state.safety_chain_ok", "state.occupied|state.people"),
    ),
    Ground(
        "stopped_outside_zone",
        ("state.in_door_zone", *_MOVING, "state.safety_chain_ok", "state.occupied"),
        N_("Stopped off the door zone with the safety chain closed and nobody inside, for 60 s."),
        N_("Contract, section 2; field notes found 30 s too short (domain 1.6)."),
        (_MOVES, "state.in_door_zone", "state.occupied|state.people"),
    ),
    Ground(
        "door_fault",
        ("door.open_s", "door.close_s", "door.result", *_DOORS[:2], "door.obstructed_s"),
        N_("Not open or not closed within 15 s three times running, or once not within 30 s."),
        N_(
            "A controller gives up after 15 s and three attempts; 30 s is the default of "
            "terminals (domain 1.6)."
        ),
        ("door.open_s|door.close_s|door.result|state.car_door",),
        (Limit("door.open_s", 15.0, "limit_s"), Limit("door.close_s", 15.0, "limit_s")),
        HOUR_MS,
    ),
    Ground(
        "door_impact",
        ("door.closing_force_n", "door.obstructed_s", "door.reopens", "door.result"),
        N_("Closing force above 150 N, or obstructed for 0.3 s while closing and not reopened."),
        N_("EN 81-20 5.3.6.2.2.1.1: 150 N (domain 2.2). 0.3 s: our choice."),
        ("door.closing_force_n|door.obstructed_s",),
        (Limit("door.closing_force_n", 150.0, "limit_n"), Limit("door.obstructed_s", 0.3)),
    ),
    Ground(
        "door_blocked",
        (*_DOORS[:2], "door.reopens", "door.result", "door.dwell_s", "state.service_mode"),
        N_("Open for 300 s in normal mode, or 20 reopenings at one stop."),
        N_("20 reopenings: default of terminals (domain 1.6). 300 s: our choice."),
        (f"{_CLOSED}|door.result", "state.service_mode"),
        (Limit("door.reopens", 20.0),),
    ),
    Ground(
        "button_dead",
        ("button.edge", "button.button", "button.panel", "button.floor"),
        N_(
            "3 of 5 presses not registered within 1 s; or a silence whose chance is below 1 in "
            "10 000 per lift and month, while its neighbours speak."
        ),
        N_("Contract, section 2; the silence is judged by a Poisson law (domain 3.2): our choice."),
        ("button.edge",),
        back_ms=DAY_MS,
    ),
    Ground(
        "button_stuck",
        ("button.edge", "button.button", "button.panel", "button.floor"),
        N_("Pressed for 30 s, or registered 5 times within 1 s of being cancelled."),
        N_("Contract, section 2; the idea is BACnet's fault 9, the numbers our choice."),
        ("button.edge",),
        back_ms=HOUR_MS,
    ),
    Ground(
        "levelling_error",
        ("ride.level_error_mm", "state.level_error_mm", "ride.to_floor", "state.floor"),
        N_("More than 20 mm at 3 of the last 10 stops of a floor, or more than 35 mm once."),
        N_("EN 81-20: levelling is kept within 20 mm (domain 2.2). 35 mm: our choice."),
        ("ride.level_error_mm|state.level_error_mm", "ride.to_floor|state.floor"),
        (
            Limit("ride.level_error_mm", 20.0, "limit_mm", both=True),
            Limit("state.level_error_mm", 20.0, "limit_mm", both=True),
        ),
        DAY_MS,
    ),
    Ground(
        "position_lost",
        ("state.position_known", "state.floor", "state.position_m", "event.code"),
        N_(
            "The controller does not know its floor for 10 s or says so; or floor and position "
            "are apart by more than one landing at 2 stops."
        ),
        N_("Contract, section 2; fault 7 of GB/T 24476 (domain 1.4). 10 s: our choice."),
        ("state.position_known|state.position_m|event.code",),
    ),
    Ground(
        "run_time_limit",
        (*_COMMAND, *_MOVING, "state.car"),
        N_(
            "Told to run without arriving for longer than the lesser of 45 s and full travel plus "
            "10 s, at least 20 s."
        ),
        N_("EN 81-20 5.9.2.7.1 (domain 2.2)."),
        ("state.run_command", "state.speed_mps|state.position_m"),
    ),
    Ground(
        "out_of_service",
        ("state.service_mode", "button.edge", "state.car", *_MOVING),
        N_("Out of service, unplanned, for 10 min; or called, able and not moving for 15 min."),
        N_("Contract, section 2; the idea is code 0315 of a platform (domain 1.4): our choice."),
        ("state.service_mode|button.edge",),
        back_ms=HOUR_MS,
    ),
    Ground(
        "mains_lost",
        ("state.mains_ok", "state.service_mode", *_MOVING, "state.in_door_zone"),
        N_("Without mains for 3 s; two lifts make a building's outage."),
        N_("Contract, section 2; code 41 of GB/T 24476 (domain 1.4, section 11, rule 32)."),
        ("state.mains_ok",),
    ),
    Ground(
        "machine_room_hot",
        ("state.machine_room_c", "state.car_c"),
        N_("Above 40 °C for 10 min."),
        N_("EN 81-20 0.4.2: +5 to +40 °C in the machine room (domain 2.2). 10 min: our choice."),
        ("state.machine_room_c",),
        (Limit("state.machine_room_c", 40.0, "limit_c"),),
        HOUR_MS,
    ),
    Ground(
        "battery_low",
        ("health.battery_pct", "emergency_call.battery_ok", "health.temperature_c"),
        N_("The emergency call's battery is bad, or the terminal's below 20 % for 30 min."),
        N_("EN 81-28: a low battery is reported (domain 2.1). 20 % and 30 min: our choice."),
        ("health.battery_pct|emergency_call.battery_ok",),
        (Limit("health.battery_pct", 20.0, "limit_pct"),),
        2 * HOUR_MS,
    ),
    Ground(
        "overload",
        ("state.load_pct", "state.overload", "state.people", *_DOORS[:2]),
        N_("Above 110 % of the rated load for 3 s, 3 times within an hour or 10 within a day."),
        N_("EN 81-20 5.12.1.2.2: detected at 110 % at the latest (domain 2.2)."),
        ("state.load_pct|state.overload",),
        (Limit("state.load_pct", 110.0, "limit_pct"),),
        DAY_MS,
    ),
    Ground(
        "heavy_haulage",
        ("ride.load_pct", "ride.from_floor", "ride.to_floor", "state.load_pct"),
        N_("5 rides within an hour above 80 % of the rated load between the same two floors."),
        N_("Contract, section 2: our choice (domain, section 11, rule 31)."),
        ("ride.load_pct", "ride.from_floor", "ride.to_floor"),
        (Limit("ride.load_pct", 80.0, "limit_pct"),),
        2 * HOUR_MS,
    ),
    Ground(
        "ride_anomaly",
        ("ride.duration_s", "ride.distance_m", "ride.speed_max_mps", "ride.vibration_z_mg"),
        N_("Learned: the ride is unlike this lift's own rides."),
        N_("The lift's own history; there is no authority for a fixed limit."),
        ("ride.duration_s|ride.distance_m",),
        back_ms=DAY_MS,
    ),
    Ground(
        "vibration_wear",
        ("ride.vibration_z_mg", "ride.vibration_x_mg", "ride.vibration_y_mg", "ride.rail_mg"),
        N_("Above 20 mg upright or 15 mg sideways, or twice its own, in the median of 20 rides."),
        N_("GB/T 10058 gives 20 mg upright and 15 mg sideways (domain 2.3); the rest is learned."),
        ("ride.vibration_z_mg|ride.vibration_x_mg|ride.rail_mg",),
        back_ms=DAY_MS,
    ),
    Ground(
        "door_wear",
        ("door.close_s", "door.open_s", "door.current_rms_a", "door.reopens"),
        N_("Door times or current 25 % over their own in the median of 50 cycles, of all or one."),
        N_("The lift's own history: 25 % for 50 cycles (domain, section 11, rule 19), our choice."),
        ("door.close_s|door.open_s|door.current_rms_a",),
        back_ms=DAY_MS,
    ),
    Ground(
        "brake_wear",
        ("ride.brake_stop_mm", "ride.load_pct", "ride.speed_max_mps"),
        N_("Stopping distance 20 % over its own commissioning value; from 40 % on it is graver."),
        N_("Contract, section 2: our choice, after TSG T5002 A-1-05 and A-4-04 (domain 3.2)."),
        ("ride.brake_stop_mm",),
        (Limit("ride.brake_stop_mm", None, "limit"),),
        back_ms=DAY_MS,
    ),
    Ground(
        "rope_slip",
        ("ride.sheave_distance_m", "ride.distance_m", "ride.load_pct"),
        N_("Slip of the ropes above 0.5 % in the median of 50 rides."),
        N_("Contract, section 2; 0.1 to 0.3 % of creep is normal (domain 3.2): our choice."),
        ("ride.sheave_distance_m", "ride.distance_m"),
        back_ms=DAY_MS,
    ),
    Ground(
        "ageing",
        (),
        N_("Design life over without assessment in three years, or hazard score above its limit."),
        N_("Contract, section 2; dates of the register."),
        (),
    ),
    Ground(
        "maintenance_overdue",
        ("maintenance.phase", "maintenance.work"),
        N_("No finished maintenance visit for more than 15 days; graver after 20."),
        N_("Regulation on special equipment safety, article 31: every 15 days (domain 0.1)."),
        (),
    ),
    Ground(
        "maintenance_contradicted",
        ("maintenance.phase", "maintenance.work", "state.service_mode", "state.occupied"),
        N_(
            "Passengers during a visit, neither inspection mode nor doors in it, less than 15 min "
            "of work, or a mended part whose fault is open or back within 24 hours."
        ),
        N_("Contract, section 2; what a record cannot show without work (domain 5.4): our choice."),
        ("maintenance.phase",),
        back_ms=DAY_MS,
    ),
    Ground(
        "inspection_due",
        (),
        N_("30 days before the next statutory inspection; graver from its day on."),
        N_("Law on special equipment safety, article 40; the date is the register's."),
        (),
    ),
    Ground(
        "terminal_offline",
        ("online.status", "health.rssi_dbm", "health.battery_pct", "state.mains_ok"),
        N_("3 min after the last will, or 10 min of silence."),
        N_("Contract, section 2; 180 s is the idle time of a vendor's server (domain 1.6)."),
        (),
    ),
    Ground(
        "emergency_call_untested",
        ("emergency_call.phase",),
        N_("No successful test call for 72 h."),
        N_("EN 81-28: a test call at least every three days (domain 2.1)."),
        (),
        back_ms=DAY_MS,
    ),
    Ground(
        "fleet_fault",
        (),
        N_("The same kind on 5 lifts of one make or firmware within 10 min."),
        N_("Contract, section 2: our choice; the incidents beneath it have signals of their own."),
        (),
    ),
)
