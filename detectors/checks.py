"""The suite that every detector must pass: give it a detector and what a lift said.

Each check raises AssertionError with a sentence. A detector joins by standing in the registry.
"""

import random
from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec import structs

from detectors.contract import Detector
from detectors.fleet import Fleet
from liftwatch.incidents.incident import AlarmChange
from liftwatch.telemetry.messages import Message
from liftwatch.telemetry.signals import ENVELOPE

STATE_BYTES_MAX = 32 * 1024  # saved state of one detector of one lift, after whatever it heard

Said = Sequence[Message]


def run(detector: type[Detector], said: Iterable[Message]) -> list[AlarmChange]:
    """What one detector changes when a lift says all this, in the order given."""
    fleet = Fleet(detectors=(detector,))
    changes = []
    for message in said:
        changes += fleet.hear(copy_of(message))
        changes += fleet.advance(message.received_ms)
    return changes + fleet.finish()


def copy_of(message: Message) -> Message:
    """A message of its own, so that no run can change what the next one hears."""
    body = msgspec.convert(msgspec.to_builtins(message.body), type(message.body))
    return structs.replace(message, body=body)


def check_deterministic(detector: type[Detector], said: Said) -> None:
    """The same messages give the same changes."""
    assert run(detector, said) == run(detector, said), "two runs differ"


def check_duplicates(detector: type[Detector], said: Said) -> None:
    """A message heard twice counts once."""
    twice = [message for message in said for _ in range(2)]
    assert run(detector, twice) == run(detector, said), "duplicates change something"


def check_order(detector: type[Detector], said: Said) -> None:
    """Messages that change places within the wait give the same changes."""
    expected = run(detector, said)
    for seed in range(5):
        assert run(detector, disordered(said, seed)) == expected, "their order changes something"


def disordered(said: Said, seed: int) -> list[Message]:
    """Neighbours swapped in place of reception, except the first and those with time between."""
    rng, rest = random.Random(seed), list(said)
    place = 1
    while place + 1 < len(rest):
        first, second = rest[place], rest[place + 1]
        if second.received_ms - first.received_ms <= 1_000 and rng.random() < 0.5:
            rest[place] = structs.replace(second, received_ms=first.received_ms)
            rest[place + 1] = structs.replace(first, received_ms=second.received_ms)
            place += 1
        place += 1
    return rest


def check_missing_fields(detector: type[Detector], said: Said) -> None:
    """Whatever is not said never raises, field by field and all at once."""
    names = {name for message in said for name in spoken(message)}
    for gone in [{name} for name in sorted(names)] + [names]:
        run(detector, [without(message, gone) for message in said])


def spoken(message: Message) -> list[str]:
    """The fields of a body beyond the envelope that say something."""
    body = message.body
    return [
        name
        for name in body.__struct_fields__
        if name not in ENVELOPE and getattr(body, name) is not None
    ]


def without(message: Message, names: set[str]) -> Message:
    """The message with these fields unknown."""
    gone = {name: None for name in spoken(message) if name in names}
    return structs.replace(message, body=structs.replace(message.body, **gone))


def check_saved_and_restored(detector: type[Detector], said: Said) -> None:
    """Saved and restored after any message, it goes on as if nothing had been."""
    expected = run(detector, said)
    for cut in range(1, len(said)):
        before, changes = Fleet(detectors=(detector,)), []
        for message in said[:cut]:
            changes += before.hear(copy_of(message))
            changes += before.advance(message.received_ms)
        after = Fleet(detectors=(detector,))
        after.restore_fleet(before.save_fleet())
        after.order.restore(before.order.save())
        for lift in before.touched:
            for data in before.save_lift(lift):
                after.restore_lift(data)
        after.advance(before.clock_ms)
        for message in said[cut:]:
            changes += after.hear(copy_of(message))
            changes += after.advance(message.received_ms)
        assert changes == expected, f"a restart after message {cut} changes something"


def check_bounded(detector: type[Detector], said: Said) -> None:
    """However much it hears, its state stays small."""
    bank = Fleet(detectors=(detector,))
    for message in said:
        bank.hear(copy_of(message))
        bank.advance(message.received_ms)
    for one in bank.banks.values():
        size = max(len(msgspec.msgpack.encode(rule)) for rule in one.rules)
        assert size <= STATE_BYTES_MAX, f"{size} bytes of state"


CHECKS: tuple[Callable[[type[Detector], Said], None], ...] = (
    check_deterministic,
    check_duplicates,
    check_order,
    check_missing_fields,
    check_saved_and_restored,
    check_bounded,
)
