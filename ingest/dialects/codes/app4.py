"""The four-digit codes of an app for estates."""

from ingest.dialects.codes import MODE, Code

WIDTH = 4

CODES = {
    "0101": Code("entrapment", "people held in the car"),
    "0201": Code("door_fault", "door fault"),
    "0202": Code("safety_chain_open", "safety chain open"),
    "0203": Code("stopped_outside_zone", "stopped outside the door zone"),
    "0204": Code("overrun", "past the bottom landing"),
    "0205": Code("overrun", "past the top landing"),
    "0207": Code("unintended_movement", "unintended car movement"),
    "0313": Code("terminal_offline", "device offline"),
    "0314": Code(None, "long standing at a floor: nobody has called it, or it is blocked"),
    "0315": Code("out_of_service", "suspected to have stopped"),
    "0317": Code(None, "e-bike in the car: conduct, no incident of the lift"),
    "0401": Code(None, f"out of service: {MODE}"),
    "0402": Code(None, f"inspection: {MODE}"),
}
