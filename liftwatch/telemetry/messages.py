"""The twelve kinds of message as types; a range stands beside the field it bounds.

Every field but the envelope may be absent, and None means unknown: not false, not zero.
Values with a range outside it never reach these types; `ingest.decode` sets them aside first.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

VERSION = 1
TERMINAL_MAX, BOOT_MAX = 64, 32  # characters
INT_MAX = 2**53  # what JSON carries exactly (RFC 8259, section 6)
BURST_SAMPLES_MAX = 20_000
EDGES_MAX = 200

Text = Annotated[str, Meta(max_length=256)]
LongText = Annotated[str, Meta(max_length=2_000)]
Share = Annotated[float, Meta(ge=0, le=100)]
Positive = Annotated[float, Meta(ge=0, le=1e12)]
Count = Annotated[int, Meta(ge=0, le=INT_MAX)]
Seconds = Annotated[float, Meta(ge=0, le=604_800)]
Milligee = Annotated[float, Meta(ge=0, le=16_000)]
Floor = Annotated[int, Meta(ge=-9, le=150)]
Moment = Annotated[datetime, Meta(tz=True)]
Samples = Annotated[
    list[Annotated[float, Meta(ge=-1e6, le=1e6)]], Meta(max_length=BURST_SAMPLES_MAX)
]
Millimetres = Annotated[float, Meta(ge=-1_000, le=1_000)]


class Wire(
    Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True
):
    """The envelope. `lift` and `kind` are only spoken in a gateway's batch."""

    v: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    terminal: Annotated[str, Meta(min_length=1, max_length=TERMINAL_MAX)]
    boot: Annotated[str, Meta(min_length=1, max_length=BOOT_MAX)]
    seq: Annotated[int, Meta(ge=0, le=4_294_967_295)]
    at: str
    """Its form is judged when it is read (`clock.wire_ms`): as a pattern it would cost as much as
    all the rest of decoding."""
    clock_ok: bool | None = None
    exercise: bool | None = None
    lift: Any = None
    kind: Any = None


