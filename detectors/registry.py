"""All detectors, by name; knowing one of them is knowing all."""

from detectors.contract import Detector
from detectors.rules.battery_low import BatteryLow
from detectors.rules.brake_wear import BrakeWear
from detectors.rules.button_dead import ButtonDead
from detectors.rules.button_silent import ButtonSilent
from detectors.rules.button_stuck import ButtonStuck
from detectors.rules.calendar import Calendar
from detectors.rules.door_blocked import DoorBlocked
from detectors.rules.door_fault import DoorFault
from detectors.rules.door_impact import DoorImpact
from detectors.rules.door_wear import DoorWear
from detectors.rules.emergency_call import EmergencyCall
from detectors.rules.entrapment import Entrapment
from detectors.rules.free_fall import FreeFall
from detectors.rules.heavy_haulage import HeavyHaulage
from detectors.rules.levelling_drift import LevellingDrift
from detectors.rules.levelling_error import LevellingError
from detectors.rules.machine_room_hot import MachineRoomHot
from detectors.rules.mains_lost import MainsLost
from detectors.rules.maintenance_contradicted import MaintenanceContradicted
from detectors.rules.moving_with_open_door import MovingWithOpenDoor
from detectors.rules.out_of_service import OutOfService
from detectors.rules.outside_zone import OutsideZone
from detectors.rules.overload import Overload
from detectors.rules.overrun import Overrun
from detectors.rules.overspeed import Overspeed
from detectors.rules.position_lost import PositionLost
from detectors.rules.reported import Reported
from detectors.rules.ride_anomaly import RideAnomaly
from detectors.rules.rope_slip import RopeSlip
from detectors.rules.run_time_limit import RunTimeLimit
from detectors.rules.terminal_offline import TerminalOffline
from detectors.rules.unintended_movement import UnintendedMovement
from detectors.rules.vibration_wear import VibrationWear

DETECTORS: tuple[type[Detector], ...] = (
    FreeFall,
    Overspeed,
    MovingWithOpenDoor,
    UnintendedMovement,
    Overrun,
    Entrapment,
    OutsideZone,
    DoorFault,
    DoorImpact,
    DoorBlocked,
    ButtonDead,
    ButtonSilent,
    ButtonStuck,
    LevellingError,
    LevellingDrift,
    PositionLost,
    RunTimeLimit,
    OutOfService,
    EmergencyCall,
    MainsLost,
    MachineRoomHot,
    BatteryLow,
    Overload,
    HeavyHaulage,
    BrakeWear,
    RopeSlip,
    VibrationWear,
    DoorWear,
    RideAnomaly,
    TerminalOffline,
    Calendar,
    MaintenanceContradicted,
    Reported,
)
BY_NAME: dict[str, type[Detector]] = {detector.name: detector for detector in DETECTORS}
