"""Columns that several tables have, so that a thing is called and coloured alike everywhere."""

from dashboards.panels import TO_INCIDENT, TO_LIFT, Column
from dashboards.words import Words

LIFT = Column("lift", Words("Lift", "电梯"), link=TO_LIFT, width=210)
ESTATE = Column("estate", Words("Estate", "小区"))
BUILDING = Column("building", Words("Building", "楼栋"), width=80)
SEVERITY = Column("severity", Words("Severity", "级别"), words="severity", width=130)
KIND = Column("kind", Words("What", "事项"), words="kind", link=TO_INCIDENT)
STATE = Column("state", Words("State", "状态"), words="state", width=110)
OPENED = Column("opened_at", Words("Since", "开始于"), unit="dateTimeAsLocal", width=165)
RAISED = Column("raised_at", Words("Raised", "报警时间"), unit="dateTimeAsLocal", width=165)
HEARD = Column("heard_at", Words("Last heard", "最近上报"), unit="dateTimeFromNow", width=140)
ONLINE = Column("online", Words("Terminal", "终端"), words="online", width=90)
MODE = Column("service_mode", Words("Mode", "服务模式"), words="mode", width=120)
NUMBER = Column("number", Words("Number", "次数"), width=90)
