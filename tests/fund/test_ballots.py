"""Papers with their scan and a second reader, votes of one's own, and the end of a vote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.clock import DAY_MS
from liftwatch.fund.ballots import Vote, choices_of, close, confirm, enter, open_vote, strike
from liftwatch.fund.refusals import CannotMove, NotYours, Refused, Untold
from liftwatch.fund.scope import Household, Scope
from liftwatch.fund.votes import Choice
from tests.fund.desk import MONDAY_MS

OPENS, CLOSES = MONDAY_MS, MONDAY_MS + 7 * DAY_MS
SCOPE = Scope(
    households=(
        Household(id="101", area_dm2=9000),
        Household(id="102", area_dm2=9000, owner="k"),
        Household(id="201", area_dm2=9000, owner="k"),
        Household(id="202", area_dm2=9000),
    )
)
HEADS = ("unit:101", "owner:k", "unit:202")


def scan(n: int) -> str:
    """The hash of a scan."""
    return f"{n:064x}"


def a_vote() -> Vote:
    """A vote on the use of the fund that has begun."""
    return open_vote(
        "c1", id="v1", act="use", plan="ab" * 32, scope=SCOPE, opens_ms=OPENS, closes_ms=CLOSES
    )


def paper(vote: Vote, head: str, choice: Choice, *, n: int, by: str = "li") -> Vote:
    """A paper, entered by one person."""
    return enter(vote, head, choice, scan=scan(n), cast_ms=OPENS + n, by=by, now_ms=OPENS + DAY_MS)


def test_a_paper_counts_when_a_second_person_has_read_the_same() -> None:
    """Not before; and the vote does not end while one waits."""
    vote = paper(paper(a_vote(), "unit:101", "for", n=1), "owner:k", "for", n=2)
    vote = confirm(vote, "owner:k", "for", by="wu", now_ms=CLOSES)
    assert choices_of(vote) == {"owner:k": "for"}
    with pytest.raises(CannotMove, match="1 papers have been read by one person"):
        close(vote, now_ms=CLOSES)
    with pytest.raises(NotYours, match="another person"):
        confirm(vote, "unit:101", "for", by="li", now_ms=CLOSES)
    with pytest.raises(Untold, match="two readings"):
        confirm(vote, "unit:101", "against", by="wu", now_ms=CLOSES)
    vote, outcome = close(confirm(vote, "unit:101", "for", by="wu", now_ms=CLOSES), now_ms=CLOSES)
    assert outcome.tally.passed
    assert (outcome.tally.heads_taking, outcome.tally.area_taking) == (2, 27_000)
    assert (outcome.plan, outcome.scope, outcome.case) == ("ab" * 32, SCOPE.digest, "c1")
    for late in (
        lambda: paper(vote, "unit:202", "for", n=3),
        lambda: confirm(vote, "unit:101", "for", by="he", now_ms=CLOSES),
        lambda: strike(vote, "unit:101", why="too late", by="he", now_ms=CLOSES),
        lambda: close(vote, now_ms=CLOSES),
    ):
        with pytest.raises(CannotMove, match="closed"):
            late()


def test_what_was_read_wrong_is_struck_and_entered_again() -> None:
    """It stays to be seen; what two have read takes a third."""
    vote = paper(a_vote(), "unit:101", "for", n=1)
    with pytest.raises(Untold, match="a reason"):
        strike(vote, "unit:101", why=" ", by="li", now_ms=CLOSES)
    vote = strike(vote, "unit:101", why="misread", by="li", now_ms=CLOSES)
    vote = paper(vote, "unit:101", "against", n=1)  # the same scan
    vote = confirm(vote, "unit:101", "against", by="wu", now_ms=CLOSES)
    for by in ("li", "wu"):
        with pytest.raises(NotYours, match="a third person"):
            strike(vote, "unit:101", why="no", by=by, now_ms=CLOSES)
    struck = strike(vote, "unit:101", why="a forged signature", by="he", now_ms=CLOSES)
    assert choices_of(struck) == {}
    assert [one.struck_why for one in struck.ballots] == ["misread", "a forged signature"]


def test_what_an_owner_sent_counts_at_once_and_is_theirs() -> None:
    """Nobody reads it a second time, nobody strikes it."""
    vote = enter(a_vote(), "unit:101", "for", scan=None, cast_ms=OPENS, by="k", now_ms=OPENS)
    assert choices_of(vote) == {"unit:101": "for"}
    with pytest.raises(CannotMove, match="read twice"):
        confirm(vote, "unit:101", "for", by="wu", now_ms=OPENS)
    with pytest.raises(NotYours):
        strike(vote, "unit:101", why="no", by="wu", now_ms=OPENS)
    with pytest.raises(Untold, match="no choice"):
        enter(vote, "unit:202", "void", scan=None, cast_ms=OPENS, by="k", now_ms=OPENS)


@pytest.mark.parametrize(
    ("head", "choice", "n", "cast_ms", "why"),
    [
        ("unit:101", "for", 9, OPENS, "has voted"),
        ("unit:102", "for", 9, OPENS, "no vote here"),
        ("owner:k", "yes", 9, OPENS, "no choice"),
        ("owner:k", "for", 1, OPENS, "another paper"),
        ("owner:k", "for", 9, OPENS - 1, "while the vote was open"),
        ("owner:k", "for", 9, CLOSES, "while the vote was open"),
        ("owner:k", "for", 9, OPENS + DAY_MS + 1, "while the vote was open"),
    ],
)
def test_a_paper_that_cannot_be(head: str, choice: Choice, n: int, cast_ms: int, why: str) -> None:
    """A head that has voted or has no vote, a scan that stands for another, a wrong time."""
    vote = paper(a_vote(), "unit:101", "for", n=1)
    with pytest.raises(Refused, match=why):
        enter(vote, head, choice, scan=scan(n), cast_ms=cast_ms, by="li", now_ms=OPENS + DAY_MS)


def test_a_paper_of_the_last_moment_counts_and_one_after_it_does_not() -> None:
    """It may be entered later, as long as the vote is not closed."""
    given = {"scan": None, "by": "k", "now_ms": CLOSES + DAY_MS}
    enter(a_vote(), "unit:101", "for", cast_ms=CLOSES - 1, **given)  # type: ignore[arg-type]
    enter(a_vote(), "unit:101", "for", cast_ms=OPENS, **given)  # type: ignore[arg-type]
    for cast_ms in (OPENS - 1, CLOSES):
        with pytest.raises(Untold, match="while the vote was open"):
            enter(a_vote(), "unit:101", "for", cast_ms=cast_ms, **given)  # type: ignore[arg-type]
    vote = paper(a_vote(), "unit:101", "for", n=1)
    strike(vote, "unit:101", why="x" * 500, by="li", now_ms=CLOSES)
    with pytest.raises(Untold, match="a reason"):
        strike(vote, "unit:101", why="x" * 501, by="li", now_ms=CLOSES)


def test_a_vote_that_cannot_be() -> None:
    """No such act, no plan, no time; and it does not end before its end."""
    given = {"id": "v", "act": "use", "plan": "ab" * 32, "scope": SCOPE}
    times = {"opens_ms": OPENS, "closes_ms": CLOSES}
    for change in (
        {"act": "paint"},
        {"plan": "x"},
        {"closes_ms": OPENS},
        {"scope": Scope(households=())},
    ):
        with pytest.raises(Untold):
            open_vote("c1", **(given | times | change))  # type: ignore[arg-type]
    with pytest.raises(CannotMove, match="not over"):
        close(a_vote(), now_ms=CLOSES - 1)
    with pytest.raises(CannotMove, match="handed in nothing"):
        confirm(a_vote(), "unit:101", "for", by="wu", now_ms=OPENS)
    _, outcome = close(a_vote(), now_ms=CLOSES)
    assert not outcome.tally.passed


ACTIONS = st.tuples(
    st.sampled_from(["enter", "send", "confirm", "strike"]),
    st.sampled_from(HEADS),
    st.sampled_from(["for", "against", "abstain", "void"]),
    st.sampled_from(["li", "wu", "he"]),
)


Standing = tuple[Choice, frozenset[str], bool]
"""Of a head: its choice, who has read it, and whether it sent it itself."""


def after(stands: Standing | None, what: str, choice: Choice, *, by: str) -> Standing | bool | None:
    """What stands of a head then; False where it may not be."""
    if what == "enter":
        return stands is None and (choice, frozenset({by}), False)
    if what == "send":
        return stands is None and choice != "void" and (choice, frozenset({by}), True)
    if stands is None or stands[2]:
        return False
    said, readers, _ = stands
    if what == "confirm":
        return (
            len(readers) == 1
            and by not in readers
            and choice == said
            and (said, readers | {by}, False)
        )
    return False if len(readers) == 2 and by in readers else None


def act(vote: Vote, what: str, head: str, *, choice: Choice, by: str, n: int) -> Vote:
    """Do it."""
    if what == "enter":
        return paper(vote, head, choice, n=n, by=by)
    if what == "send":
        return enter(vote, head, choice, scan=None, cast_ms=OPENS, by=by, now_ms=OPENS + DAY_MS)
    if what == "confirm":
        return confirm(vote, head, choice, by=by, now_ms=OPENS + DAY_MS)
    return strike(vote, head, why="why", by=by, now_ms=OPENS + DAY_MS)


@given(st.lists(ACTIONS, max_size=40))
def test_whatever_people_do_a_head_counts_once_and_by_two_eyes(
    actions: list[tuple[str, str, Choice, str]],
) -> None:
    """Against a model: what stands of each head, and who has seen it."""
    vote, model = a_vote(), dict[str, Standing]()
    for n, (what, head, choice, by) in enumerate(actions):
        then = after(model.get(head), what, choice, by=by)
        if then is False:
            with pytest.raises(Refused):
                act(vote, what, head, choice=choice, by=by, n=n)
            continue
        vote = act(vote, what, head, choice=choice, by=by, n=n)
        model.pop(head, None)
        if then is not None:
            model[head] = then  # type: ignore[assignment]
    assert choices_of(vote) == {
        head: choice for head, (choice, readers, sent) in model.items() if sent or len(readers) == 2
    }
    assert vote.version == 1 + sum(
        1 + (one.confirmed_ms is not None) + (one.struck_ms is not None) for one in vote.ballots
    )
