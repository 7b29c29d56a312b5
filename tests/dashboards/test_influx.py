"""`/v1/influx/query`: what panels ask is answered of one's own rows, and nothing else ever is."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.influx import rows_of
from api.principal import LOCAL
from api.seen import SeenBooks
from liftwatch import clock
from liftwatch.access.sight import EVERYTHING, NOTHING, Place, Sight
from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.influx_asked import statement
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.ports import LiftRow
from liftwatch.telemetry.asked import (
    DEPTH_MAX,
    ROWS_MAX,
    AskedError,
    Every,
    Some,
    comparisons,
    one_of,
    same,
)
from liftwatch.telemetry.asked_grammar import read
from tests.conftest import Influx, make_message
from tests.dashboards.around import AROUND, NOW_MS, TIME

LIFTS = {"G-0001": "garden", "G-0002": "garden", "L-0001": "lake"}
OURS = Sight(places=(Place("320583", "garden"),))
FOREIGN = ("L-0001", "lake", "777")
"""Of the other estate: a name, a place, and the load that only its car had."""


@pytest.fixture(scope="module")
def store(influx: Influx) -> Iterator[InfluxStore]:
    """States and rides of an hour on a real InfluxDB, and a secret beside them."""
    made = InfluxStore(influx.url, token="", org="", bucket=f"asked {uuid.uuid4().hex}")
    made.write(
        [
            message
            for lift, estate in LIFTS.items()
            for n in range(12)
            for message in (
                make_message(
                    "state",
                    {
                        "floor": n,
                        "load_pct": 77.7 if estate == "lake" else 10.0 + n,
                        "floor_label": "777" if estate == "lake" else str(n),
                        "service_mode": "normal",
                    },
                    at_ms=NOW_MS - (n + 1) * 240_000,
                    lift=lift,
                    estate=estate,
                ),
                make_message(
                    "ride",
                    {"distance_m": 3.0 * n},
                    at_ms=NOW_MS - (n + 1) * 240_000,
                    lift=lift,
                    estate=estate,
                ),
            )
        ]
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def books() -> MemoryBooks:
    """The lifts."""
    made = MemoryBooks()
    with made.begin() as work:
        work.put_lifts([LiftRow(lift=name, area="320583", estate=at) for name, at in LIFTS.items()])
    return made


@pytest.fixture
def as_(
    monkeypatch: pytest.MonkeyPatch, books: MemoryBooks, store: InfluxStore
) -> Callable[[Sight], TestClient]:
    """A client whose asker sees so much."""

    def client(sight: Sight, *, over: Any = store) -> TestClient:
        app: FastAPI = create_app(books=books, store=over, readiness=dict, metrics=lambda: b"")
        monkeypatch.setattr("api.principal.sight_of", lambda *_: sight)
        return TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000))

    assert LOCAL.roles == {"admin"}
    return client


def ask(client: TestClient, q: str, **more: str) -> Any:
    """The series of an answer."""
    answer = client.get("/v1/influx/query", params={"q": q, "db": "lift", "epoch": "ms", **more})
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    assert result["statement_id"] == 0
    return result.get("series", [])


def test_panels_are_answered_of_ones_own_rows(as_: Callable[[Sight], TestClient]) -> None:
    """By step and tag, as InfluxDB answers."""
    (series,) = ask(
        as_(OURS),
        f'SELECT count("floor") AS "n" FROM "lift_state" WHERE {TIME} GROUP BY "estate"',
    )
    assert (series["name"], series["tags"]) == ("lift_state", {"estate": "garden"})
    assert series["columns"] == ["time", "n"]
    assert series["values"][0][1] == 24
    everything = ask(
        as_(EVERYTHING), f'SELECT count("floor") FROM "lift_state" WHERE {TIME} GROUP BY "estate"'
    )
    assert {one["tags"]["estate"]: one["values"][0][1] for one in everything} == {
        "garden": 24,
        "lake": 12,
    }


def test_times_are_in_the_unit_that_is_asked_for(as_: Callable[[Sight], TestClient]) -> None:
    """Milliseconds for Grafana; RFC 3339 without a word."""
    client = as_(OURS)
    q = f'SELECT "floor" FROM "lift_state" WHERE {TIME} AND "lift" = \'G-0001\' LIMIT 1'
    at_ms = NOW_MS - 12 * 240_000
    assert ask(client, q)[0]["values"] == [[at_ms, 11]]
    assert ask(client, q, epoch="s")[0]["values"] == [[at_ms // 1000, 11]]
    assert ask(client, q, epoch="")[0]["values"] == [[clock.rfc3339(at_ms), 11]]


def test_both_methods_are_the_same(as_: Callable[[Sight], TestClient]) -> None:
    """Grafana's mode POST sends the query as a form."""
    client = as_(OURS)
    client.headers["Origin"] = "http://127.0.0.1"
    q = f'SELECT last("floor_label") FROM "lift_state" WHERE {TIME} GROUP BY "lift"'
    by_form = client.post(
        "/v1/influx/query",
        data={"q": q},
        params={"db": "lift", "epoch": "ms"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    by_address = client.get("/v1/influx/query", params={"q": q, "db": "lift", "epoch": "ms"})
    assert by_form.status_code == 200, by_form.text
    assert by_form.json() == by_address.json()


def test_grafana_sees_that_we_are_there(as_: Callable[[Sight], TestClient]) -> None:
    """Its check of a data source, which tells of no rows; spelt as Grafana spells it."""
    (found,) = ask(as_(NOTHING), "SHOW measurements")
    assert ["lift_state"] in found["values"]
    (found,) = ask(as_(NOTHING), "SHOW DATABASES")
    assert found["values"] == [["lift"]]


def test_who_sees_nothing_is_answered_nothing(as_: Callable[[Sight], TestClient]) -> None:
    """And a lift that one may not see is as one that there is not."""
    q = f'SELECT "floor" FROM "lift_state" WHERE {TIME}'
    assert ask(as_(NOTHING), q) == []
    for name in ("L-0001", "NOBODY"):
        assert ask(as_(OURS), f"{q} AND \"lift\" = '{name}'") == []
    assert ask(as_(OURS), f'{q} AND "lift" =~ /^(L-0001|G-0002)$/') != []


REFUSED_AT_LEAST = 70


def asked_by(client: TestClient, q: str, *, both: bool) -> Iterator[Any]:
    """The answers to a query in the address, and in a form."""
    yield client.get("/v1/influx/query", params={"q": q, "epoch": "ms"})
    if both:
        yield client.post(
            "/v1/influx/query", data={"q": q}, headers={"Sec-Fetch-Site": "same-origin"}
        )


def test_fifty_ways_around(as_: Callable[[Sight], TestClient]) -> None:
    """Each is refused with a sentence, or answered without a word of another's."""
    client, refused = as_(OURS), 0
    for n, q in enumerate(AROUND):
        for answer in asked_by(client, q, both=n % 5 == 0 or len(q) > 8_000):
            assert answer.status_code in (200, 400), (q, answer.text)
            body = answer.json()
            if answer.status_code == 400:
                refused += answer.request.method == "GET"
                assert body["error"], "as InfluxDB's clients look for it"
                continue
            told = json.dumps([result.get("series", []) for result in body["results"]])
            assert [one for one in (*FOREIGN, "77.7") if one in told] == [], (q, told)
    assert refused >= REFUSED_AT_LEAST
    assert len(AROUND) >= 50


def test_what_is_looked_for_is_there(as_: Callable[[Sight], TestClient]) -> None:
    """Whoever may see it gets it by the first of the ways: else they would prove nothing."""
    assert "77.7" in json.dumps(ask(as_(EVERYTHING), AROUND[0]))


@pytest.mark.parametrize(
    "more", [{"db": "other"}, {"db": "_internal"}, {"rp": "days_400"}, {"epoch": "fortnight"}]
)
def test_other_places_are_refused(as_: Callable[[Sight], TestClient], more: dict[str, str]) -> None:
    """By the parameters beside the query."""
    q = f"SELECT floor FROM lift_state WHERE {TIME}"
    answer = as_(EVERYTHING).get("/v1/influx/query", params={"q": q, **more})
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_embedded_store_cannot_answer(as_: Any) -> None:
    """It says what is needed, and is asked nothing."""
    client = as_(EVERYTHING, over=object())
    answer = client.get(
        "/v1/influx/query", params={"q": f"SELECT floor FROM lift_state WHERE {TIME}"}
    )
    assert answer.status_code == 422
    assert "needs InfluxDB" in answer.json()["detail"]


def test_an_answer_is_never_larger_than_it_may_be() -> None:
    """Steps times series, and raw points, are bounded in the statement itself."""
    for q in (
        f"SELECT mean(floor) FROM lift_state WHERE {TIME} GROUP BY time(10s), lift",
        f"SELECT floor FROM lift_state WHERE {TIME}",
        f"SELECT last(floor) FROM lift_state WHERE {TIME} GROUP BY lift",
    ):
        asked = read(q, now_ms=NOW_MS)
        assert asked.steps * asked.series <= ROWS_MAX
        text = statement(asked, Every())
        assert f"SLIMIT {asked.series}" in text


def test_a_unit_is_bounded_by_names(books: MemoryBooks) -> None:
    """Contracts are of lifts; a lift that is named is looked up, others are not asked for."""
    seen = SeenBooks(books, OURS)
    assert rows_of(seen, Every()) == Some(
        (Every((same("area", "320583"), same("estate", "garden"))),)
    )
    assert rows_of(seen, same("lift", "G-0001")) == one_of("lift", ["G-0001"])
    assert rows_of(seen, same("lift", "L-0001")) == Some()
    assert rows_of(SeenBooks(books, NOTHING), same("lift", "G-0001")) == Some()
    whole = Sight(places=(Place("320583"),))
    assert rows_of(SeenBooks(books, whole), Every()) == Some((same("area", "320583"),))


names = st.sampled_from(["lift", "estate", "area", "source", "floor", "load_pct", "occupied"])
values = st.one_of(
    st.text(max_size=12).map(lambda text: "'" + text.replace("\\", "").replace("'", "\\'") + "'"),
    st.integers(-9, 9).map(str),
    st.sampled_from(["true", "false", "'L-0001'", "'lake'"]),
)
atoms = st.builds("{} {} {}".format, names, st.sampled_from(["=", "!=", "<", ">"]), values)
conditions = st.recursive(
    atoms,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(conditions)
def test_the_filter_of_rows_stands_beside_whatever_is_asked(condition: str) -> None:
    """What is asked lies inside parentheses; the filter is one of the parts joined by AND."""
    try:
        asked = read(f"SELECT floor FROM lift_state WHERE {TIME} AND {condition}", now_ms=NOW_MS)
    except AskedError:
        return
    text = statement(asked, same("estate", "garden"))
    head, _, rest = text.partition(" WHERE ")
    assert head == 'SELECT "floor" FROM "lift_state"'
    depth, quoted, outside, escaped = 0, "", [], False
    for letter in rest.partition(" ORDER BY ")[0] if "ORDER BY" not in condition else rest:
        if escaped:
            escaped = False
        elif quoted and letter == "\\":
            escaped = True
        elif quoted:
            quoted = "" if letter == quoted else quoted
        elif letter in "'\"":
            quoted = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif depth == 0:
            outside.append(letter)
    assert (depth, quoted) == (0, "")
    told = "".join(outside).split(" AND ")
    assert " OR " not in "".join(outside)
    assert len(told) == 4  # what is asked, the filter, and two times
    assert len(list(comparisons(asked.where))) <= 8


def test_a_text_without_end_is_refused() -> None:
    """Nested, long, and of many words: by limits, in milliseconds and not in hours."""
    for q in (
        "SELECT floor FROM lift_state WHERE " + "(" * 8_000,
        "SELECT floor FROM lift_state WHERE lift = '" + "\\'" * 8_000,
        "SELECT " + "floor, " * 2_000,
        "lift =~ /^(" + "a|" * 8_000 + ")$/",
        "1" * 16_000,
        '"' * 16_000,
    ):
        with pytest.raises(AskedError):
            read(q, now_ms=NOW_MS)
    deep = "(" * (DEPTH_MAX - 2) + "floor > 0" + ")" * (DEPTH_MAX - 2)
    read(f"SELECT floor FROM lift_state WHERE {TIME} AND {deep}", now_ms=NOW_MS)
