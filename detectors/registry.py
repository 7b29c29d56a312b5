"""All detectors, by name; knowing one of them is knowing all."""

from detectors.contract import Detector
from detectors.rules.battery_low import BatteryLow
from detectors.rules.button_dead import ButtonDead
from detectors.rules.button_stuck import ButtonStuck
from detectors.rules.door_blocked import DoorBlocked
from detectors.rules.door_fault import DoorFault
from detectors.rules.door_impact import DoorImpact
from detectors.rules.emergency_call import EmergencyCall
from detectors.rules.entrapment import Entrapment
from detectors.rules.free_fall import FreeFall
from detectors.rules.heavy_haulage import HeavyHaulage
from detectors.rules.levelling_error import LevellingError
from detectors.rules.machine_room_hot import MachineRoomHot
from detectors.rules.mains_lost import MainsLost
from detectors.rules.moving_with_open_door import MovingWithOpenDoor
from detectors.rules.out_of_service import OutOfService
from detectors.rules.outside_zone import OutsideZone
from detectors.rules.overload import Overload
from detectors.rules.overrun import Overrun
from detectors.rules.overspeed import Overspeed
from detectors.rules.position_lost import PositionLost
from detectors.rules.reported import Reported
from detectors.rules.ride_anomaly import RideAnomaly
from detectors.rules.run_time_limit import RunTimeLimit
from detectors.rules.terminal_offline import TerminalOffline
from detectors.rules.unintended_movement import UnintendedMovement

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
    ButtonStuck,
    LevellingError,
    PositionLost,
    RunTimeLimit,
    OutOfService,
    EmergencyCall,
    MainsLost,
    MachineRoomHot,
    BatteryLow,
    Overload,
    HeavyHaulage,
    RideAnomaly,
    TerminalOffline,
    Reported,
)
BY_NAME: dict[str, type[Detector]] = {detector.name: detector for detector in DETECTORS}
