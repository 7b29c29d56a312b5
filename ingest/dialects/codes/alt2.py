"""The other two-digit schema: 08 is a door opened while running and 11 overspeed here."""

from ingest.dialects.codes import Code

WIDTH = 2

CODES = {
    "00": Code(None, "no fault"),
    "01": Code("safety_chain_open", "safety chain open while running 安全回路断路"),
    "02": Code("door_fault", "door does not close 关门故障"),
    "03": Code("door_fault", "door does not open 开门故障"),
    "04": Code("stopped_outside_zone", "stopped outside the unlocking zone 开锁区域外停止"),
    "05": Code("unintended_movement", "unintended car movement 轿厢意外移动"),
    "06": Code("run_time_limit", "motor run-time limiter 电动机运转时间限制器动作"),
    "07": Code("position_lost", "floor position lost 楼层位置丢失"),
    "08": Code("moving_with_open_door", "door opened while running 运行中开门"),
    "09": Code("overrun", "past the top landing 冲顶"),
    "10": Code("overrun", "past the bottom landing 蹲底"),
    "11": Code("overspeed", "overspeed 超速"),
    "12": Code("moving_with_open_door", "moving with open door 开门走梯"),
    "13": Code("run_time_limit", "running too long 运行超时"),
    # 20 re-openings at one stop are a door that is blocked (contract, defaults of the rules).
    "14": Code("door_blocked", "door opens and closes again and again 反复开关门"),
    "15": Code("emergency_call", "alarm button 报警按钮"),
    "99": Code(None, "other, not told what"),
}
