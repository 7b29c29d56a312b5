"""By which rule an authority asks something: the table of legal bases."""

from collections.abc import Mapping
from typing import NamedTuple


class Basis(NamedTuple):
    """A row: by which rule something is asked; `[M]` is from memory, and to be verified."""

    law: str
    law_en: str
    source: str


BASES: Mapping[str, Basis] = {
    "hazard": Basis(
        "特种设备安全法 第六十二条（安全监察指令）",
        "Special Equipment Safety Law, art. 62: safety supervision instruction",
        "[M] verify",
    ),
    "maintenance": Basis(
        "特种设备安全监察条例 第三十一条（至少每15日一次维保）",
        "Regulation on Special Equipment, art. 31: maintenance at least every 15 days",
        "domain 5.2",
    ),
    "maintenance_quality": Basis(
        "TSG T5002-2017 电梯维护保养规则", "TSG T5002-2017, maintenance rules", "domain 5.1"
    ),
    "maintenance_unit": Basis(
        "特种设备安全法 第四十五条（维保单位职责）",
        "Special Equipment Safety Law, art. 45: duties of the maintenance unit",
        "domain 4.1",
    ),
    "inspection": Basis(
        "特种设备安全法 第四十条（定期检验）",
        "Special Equipment Safety Law, art. 40: periodic inspection",
        "domain 5.2",
    ),
    "after_fault": Basis(
        "特种设备安全法 第四十二条（故障后全面检查）",
        "Special Equipment Safety Law, art. 42: full inspection after a fault",
        "domain 4.1",
    ),
    "design_life": Basis(
        "特种设备安全法 第四十八条（达到设计使用年限）",
        "Special Equipment Safety Law, art. 48: end of design life",
        "domain 5.2",
    ),
    "use_unit": Basis(
        "市场监管总局令 第74号（日管控、周排查、月调度）",
        "SAMR order 74: daily control, weekly check, monthly dispatch",
        "domain 5.2",
    ),
    "recall": Basis(
        "特种设备安全法 第二十六条（缺陷特种设备召回）",
        "Special Equipment Safety Law, art. 26: recall of defective special equipment",
        "[M] verify",
    ),
    "local": Basis("地方电梯安全条例", "local ordinance on lift safety", "domain 5.2"),
}
