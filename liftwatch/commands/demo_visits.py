"""The demo's maintenance: visits of the last months, certificates, a lift kept on demand.

All of it goes through the handlers by which people do it, at moments of the past. What detectors
say of a visit they say by themselves, once they hear of it: nothing here is an incident.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from api.console.demo_page import LOGIN
from liftwatch.access.contacts import Contacts
from liftwatch.access.sight import Grant, Place
from liftwatch.care.checklist import BY_CODE, items_of
from liftwatch.care.inspection import Inspection
from liftwatch.care.regime import Regime
from liftwatch.care.visit import Photo, Signature, Visit
from liftwatch.clock import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    begin_ms,
    date_of,
    estate_day,
)
from liftwatch.commands.demo_care import (
    NEWEST,
    ON_DEMAND,
    OPEN,
    PAPERS,
    OnDemand,
    Paper,
    Told,
    before_that,
)
from liftwatch.commands.demo_people import NUMBER, OTHER_UNIT, PEOPLE, Site
from liftwatch.handlers import care_visits, imports, people
from liftwatch.ids import new_id
from liftwatch.office import Office, OfficeWork
from liftwatch.register.changes import Origin
from liftwatch.register.columns import SHEETS

TOGETHER = 12
"""So many lifts have a past of their own; any beyond have had their year's list and no more."""
OTHER_TECHNICIAN = "秦师傅"
HOUSES = (("亭林苑物业服务中心", "何物业"), ("白鹭新村物业服务中心", "吕物业"))
"""Whoever uses the lifts of the other estates, and signs there; none of them exists."""
INTERVAL_DAYS = 30
BODY = "昆山特种设备检验所"
OLD_DAYS = 12.0
FROM_H, HOURS = 10, 5
"""Visits end between ten and three."""


def furnish_visits(store: Office, sites: Iterable[Site], *, now_ms: int) -> None:
    """Visits, certificates and a regime for the demo's lifts."""
    own = list(sites)
    if not own:
        return
    with store.begin() as work:
        demo = Care(work, own, now_ms=now_ms)
        demo.enter()
        for told in demo.past():
            demo.visit(told)
        for paper in PAPERS:
            demo.certify(paper)
        for regime in ON_DEMAND:
            demo.keep_on_demand(regime)


