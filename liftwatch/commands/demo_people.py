"""The demo's people: one of each role, in organisations that share the simulated lifts.

Nobody has a password: the first comes in by a link that is good once, and looks on as each role.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from api.console.demo_page import LOGIN
from liftwatch.access.contacts import Contacts
from liftwatch.access.people import Organisation
from liftwatch.access.roles import ROLES
from liftwatch.access.sight import Place
from liftwatch.access.store import PeopleStore, PeopleWork
from liftwatch.clock import DAY_MS, date_of, estate_day
from liftwatch.handlers import people, rotas, sign_in
from liftwatch.register.columns import KINDS
from liftwatch.register.localities import Locality
from liftwatch.register.rota import Rota, Turns

YEAR_MS = 365 * DAY_MS


class Site(NamedTuple):
    """A lift and where it is."""

    lift: str
    area: str
    estate: str
    building: str


def _estate(site: Site) -> Place:
    return Place(site.area, site.estate)


def _area(site: Site) -> Place:
    return Place(site.area)


def _building(site: Site) -> Place:
    return Place(site.area, site.estate, site.building)


class Somebody(NamedTuple):
    """A role, who has it, their organisation, and what of the first lift's place it reaches."""

    role: str
    name: str
    organisation: str
    reach: Callable[[Site], Place] | None = None


PEOPLE = (
    Somebody("admin", "陈管理", ""),
    Somebody("property", "李物业", "玉山花园物业服务中心", _estate),
    Somebody("maintenance", "王维保", "昆山安达电梯维保有限公司"),
    Somebody("supervision", "张监察", "昆山市市场监督管理局", _area),
    Somebody("rescue", "周救援", "昆山市电梯应急处置中心", _area),
    Somebody("custodian", "吴专管", "昆山市住宅维修资金管理中心", _area),
    Somebody("committee", "郑业委", "玉山花园业主委员会", _estate),
    Somebody("bureau", "孙住建", "昆山市住房和城乡建设局", _area),
    Somebody("street", "钱街道", "玉山镇社区管理办公室", _area),
    Somebody("inspector", "赵检验", "昆山特种设备检验所", _area),
    Somebody("auditor", "冯审计", "昆山诚信工程造价咨询有限公司"),
    Somebody("owner", "沈业主", "玉山花园业主", _building),
)
"""None of them exists."""
OTHER_UNIT = "苏州恒升电梯工程有限公司"
COLLEAGUES: Mapping[str, tuple[str, ...]] = {
    "property": ("丁值班", "顾值班"),
    "maintenance": ("陆师傅", "钱师傅"),
    "rescue": ("夏坐席",),
}
"""Who shares the duty in twelve-hour turns, so that there is somebody to call."""
NAMES = (
    Locality(area="320583", name="昆山市", name_en="Kunshan", version=1),
    Locality(
        area="320583", estate="yushan-garden", name="玉山花园", name_en="Yushan Garden", version=1
    ),
    Locality(
        area="320583", estate="tinglin-court", name="亭林苑", name_en="Tinglin Court", version=1
    ),
    Locality(
        area="320583", estate="bailu-village", name="白鹭新村", name_en="Bailu Village", version=1
    ),
)
TURN_H, HAND_OVER_MIN = 12, 8 * 60
NUMBER = "0512-0000-00{:02}"  # nobody's: no number of Suzhou begins with 0000


def furnish(store: PeopleStore, sites: Iterable[Site], *, now_ms: int) -> str:
    """Make them all; the secret of the link that lets the administrator in."""
    sites = list(sites)
    with store.begin() as work:
        for one in PEOPLE:
            made = _organisation(work, one, sites[0], now_ms=now_ms) if one.organisation else None
            unit = None if made is None else made.id
            staff = _staff(work, one, unit, now_ms=now_ms)
            if unit is not None and one.role in COLLEAGUES:
                _duty(work, unit, staff, now_ms=now_ms)
            if one.role == "maintenance" and unit is not None:
                _contracts(work, unit, sites, now_ms=now_ms)
        work.register.put_localities(NAMES)
        first = work.person_of_login(login_of("admin"))
        assert first is not None
        return sign_in.issue(work, first.id, "link", now_ms=now_ms).secret


def login_of(role: str) -> str:
    """The login of whoever has a role in the demo."""
    return LOGIN % role


def _organisation(work: PeopleWork, one: Somebody, site: Site, *, now_ms: int) -> Organisation:
    places = () if one.reach is None else (one.reach(site),)
    kind = one.role if one.role in KINDS else None  # owners are no organisation of any kind
    return people.make_organisation(
        work, name=one.organisation, kind=kind, places=places, now_ms=now_ms
    )


def _staff(work: PeopleWork, one: Somebody, unit: str | None, *, now_ms: int) -> tuple[str, ...]:
    """Who has a role, and their colleagues; the first leads."""
    made = []
    for number, name in enumerate((one.name, *COLLEAGUES.get(one.role, ())), 1):
        login = login_of(one.role) if number == 1 else f"{login_of(one.role)}-{number}"
        phone = NUMBER.format(10 * [row.role for row in PEOPLE].index(one.role) + number)
        person = people.make_person(work, login=login, name=name, phone=phone, now_ms=now_ms)
        lead = number == 1 and unit is not None
        people.grant(work, person.id, one.role, organisation=unit, lead=lead, now_ms=now_ms)
        made.append(person.id)
    return tuple(made)


def _duty(work: PeopleWork, unit: str, staff: tuple[str, ...], *, now_ms: int) -> None:
    """A rota in turns, with its first person as the head, and a number round the clock."""
    yesterday = date_of(estate_day(now_ms) - 1)  # so that somebody is on duty by now
    turns = Turns(persons=staff, first_day=yesterday, from_min=HAND_OVER_MIN, hours=TURN_H)
    plan = rotas.Plan(name="24 小时值班", rota=Rota(turns=(turns,)), head=staff[0])
    rotas.make_rota(work, unit, plan, now_ms=now_ms)
    number = work.person(staff[0])
    phone = None if number is None else number.phone
    work.put_contacts(Contacts(organisation=unit, phone=phone, version=1))


def _contracts(work: PeopleWork, unit: str, sites: list[Site], *, now_ms: int) -> None:
    """Every second lift is another unit's: there is something that this one does not see."""
    other = people.make_organisation(work, name=OTHER_UNIT, kind="maintenance", now_ms=now_ms)
    for index, site in enumerate(sites):
        people.make_contract(
            work,
            lift=site.lift,
            organisation=other.id if index % 2 else unit,
            from_ms=now_ms - YEAR_MS,
            until_ms=now_ms + YEAR_MS,
        )


assert {one.role for one in PEOPLE} == set(ROLES), "a role that nobody of the demo has"
