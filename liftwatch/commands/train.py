"""`liftwatch train`: the learned models anew, from rides of the past; kept if they are no worse."""

import os
from collections.abc import Sequence
from pathlib import Path

from detectors.models.features import PARTS
from detectors.models.files import BadModel, Models, from_bytes
from detectors.models.shelf import default_models
from detectors.training.trial import Folds, NotEnough, folds_of, is_no_worse, judge, train
from liftwatch.clock import now_ms
from liftwatch.commands.models import FOLDER, NAME
from liftwatch.commands.train_sources import Data, read_replays, read_simulated, read_stores
from liftwatch.commands.wiring import open_stores, settings_or_fail
from liftwatch.failure import Failure

SEED = 1  # of what is drawn by lot in training and in the trial


def train_command(
    replays: Sequence[Path],
    *,
    store: bool,
    seeds: Sequence[int],
    days: float,
    lifts: int,
    out: Path | None,
    force: bool = False,
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
            data = read_stores(stores, now_ms=now_ms(), days=days, exercise=settings.exercise)
    return train_on(data, folder=out or settings.data_dir / FOLDER, force=force)


def train_on(data: Data, *, folder: Path, force: bool = False) -> bool:
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
        kept = is_better(models, in_place(folder), folds) or force
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
