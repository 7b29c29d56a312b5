"""The JSON Schemas for whoever builds a terminal: current, and of the same mind as the service."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from ingest.decode import Publication, decode
from liftwatch.clock import parse_ms
from liftwatch.commands.schema import schema_command, text_of
from liftwatch.failure import Failure
from liftwatch.telemetry.schema import NAMES, schema_of
from liftwatch.telemetry.topics import parse_topic

EXAMPLES = Path(__file__).parents[1] / "cases" / "contract" / "examples.jsonl"
WRONG: dict[str, Any] = {
    "null": None,
    "text": "x" * 3_000,
    "number": 1e300,
    "negative": -1e9,
    "object": {"a": 1},
    "array": [[1]],
    "boolean": True,
}


def examples() -> Iterator[tuple[str, Any, int]]:
    """Kind, payload and time of reception of every line of the contract's examples."""
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        topic = parse_topic(said["topic"])
        assert topic is not None
        yield topic.kind, said["payload"], parse_ms(said["received_at"])


def validator(name: str) -> jsonschema_rs.Validator:
    """Of one kind of message, which also looks at formats."""
    return jsonschema_rs.validator_for(schema_of(name), validate_formats=True)


def test_the_files_are_current(root: Path) -> None:
    """`liftwatch schema --out docs/schema` writes them anew."""
    folder = root / "docs" / "schema"
    assert {path.name for path in folder.iterdir()} == {f"{name}.json" for name in NAMES}
    for name in NAMES:
        assert (folder / f"{name}.json").read_text(encoding="utf-8") == text_of(name), name


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_schema(name: str) -> None:
    """Of the draft it names."""
    jsonschema_rs.meta.validate(schema_of(name))


def test_the_examples_of_the_contract_fit() -> None:
    """One by one and as an array."""
    seen = set()
    for name, payload, _ in examples():
        validator(name).validate(payload)
        if isinstance(payload, dict):
            validator(name).validate([payload, payload])
        seen.add(name)
    assert seen == set(NAMES)


def test_schema_and_service_agree() -> None:
    """Each field of each example in turn wrong, missing or unknown.

    What fits the schema the service takes whole. What does not it refuses, or sets aside or passes
    over a part of it.
    """
    judged = 0
    for name, payload, received_ms in examples():
        if name == "batch":
            continue
        check = validator(name)
        for changed in changes(payload):
            fits = check.is_valid(changed)
            taken = taken_whole(name, changed, received_ms)
            assert fits == taken, (name, changed)
            judged += 1
    assert judged > 500


def changes(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The payload with one field changed."""
    yield {**payload, "floor_lable": "1"}
    yield {**payload, "lift": "L-0001"}
    for field in payload:
        yield {name: value for name, value in payload.items() if name != field}
        for wrong in WRONG.values():
            yield {**payload, field: wrong}
    for at in ("2026-03-02 08:00:00Z", "2026-03-02T08:00:00+08:00", "2026-03-02T08:00:00", ""):
        yield {**payload, "at": at}


def taken_whole(kind: str, payload: Any, received_ms: int) -> bool:
    """Whether the service takes everything of a message."""
    topic = f"lift/v1/320583/garden/L-0001/{kind}"
    said = decode(Publication(topic, json.dumps(payload).encode(), received_ms))
    unknown_field = said.ignored.get("unknown_field", 0)
    whole = not said.rejections and not unknown_field
    reasons = [reason for one in said.messages for _, reason in one.set_aside]
    return whole and all("is in no table" in reason for reason in reasons)


def test_an_element_of_a_batch_names_lift_and_kind() -> None:
    """And its kind decides which fields it has."""
    check = validator("batch")
    ((_, batch, _),) = (one for one in examples() if one[0] == "batch")
    for word in ("lift", "kind"):
        assert not check.is_valid([{k: v for k, v in batch[0].items() if k != word}])
    assert not check.is_valid([{**batch[0], "kind": "door"}])
    assert not check.is_valid([{**batch[0], "lift": "L/1"}])
    assert check.is_valid([])


def test_the_command_prints_one_or_all_names(capsys: pytest.CaptureFixture[str]) -> None:
    """And what is no kind is one line."""
    schema_command("state", out=None)
    assert json.loads(capsys.readouterr().out) == schema_of("state")
    schema_command(None, out=None)
    assert capsys.readouterr().out.split() == list(NAMES)
    with pytest.raises(Failure, match="'stat' is none of register, "):
        schema_command("stat", out=None)
    with pytest.raises(Failure, match="either"):
        schema_command("state", out=Path("x"))
