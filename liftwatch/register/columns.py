"""The sheets that can be imported: their columns, by our names and by the words people use."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from liftwatch.register import cells, floors
from liftwatch.register.cells import Reader
from liftwatch.register.doubts import Doubt, Wrong
from liftwatch.register.facts import Facts
from liftwatch.register.places import judge_place
from liftwatch.register.record import SITE, Site
from liftwatch.said import Said


class LiftRow(Struct, frozen=True, kw_only=True):
    """A lift of a sheet: its place in topics, its facts, and what only people tell."""

    area: str
    estate: str
    lift: str
    facts: Facts
    site: Site = Site()


class HouseholdRow(Struct, frozen=True, kw_only=True):
    """A household of a sheet: its door and what the fund counts by; nobody's name."""

    area: str
    estate: str
    building: str
    unit: str | None = None
    number: str
    floor_area_dm2: int
    developer_owned: bool | None = None


class OrganisationRow(Struct, frozen=True, kw_only=True):
    """An organisation of a sheet; `kind` is a role of the contract, section 4."""

    name: str
    kind: str
    credit_code: str | None = None
    phone: str | None = None
    duty_phone: str | None = None
    email: str | None = None


class PlaceRow(Struct, frozen=True, kw_only=True):
    """A place of a sheet: an area, an estate of it, or a building of that, and its name."""

    area: str
    estate: str = ""
    building: str = ""
    told: dict[str, Any]


Found = tuple[str, Doubt]
"""Our name of a column, and what was found in it."""


class Column(NamedTuple):
    """A column: our name, how its cells are read, what else heads it, in which units it may be."""

    name: str
    read: Reader
    headings: tuple[str, ...] = ()
    required: bool = False
    units: tuple[str, ...] = ()


class Sheet(NamedTuple):
    """A kind of sheet. `keys` are columns that no two rows may share; the last is never unknown.

    `build` makes a row of the values and tells what does not go together; with a `Wrong` among
    that the row is None.
    """

    name: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    build: Callable[[dict[str, Any]], tuple[Any, list[Found]]]


def _measure(name: str, low: float, high: float, *headings: str, units: tuple[str, ...]) -> Column:
    return Column(name, cells.number(low, high, *units), headings, units=units)


_YES_NO = cells.one_of(
    dict.fromkeys(("true", "yes", "y", "1", "是", "有"), True)
    | dict.fromkeys(("false", "no", "n", "0", "否"), False),
    Said("write yes or no"),
)
_DATUM = cells.one_of(
    # CGCS2000 and WGS 84 differ by centimetres.
    dict.fromkeys(("wgs84", "wgs-84", "wgs 84", "cgcs2000"), "wgs84")
    | dict.fromkeys(("gcj02", "gcj-02", "gcj 02", "高德", "腾讯", "火星坐标"), "gcj02"),
    Said("a datum is wgs84 or gcj02"),
)
_ROPING = cells.one_of({"1": 1, "1:1": 1, "2": 2, "2:1": 2}, Said("a roping is 1:1 or 2:1"))
KINDS: Mapping[str, tuple[str, ...]] = {
    "property": ("物业", "物业公司", "物业服务企业", "使用单位", "使用管理单位"),
    "maintenance": ("维保", "维保单位", "维护保养单位"),
    "supervision": ("市场监管", "市场监管局", "市场监督管理局", "监管部门"),
    "rescue": ("救援", "应急", "应急处置中心", "96333"),
    "custodian": ("维修资金", "资金管理", "维修资金管理中心"),
    "committee": ("业委会", "业主委员会"),
    "bureau": ("住建局", "房管局", "房产局"),
    "street": ("街道", "街道办", "街道办事处", "镇"),
    "inspector": ("检验机构", "特检院", "检验检测机构"),
    "auditor": ("审价", "审计", "造价咨询"),
    "fire": ("消防", "消防救援", "消防救援站", "119"),
}
"""The roles that organisations have (contract, section 4), the fire service, whose people have
none, and the words for them in sheets."""
KINDS_SAID = Said(
    "property, maintenance, supervision, rescue, custodian, committee, bureau, street,"
    " inspector, auditor, fire"
)
assert ", ".join(KINDS) == KINDS_SAID, "a kind that nobody is told of"
_KIND = cells.one_of(
    {word: kind for kind, words in KINDS.items() for word in (kind, *words)},
    Said("a kind is one of %(kinds)s", kinds=KINDS_SAID),
)

