"""Deadlines that move are met as if each had been looked up every time."""

from hypothesis import given
from hypothesis import strategies as st

from detectors.agenda import FAR_MS, Agenda

NAMES = "abc"
moves = st.lists(
    st.tuples(st.sampled_from(NAMES), st.one_of(st.none(), st.integers(0, 50)), st.integers(0, 4)),
    max_size=60,
)


@given(moves)
def test_each_deadline_is_met_once_and_in_its_order(
    said: list[tuple[str, int | None, int]],
) -> None:
    """Brought nearer, put off or taken away: what is met is what a plain search finds."""
    dues = dict.fromkeys(NAMES, FAR_MS)
    agenda, now_ms = Agenda(dues.__getitem__), 0
    for name, due_ms, pause_ms in said:
        dues[name] = FAR_MS if due_ms is None else now_ms + due_ms
        agenda.note(name, dues[name])
        now_ms += pause_ms
        assert agenda.quiet_until_ms <= min(dues.values())
        while agenda.next_ms() <= now_ms:
            first = min(NAMES, key=lambda one: (dues[one], one))
            assert agenda.next_ms() == dues[first]
            assert agenda.pop() == first
            dues[first] = FAR_MS
        assert min(dues.values()) > now_ms


def test_deadlines_brought_nearer_again_and_again_take_no_room_and_are_met() -> None:
    """A thousand changes of mind of two names leave a handful of entries, and the last one holds."""
    dues = {"a": FAR_MS, "b": FAR_MS}
    agenda = Agenda(dues.__getitem__)
    for due_ms in range(1_000, 0, -1):
        for name in dues:
            dues[name] = due_ms
            agenda.note(name, due_ms)
    assert agenda.entries < 30
    assert [(agenda.next_ms(), agenda.pop()) for _ in dues] == [(1, "a"), (1, "b")]
