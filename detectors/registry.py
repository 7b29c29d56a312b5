"""All detectors, by name; knowing one of them is knowing all."""

from detectors.contract import Detector
from detectors.rules.button_dead import ButtonDead
from detectors.rules.door_blocked import DoorBlocked
from detectors.rules.door_fault import DoorFault
from detectors.rules.emergency_call import EmergencyCall
from detectors.rules.entrapment import Entrapment
from detectors.rules.free_fall import FreeFall
from detectors.rules.moving_with_open_door import MovingWithOpenDoor
from detectors.rules.out_of_service import OutOfService
from detectors.rules.overspeed import Overspeed
from detectors.rules.reported import Reported
from detectors.rules.terminal_offline import TerminalOffline
from detectors.rules.unintended_movement import UnintendedMovement

DETECTORS: tuple[type[Detector], ...] = (
    FreeFall,
    Overspeed,
    MovingWithOpenDoor,
    UnintendedMovement,
    Entrapment,
    DoorFault,
    DoorBlocked,
    ButtonDead,
    OutOfService,
    EmergencyCall,
    TerminalOffline,
    Reported,
)
BY_NAME: dict[str, type[Detector]] = {detector.name: detector for detector in DETECTORS}
