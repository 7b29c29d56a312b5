"""How a kind is called outside: the codes of GB/T 24476 and of the schemas built upon it.

The numbers are those of domain report 1.4: `gb` of GB/T 24476-2017 where it has one, `push` the
two digits of the schema of platforms, `slug` a name of ours.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Code(NamedTuple):
    """A row: the code of the standard, the two digits of the push, and the name in Chinese."""

    gb: str | None
    push: str
    name: str


OTHER = Code(None, "99", "其他")
CODES: Mapping[str, Code] = {
    "entrapment": Code(None, "11", "困人"),
    "entrapment_suspected": Code(None, "11", "疑似困人"),
    "emergency_call": Code("90", "99", "报警按钮"),
    "safety_chain_open": Code("1", "01", "安全回路断路"),
    "door_fault": Code("3", "03", "开关门故障"),
    "stopped_outside_zone": Code("4", "04", "开锁区域外停止"),
    "unintended_movement": Code("5", "05", "轿厢意外移动"),
    "moving_with_open_door": Code("5", "05", "开门走梯"),
    "run_time_limit": Code("6", "06", "电动机运转时间限制器动作"),
    "position_lost": Code("7", "07", "楼层位置丢失"),
    "overrun": Code(None, "09", "冲顶或蹲底"),
    "overspeed": Code(None, "99", "超速"),
    "free_fall": Code(None, "99", "失控下坠"),
    "mains_lost": Code("41", "99", "断电"),
    "out_of_service": Code("42", "99", "停止服务"),
    "button_stuck": Code(None, "99", "按钮粘连"),
}


def code_of(kind: str) -> Code:
    """The row of a kind.

    >>> code_of("position_lost").gb, code_of("ageing").push
    ('7', '99')
    """
    return CODES.get(kind, OTHER)
