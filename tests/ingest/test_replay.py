"""The replay command: what it takes, what it keeps apart, and when time passes."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LIFT = "lift/v1/320583/garden/LIFT-0001"
OFF_ZONE = {
    "car": "stopped",
    "speed_mps": 0.0,
    "in_door_zone": False,
    "doors_closed": True,
    "occupied": True,
}


def line(second: float, kind: str, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One line of a replay file, `second` seconds after eight o'clock."""
    at = f"2026-03-02T08:{int(second) // 60:02d}:{second % 60:06.3f}Z"
    seq = more.pop("seq", int(second * 10))
    payload = {"v": 1, "terminal": "T", "boot": "b", "seq": seq, "at": at, **fields}
    return {"topic": f"{LIFT}/{kind}", "payload": payload, "received_at": at, **more}


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command with these arguments."""
    return subprocess.run(
        [sys.executable, "-m", "liftwatch", "replay", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
    )


def incidents(lines: list[Any]) -> list[dict[str, Any]]:
    """The incidents of some lines."""
    stdin = b"".join(
        one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in lines
    )
    done = run("-", "--incidents", "-", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return [json.loads(one) for one in done.stdout.splitlines()]


def test_the_end_of_a_file_raises_and_clears_nothing() -> None:
    """Time is what was read: 44 s are not 45."""
    assert incidents([line(0, "state", OFF_ZONE), line(44, "health", {}, seq=1)]) == []


def test_any_message_of_any_lift_lets_time_pass() -> None:
    """Also one that is a dead letter."""
    other = {"topic": "nonsense", "payload": 1, "received_at": "2026-03-02T08:00:45.000Z"}
    (found,) = incidents([line(0, "state", OFF_ZONE), other])
    assert found["raised_at"] == "2026-03-02T08:00:45.000Z"
    assert found["cleared_at"] is None


def test_what_still_waits_for_its_predecessor_at_the_end_is_used() -> None:
    """A burst after a gap is the last line."""
    burst = {
        "started_at": "2026-03-02T08:00:01.000Z",
        "rate_hz": 100,
        "z_mps2": [9.8] * 10 + [0.5] * 40 + [9.8] * 10,
    }
    found = incidents([line(0, "state", {}, seq=0), line(2, "burst", burst, seq=7)])
    assert [one["kind"] for one in found] == ["free_fall"]


def test_lines_that_cannot_be_used_are_kept_and_the_rest_goes_on(tmp_path: Path) -> None:
    """With a reason each; raw bytes may stand as base64."""
    raw = {"topic": f"{LIFT}/state", "received_at": "2026-03-02T08:00:00.000Z"}
    lines = [
        b"no json\n",
        b"[1, 2]\n",
        b"\n",
        json.dumps({"topic": "x"}).encode() + b"\n",
        json.dumps(raw | {"payload_base64": "???"}).encode() + b"\n",
        json.dumps(raw | {"payload_base64": base64.b64encode(b"\xff").decode()}).encode() + b"\n",
        json.dumps(raw | {"payload": {"v": 2}}).encode() + b"\n",
        json.dumps(line(1, "emergency_call", {"phase": "raised"})).encode(),
    ]
    letters, out = tmp_path / "dead.jsonl", tmp_path / "out.jsonl"
    done = run("-", "--incidents", str(out), "--dead-letters", str(letters), stdin=b"".join(lines))
    assert done.returncode == 0
    kept = [json.loads(one) for one in letters.read_text().splitlines()]
    assert [(one["line"], one["reason"]) for one in kept] == [
        (1, "line"),
        (2, "line"),
        (4, "line"),
        (5, "line"),
        (6, "not_json"),
        (7, "envelope"),
    ]
    assert kept[4]["payload_base64"] == base64.b64encode(b"\xff").decode()
    assert [json.loads(one)["kind"] for one in out.read_text().splitlines()] == ["emergency_call"]
    assert done.stderr.count(b"\n") == 1
    assert b"6 dead letters" in done.stderr


def test_payload_base64_is_as_good_as_payload() -> None:
    """The same message either way."""
    plain = line(1, "emergency_call", {"phase": "raised"})
    coded = {name: value for name, value in plain.items() if name != "payload"}
    coded["payload_base64"] = base64.b64encode(json.dumps(plain["payload"]).encode()).decode()
    assert incidents([plain]) == incidents([coded])


def test_one_open_incident_per_lift_and_kind_and_a_new_one_after_it() -> None:
    """A call answered and made again is two; the suspicion and what it became are two."""
    found = incidents(
        [
            line(0, "emergency_call", {"id": "a", "phase": "raised"}),
            line(1, "emergency_call", {"id": "a", "phase": "raised"}),
            line(9, "emergency_call", {"id": "a", "phase": "voice"}),
            line(20, "emergency_call", {"id": "b", "phase": "raised"}),
        ]
    )
    assert [one["cleared_at"] for one in found] == ["2026-03-02T08:00:09.000Z", None]


@pytest.mark.parametrize(
    "arguments",
    [[], ["/nowhere/file", "--incidents", "-"], ["-", "--incidents", "/nowhere/out"], ["--bogus"]],
)
def test_a_wrong_call_is_one_line_and_exit_2(arguments: list[str]) -> None:
    """Never a traceback."""
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert done.stdout == b""
