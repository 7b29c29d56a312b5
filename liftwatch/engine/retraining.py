"""Learns anew once a week, in a process of its own: training takes minutes and much memory.

When it is due stands with the job's deadline, so that restarts neither skip nor repeat it. The
first time is a week after the first start: before, there is nothing to learn from.
"""

import subprocess
from collections.abc import Sequence

import structlog

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.engine.clockwork import Job, Ran
from liftwatch.ports import Deadline

log = structlog.get_logger()

LEARN = "learn"
EVERY_MS = 7 * DAY_MS
LOOK_MS = MINUTE_MS
LONGEST_MS = 2 * HOUR_MS  # a training that takes longer hangs
ENDED = {0: "a new model is in place", 1: "the model in place is better and stays"}


class Retraining:
    """Starts `command` when it is due and looks what has become of it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._process: subprocess.Popen[str] | None = None
        self._begun_ms = 0

    @property
    def job(self) -> Job:
        """The row of the table of jobs."""
        return Job(LEARN, LOOK_MS, self.look, lane="slow")

    def look(self, now_ms: int, due: Deadline) -> Ran:
        """Begin, or see whether it has ended; never wait for it."""
        if self._process is not None:
            if self._process.poll() is None and now_ms - self._begun_ms > LONGEST_MS:
                self._process.kill()
                self._process.wait()
            if self._process.poll() is not None:
                self._tell(self._process)
                self._process = None
            return Ran()
        next_ms = due.data.get("next_ms")
        if next_ms is not None and now_ms < next_ms:
            return Ran()
        if next_ms is not None:
            self._begun_ms = now_ms
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        return Ran(data={"next_ms": now_ms + EVERY_MS})

    def stop(self) -> None:
        """End what is under way: it has changed nothing yet, or all."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _tell(self, process: subprocess.Popen[str]) -> None:
        """Say how it ended; that there was too little to learn from is no trouble."""
        _, said = process.communicate()
        result = ENDED.get(process.returncode, f"nothing learned (status {process.returncode})")
        log.info("learning ended", result=result, said=" ".join(said.split())[-200:])
