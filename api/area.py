"""`/v1/area`: how an area stands, for whoever supervises it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Response

from api.area_shapes import AreaShape, EstateStanding, WorstShape, worst_shape
from api.figure_shapes import TimesShape, sum_shape
from api.instruction_seen import SeenInstructions, seen_by
from api.instruction_shapes import is_overdue
from api.parts import Parts, TheBooks, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED
from api.seen import SeenBooks
from api.shapes import answer, described
from api.statistics import YEAR_MS
from liftwatch.care.area import DUTIES, FAULTS, EstateLifts, OpenCount
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import Instruction
from liftwatch.care.shrunk import Counted, Shrunk, shrunk
from liftwatch.clock import DAY_MS, now_ms, rfc3339
from liftwatch.incidents.moves import ENDED_BY_PEOPLE
from liftwatch.incidents.statistics import Rescue, summed

router = APIRouter(tags=["statistics"], responses=DOCUMENTED)
READ = "area.read"
Reader = Annotated[Principal, Depends(allow(READ))]
WORST = 10
INSTRUCTIONS_MAX = 2_000
YEAR_D = 365.25
NOTHING = TimesShape(known=0, mean_s=None, median_s=None, p90_s=None, within=None)


class Read(NamedTuple):
    """What an area is made of, read once."""

    lifts: list[EstateLifts]
    open: list[OpenCount]
    rescues: list[Rescue]
    instructions: list[Instruction]


@router.get("/v1/area", responses=described(AreaShape, "All that is seen, by estate"))
def read_area(*, principal: Reader, part: ThePart, books: TheBooks) -> Response:
    """What is there and open, how fast help came, overdue duties and instructions, and the lifts
    and units that are worst with bounds."""
    return answer(area_of(part, books, principal, at_ms=now_ms()))


def area_of(part: Parts, books: SeenBooks, principal: Principal, *, at_ms: int) -> AreaShape:
    """How an area stands at a moment; faults and rescues are those of the last 366 days."""
    since_ms = at_ms - YEAR_MS
    read = Read(
        books.area_lifts(),
        books.area_open(),
        books.rescues(
            since_ms, at_ms, kinds=tuple(sorted(ENDED_BY_PEOPLE)), exercise=part.exercise
        ),
        open_ones(seen_by(part, principal, books.sight)),
    )
    rates = _rates(read)
    estates = [standing(read, one, rate=rates.get(place(one)), at_ms=at_ms) for one in read.lifts]
    return AreaShape(
        at=rfc3339(at_ms),
        since=rfc3339(since_ms),
        whole=_whole(read, at_ms=at_ms),
        estates=estates,
        worst_lifts=_worst_lifts(part, books, read, since_ms=since_ms, at_ms=at_ms),
        worst_units=_worst_units(part, books, since_ms=since_ms, at_ms=at_ms),
    )


def open_ones(seen: SeenInstructions) -> list[Instruction]:
    """All open instructions, what is due first, at most INSTRUCTIONS_MAX."""
    found: list[Instruction] = []
    after = None
    while len(found) < INSTRUCTIONS_MAX:
        page = seen.list(InstructionFilter(open_only=True), after=after, limit=500)
        found += page
        if len(page) < 500:
            break
        after = (page[-1].deadline_ms, page[-1].id)
    return found


def place(one: EstateLifts | OpenCount | Rescue | Instruction) -> str:
    """Area and estate as a key."""
    return f"{one.area}/{one.estate}"


def standing(read: Read, one: EstateLifts, *, rate: Shrunk | None, at_ms: int) -> EstateStanding:
    """One estate."""
    key = place(one)
    opened = [row for row in read.open if place(row) == key]
    rescues = [row for row in read.rescues if place(row) == key]
    mine = [row for row in read.instructions if place(row) == key]
    made = _standing(opened, rescues, mine, lifts=one.lifts, offline=one.offline, at_ms=at_ms)
    made.area, made.estate = one.area, one.estate
    made.latitude, made.longitude, made.datum = one.latitude, one.longitude, one.datum
    if rate is not None:
        made.per_100_lifts, made.per_100_low, made.per_100_high = (
            round(x * 100, 1) for x in (rate.rate, rate.low, rate.high)
        )
    return made


def _whole(read: Read, *, at_ms: int) -> EstateStanding:
    lifts = sum(one.lifts for one in read.lifts)
    offline = sum(one.offline for one in read.lifts)
    made = _standing(
        read.open, read.rescues, read.instructions, lifts=lifts, offline=offline, at_ms=at_ms
    )
    areas = sorted({one.area for one in read.lifts})
    made.area = ", ".join(areas)
    if lifts:
        made.per_100_lifts = round(made.entrapments * 100 / lifts, 1)
    return made


def _standing(
    opened: Iterable[OpenCount],
    rescues: Sequence[Rescue],
    mine: Sequence[Instruction],
    *,
    lifts: int,
    offline: int,
    at_ms: int,
) -> EstateStanding:
    counts: Counter[str] = Counter({str(severity): 0 for severity in (1, 2, 3, 4)})
    duties = 0
    for row in opened:
        counts[str(row.severity)] += row.count
        duties += row.count if row.kind in DUTIES else 0
    whole = [sum_shape(row, name=None) for row in summed(rescues, by="kind")]
    return EstateStanding(
        area="",
        estate=None,
        lifts=lifts,
        offline=offline,
        open=dict(counts),
        overdue_duties=duties,
        entrapments=len(rescues),
        per_100_lifts=None,
        per_100_low=None,
        per_100_high=None,
        arrival=whole[0].arrival if whole else NOTHING,
        instructions=len(mine),
        overdue_instructions=sum(is_overdue(row, at_ms) for row in mine),
        latitude=None,
        longitude=None,
        datum=None,
    )


def _rates(read: Read) -> dict[str, Shrunk]:
    """Entrapments a lift-year by estate: small estates shrink towards the mean of all."""
    counts = Counter(place(one) for one in read.rescues)
    years = YEAR_MS / DAY_MS / YEAR_D
    rows = [Counted(place(one), counts[place(one)], one.lifts * years) for one in read.lifts]
    return {one.name: one for one in shrunk(rows)}


def _worst_lifts(
    part: Parts, books: SeenBooks, read: Read, *, since_ms: int, at_ms: int
) -> list[WorstShape]:
    faults = books.area_faults(since_ms, at_ms, kinds=FAULTS, exercise=part.exercise)
    total = sum(one.lifts for one in read.lifts)
    years = (at_ms - since_ms) / DAY_MS / YEAR_D
    rows = [Counted(one.lift, one.count, years) for one in faults]
    rows += [Counted("", 0, years) for _ in range(max(0, total - len(rows)))]
    worst = [one for one in shrunk(rows) if one.count][:WORST]
    return [worst_shape(one, lifts=1) for one in worst]


def _worst_units(part: Parts, books: SeenBooks, *, since_ms: int, at_ms: int) -> list[WorstShape]:
    units = books.area_units(since_ms, at_ms, kinds=FAULTS, exercise=part.exercise)
    lifts = {one.organisation: one.lifts for one in units}
    rows = [Counted(one.organisation, one.count, one.days / YEAR_D) for one in units]
    worst = shrunk(rows)[:WORST]
    names: dict[str, str] = {}
    if part.gate is not None:
        with part.gate.people.reading() as reads:
            found = {one.name: reads.organisation(one.name) for one in worst}
        names = {id: unit.name for id, unit in found.items() if unit is not None}
    return [worst_shape(one, lifts=lifts[one.name], name=names.get(one.name)) for one in worst]
