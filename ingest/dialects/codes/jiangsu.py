"""The two-digit exchange schema: 08 is the anti-restart fault and 11 the entrapment here."""

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
    "08": Code("out_of_service", "kept from starting again after a fault 防止电梯再运行故障"),
    "09": Code("overrun", "past the top landing 冲顶"),
    "10": Code("overrun", "past the bottom landing 蹲底"),
    "11": Code("entrapment", "people held in the car 困人"),
}
