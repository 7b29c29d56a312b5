"""A client generated from the description talks to the application."""

import os
import subprocess
from pathlib import Path

import pytest
from fastapi import FastAPI

from liftwatch.access.sight import Place
from tests.api.conftest import Fleet, Serve, Town

client = pytest.importorskip("scripts.client")
ROOT = Path(__file__).parents[2]


def run(folder: Path, key: str, port: int) -> "subprocess.CompletedProcess[str]":
    """The example, as its head says."""
    return subprocess.run(
        [str(client.PYTHON), str(ROOT / "examples" / "on_duty.py"), f"http://127.0.0.1:{port}"],
        env=os.environ | {"LIFT_KEY": key, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_takes_what_is_new(
    tmp_path: Path, gated: FastAPI, town: Town, fleet: Fleet, serve: Serve
) -> None:
    """Its own lifts' incidents, once; with a key that is none it says so."""
    try:
        client.install()
    except client.ClientError as error:
        pytest.skip(f"openapi-python-client cannot be installed: {error}")
    client.generate(tmp_path)
    for lift, estate in (("L-0001", "garden"), ("L-0002", "garden"), ("L-0003", "lake")):
        fleet.lift(lift, estate=estate)
        fleet.alarm(lift, "door_fault", estate=estate)
    key = town.secret(town.person("garden", "property", Place("320583", "garden")), "key")
    port = serve(gated)
    first = run(tmp_path, key, port)
    assert (first.returncode, first.stderr) == (0, "")
    assert sorted(first.stdout.splitlines()) == [
        "L-0001 door_fault: acknowledged",
        "L-0002 door_fault: acknowledged",
    ]
    assert run(tmp_path, key, port).stdout == ""
    refused = run(tmp_path, "no-key", port)
    assert refused.returncode == 1
    assert "refused: Problem(" in refused.stderr
