"""`liftwatch train`: what it reads, what it keeps, and how the file gets into its place."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detectors.models.files import BadModel, Models, from_bytes
from detectors.models.shelf import DEFAULT, Shelf
from detectors.training.rows import Gatherer
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import open_books
from liftwatch.clock import DAY_MS, rfc3339
from liftwatch.commands import train as command
from liftwatch.commands import train_sources as sources
from liftwatch.commands.models import NAME, ModelFile
from liftwatch.commands.train import in_place, put, train_command, train_on
from liftwatch.commands.train_sources import Data, read_replays, read_stores, simulated
from liftwatch.commands.wiring import Stores
from liftwatch.failure import Failure
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts
from liftwatch.telemetry.messages import Message
from tests.detectors.test_training import fleet


@pytest.fixture(scope="module")
def said() -> list[Message]:
    """What a healthy lift says of its rides and doors in most of a day."""
    return list(simulated(5, lifts=1, days=0.7))


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Empty ones."""
    with (
        contextlib.closing(open_books(f"sqlite:///{tmp_path}/books.sqlite")) as books,
        contextlib.closing(EmbeddedStore(tmp_path / "telemetry.sqlite")) as telemetry,
    ):
        yield Stores(books, telemetry)


def rows_of(gatherer: Gatherer) -> dict[tuple[str, str], bytes]:
    """Everything gathered, to be compared."""
    return {(one.part, one.family): one.rows.tobytes() for one in gatherer.gathered()}


def heard(messages: list[Message]) -> Gatherer:
    """What training takes of messages as they come."""
    gatherer = Gatherer()
    for message in messages:
        gatherer.hear(message)
    return gatherer


def test_the_store_tells_what_the_lift_told(stores: Stores, said: list[Message]) -> None:
    """The same rows, with facts from the register; exercise data only in an exercise."""
    stores.telemetry.write([one for one in said if one.kind in sources.STORED])
    first, last = said[0], said[-1]
    facts = Facts(roping=2, rated_speed_mps=1.0)
    row = LiftRow(lift=first.lift, area=first.area, estate=first.estate, facts=facts)
    with stores.books.begin() as work:
        work.put_lifts([row])
    live = Gatherer()
    live.know(first.lift, facts)
    for message in said:
        if message.kind in sources.STORED:
            live.hear(message)
    now_ms = last.at_ms + 1
    read = read_stores(stores, now_ms=now_ms, days=30, exercise=True)
    assert read.source == "telemetry of 1 lifts"
    assert len(rows_of(read.gatherer)) == 2
    assert rows_of(read.gatherer) == rows_of(live)
    assert not rows_of(read_stores(stores, now_ms=now_ms, days=30, exercise=False).gatherer)
    later_ms = now_ms + 40 * DAY_MS
    assert not rows_of(read_stores(stores, now_ms=later_ms, days=30, exercise=True).gatherer)


def test_a_replay_file_tells_the_same(said: list[Message], tmp_path: Path) -> None:
    """Whatever else stands in it."""
    path = tmp_path / "day.jsonl"
    with path.open("wb") as file:
        file.write(b"nonsense\n\n")
        for one in said:
            topic = f"lift/v1/{one.area}/{one.estate}/{one.lift}/{one.kind}"
            line: dict[str, Any] = {"topic": topic, "payload": one.body}
            file.write(
                msgspec.json.encode(line | {"received_at": rfc3339(one.received_ms)}) + b"\n"
            )
    read = read_replays([path])
    assert rows_of(read.gatherer) == rows_of(heard(said))
    assert read.source == "replay of day.jsonl"


def test_a_visit_with_a_new_part_begins_a_new_past(said: list[Message]) -> None:
    """As for the detector: fifty rides are learned from anew before any counts."""
    half = said[len(said) // 2]
    visit = msgspec.structs.replace(
        half,
        kind="maintenance",
        body=msgspec.convert(
            {"v": 1, "terminal": "T", "boot": "b", "seq": 0, "at": rfc3339(half.at_ms)}
            | {"phase": "out", "items": [{"result": "replaced"}]},
            sources.KINDS["maintenance"],
        ),
    )
    after = said[said.index(half) :]
    whole, cut = heard(said), heard([*said[: said.index(half)], visit, *after])
    assert sum(map(len, rows_of(cut).values())) < sum(map(len, rows_of(whole).values()))


@pytest.fixture
def data() -> Data:
    """A fleet to train on."""

    class Made(Gatherer):
        def gathered(self) -> Any:
            return fleet()

    made = Made()
    made.from_ms, made.to_ms = 0, DAY_MS
    return Data(made, "a test")


def test_a_new_model_is_put_in_its_place(
    data: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second time the same model is no worse; the one before stays beside it.

    These lifts are none that the default has learned from; it may be the better one, or not.
    """
    folder = tmp_path / "models"
    put(DEFAULT.read_bytes(), folder)
    assert train_on(data, folder=folder, force=True)
    assert (folder / f"{NAME}.previous").read_bytes() == DEFAULT.read_bytes()
    first = (folder / NAME).read_bytes()
    assert train_on(data, folder=folder)
    assert (folder / NAME).read_bytes() == (folder / f"{NAME}.previous").read_bytes() == first
    assert sorted(path.name for path in folder.iterdir()) == [NAME, f"{NAME}.previous"]
    assert "is now" in capsys.readouterr().out


def test_a_worse_model_is_not_kept(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in its place stays, byte by byte, unless it is forced."""
    folder = tmp_path / "models"
    assert train_on(data, folder=folder, force=True)
    before = (folder / NAME).read_bytes()
    monkeypatch.setattr(command, "is_no_worse", lambda *_: False)
    assert not train_on(data, folder=folder)
    assert (folder / NAME).read_bytes() == before
    assert train_on(data, folder=folder, force=True)


def test_a_torn_model_in_place_counts_as_none(tmp_path: Path) -> None:
    """The default judges then, and is what a new one is measured by."""
    (tmp_path / NAME).write_bytes(DEFAULT.read_bytes()[:1000])
    models = in_place(tmp_path)
    assert isinstance(models, Models)
    assert models.header == from_bytes(DEFAULT.read_bytes())[0]


def test_exactly_one_source_is_asked_for(tmp_path: Path) -> None:
    """None, or two, is a usage error; so is too little, and a file that is not there."""
    said = {"days": 1.0, "lifts": 2, "out": tmp_path}
    for replays, store, seeds in (((), False, ()), ((tmp_path,), True, ()), ((), True, (1,))):
        with pytest.raises(Failure, match="give one of"):
            train_command(replays, store=store, seeds=seeds, **said)
    with pytest.raises(Failure, match="No such file"):
        train_command([tmp_path / "none"], store=False, seeds=(), **said)
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(Failure, match=r"^train: rides of fewer"):
        train_command([tmp_path / "empty"], store=False, seeds=(), **said)


def test_a_service_takes_a_new_model_and_leaves_a_bad_one(tmp_path: Path) -> None:
    """When the file has changed, and each once."""
    shelf, path = Shelf(), tmp_path / NAME
    file = ModelFile(path, shelf=shelf)
    assert not file.look()
    path.write_bytes(DEFAULT.read_bytes())
    assert file.look()
    assert not file.look()
    assert shelf.models is not None
    version = shelf.models.header.version
    path.write_bytes(b"torn")
    os.utime(path, ns=(1, 1))
    assert not file.look()
    assert shelf.models.header.version == version
    path.unlink()
    assert not file.look()
    assert shelf.models.header.version == version
    assert not isinstance(from_bytes(DEFAULT.read_bytes()), BadModel)
