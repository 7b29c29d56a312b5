"""What each answer of an InfluxDB means, on servers that answer as the test says."""

from collections.abc import Callable
from threading import Event

import pytest

from liftwatch.adapters import influx as influx_module
from liftwatch.adapters.influx import LINES_MAX
from liftwatch.adapters.influx_server import NOTHING, Version
from liftwatch.clock import now_ms
from liftwatch.ports import StoreRefused, StoreUnavailable
from liftwatch.telemetry.messages import Message
from tests.adapters.conftest import Serve, floors, states

Make = Callable[..., Message]


@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize(
    ("status", "text", "said"),
    [
        (500, '{"error": "timeout"}', "answers 500: timeout"),
        (503, "<html>\nno server</html>", "answers 503: <html> no server</html>"),
        (429, '{"code": "too many requests", "message": "slow down"}', "answers 429: slow down"),
        (401, '{"error": "authorization failed"}', "refuses the token.*authorization failed"),
        (403, '{"code": "forbidden", "message": "no"}', "refuses the token"),
        (302, "", "answers 302"),
        (404, "404 page not found", "answers 404"),
        (400, '{"error": "database is required"}', "database is required"),
        (
            400,
            '{"error": "partial write: max-series-per-database limit exceeded: (5) dropped=3"}',
            "max-series",
        ),
        (400, '{"error": "partial write: max-values-per-tag limit exceeded (1/1)"}', "max-values"),
        (413, "too large", "takes no"),
        (400, "<html>400: plain HTTP request was sent to HTTPS port</html>", "plain HTTP"),
        (400, '{"error": "this proxy knows no such route"}', "answers this proxy knows"),
        (422, '{"code": "unprocessable entity", "message": "bucket is read-only"}', "read-only"),
        (400, '{"error": "Update to schema would exceed number of tables limit"}', "would exceed"),
    ],
)
def test_what_can_be_mended_loses_nothing(
    scripted: Serve, message: Make, *, two: bool, status: int, text: str, said: str
) -> None:
    """Everything but a fault of the lines themselves is to be tried again; no secret is told."""
    store, _ = scripted(lambda _body: (status, text), two=two)
    with pytest.raises(StoreUnavailable, match=said) as caught:
        store.write(states(message, 3))
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("two", [False, True])
def test_a_missing_bucket(scripted: Serve, message: Make, *, two: bool) -> None:
    """1.x: it is made, by whoever may; 2.x: an operator's work."""
    said = '{"error": "database not found: \\"lift\\""}'
    store, handler = scripted(lambda _body: (404, said), two=two)
    with pytest.raises(StoreUnavailable, match="lift"):
        store.write(states(message, 1))
    made = [path for path, _, _ in handler.came if "CREATE" in path]
    assert len(made) == (0 if two else 1)


@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize("status", [400, 422])
def test_refused_messages_are_found(
    scripted: Serve, message: Make, *, two: bool, status: int
) -> None:
    """However many, wherever they stand; every other one has been taken, in a good request."""
    bad, taken = {0, 7, 8, 498, 499}, set[bytes]()
    marks = [f"seq={k}i ".encode() for k in bad]

    def judge(body: bytes) -> tuple[int, str]:
        if any(mark in body for mark in marks):
            return status, '{"message": "partial write: field type conflict"}'
        taken.update(body.split(b"\n"))
        return 204, ""

    store, handler = scripted(judge, two=two)
    with pytest.raises(StoreRefused, match="field type conflict") as caught:
        store.write(states(message, 500))
    assert caught.value.indexes == tuple(sorted(bad))
    assert len(taken) == 495
    assert len(handler.came) < 5 * 2 * 10


def test_a_message_of_many_lines_is_refused_whole(scripted: Serve, message: Make) -> None:
    """It is not cut into its lines."""

    def judge(body: bytes) -> tuple[int, str]:
        return (400, "unable to parse") if b"bad" in body else (204, "")

    store, handler = scripted(judge)
    items = [{"code": "good"}, {"code": "bad"}, {"code": "good"}]
    good = message("maintenance", {"items": items[:1] * 3, "seq": 2})
    with pytest.raises(StoreRefused) as caught:
        store.write([good, message("maintenance", {"items": items}), good])
    assert caught.value.indexes == (1,)
    assert len(handler.came) <= 5


