"""The vendor box ("Maixin", its list for authorities), 1 to 42; 23 to 36 are of escalators.

42 is in no row: one place of the vendor's own calls it a faulty pressure sensor, another a stop at
a landing to be taken for an entrapment. It is stored and shown, until somebody with a box tells.
"""

from ingest.dialects.codes import MODE, Code

WIDTH = 1
ESCALATOR = "of an escalator, no incident of a lift"

CODES = {
    "1": Code("overrun", "past the top landing 冲顶"),
    "2": Code("overrun", "past the bottom landing 蹲底"),
    "3": Code("overspeed", "overspeed 超速"),
    "4": Code("moving_with_open_door", "door opened while running 运行中开门"),
    # The vendor's name of 5 is `ucmp`; the table has it in both rows, and both are severity 1.
    "5": Code("unintended_movement", "moving with open door 开门走车"),
    "6": Code("stopped_outside_zone", "stopped outside the door zone 门区外停梯"),
    "7": Code("entrapment", "people held, level 平层关人"),
    "8": Code("entrapment", "people held, not level 非平层关人"),
    "9": Code("mains_lost", "mains off 停电"),
    "10": Code("safety_chain_open", "safety chain open 安全回路断路"),
    "11": Code("door_fault", "door does not open 开门故障"),
    "12": Code("door_fault", "door does not close 关门故障"),
    "13": Code("safety_chain_open", "door-lock chain open 门锁回路断路"),
    "14": Code("button_stuck", "button stuck 按钮粘连"),
    # In the row of overspeed, and so passed on by the vendor.
    "15": Code("overspeed", "speed abnormal 运行速度异常"),
    "16": Code("brake_wear", "brake system fault 制动系统故障"),
    "17": Code("run_time_limit", "motor run-time limiter 电动机运转时间限制器动作"),
    "18": Code(None, "temperature sensor abnormal 温度传感器异常"),
    "19": Code("position_lost", "floor position lost 楼层信息丢失"),
    "20": Code("door_blocked", "obstructed while closing 关门时受阻挡"),
    "21": Code("emergency_call", "passenger calls 用户报警"),
    "22": Code("battery_low", "battery of the box low 电池电量"),
    "23": Code(None, f"safety chain open 安全回路断路: {ESCALATOR}"),
    "24": Code(None, f"overspeed protection 超速保护: {ESCALATOR}"),
    "25": Code(None, f"reversal protection 非操纵逆转保护: {ESCALATOR}"),
    "26": Code(None, f"step missing 梯级缺失保护: {ESCALATOR}"),
    "27": Code(None, "other, not told what 未分类故障"),
    "28": Code(None, f"back to automatic: {MODE}"),
    "29": Code(None, f"inspection: {MODE}"),
    "30": Code(None, f"mains off 主电源断开: {ESCALATOR}"),
    "31": Code(None, f"emergency stop 紧急停止开关动作: {ESCALATOR}"),
    "32": Code(None, f"cover open 检修盖板和(或)楼层板打开: {ESCALATOR}"),
    "33": Code(None, f"tread missing 踏板缺失保护: {ESCALATOR}"),
    "34": Code(None, f"brake not released 制动系统未释放: {ESCALATOR}"),
    "35": Code(None, f"comb plate blocked 梳齿板卡阻: {ESCALATOR}"),
    "36": Code(None, f"inspection 扶梯检修模式: {ESCALATOR}"),
    "37": Code(None, "e-bike in the car 电动车乘梯: conduct, no incident of the lift"),
    "38": Code("vibration_wear", "abnormal vibration 电梯异常震动"),
    "39": Code(None, "no mask worn 未佩戴口罩: conduct, no incident of the lift"),
    "40": Code("door_fault", "door motor blocked 门电机阻塞"),
    "41": Code("mains_lost", "switched off 主动开关断电"),
}
