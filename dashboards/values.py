"""Words and colours for the values of columns; kinds of incidents are called as everywhere."""

from collections.abc import Mapping
from typing import NamedTuple

from grafana_foundation_sdk.models import dashboard as models

from dashboards.words import Language, Words
from liftwatch.incidents.kind_names import KIND_NAMES


class Value(NamedTuple):
    """What a value is called, and its colour if it has one."""

    en: str
    zh: str
    colour: str = ""


RED, DARK, ORANGE, YELLOW, GREEN, BLUE, GREY = (
    *("red", "dark-red", "orange", "yellow"),
    *("green", "blue", "gray"),
)

TABLES: Mapping[str, Mapping[str, Value]] = {
    "kind": {kind: Value(en, zh) for kind, (zh, en) in KIND_NAMES.items()},
    "severity": {
        "1": Value("1 danger to life", "1 危及生命", DARK),
        "2": Value("2 must stop", "2 须停用", RED),
        "3": Value("3 service", "3 影响使用", ORANGE),
        "4": Value("4 trend or duty", "4 趋势或时限", BLUE),
    },
    "state": {
        "raised": Value("raised", "已报警", RED),
        "acknowledged": Value("acknowledged", "已响应", ORANGE),
        "dispatched": Value("crew sent", "已派出", ORANGE),
        "arrived": Value("crew there", "已到场", YELLOW),
        "released": Value("people out", "已救出", YELLOW),
        "resolved": Value("put right", "已处置", GREEN),
        "closed": Value("closed", "已关闭", GREEN),
        "rejected": Value("rejected", "已排除", GREY),
    },
    "online": {
        "online": Value("online", "在线", GREEN),
        "offline": Value("offline", "离线", RED),
    },
    "mode": {
        "normal": Value("normal", "正常", GREEN),
        "inspection": Value("inspection", "检修", YELLOW),
        "out_of_service": Value("out of service", "停用", RED),
        "fire_return": Value("fire return", "火灾返回", ORANGE),
        "firefighter": Value("firefighter", "消防员", ORANGE),
        "emergency_power": Value("emergency power", "应急电源", ORANGE),
        "earthquake": Value("earthquake", "地震", ORANGE),
        "unknown": Value("unknown", "未知", GREY),
    },
    "clock": {
        "voice": Value("speak to the passenger", "与乘客通话"),
        "acknowledge": Value("take it", "响应"),
        "dispatch": Value("send a crew", "派出救援"),
        "arrive": Value("be there", "到场"),
        "release": Value("free people", "救出乘客"),
        "accident-near": Value("accident in law near", "临近构成事故", ORANGE),
        "accident": Value("accident in law", "构成事故", RED),
        "report": Value("report the accident", "上报事故", RED),
        "resolve": Value("put it right", "处置完毕"),
        "tell-rescue": Value("tell the rescue platform", "通知救援平台"),
        "notice": Value("put up a notice", "张贴告示"),
        "back": Value("back in service", "恢复使用"),
        "fund": Value("ask the fund", "启动维修资金"),
    },
    "stage": {
        "draft": Value("draft", "草拟"),
        "published": Value("published", "已公示"),
        "authorised": Value("authorised", "已授权"),
        "contracted": Value("contracted", "已签约"),
        "applied": Value("applied for", "已申请", ORANGE),
        "approved": Value("approved", "已批准", BLUE),
        "accepted": Value("accepted", "已验收", BLUE),
        "audited": Value("audited", "已审价", BLUE),
        "settled": Value("settled", "已结算", YELLOW),
        "disclosed": Value("disclosed", "已公开", GREEN),
        "refused": Value("refused", "未通过", GREY),
        "expired": Value("expired", "已过期", GREY),
        "withdrawn": Value("withdrawn", "已撤回", GREY),
    },
    "account": {
        "bank": Value("special account", "专户"),
        "receivable": Value("still to be paid", "应收"),
        "principal": Value("paid in by owners", "业主本金"),
        "interest": Value("interest", "利息"),
        "clearing": Value("reserved for cases", "已预留"),
        "subsidy": Value("treasury bond subsidy", "国债补助"),
        "insurer": Value("paid ahead by insurers", "保险垫付"),
        "public": Value("income of common parts", "公共收益"),
    },
    "what": {
        "plan": Value("plan", "方案"),
        "disclosure": Value("cost and allocation", "费用与分摊"),
    },
    "work": {
        "half_month": Value("half-monthly", "半月维保"),
        "quarter": Value("quarterly", "季度维保"),
        "half_year": Value("half-yearly", "半年维保"),
        "year": Value("yearly", "年度维保"),
        "repair": Value("repair", "修理"),
        "rescue": Value("rescue", "救援"),
    },
    "cause": {
        "human": Value("use by people", "人为原因"),
        "external": Value("from outside", "外部原因"),
        "door": Value("doors", "门系统"),
        "control": Value("control", "控制系统"),
        "traction": Value("traction", "曳引系统"),
        "level": Value("levelling", "平层"),
        "other": Value("other", "其他"),
    },
    "part": {
        "brake": Value("brake", "制动器"),
        "traction": Value("traction", "曳引"),
        "vertical": Value("vertical", "垂直方向"),
        "sideways": Value("sideways", "左右方向"),
        "front to back": Value("front to back", "前后方向"),
        "rail": Value("rail", "导轨"),
        "roller": Value("roller", "导靴滚轮"),
        "sheave": Value("sheave", "曳引轮"),
        "motor": Value("motor", "曳引机"),
        "closing time": Value("closing time", "关门时间"),
        "opening time": Value("opening time", "开门时间"),
        "door current": Value("door current", "门机电流"),
    },
    "unit": {
        "times usual": Value("times usual", "倍（基准）"),
        "share of the way": Value("share of the way", "占行程比例"),
    },
    "path": {
        "ordinary": Value("ordinary", "一般"),
        "emergency": Value("emergency", "应急", RED),
        "bond_subsidy": Value("treasury bond subsidy", "国债补助"),
        "insurance_advance": Value("insurer pays ahead", "保险垫付"),
    },
}

LANDINGS: Mapping[str, tuple[Value, ...]] = {
    "part": (
        Value("closing time at floor $1", "$1 层关门时间"),
        Value("opening time at floor $1", "$1 层开门时间"),
        Value("door current at floor $1", "$1 层门机电流"),
    ),
}
"""Words for values with a floor inside, which takes the place of `$1`."""


def mappings(name: str, language: Language) -> list[models.ValueMapping]:
    """A column's words as Grafana's value mappings.

    >>> mappings("online", "en")[0].options["offline"].color
    'red'
    """
    options = {
        value: models.ValueMappingResult(
            text=Words(one.en, one.zh).of(language), color=one.colour or None, index=n
        )
        for n, (value, one) in enumerate(TABLES[name].items())
    }
    return [models.ValueMap(options=options), *_of_landings(name, language)]


def _of_landings(name: str, language: Language) -> list[models.ValueMapping]:
    return [
        models.RegexMap(
            options=models.DashboardRegexMapOptions(
                pattern=f"^{one.en.replace('$1', '(-?[0-9]+)')}$",
                result=models.ValueMappingResult(text=Words(one.en, one.zh).of(language)),
            )
        )
        for one in LANDINGS.get(name, ())
    ]