def test_requests_are_cut_by_lines_and_bytes(
    scripted: Serve, message: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, nothing left out, and a message of many lines is not torn without need."""
    monkeypatch.setattr(influx_module, "BYTES_MAX", 2_000)
    sizes: list[int] = []
    came: list[bytes] = []

    def judge(body: bytes) -> tuple[int, str]:
        sizes.append(len(body))
        came.extend(body.split(b"\n"))
        return 204, ""

    store, _ = scripted(judge)
    store._lines_max = 30
    store.write(states(message, 100))
    assert max(sizes) <= 2_000
    assert [line.split(b"seq=")[1].split(b"i ")[0] for line in came] == [
        str(k).encode() for k in range(100)
    ]
    store.write([message("maintenance", {"items": [{"code": "x" * 100}] * 40})])
    assert sizes[-1] > 2_000


def test_a_request_that_is_too_large_is_halved(scripted: Serve, message: Make) -> None:
    """Whatever stands between us and the server may allow less than the server."""
    taken = set[bytes]()

    def judge(body: bytes) -> tuple[int, str]:
        if len(body) > 2_000:
            return 413, ""
        taken.update(body.split(b"\n"))
        return 204, ""

    store, _ = scripted(judge)
    store.write(states(message, 100))
    assert len(taken) == 100


@pytest.mark.parametrize(
    ("token", "two", "sent"),
    [
        ("s3cr3t", True, "Token s3cr3t"),
        ("lift:secret", False, "Basic bGlmdDpzZWNyZXQ="),
        ("", False, None),
    ],
)
def test_who_we_are(
    scripted: Serve, message: Make, *, token: str, two: bool, sent: str | None
) -> None:
    """A token, or user and password of 1.x, or nothing; and where it is written to."""
    store, handler = scripted(lambda _body: (204, ""), two=two, token=token)
    store.write(states(message, 1))
    ((path, authorization, _),) = handler.came
    assert authorization == sent
    wanted = "/api/v2/write?org=kunshan&bucket=lift&precision=ns"
    assert path == (wanted if two else "/write?db=lift&precision=ns")


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"results": [{"statement_id": 0, "error": "query timeout"}]}'),
        (200, "<html>"),
        (400, '{"error": "error parsing query"}'),
        (401, "{}"),
        (500, ""),
    ],
)
def test_a_query_that_fails_is_unavailable(scripted: Serve, *, status: int, text: str) -> None:
    """InfluxDB tells errors of queries with status 200 too."""
    store, _ = scripted(lambda _body: (status, text), two=True)
    with pytest.raises(StoreUnavailable):
        floors(store)


def test_another_version_after_an_outage_is_found(scripted: Serve, message: Make) -> None:
    """An upgrade from 1.x to 2.x needs no restart of ours."""
    answers = iter([(204, ""), (503, ""), (204, "")])
    store, handler = scripted(lambda _body: next(answers))
    store.write(states(message, 1))
    handler.version, handler.health = "v2.8.0", 200
    with pytest.raises(StoreUnavailable):
        store.write(states(message, 1))
    store.write(states(message, 1))
    assert [path.split("?")[0] for path, _, _ in handler.came] == [
        "/write",
        "/write",
        "/api/v2/write",
    ]


@pytest.mark.parametrize("two", [False, True])
def test_a_refusal_in_unknown_words_is_put_to_the_test(
    scripted: Serve, message: Make, *, two: bool
) -> None:
    """A server that takes a body of nothing means the line: one bad message does not stop all."""
    taken = set[bytes]()

    def judge(body: bytes) -> tuple[int, str]:
        if b"seq=7i" in body:
            return 400, '{"message": "the moon is in the wrong phase"}'
        taken.update(body.split(b"\n"))
        return 204, ""

    store, handler = scripted(judge, two=two)
    with pytest.raises(StoreRefused, match="the moon") as caught:
        store.write(states(message, 20))
    assert caught.value.indexes == (7,)
    assert len(taken - {NOTHING}) == 19
    assert NOTHING in [body for _, _, body in handler.came]


@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize(("said", "wanted"), [("7", 7.0), ("99999", 600.0), ("soon", None)])
def test_a_busy_server_may_say_when_to_come_again(
    scripted: Serve, message: Make, *, two: bool, said: str, wanted: float | None
) -> None:
    """429 and 503 with Retry-After; the relay waits as long."""
    store, handler = scripted(lambda _body: (503, '{"error": "busy"}'), two=two)
    handler.headers_said = {"Retry-After": said}
    with pytest.raises(StoreUnavailable, match="busy") as caught:
        store.write(states(message, 1))
    assert caught.value.retry_after_s == wanted


@pytest.mark.parametrize("two", [False, True])
def test_a_body_that_is_refused_whole_is_not_taken_apart(
    scripted: Serve, message: Make, *, two: bool
) -> None:
    """InfluxDB says how many lines it dropped: after a year away that may be all of them."""
    said = "partial write: points beyond retention policy dropped=300"
    store, handler = scripted(
        lambda _body: (422 if two else 400, f'{{"error": "{said}"}}'), two=two
    )
    with pytest.raises(StoreRefused, match="beyond retention policy") as caught:
        store.write(states(message, 300))
    assert caught.value.indexes == tuple(range(300))
    assert len(handler.came) == 1


@pytest.mark.parametrize("two", [False, True])
def test_a_server_that_is_too_slow_is_given_less(
    scripted: Serve, message: Make, monkeypatch: pytest.MonkeyPatch, *, two: bool
) -> None:
    """Until it answers in time; then more again. Nothing is lost meanwhile."""
    monkeypatch.setattr("liftwatch.adapters.influx_server.ANSWER_S", 0.2)
    sizes: list[int] = []
    answered = Event()

    def judge(body: bytes) -> tuple[int, str]:
        sizes.append(body.count(b"\n") + 1)
        if sizes[-1] > 300:
            answered.wait(2)
        return 204, ""

    store, _ = scripted(judge, two=two)
    said = states(message, 1_000)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="does not answer"):
            store.write(said)
    store.write(said)
    assert sizes == [1_000, 500, 250, 250, 250, 250]
    answered.set()
    for _ in range(45):
        store.write(said)
    assert store._lines_max == LINES_MAX
    assert sizes[-1] == 1_000


@pytest.mark.parametrize(
    ("version", "path"), [("1", "/write"), ("2", "/api/v2/write"), ("3", "/api/v2/write")]
)
def test_the_version_may_be_set(
    scripted: Serve, message: Make, *, version: Version, path: str
) -> None:
    """Then nobody is asked: behind some gateways `/health` says nothing."""
    store, handler = scripted(lambda _body: (204, ""), two=version == "1", version=version)
    handler.health = 503
    store.write(states(message, 1))
    assert [came.split("?")[0] for came, _, _ in handler.came if "configure" not in came] == [path]


def test_three_core_is_known_by_its_ping(scripted: Serve, message: Make) -> None:
    """Its `/health` tells no version; places are databases, and are asked for as such."""
    bodies: list[bytes] = []

    def judge(body: bytes) -> tuple[int, str]:
        bodies.append(body)
        if body:
            return 204, ""
        return 200, '[{"iox::database": "lift"}, {"iox::database": "lift/days_400"}]'

    store, handler = scripted(judge, two=True)
    handler.version = "3.2.1"
    store.write([message("ride", at_ms=now_ms()), message("state", at_ms=now_ms())])
    buckets = [path.split("bucket=")[1].split("&")[0] for path, _, body in handler.came if body]
    assert buckets == ["lift", "lift%2Fdays_400"]


@pytest.mark.parametrize("denied", [401, 403, 404])
def test_whoever_may_only_write_still_writes(
    scripted: Serve, message: Make, *, denied: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which places there are is asked of queries; without that right all is written to the one."""
    store, handler = scripted(lambda _body: (204, ""), two=True)
    monkeypatch.setattr(
        handler, "do_GET", lambda self: self.answer(*((200, "{}") if "health" in self.path else (
            denied, '{"code": "unauthorized", "message": "unauthorized access"}'
        )))
    )  # fmt: skip
    store.write(states(message, 1))
    assert len(handler.came) == 1