_AREA = Column("area", cells.area, ("行政区划", "行政区划代码", "区划代码", "区域代码"), True)
_ESTATE = Column("estate", cells.estate, ("小区", "小区名称", "楼盘", "楼盘名称"), True)
_BUILDINGS = ("楼栋", "楼栋号", "栋", "栋号", "幢", "幢号", "楼号")
_UNITS = ("单元", "单元号", "梯号")


def _lift(values: dict[str, Any]) -> tuple[LiftRow | None, list[Found]]:
    """A lift is called by its name, else by its equipment code."""
    name = values.get("lift") or values.get("equipment_code")
    found: list[Found] = []
    if name is None:
        found.append(("lift", Wrong(Said("a lift needs its name, or its equipment code"))))
    doubt = judge_place(values.get("latitude"), values.get("longitude"), values.get("datum"))
    if doubt is not None:
        found.append(("latitude", doubt))
    for first, then, text in _ORDER:
        if values.get(first) and values.get(then) and values[then] < values[first]:
            found.append((then, Wrong(text)))
    if name is None or any(isinstance(doubt, Wrong) for _, doubt in found):
        return None, found
    own = _OWN.union(SITE)
    facts = Facts(**{key: value for key, value in values.items() if key not in own})
    site = Site(**{key: value for key, value in values.items() if key in SITE})
    place = {"area": values["area"], "estate": values["estate"], "lift": name}
    return LiftRow(**place, facts=facts, site=site), found


_OWN = frozenset({"area", "estate", "lift"})
_ORDER = (
    ("inspected_on", "next_inspection_on", Said("the next inspection is before the last")),
    ("installed_on", "renewed_on", Said("it was renewed before it was installed")),
)


def _household(values: dict[str, Any]) -> tuple[HouseholdRow, list[Found]]:
    rest = {key: value for key, value in values.items() if key != "floor_area_m2"}
    return HouseholdRow(**rest, floor_area_dm2=values["floor_area_m2"]), []


def _organisation(values: dict[str, Any]) -> tuple[OrganisationRow, list[Found]]:
    return OrganisationRow(**values), []


def _place(values: dict[str, Any]) -> tuple[PlaceRow | None, list[Found]]:
    """A building is one of an estate."""
    found: list[Found] = []
    if values.get("building") and not values.get("estate"):
        found.append(("building", Wrong(Said("a building is one of an estate: say which"))))
    doubt = judge_place(values.get("latitude"), values.get("longitude"), values.get("datum"))
    if doubt is not None:
        found.append(("latitude", doubt))
    if any(isinstance(doubt, Wrong) for _, doubt in found):
        return None, found
    key = {name: values[name] for name in ("area", "estate", "building") if name in values}
    told = {name: value for name, value in values.items() if name not in key}
    return PlaceRow(**key, told=told), found


