"""Looks every few seconds for what people did that this data folder has to know."""

import threading
from collections.abc import Callable

import structlog

from liftwatch.ports import StoreUnavailable

log = structlog.get_logger()


class Looking:
    """A thread that takes some steps in turn; a store away is told as `trouble` and tried again."""

    def __init__(
        self,
        *steps: Callable[[], int],
        every_s: float = 2.0,
        trouble: str = "what people did is not looked up",
    ) -> None:
        self._steps, self._every_s, self._trouble = steps, every_s, trouble
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
        while not self._stopping.wait(self._every_s):
            for step in self._steps:
                try:
                    step()
                except StoreUnavailable as error:
                    log.warning(self._trouble, reason=str(error))
