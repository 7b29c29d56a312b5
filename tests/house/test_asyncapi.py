"""The MQTT side as AsyncAPI: current, of the same mind as the service, and good to its parser."""

import json
from pathlib import Path
from typing import Any

import pytest

from liftwatch.telemetry.messages import RETAINED
from liftwatch.telemetry.schema import NAMES
from liftwatch.telemetry.topics import parse_topic
from scripts import asyncapi


@pytest.fixture(scope="module")
def checked_in() -> Any:
    """The file as it lies in docs/."""
    return json.loads(asyncapi.FILE.read_text(encoding="utf-8"))


def test_the_file_is_current() -> None:
    """`make asyncapi` writes it anew."""
    assert asyncapi.FILE.read_text(encoding="utf-8") == asyncapi.text()


def test_every_kind_has_its_topic_and_its_schema(checked_in: Any, root: Path) -> None:
    """The topic is one that the service understands, the schema lies beside it."""
    assert set(checked_in["channels"]) == set(NAMES)
    for name, channel in checked_in["channels"].items():
        values = {part: one["examples"][0] for part, one in channel["parameters"].items()}
        topic = parse_topic(channel["address"].format(**values))
        assert topic is not None
        assert topic.kind == name
        schema = checked_in["components"]["messages"][name]["payload"]["$ref"]
        assert (root / "docs" / schema).is_file()
        bound = checked_in["operations"][f"receive_{name}"]["bindings"]["mqtt"]
        assert bound["retain"] == (name in RETAINED)


def test_the_service_only_listens(checked_in: Any) -> None:
    """No operation sends: nothing could be taken for a command to a lift."""
    assert {one["action"] for one in checked_in["operations"].values()} == {"receive"}


def test_asyncapi_takes_it_and_refuses_what_is_none(tmp_path: Path) -> None:
    """By its own parser, where npm can bring it; with every schema that it refers to."""
    if not asyncapi.is_possible():
        pytest.skip("node and npm are not installed (apt install nodejs npm)")
    try:
        asyncapi.install()
    except SystemExit as error:
        pytest.skip(str(error))
    done = asyncapi.check(asyncapi.FILE)
    assert (done.returncode, done.stdout.strip()) == (0, "13 channels, 13 messages")
    for old, new in (('"receive"', '"hear"'), ("./schema/door.json", "./schema/gone.json")):
        spoilt = tmp_path / "asyncapi.json"
        text = asyncapi.text()
        assert old in text
        text = text.replace(old, new)
        spoilt.write_text(text.replace("./schema/", f"{asyncapi.FILE.parent}/schema/"))
        assert asyncapi.check(spoilt).returncode == 1
