"""Looks every few seconds for what people did that the detectors have to know."""

import threading
from collections.abc import Callable, Sequence

import structlog

from liftwatch.ports import StoreUnavailable

log = structlog.get_logger()

LOOK_S = 2.0


class Looking:
    """A thread that takes some steps in turn; the database away is told and tried again."""

    def __init__(self, steps: Sequence[Callable[[], int]]) -> None:
        self._steps = tuple(steps)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="looking", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            for step in self._steps:
                try:
                    step()
                except StoreUnavailable as error:
                    log.warning("what people did is not looked up", reason=str(error))
