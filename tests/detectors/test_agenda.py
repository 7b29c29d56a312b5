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