class FloorOfLift(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One landing: `index` from the lowest, the `label` passengers see, height of its sill."""

    index: Floor | None = None
    label: Annotated[str, Meta(min_length=1, max_length=4)] | None = None
    height_m: Annotated[float, Meta(ge=-100, le=1_000)] | None = None


class Register(Wire):
    """What a lift is: retained, at boot and daily."""

    equipment_code: Text | None = None
    rescue_code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")] | None = None
    address: Text | None = None
    building: Text | None = None
    unit: Text | None = None
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    datum: Literal["wgs84", "gcj02"] | None = None
    floors: Annotated[list[FloorOfLift], Meta(max_length=200)] | None = None
    rated_speed_mps: Annotated[float, Meta(ge=0.1, le=10)] | None = None
    rated_load_kg: Annotated[float, Meta(ge=50, le=5_000)] | None = None
    roping: Annotated[int, Meta(ge=1, le=2)] | None = None
    door_zone_mm: Annotated[float, Meta(ge=0, le=1_000)] | None = None
    manufacturer: Text | None = None
    model: Text | None = None
    firmware: Text | None = None
    installed_on: date | None = None
    renewed_on: date | None = None
    design_life_years: Annotated[float, Meta(ge=0, le=100)] | None = None
    assessed_on: date | None = None
    inspected_on: date | None = None
    next_inspection_on: date | None = None
    maintenance_unit: Text | None = None
    use_unit: Text | None = None
    households: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    only_lift_of_unit: bool | None = None


class Online(Wire):
    """Whether the terminal is connected: retained, and the last will."""

    status: Literal["online", "offline"] | None = None


ServiceMode = Literal[
    "normal",
    "inspection",
    "out_of_service",
    "fire_return",
    "firefighter",
    "emergency_power",
    "earthquake",
    "unknown",
]
CarDoor = Literal["opening", "open", "closing", "closed", "held", "unknown"]


class State(Wire):
    """How the lift stands at one instant: retained, on change."""

    service_mode: ServiceMode | None = None
    car: Literal["moving", "stopped"] | None = None
    direction: Literal["up", "down", "none"] | None = None
    floor: Floor | None = None
    floor_label: Annotated[str, Meta(min_length=1, max_length=4)] | None = None
    position_known: bool | None = None
    position_m: Annotated[float, Meta(ge=-50, le=700)] | None = None
    speed_mps: Annotated[float, Meta(ge=-15, le=15)] | None = None
    in_door_zone: bool | None = None
    level_error_mm: Millimetres | None = None
    car_door: CarDoor | None = None
    doors_closed: bool | None = None
    doors_locked: bool | None = None
    occupied: bool | None = None
    people: Annotated[int, Meta(ge=0, le=50)] | None = None
    load_pct: Annotated[float, Meta(ge=0, le=300)] | None = None
    overload: bool | None = None
    safety_chain_ok: bool | None = None
    brake: Literal["lifted", "applied", "unknown"] | None = None
    run_command: bool | None = None
    mains_ok: bool | None = None
    machine_room_c: Annotated[float, Meta(ge=-40, le=90)] | None = None
    car_c: Annotated[float, Meta(ge=-40, le=90)] | None = None


class Ride(Wire):
    """One run from doors closed to doors open, told at its end."""

    started_at: Moment | None = None
    from_floor: Floor | None = None
    to_floor: Floor | None = None
    distance_m: Annotated[float, Meta(ge=0, le=700)] | None = None
    duration_s: Annotated[float, Meta(ge=0, le=3_600)] | None = None
    speed_max_mps: Annotated[float, Meta(ge=0, le=15)] | None = None
    accel_max_mps2: Annotated[float, Meta(ge=0, le=30)] | None = None
    decel_max_mps2: Annotated[float, Meta(ge=0, le=30)] | None = None
    jerk_max_mps3: Annotated[float, Meta(ge=0, le=100)] | None = None
    level_error_mm: Millimetres | None = None
    relevels: Count | None = None
    sheave_distance_m: Annotated[float, Meta(ge=0, le=5_000)] | None = None
    brake_stop_mm: Annotated[float, Meta(ge=0, le=100_000)] | None = None
    load_pct: Annotated[float, Meta(ge=0, le=300)] | None = None
    motor_current_a: Positive | None = None
    energy_wh: Annotated[float, Meta(ge=-1e6, le=1e6)] | None = None
    occupied: bool | None = None
    vibration_x_mg: Milligee | None = None
    vibration_y_mg: Milligee | None = None
    vibration_z_mg: Milligee | None = None
    noise_dba: Annotated[float, Meta(ge=0, le=200)] | None = None
    rail_mg: Milligee | None = None
    roller_mg: Milligee | None = None
    sheave_mg: Milligee | None = None
    motor_mg: Milligee | None = None


class Door(Wire):
    """One cycle of the doors, and every 10 s while held open for more than 30 s."""

    floor: Floor | None = None
    opened_at: Moment | None = None
    open_s: Seconds | None = None
    dwell_s: Seconds | None = None
    close_s: Seconds | None = None
    reopens: Count | None = None
    obstructed_s: Seconds | None = None
    current_rms_a: Positive | None = None
    current_peak_a: Positive | None = None
    closing_force_n: Annotated[float, Meta(ge=0, le=10_000)] | None = None
    result: Literal["closed", "timeout_opening", "timeout_closing", "held", "aborted"] | None = None


class Edge(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One edge of one button."""

    panel: Literal["car", "landing"] | None = None
    floor: Floor | None = None
    direction: Literal["up", "down"] | None = None
    button: Literal["floor", "open", "close", "alarm"] | None = None
    edge: Literal["press", "release", "registered", "cancelled"] | None = None
    at: Moment | None = None


class Button(Wire):
    """Edges of buttons, gathered over at most some seconds."""

    edges: Annotated[list[Edge], Meta(max_length=EDGES_MAX)] | None = None


class Burst(Wire):
    """Some seconds of specific force around a trigger; sample k lies at started_at + k / rate."""

    trigger: Literal["free_fall", "shock", "overspeed", "movement", "stop", "manual"] | None = None
    started_at: Moment | None = None
    rate_hz: Annotated[float, Meta(ge=1, le=2_000)] | None = None
    z_mps2: Samples | None = None
    x_mps2: Samples | None = None
    y_mps2: Samples | None = None
    slow_rate_hz: Annotated[float, Meta(gt=0, le=2_000)] | None = None
    position_m: Samples | None = None
    pressure_hpa: Samples | None = None
    speed_mps: Samples | None = None


class Event(Wire):
    """What a controller or a vendor's terminal reports itself."""

    id: Text | None = None
    edge: Literal["open", "close"] | None = None
    code: Text | None = None
    dialect: Text | None = None
    raw_code: Text | None = None
    raw_text: LongText | None = None


class EmergencyCall(Wire):
    """The passenger's button, and its tests."""

    id: Text | None = None
    phase: (
        Literal["raised", "voice", "acknowledged", "ended_on_site", "test_ok", "test_failed"] | None
    ) = None
    battery_ok: bool | None = None
    microphone_ok: bool | None = None
    loudspeaker_ok: bool | None = None


class Counters(Wire):
    """Totals since installation, every 15 minutes; or, where `span` says so, of a period."""

    rides: Count | None = None
    door_cycles: Count | None = None
    running_h: Positive | None = None
    distance_m: Positive | None = None
    rope_bends: Count | None = None
    energy_kwh: Positive | None = None
    passengers: Count | None = None
    overloads: Count | None = None
    span: Literal["total", "period"] | None = None
    since: Moment | None = None


SensorHealth = Literal["ok", "fault"]


class Sensors(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What the terminal says of its own sensors."""

    level: SensorHealth | None = None
    door: SensorHealth | None = None
    presence: SensorHealth | None = None
    load: SensorHealth | None = None
    accelerometer: SensorHealth | None = None
    pressure: SensorHealth | None = None
    button: SensorHealth | None = None
    current: SensorHealth | None = None


class Health(Wire):
    """How the terminal fares, every 5 minutes."""

    battery_pct: Share | None = None
    rssi_dbm: Annotated[float, Meta(ge=-200, le=50)] | None = None
    clock_offset_ms: Annotated[float, Meta(ge=-1e12, le=1e12)] | None = None
    temperature_c: Annotated[float, Meta(ge=-100, le=200)] | None = None
    sensors: Sensors | None = None


class Item(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One line of a maintenance check list."""

    code: Text | None = None
    result: Literal["ok", "adjusted", "replaced", "defect"] | None = None
    note: LongText | None = None


class Maintenance(Wire):
    """A visit begins or ends."""

    phase: Literal["in", "out"] | None = None
    technician: Text | None = None
    method: Literal["qr", "nfc", "mode"] | None = None
    work: Literal["half_month", "quarter", "half_year", "year", "repair", "rescue"] | None = None
    items: Annotated[list[Item], Meta(max_length=500)] | None = None


KINDS: dict[str, type[Wire]] = {
    "register": Register,
    "online": Online,
    "state": State,
    "ride": Ride,
    "door": Door,
    "button": Button,
    "burst": Burst,
    "event": Event,
    "emergency_call": EmergencyCall,
    "counters": Counters,
    "health": Health,
    "maintenance": Maintenance,
}
RETAINED = frozenset({"register", "online", "state"})
COUNTING = frozenset({"terminal", "gateway"})
"""Sources that number their messages; foreign formats do not."""


class Message(Struct, kw_only=True):
    """One message, understood: who, when by our judgement, and what was said.

    `at_ms` is event time as it is to be judged, `stored_ms` the time of its point in the
    telemetry store (the same except for retained kinds handed out again long after), and `body`
    holds the fields of its kind with the times inside moved where the terminal's clock is wrong.
    `source` is `terminal`, `gateway`, or the dialect of a foreign format. `again`: it was a dead
    letter, so it says nothing of when its terminal was last heard.
    """

    area: str
    estate: str
    lift: str
    kind: str
    source: str
    at_ms: int
    stored_ms: int
    received_ms: int
    clock_ok: bool
    late: bool
    exercise: bool
    body: Wire
    set_aside: tuple[tuple[str, str], ...] = ()
    again: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether its sender counts what it sends; else `seq` is a hash and a gap is none."""
        return self.source in COUNTING

    @property
    def terminal(self) -> str:
        """The sender."""
        return self.body.terminal

    @property
    def boot(self) -> str:
        """The sender's boot; with terminal and seq the identity of the message."""
        return self.body.boot

    @property
    def seq(self) -> int:
        """The sender's count."""
        return self.body.seq


class Rejection(Struct, kw_only=True):
    """What could not be used, and why; `element` is its place in an array."""

    reason: str
    detail: str
    topic: str
    payload: bytes
    received_ms: int
    element: int | None = None