class Care:
    """One transaction, with those who act in it."""

    def __init__(self, work: OfficeWork, sites: Sequence[Site], *, now_ms: int) -> None:
        self.work, self.sites, self.now_ms = work, sites, now_ms
        self.admin = self._person("admin")
        staff = [self._person("maintenance", n) for n in ("", "-2", "-3")]
        self.unit = self._grant(staff[0]).organisation or ""
        self.staff = staff
        self.houses = {sites[0].estate: self._person("property")}
        self._others()

    def _person(self, role: str, more: str = "") -> str:
        found = self.work.person_of_login(LOGIN % role + more)
        assert found is not None, "furnished before"
        return found.id

    def _grant(self, person: str) -> Grant:
        (grant,) = self.work.grants(person, self.now_ms)
        return grant

    def _others(self) -> None:
        """A technician of the other unit, and property managers of the other estates."""
        other = next(one for one in self.work.organisations() if one.name == OTHER_UNIT)
        self.other = self._employ("maintenance", OTHER_TECHNICIAN, other.id)
        estates = list(dict.fromkeys((one.area, one.estate) for one in self.sites))[1:]
        for place, (name, person) in zip(estates, HOUSES, strict=False):
            house = people.make_organisation(
                self.work, name=name, kind="property", places=(Place(*place),), now_ms=self.now_ms
            )
            self.houses[place[1]] = self._employ("property", person, house.id)

    def _employ(self, role: str, name: str, unit: str) -> str:
        """Somebody more of a role, whose number is their organisation's as well."""
        login = f"{LOGIN % role}-{len(self.houses)}-more"
        phone = NUMBER.format(10 * [row.role for row in PEOPLE].index(role) + 4 + len(self.houses))
        made = people.make_person(
            self.work, login=login, name=name, phone=phone, now_ms=self.now_ms
        )
        people.grant(self.work, made.id, role, organisation=unit, now_ms=self.now_ms)
        self.work.put_contacts(Contacts(organisation=unit, phone=phone, version=1))
        return made.id

    def enter(self) -> None:
        """The lifts, as a sheet brings them: certificates are of lifts that are known."""
        lines = ["lift,area,estate,building"]
        lines += [",".join((one.lift, one.area, one.estate, one.building)) for one in self.sites]
        sheet = imports.judge("\n".join(lines).encode(), SHEETS["lifts"], now_ms=self.now_ms)
        imports.keep(self.work, sheet, by=Origin(self.admin, self.now_ms - int(200 * DAY_MS)))

    def past(self) -> list[Told]:
        """Every visit of lifts that are there, in the order of time."""
        here = range(min(len(self.sites), TOGETHER))
        found = [one for lift in here for one in before_that(lift)]
        found += [one for one in NEWEST if one.lift in here]
        found += [Told(n, OLD_DAYS, "year", 190) for n in range(TOGETHER, len(self.sites))]
        return [*sorted(found, key=lambda one: -one.days), *([OPEN] if OPEN.lift in here else [])]

    def visit(self, told: Told) -> None:
        """A visit as its technician and the property manager made it."""
        site, out_ms = self.sites[told.lift], self._left_ms(told)
        in_ms = out_ms - told.minutes * MINUTE_MS
        ours = told.lift % 2 == 0  # as contracts were given
        person = self.staff[self._turn(told)] if ours else self.other
        unit = self.unit if ours else self._grant(self.other).organisation or ""
        visit = Visit(
            id=new_id(),
            lift=site.lift,
            area=site.area,
            estate=site.estate,
            organisation=unit,
            technician=person,
            work=told.work,
            method="number" if told.filled_s else "qr",
            in_ms=in_ms,
        )
        visit = care_visits.check_in(self.work.books, visit)
        filled_ms = out_ms - 6 * MINUTE_MS
        if told.filled_s is not None:
            filled_ms = in_ms + told.filled_s * SECOND_MS
        visit = self._fill(visit, told, at_ms=filled_ms)
        if told.state == "open":
            return
        visit = self._change(
            visit,
            care_visits.leaving(
                person=person, remark=told.remark, broken_off=told.broken_off, now_ms=out_ms
            ),
        )
        visit = self._sign(visit, person, "maintenance", at_ms=out_ms)
        if told.state == "agreed":
            house = self.houses[site.estate]
            at_ms = min(out_ms + 3 * HOUR_MS, self.now_ms)
            self._sign(visit, house, "property", at_ms=at_ms, remark=told.reply)

    def _left_ms(self, told: Told) -> int:
        """When it ended: on a day of the past at some hour of work, or now."""
        if told.days < 1:
            return self.now_ms
        days, rest = divmod(told.days, 1)
        day = date_of(estate_day(self.now_ms) - int(days))
        return begin_ms(day) + int((FROM_H + HOURS * (rest + told.lift / 9 % 1) % HOURS) * HOUR_MS)

    def _turn(self, told: Told) -> int:
        """Who goes: the demo's own technician is at work now, and was wherever lists are hasty."""
        if told.state == "open" or told.filled_s is not None:
            return 0
        return told.lift // 2 % len(self.staff)

    def _change(self, visit: Visit, change: care_visits.Change) -> Visit:
        return care_visits.change_visit(self.work.books, visit.id, change, version=visit.version)

    def _fill(self, visit: Visit, told: Told, *, at_ms: int) -> Visit:
        """Results of the list, a part, and photographs of what wants one."""
        person = visit.technician
        items = items_of(told.work)[: told.filled]
        found: Mapping[str, tuple[str, str]] = {
            item.code: told.found.get(item.code, ("ok", "")) for item in items
        }
        if found:
            visit = self._change(visit, care_visits.filling(found, person=person, now_ms=at_ms))
        if told.part is not None:
            visit = self._change(visit, care_visits.adding_part(told.part, person=person))
        for code in found if told.filled_s is None else ():
            if BY_CODE[code].key:
                digest = hashlib.sha256(f"demo/{visit.id}/{code}".encode()).hexdigest()
                photo = Photo(sha256=digest, code=code, name=f"{code}.jpg")
                visit = self._change(visit, care_visits.adding_photo(photo, person=person))
        return visit

    def _sign(self, visit: Visit, person: str, role: str, *, at_ms: int, remark: str = "") -> Visit:
        unit = visit.organisation if role == "maintenance" else self._grant(person).organisation
        by = Signature(
            person=person,
            organisation=unit or "",
            role=role,
            at_ms=at_ms,
            digest="",
            remark=remark,
        )
        return self._change(visit, care_visits.signing(by))

    def certify(self, paper: Paper) -> None:
        """A certificate that the property manager filed; the register learns its dates."""
        if paper.lift >= len(self.sites):
            return
        site, today = self.sites[paper.lift], date_of(estate_day(self.now_ms))
        person = self.houses[site.estate]
        inspected_on = today - timedelta(days=paper.days)
        number = f"苏检-{inspected_on:%Y}-{3_100 + paper.lift}"
        one = Inspection(
            id=new_id(),
            lift=site.lift,
            area=site.area,
            estate=site.estate,
            number=number,
            sha256=hashlib.sha256(f"demo/{number}".encode()).hexdigest(),
            verdict=paper.verdict,
            inspected_on=inspected_on,
            next_on=today + timedelta(days=paper.next_days),
            body=BODY,
            person=person,
            organisation=self._grant(person).organisation,
            made_ms=self.now_ms - (paper.days - 3) * DAY_MS,
        )
        care_visits.file_certificate(self.work.books, one, now_ms=self.now_ms)

    def keep_on_demand(self, told: OnDemand) -> None:
        """The regime of a lift, as its use unit filed it."""
        if told.lift >= len(self.sites):
            return
        site, today = self.sites[told.lift], date_of(estate_day(self.now_ms))
        regime = Regime(
            lift=site.lift,
            kind="on_demand",
            interval_days=INTERVAL_DAYS,
            filing_no=told.filing_no,
            insurance_policy=f"PZDT-3205-{218 + told.lift:05d}",
            insured_until=today + timedelta(days=told.insured_days),
            unit_class="A",
            declared=True,
            person=self.houses[site.estate],
            at_ms=self.now_ms - 60 * DAY_MS,
        )
        care_visits.file_regime(self.work.books, regime, version=0)
