"""The learned models of a data folder: taken at start, and again when the file has changed."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import structlog

from detectors.models.files import BadModel, from_bytes
from detectors.models.shelf import SHELF, Shelf
from ingest.counts import Counts

log = structlog.get_logger()

FOLDER, NAME = "models", "learned.npz"
LOOK_S = 60.0


class ModelFile:
    """A file that may come, change and be bad; whichever, the last sound models stay in use."""

    def __init__(self, path: Path, *, shelf: Shelf = SHELF) -> None:
        self._path, self._shelf = path, shelf
        self._seen: tuple[int, int] | None = None

    def look(self) -> bool:
        """Take what is new; whether other models are in use now."""
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
            if seen == self._seen:
                return False
            models = from_bytes(self._path.read_bytes())
        except FileNotFoundError:
            self._seen = None
            return False
        except OSError as error:
            seen, models = (0, 0), BadModel(f"{error.strerror}")
            if seen == self._seen:
                return False
        self._seen = seen
        taken = self._shelf.put(models)
        if isinstance(models, BadModel):
            log.error("model file cannot be used", file=str(self._path), reason=models.reason)
        else:
            log.info("models in use", file=str(self._path), version=models.header.version)
        return taken


@contextlib.contextmanager
def following_models(folder: Path, counts: Counts) -> Iterator[None]:
    """The models of a data folder in use while it is open; how they fit can be asked for."""
    file, done = ModelFile(folder / FOLDER / NAME), threading.Event()
    if SHELF.trouble is not None:
        log.error("no default models", reason=SHELF.trouble)
    file.look()
    counts.watch(
        "liftwatch_models_in_use",
        "Learned models (of a part and a family) in use; 0: rides are not judged",
        lambda: len(SHELF.models.fitted) if SHELF.models else 0,
    )
    counts.watch(
        "liftwatch_models_drifting",
        "Learned models whose scores have left what they were in training",
        lambda: sum(1 for _ in SHELF.drifting()),
    )

    def follow() -> None:
        while not done.wait(LOOK_S):
            file.look()

    thread = threading.Thread(target=follow, name="models", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
