"""Where training takes rides and doors from: replay files, the stores, or simulated lifts."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.json import encode

from detectors.training.rows import Gatherer
from ingest.decode import Publication, decode
from ingest.replay import read_line
from liftwatch.clock import DAY_MS, parse_ms, rfc3339
from liftwatch.commands.simulate import FILE_START
from liftwatch.commands.wiring import Stores
from liftwatch.failure import Failure
from liftwatch.ports import LiftRow, StoreUnavailable, TelemetryQuery, TelemetryRow
from liftwatch.telemetry.messages import KINDS, VERSION, Message
from liftwatch.telemetry.signals import signals_of
from simulators.estates import LIFTS_PER_ESTATE, place_of, plan_lift
from simulators.fleet import Fleet

READ = frozenset({"register", "health", "maintenance", "ride", "door"})
"""What training needs; the states, ten times as many, only tell the service mode."""
STORED = ("ride", "door", "maintenance")
SIGNALS = {kind: (*(row.name for row in signals_of(kind)), "exercise") for kind in STORED}
STORED_LIFTS_MAX = 300
"""Of a store: more tell no more of what is usual, and take longer [our choice]."""
PAGE_MS, PAGE = 7 * DAY_MS, 20_000  # four times what the busiest lift does in a week
LIFTS_PAGE = 500
EVERY = LIFTS_PER_ESTATE // 2 + 1  # so that simulated lifts stand in many kinds of blocks


class Data(NamedTuple):
    """What was read, and from where in a few words."""

    gatherer: Gatherer
    source: str


def read_replays(files: Iterable[Path]) -> Data:
    """Everything in some replay files, which follow one another in time."""
    gatherer, names = Gatherer(), []
    for path in files:
        names.append(path.name)
        try:
            with path.open("rb") as lines:
                for line in filter(bytes.strip, lines):
                    publication = read_line(line)
                    if not isinstance(publication, str):
                        _hear_all(gatherer, decode(publication).messages)
        except OSError as error:
            raise Failure(f"train: {path}: {error.strerror}") from error
    return Data(gatherer, f"replay of {', '.join(names)}"[:200])


def read_simulated(seeds: Iterable[int], *, lifts: int, days: float) -> Data:
    """Rides and doors of healthy simulated lifts, as the default models are made of."""
    gatherer, named = Gatherer(), []
    for seed in seeds:
        named.append(str(seed))
        for message in simulated(seed, lifts=lifts, days=days):
            gatherer.hear(message)
    source = f"simulated healthy lifts, seeds {' '.join(named)}, {lifts} lifts for {days:g} days"
    return Data(gatherer, source)


def simulated(seed: int, *, lifts: int, days: float) -> Iterator[Message]:
    """What training needs of what healthy lifts say; of each seed other lifts."""
    start_ms = parse_ms(FILE_START)
    places = (place_of(number * EVERY, seed=seed) for number in range(lifts))
    fleet = Fleet([plan_lift(place, seed=seed) for place in places], seed=seed, start_ms=start_ms)
    for sent in fleet.run(start_ms + int(days * DAY_MS)):
        *above, lift, kind = sent.topic.split("/")
        if kind in READ:
            topic = "/".join((*above, f"{lift}-{seed}", kind))
            publication = Publication(topic, encode(sent.payload), sent.at_ms)
            yield from decode(publication).messages


def _hear_all(gatherer: Gatherer, messages: Iterable[Message]) -> None:
    for message in messages:
        gatherer.hear(message)


def read_stores(stores: Stores, *, now_ms: int, days: float, exercise: bool) -> Data:
    """The last days of some hundred lifts; exercise data only where the whole is an exercise."""
    gatherer, from_ms = Gatherer(), now_ms - int(days * DAY_MS)
    try:
        for row in _some_lifts(stores):
            gatherer.know(row.lift, row.facts)
            for message in _history(stores, row, span=(from_ms, now_ms)):
                if exercise or not message.exercise:
                    gatherer.hear(message)
    except StoreUnavailable as error:
        raise Failure(f"train: {error}") from error
    return Data(gatherer, f"telemetry of {len(gatherer.lifts)} lifts")


def _some_lifts(stores: Stores) -> list[LiftRow]:
    """Chosen by their names, so that those added last are as likely as the first."""
    rows: list[LiftRow] = []
    while page := stores.books.lifts(after=rows[-1].lift if rows else None, limit=LIFTS_PAGE):
        rows += page
    rows.sort(key=lambda row: hashlib.sha256(row.lift.encode()).digest())
    return rows[:STORED_LIFTS_MAX]


def _history(stores: Stores, row: LiftRow, *, span: tuple[int, int]) -> Iterator[Message]:
    """What was stored of one lift, in the order of its time, a week at once."""
    for from_ms in range(*span, PAGE_MS):
        to_ms = min(from_ms + PAGE_MS, span[1])
        found = [
            message
            for kind in STORED
            for stored in stores.telemetry.read(
                TelemetryQuery(
                    lift=row.lift,
                    kind=kind,
                    from_ms=from_ms,
                    to_ms=to_ms,
                    signals=SIGNALS[kind],
                    limit=PAGE,
                )
            )
            if (message := _message(row, kind, stored)) is not None
        ]
        yield from sorted(found, key=lambda message: message.at_ms)


def _message(row: LiftRow, kind: str, stored: TelemetryRow) -> Message | None:
    """A stored point as the message it was, as far as training needs it."""
    at_ms, values = stored.at_ms, stored.values
    fields = KINDS[kind].__struct_fields__
    said = {name: value for name, value in values.items() if name in fields}
    if "result" in values and kind == "maintenance":  # a point of its own for each item
        said["items"] = [{"result": values["result"]}]
    envelope = {"v": VERSION, "terminal": "-", "boot": "-", "seq": 0, "at": rfc3339(at_ms)}
    try:
        body = msgspec.convert(envelope | said, KINDS[kind], strict=False)
    except msgspec.ValidationError:
        return None
    return Message(
        area=row.area,
        estate=row.estate,
        lift=row.lift,
        kind=kind,
        source="terminal",
        at_ms=at_ms,
        stored_ms=at_ms,
        received_ms=at_ms,
        clock_ok=True,
        late=False,
        exercise=bool(values.get("exercise")),
        body=body,
    )
