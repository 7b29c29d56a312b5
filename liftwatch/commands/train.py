"""`liftwatch train`: the learned models anew, from rides of the past; kept if they are no worse."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.json import encode

from detectors.models.features import PARTS
from detectors.models.files import BadModel, Models, from_bytes
from detectors.models.shelf import default_models
from detectors.training.rows import Gatherer
from detectors.training.trial import Folds, NotEnough, folds_of, is_no_worse, judge, train
from ingest.decode import Publication, decode
from ingest.replay import read_line
from liftwatch.clock import DAY_MS, now_ms, parse_ms
from liftwatch.commands.simulate import FILE_START
from liftwatch.commands.wiring import open_stores, settings_or_fail
from liftwatch.failure import Failure
from liftwatch.telemetry.messages import Message
from simulators.estates import LIFTS_PER_ESTATE, place_of, plan_lift
from simulators.fleet import Fleet

FOLDER, NAME = "models", "learned.npz"
SEED = 1
READ = frozenset({"register", "health", "maintenance", "ride", "door"})
"""What training needs; the states, ten times as many, only tell the service mode."""
EVERY = LIFTS_PER_ESTATE // 2 + 1  # so that simulated lifts stand in many kinds of blocks


class Data(NamedTuple):
    """What was read, and from where in a few words."""

    gatherer: Gatherer
    source: str


def train_command(
    replays: Sequence[Path],
    *,
    store: bool,
    seeds: Sequence[int],
    days: float,
    lifts: int,
    out: Path | None,
) -> bool:
    """Read, train, and put the model in its place; False when the one there is better.

    Raises Failure when there is not exactly one source, or too little in it.
    """
    if [bool(replays), store, bool(seeds)].count(True) != 1:
        raise Failure("train: give one of --replay, --store and --simulate")
    settings = settings_or_fail()
    if replays:
        data = read_replays(replays)
    elif seeds:
        data = read_simulated(seeds, lifts=lifts, days=days)
    else:
        with open_stores(settings, settings.data_dir) as stores:
            data = read_stores(stores, now_ms=now_ms(), days=days)
    return train_on(data, folder=out or settings.data_dir / FOLDER)


def train_on(data: Data, *, folder: Path) -> bool:
    """Train on what was read and put the model in its place; False when the one there is better."""
    gatherer = data.gatherer
    folds = folds_of(gatherer.gathered())
    try:
        made, models = train(
            folds,
            seed=SEED,
            source=data.source,
            from_ms=gatherer.from_ms or 0,
            to_ms=gatherer.to_ms or 0,
        )
        for card in models.header.forests:
            said = f"{card.part} {card.family}: {card.rows} of {card.lifts} lifts"
            print(f"{said}, odd above {card.threshold:.3f}")
        kept = is_better(models, in_place(folder), folds)
    except NotEnough as error:
        raise Failure(f"train: {error}") from error
    if not kept:
        print("the model in place stays: the new one is worse on held-back lifts")
        return False
    try:
        put(made, folder)
    except OSError as error:
        raise Failure(f"train: {error.filename}: {error.strerror}") from error
    print(f"{models.header.version} is now {folder / NAME} ({len(made)} bytes)")
    return True


def in_place(folder: Path) -> Models | BadModel:
    """The models a service over this folder uses: its own if they are sound, else the default."""
    try:
        own = from_bytes((folder / NAME).read_bytes())
    except OSError:
        return default_models()
    return default_models() if isinstance(own, BadModel) else own


def is_better(new: Models, old: Models | BadModel, folds: Folds) -> bool:
    """Whether the new models are to be kept: no worse in any part, on lifts neither was given.

    (The old ones may have been: then they look better than they are, and stay.)
    """
    if isinstance(old, BadModel):
        print(f"no model in place ({old.reason})")
        return True
    kept = True
    for part in PARTS:
        news, olds = (judge(models, folds.judge, part, seed=SEED) for models in (new, old))
        print(
            f"{part}: finds {news.found:.1%} of what was moved, before {olds.found:.1%}; "
            f"takes {news.odd_share:.2%} of healthy ones for odd, before {olds.odd_share:.2%}"
        )
        kept = kept and is_no_worse(news, olds)
    return kept


def put(data: bytes, folder: Path) -> None:
    """The file in its place at once or not at all; the one before it stays as `.previous`."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / NAME
    fresh = folder / f"{NAME}.new"
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if place.exists():
        previous = folder / f"{NAME}.previous"
        previous.unlink(missing_ok=True)
        os.link(place, previous)
    fresh.replace(place)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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


def read_stores(stores: object, *, now_ms: int, days: float) -> Data:
    """x"""
    raise Failure(f"{stores} {now_ms} {days}")


def _hear_all(gatherer: Gatherer, messages: Iterable[Message]) -> None:
    for message in messages:
        gatherer.hear(message)