LIFTS = Sheet(
    "lifts",
    (
        _AREA,
        _ESTATE,
        Column("lift", cells.lift, ("电梯编号", "电梯名称", "梯名")),
        Column(
            "equipment_code",
            cells.equipment_code,
            ("设备代码", "特种设备代码", "设备注册代码", "注册代码", "电梯注册代码"),
        ),
        Column(
            "rescue_code",
            cells.rescue_code,
            ("识别码", "电梯识别码", "救援识别码", "救援码", "96333识别码", "应急救援识别码"),
        ),
        Column("address", cells.text, ("地址", "设备地址", "使用地点", "安装地点", "详细地址")),
        Column("building", cells.door, _BUILDINGS),
        Column("unit", cells.door, _UNITS),
        Column("latitude", cells.number(-180, 180), ("纬度",)),
        Column("longitude", cells.number(-180, 180), ("经度",)),
        Column("datum", _DATUM, ("坐标系", "坐标基准")),
        Column("floors", floors.floors, ("层站", "楼层", "停靠层", "停靠楼层")),
        _measure(
            "rated_speed_mps", 0.1, 10, "额定速度", "速度", units=("m/s", "mps", "米/秒", "米每秒")
        ),
        _measure(
            "rated_load_kg", 50, 5_000, "额定载重量", "额定载荷", units=("kg", "公斤", "千克")
        ),
        Column("roping", _ROPING, ("曳引比",)),
        _measure("door_zone_mm", 0, 1_000, "开锁区域", "门区", units=("mm", "毫米")),
        Column("manufacturer", cells.text, ("制造单位", "制造厂家", "生产厂家", "制造商")),
        Column("model", cells.text, ("型号", "设备型号", "规格型号")),
        Column("installed_on", cells.day, ("安装日期", "安装时间")),
        Column("renewed_on", cells.day, ("改造日期", "更新日期")),
        _measure("design_life_years", 0, 100, "设计使用年限", "使用年限", units=("years", "年")),
        Column("assessed_on", cells.day, ("安全评估日期", "评估日期")),
        Column("inspected_on", cells.day, ("检验日期", "上次检验日期", "定检日期")),
        Column("next_inspection_on", cells.day, ("下次检验日期", "下次定检日期")),
        Column("maintenance_unit", cells.text, ("维保单位", "维护保养单位")),
        Column("use_unit", cells.text, ("使用单位", "使用管理单位", "物业公司", "物业单位")),
        Column("households", cells.whole(0, 100_000), ("户数", "服务户数")),
        Column("only_lift_of_unit", _YES_NO, ("单元唯一电梯", "是否唯一电梯")),
        Column("machine_room", cells.text, ("机房", "机房位置")),
        Column("access", cells.text, ("进入方式", "机房钥匙", "钥匙存放处")),
        Column("car_phone", cells.phone, ("轿厢电话", "轿厢回拨号码", "五方通话号码")),
        Column("predecessor", cells.lift, ("原电梯编号", "被更换电梯")),
    ),
    (("lift",), ("equipment_code",), ("rescue_code",), ("predecessor",)),
    _lift,
)

HOUSEHOLDS = Sheet(
    "households",
    (
        _AREA,
        _ESTATE,
        Column("building", cells.door, _BUILDINGS, True),
        Column("unit", cells.door, _UNITS),
        Column("number", cells.door, ("房号", "室号", "户号", "门牌号", "门号"), True),
        Column(
            "floor_area_m2",
            cells.floor_area_dm2,
            ("建筑面积", "面积", "房屋面积", "专有面积"),
            True,
            ("m2", "平方米", "平米"),
        ),
        Column("developer_owned", _YES_NO, ("开发商持有", "是否开发商持有", "未售", "是否未售")),
    ),
    (("area", "estate", "building", "unit", "number"),),
    _household,
)

ORGANISATIONS = Sheet(
    "organisations",
    (
        Column("name", cells.text, ("名称", "单位名称", "机构名称", "公司名称"), True),
        Column("kind", _KIND, ("role", "类型", "单位类型", "机构类型", "角色"), True),
        Column("credit_code", cells.credit_code, ("统一社会信用代码", "社会信用代码", "信用代码")),
        Column("phone", cells.phone, ("电话", "联系电话", "值班电话")),
        Column(
            "duty_phone", cells.phone, ("24小时电话", "24小时值班电话", "监控室电话", "应急电话")
        ),
        Column("email", cells.text, ("电子邮箱", "邮箱")),
    ),
    (("kind", "name"), ("kind", "credit_code")),
    _organisation,
)

PLACES = Sheet(
    "places",
    (
        _AREA,
        Column("estate", cells.estate, ("小区代码", "小区编码", "小区编号", "小区")),
        Column("building", cells.door, _BUILDINGS),
        Column("name", cells.text, ("名称", "小区名称", "楼盘名称", "楼栋名称"), True),
        Column("name_en", cells.text, ("英文名称",)),
        Column("address", cells.text, ("地址", "详细地址")),
        Column("latitude", cells.number(-180, 180), ("纬度",)),
        Column("longitude", cells.number(-180, 180), ("经度",)),
        Column("datum", _DATUM, ("坐标系", "坐标基准")),
    ),
    (("building", "estate", "area"),),  # the last is always known
    _place,
)

SHEETS: Mapping[str, Sheet] = {
    sheet.name: sheet for sheet in (LIFTS, HOUSEHOLDS, ORGANISATIONS, PLACES)
}
