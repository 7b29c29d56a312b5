"""What the service counts of itself, in Prometheus' terms; one table, added to per batch."""

from collections import Counter as Tally
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge


class Counts:
    """Counters and gauges of reception, detection and relay, in one registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._journaled = self._counter("liftwatch_publications_journaled", "Synced to the journal")
        self._messages = self._counter("liftwatch_messages", "Messages understood", "kind")
        self._dead = self._counter("liftwatch_dead_letters", "Could not be used", "reason")
        self._ignored = self._counter("liftwatch_ignored", "Passed over by contract", "what")
        self._changes = self._counter("liftwatch_alarm_changes", "Alarm changes", "kind", "edge")
        self._stored = self._counter("liftwatch_messages_stored", "Written to the telemetry store")
        self._damaged = self._counter(
            "liftwatch_publications_damaged", "Lost by the disk from the journal, and declared"
        )

    def damaged(self, count: int | None) -> None:
        """Publications that the journal had; an unknown number counts as one."""
        self._damaged.inc(1 if count is None else count)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, registry=self.registry)

    def watch(self, name: str, what: str, read: Callable[[], float]) -> None:
        """A gauge that is read when somebody looks."""
        Gauge(name, what, registry=self.registry).set_function(read)

    def journaled(self, count: int) -> None:
        """Publications synced."""
        self._journaled.inc(count)

    def stored(self, count: int) -> None:
        """Messages written to the telemetry store."""
        self._stored.inc(count)

    def decoded(self, *, messages: Tally[str], dead: Tally[str], ignored: Tally[str]) -> None:
        """What a batch held."""
        for kind, count in messages.items():
            self._messages.labels(kind).inc(count)
        for reason, count in dead.items():
            self._dead.labels(reason).inc(count)
        for what, count in ignored.items():
            self._ignored.labels(what).inc(count)

    def buried(self, reason: str, count: int = 1) -> None:
        """Messages that were understood and became dead letters all the same."""
        self._dead.labels(reason).inc(count)

    def changed(self, kind: str, edge: str) -> None:
        """An alarm was raised, grew graver, or was cleared."""
        self._changes.labels(kind, edge).inc()
