"""GB/T 24476-2017: codes 0 to 8 are faults, 40 to 47 events, 90 the alarm button.

As an implementation of the standard on BACnet writes them; the standard itself is not public.
"""

from ingest.dialects.codes import MODE, Code

WIDTH = 1

CODES = {
    "0": Code(None, "no fault"),
    "1": Code("safety_chain_open", "safety chain open while running 安全回路断路"),
    "2": Code("door_fault", "door does not close 关门故障"),
    "3": Code("door_fault", "door does not open 开门故障"),
    "4": Code("stopped_outside_zone", "stopped outside the unlocking zone 开锁区域外停止"),
    "5": Code("unintended_movement", "unintended car movement 轿厢意外移动"),
    "6": Code("run_time_limit", "motor run-time limiter 电动机运转时间限制器动作"),
    "7": Code("position_lost", "floor position lost 楼层位置丢失"),
    "8": Code("out_of_service", "kept from starting again after a fault 防止电梯再运行故障"),
    "40": Code(None, f"back to automatic: {MODE}"),
    "41": Code("mains_lost", "mains off 主电源断电"),
    "42": Code(None, f"out of service: {MODE}"),
    "43": Code(None, f"inspection: {MODE}"),
    "44": Code(None, f"fire return: {MODE}"),
    "45": Code(None, f"firefighter: {MODE}"),
    "46": Code(None, f"emergency power: {MODE}"),
    "47": Code(None, f"earthquake: {MODE}"),
    "90": Code("emergency_call", "alarm button 报警按钮"),
}
