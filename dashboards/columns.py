"""Columns that several tables have, so that a thing is called and coloured alike everywhere."""

from dashboards.panels import TO_INCIDENT, TO_LIFT, Column
from dashboards.words import Words

LIFT = Column("lift", Words("Lift", "电梯"), link=TO_LIFT, width=210)
CODE = Column("estate", Words("Estate", "小区"))
"""By its code: whoever keeps the fund reads no register."""
ESTATE = Column("estate", Words("Estate", "小区"), by_language=True)
BUILDING = Column("building", Words("Building", "楼栋"), width=80)
SEVERITY = Column("severity", Words("Severity", "级别"), words="severity", width=130)
CASE = Column(
    "case_id", Words("Case", "案件"), link="${console}/fund/cases/${__value.raw}", width=210
)
KIND = Column("kind", Words("What", "事项"), words="kind", link=TO_INCIDENT)
STATE = Column("state", Words("State", "状态"), words="state", width=110)
OPENED = Column("opened_at", Words("Since", "开始于"), unit="dateTimeAsLocal", width=165)
RAISED = Column("raised_at", Words("Raised", "报警时间"), unit="dateTimeAsLocal", width=165)
HEARD = Column("heard_at", Words("Last heard", "最近上报"), unit="dateTimeFromNow", width=140)
ONLINE = Column("online", Words("Terminal", "终端"), words="online", width=90)
MODE = Column("service_mode", Words("Mode", "服务模式"), words="mode", width=120)
NUMBER = Column("number", Words("Number", "次数"), width=90)


def estates(of: str) -> str:
    """The columns of `ESTATE`: what it is called in each language, else its code.

    `of` is the view with the code; `l` must be that of lifts.
    """
    return (
        f"COALESCE(l.estate_name, {of}.estate) AS estate_zh,"
        f" COALESCE(l.estate_name_en, l.estate_name, {of}.estate) AS estate_en"
    )
