"""The MQTT device JTC340: 10xx faults, 20xx alarms, 30xx of itself, `lock/N` people held.

Codes, and what its published tests call them. What it reports of itself has no end: it is shown and
raises nothing, and masks no detector, for nothing would ever unmask it.
"""

from ingest.dialects.codes import Code

WIDTH = 4

CODES = {
    "1001": Code("unintended_movement", "unintended car movement 轿厢意外移动"),
    "1002": Code("moving_with_open_door", "moving with open door 开门走梯"),
    "1003": Code("stopped_outside_zone", "stopped outside the zone 区域外停梯"),
    "1004": Code("overrun", "past the top landing 冲顶"),
    "1005": Code("overrun", "past the bottom landing 蹲底"),
    "1006": Code("door_fault", "door does not open 开门故障"),
    "1007": Code("door_fault", "door does not close 关门故障"),
    "1008": Code("door_blocked", "door opens and closes again and again 反复开关门故障"),
    "1009": Code("mains_lost", "mains off 主电源断电"),
    "2002": Code("door_blocked", "door opens and closes again and again 反复开关门"),
    "2003": Code("door_blocked", "door held for long 长时间挡门"),
    "3001": Code(None, "door sensor of the device abnormal 门传感器异常"),
    "3002": Code(None, "presence sensor of the device abnormal 人体传感器异常"),
    "3003": Code(None, "floor sensor of the device abnormal 楼层传感器异常"),
    "3004": Code(None, "battery of the device low 蓄电池电压低"),
    "lock/0": Code("entrapment", "people held outside the zone 区域外困人"),
    "lock/1": Code("entrapment", "people held, level 平层内区域困人"),
    "lock/2": Code("entrapment", "people held, not level 平层外区域困人"),
}
