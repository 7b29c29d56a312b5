"""Notes of the trail that come at the same time share one commit; each waits for its own.

A commit takes milliseconds, however much is in it. While one is under way, others gather; whoever
comes next writes them all. Nobody goes on before what they noted is committed.
"""

import threading

from liftwatch.access.store import PeopleStore
from liftwatch.audit.entry import Act
from liftwatch.ports import StoreUnavailable


class _Note:
    """An act, and what has become of it."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.done = False
        self.error: Exception | None = None


class Notes:
    """For several threads; `people` is where the trail is written."""

    def __init__(self, people: PeopleStore) -> None:
        self._people = people
        self._gather, self._turn = threading.Lock(), threading.Lock()
        self._waiting: list[_Note] = []

    def write(self, act: Act) -> None:
        """Return when the act is committed; raise what kept it from being."""
        mine = _Note(act)
        with self._gather:
            self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                with self._gather:
                    notes, self._waiting = self._waiting, []
                self._write(notes)
        if mine.error is not None:
            raise mine.error
        if not mine.done:  # whoever wrote for all was ended from outside
            raise StoreUnavailable("a note of the trail was not committed")

    def _write(self, notes: list[_Note]) -> None:
        """All in one commit; where that fails each in its own, so that none pays for another."""
        try:
            self._commit(notes)
        except Exception as error:  # noqa: BLE001 - raised by whoever waits for it
            if len(notes) == 1:
                notes[0].error = error
            else:
                for note in notes:
                    self._write([note])
        for note in notes:
            note.done = True

    def _commit(self, notes: list[_Note]) -> None:
        with self._people.begin() as work:
            for note in notes:
                work.audit(note.act)
