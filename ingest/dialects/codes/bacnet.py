"""BACnetLiftFault of ASHRAE 135, 0 to 16; modes of a lift are another enumeration and no faults."""

from ingest.dialects.codes import Code

WIDTH = 1
NEAREST = "nearest of the contract's kinds"

CODES = {
    "0": Code(None, "controller fault: other, not told what"),
    "1": Code("brake_wear", f"drive and motor fault, the brake among them ({NEAREST})"),
    "2": Code("overspeed", "governor and safety gear fault"),
    "3": Code("overrun", f"lift shaft device fault, a final limit among them ({NEAREST})"),
    "4": Code("mains_lost", "power supply fault"),
    "5": Code("safety_chain_open", "safety interlock fault"),
    "6": Code("door_fault", "door closing fault"),
    "7": Code("door_fault", "door opening fault"),
    "8": Code("stopped_outside_zone", "car stopped outside landing zone"),
    "9": Code("button_stuck", "call button stuck"),
    "10": Code("out_of_service", f"start failure ({NEAREST})"),
    "11": Code(None, "controller supply fault"),
    "12": Code(None, "self test failure"),
    "13": Code("run_time_limit", "run-time limit exceeded"),
    "14": Code("position_lost", "position lost"),
    "15": Code(None, "drive temperature exceeded"),
    "16": Code(None, "load measurement fault"),
}
