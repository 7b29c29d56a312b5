"""Items of the check lists A-1 (half a month) and A-2 (quarter) of TSG T5002-2017.

Codes, numbers of items and which list they belong to are those of the annex as transcribed in a
public source (domain 5.1, S43). The text of the rule itself we have not read: no sentence here is
the official one. All wording is our own; `named` says that domain 5.1 tells of that item what it
is about, the others we know from memory and they are to be held against the bought text.
"""

from typing import Literal, NamedTuple

Place = Literal["room", "shaft", "car", "landing", "pit"]


class Item(NamedTuple):
    """One row: its code, where it is done, our words for it in English and Chinese.

    `key` items want a photograph (domain 5.1: tests and measurements). `kinds` are the incidents it
    bears on; `judged` ones are held against the signals for a day (contract, `maintenance_
    contradicted`). `named` as above.
    """

    code: str
    place: Place
    en: str
    zh: str
    named: bool = True
    key: bool = False
    kinds: tuple[str, ...] = ()
    judged: bool = False


OFTEN: tuple[Item, ...] = (
    Item(
        "A-1-01",
        "room",
        "Machine and pulley room: clean, lockable, lit",
        "机房、滑轮间：干净，门窗能关好，照明亮",
        named=False,
    ),
    Item(
        "A-1-02",
        "room",
        "Tools for moving the car by hand: complete and in their place",
        "手动救援盘车工具：齐全，放在固定位置",
        named=False,
    ),
    Item(
        "A-1-03",
        "room",
        "Machine: runs without unusual noise or vibration",
        "曳引机：运转没有异响、异常振动",
        kinds=("vibration_wear",),
    ),
    Item(
        "A-1-04",
        "room",
        "Brake pins and joints: move freely",
        "制动器销轴：活动灵活",
        kinds=("brake_wear",),
    ),
    Item(
        "A-1-05",
        "room",
        "Brake gap: opens clear of the drum, gap as the maker says",
        "制动器间隙：松闸时不擦碰，间隙按制造单位要求",
        kinds=("brake_wear",),
    ),
    Item(
        "A-1-06",
        "room",
        "Brake as stop against unintended movement: its own monitoring has a record",
        "制动器（防意外移动）自监测：有检测记录",
        key=True,
        kinds=("unintended_movement",),
    ),
    Item("A-1-07", "room", "Encoder: clean and firm", "编码器：干净，装得牢"),
    Item(
        "A-1-08",
        "room",
        "Governor: joints greased and free, its switch works",
        "限速器：销轴润滑灵活，电气开关有效",
        kinds=("overspeed",),
    ),
    Item("A-1-09", "room", "Device that bridges door contacts: works", "层门、轿门旁路装置：有效"),
    Item(
        "A-1-10", "room", "Emergency electric operation: works", "紧急电动运行：有效", named=False
    ),
    Item(
        "A-1-11",
        "shaft",
        "Top of the car: clean, railing firm",
        "轿顶：干净，护栏牢固",
        named=False,
    ),
    Item(
        "A-1-12",
        "shaft",
        "Top of the car: inspection switch and stop work",
        "轿顶检修开关、急停：有效",
        named=False,
    ),
    Item(
        "A-1-13",
        "shaft",
        "Oilers of guide shoes: felt complete, enough oil, no leak",
        "导靴油杯：油毡完整，油量合适，不漏",
        named=False,
    ),
    Item(
        "A-1-14",
        "shaft",
        "Weights of the counterweight: none loose, clamped",
        "对重块：不松动，压板压紧",
        named=False,
    ),
    Item(
        "A-1-15",
        "shaft",
        "Light in the shaft: complete and working",
        "井道照明：完整，能亮",
        named=False,
    ),
    Item(
        "A-1-16",
        "car",
        "Light, fan and emergency light of the car: work",
        "轿厢照明、风扇、应急灯：有效",
        named=False,
    ),
    Item(
        "A-1-17",
        "car",
        "Inspection switch and stop in the car: work",
        "轿厢检修开关、急停：有效",
        named=False,
    ),
    Item(
        "A-1-18",
        "car",
        "Alarm and intercom of the car: work",
        "轿厢报警和对讲：有效",
        kinds=("emergency_call_untested",),
        judged=True,
    ),
    Item(
        "A-1-19",
        "car",
        "Display, buttons and card reader of the car: complete and effective",
        "轿厢显示、按钮、读卡：齐全有效",
        kinds=("button_dead", "button_stuck"),
        judged=True,
    ),
    Item(
        "A-1-20",
        "car",
        "Door protection (edge or light curtain): works",
        "防夹装置（触板或光幕）：有效",
        kinds=("door_impact",),
    ),
    Item(
        "A-1-21",
        "car",
        "Contact of the car door lock: clean, makes good contact",
        "轿门锁触点：干净，接触好，接线牢",
        kinds=("moving_with_open_door",),
    ),
    Item(
        "A-1-22",
        "car",
        "Car door: opens and closes properly",
        "轿门开关：运行正常",
        kinds=("door_fault", "door_impact"),
        judged=True,
    ),
    Item(
        "A-1-23",
        "car",
        "Levelling accuracy: up to standard",
        "平层准确度：达到标准",
        kinds=("levelling_error",),
        judged=True,
    ),
    Item(
        "A-1-24",
        "landing",
        "Landing calls and indicators: complete and effective",
        "层站召唤、楼层显示：齐全有效",
        kinds=("button_dead", "button_stuck"),
        judged=True,
    ),
    Item("A-1-25", "landing", "Sills of landing doors: clean", "层门地坎：干净", named=False),
    Item(
        "A-1-26",
        "landing",
        "Landing doors close by themselves",
        "层门自闭：有效",
        kinds=("door_fault",),
    ),
    Item(
        "A-1-27",
        "landing",
        "Locks of landing doors: reset after the key is released",
        "层门锁：松开钥匙后自行复位",
    ),
    Item(
        "A-1-28",
        "landing",
        "Contacts of landing door locks: clean, make good contact",
        "层门锁触点：干净，接触好，接线牢",
        kinds=("moving_with_open_door",),
    ),
    Item(
        "A-1-29",
        "landing",
        "Locks of landing doors: engage at least 7 mm",
        "层门锁钩啮合：不少于 7 毫米",
        kinds=("door_fault",),
    ),
    Item("A-1-30", "pit", "Pit: clean, dry and lit", "底坑：干净，无积水，照明亮"),
    Item("A-1-31", "pit", "Stop switch of the pit: works", "底坑急停：有效"),
    Item(
        "A-2-01",
        "room",
        "Oil of the gear: enough, no leak beyond the worm's end",
        "减速箱油：油量合适，除蜗杆端外不渗",
        named=False,
    ),
    Item(
        "A-2-02",
        "room",
        "Brake lining: clean, worn less than the maker allows",
        "制动衬：干净，磨损不超制造单位规定",
        kinds=("brake_wear",),
    ),
    Item("A-2-03", "room", "Encoder: works", "编码器：工作正常"),
    Item(
        "A-2-04",
        "room",
        "Contacts of a mechanical selector: clean, not burnt",
        "选层器触点：干净，无烧蚀",
        named=False,
    ),
    Item(
        "A-2-05",
        "room",
        "Ropes and sheave grooves: clean, tension even",
        "曳引绳、轮槽：干净，张力均匀",
        kinds=("rope_slip",),
    ),
    Item("A-2-06", "room", "Governor rope and its groove: clean", "限速器绳、轮槽：干净，无油污"),
    Item(
        "A-2-07",
        "shaft",
        "Guide shoes and rollers: clean, worn less than allowed",
        "靴衬、滚轮：干净，磨损不超规定",
        kinds=("vibration_wear",),
    ),
    Item(
        "A-2-08",
        "car",
        "Contact that proves the car door closed: works",
        "验证轿门关闭的触点：有效",
        kinds=("moving_with_open_door",),
    ),
    Item(
        "A-2-09",
        "landing",
        "Ropes, chains and belts of doors: cleaned and adjusted",
        "门系统钢丝绳、链条、皮带：清洁并调整",
        kinds=("door_wear",),
    ),
    Item(
        "A-2-10",
        "landing",
        "Shoes of landing doors: worn less than allowed",
        "层门导靴：磨损不超规定",
        kinds=("door_wear",),
    ),
    Item("A-2-11", "landing", "Switch for the fire service: works", "消防开关：有效"),
    Item(
        "A-2-12",
        "pit",
        "Oil buffer: contact works, enough oil, plunger without rust",
        "液压缓冲器：触点有效，油量合适，柱塞无锈",
    ),
    Item(
        "A-2-13",
        "pit",
        "Tension wheel of the governor and its contact: work",
        "限速器张紧轮和触点：工作正常",
    ),
)
