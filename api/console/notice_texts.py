"""What a notice says before anybody edits it: our own wording, in both languages side by side.

A notice is kept with both texts whatever language its author reads, so both stand here and neither
is a translation made when it is shown.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Wording(NamedTuple):
    """A notice's title and text in both languages."""

    title_zh: str
    title_en: str
    zh: str
    en: str


WORDINGS: Mapping[str, Wording] = {
    "doors": Wording(
        "请勿阻挡电梯门",
        "Please do not block the doors",
        "近期本楼电梯门多次被长时间阻挡。请不要用身体、箱包或杂物挡门，需要等人时请按住开门按钮；"
        "阻挡会损坏门机，造成停梯，也会让邻居久等。",
        "The doors in this building have been kept blocked several times lately. Please do not hold"
        " them with your body, a bag or a box: press the door button instead. Blocking wears the"
        " doors out, stops the lift, and keeps your neighbours waiting.",
    ),
    "overload": Wording(
        "请勿超载乘梯",
        "Please do not overload the lift",
        "近期本楼电梯多次超载。听到超载提示音时，请最后进入的乘客先退出，等候下一趟。",
        "The lift in this building has been overloaded several times lately. When it signals"
        " overload, whoever came in last please steps out and takes the next ride.",
    ),
    "material": Wording(
        "搬运装修材料请先联系物业",
        "Building material: please ask us first",
        "近期有住户用电梯连续搬运重物。搬运装修材料、家具前请先联系物业，做好轿厢保护，"
        "分次少量装载，不要集中堆放在一侧，运完请清扫轿厢。",
        "Heavy goods have been carried in series lately. Before you carry building material or"
        " furniture, please ask the property manager; protect the car, take little at a time,"
        " spread the load, and sweep the car afterwards.",
    ),
    "ebikes": Wording(
        "电动自行车及电池禁止进电梯",
        "No electric bicycles or batteries in the lift",
        "电动自行车及其电池在轿厢内起火，几秒钟就会充满浓烟，无处可逃。请停放在室外指定地点充电。",
        "A battery that catches fire fills the car with smoke within seconds, and there is no way"
        " out. Please park and charge electric bicycles outside, where places are marked.",
    ),
    "children": Wording(
        "请看护好乘梯的儿童",
        "Please look after children in the lift",
        "儿童请由成年人陪同乘梯。不要让孩子扒门、倚门、蹦跳，也不要把手放在门缝处；"
        "牵引绳、书包带不要被门夹住。",
        "Children ride with somebody grown-up. Please do not let them lean on or pull at the doors,"
        " jump, or put their hands to the gap; mind leads and straps.",
    ),
    "buttons": Wording(
        "请轻按电梯按钮",
        "Please press buttons gently",
        "近期本楼电梯按钮多次卡住或失灵。请用手指轻按一次，不要用钥匙、伞尖等硬物敲击或反复按压。",
        "Buttons in this building have been stuck or dead several times lately. Please press once"
        " with a finger, not with keys or an umbrella, and not again and again.",
    ),
    "outage": Wording(
        "电梯计划停运通知",
        "Planned outage of the lift",
        "因检修需要，电梯将在所列时间停止使用。给您带来不便，敬请谅解。",
        "The lift will be out of service at the times given, for work on it. We are sorry for the"
        " trouble.",
    ),
}
