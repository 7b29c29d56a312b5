"""The simulated rescue platform ends when told to, and says when its receipts are sent."""

import http.client
import time
from typing import Any

import pytest

from simulators.rescue_platform import RescuePlatform

KEY = b"k" * 24
EVENT = {"feed": "320583", "sequence": 1, "source": "/lifts/L-1", "exercise": True}


def test_who_has_stopped_answers_nobody() -> None:
    """Not over a connection either that was open before: what it took would have no receipt."""
    platform = RescuePlatform(key=KEY).start()
    line = http.client.HTTPConnection("127.0.0.1", platform.server_port, timeout=5)
    line.request("POST", "/events", body=b"{}")
    answer = line.getresponse()
    answer.read()
    assert answer.status == 401
    platform.stop()
    with pytest.raises((http.client.HTTPException, OSError)):
        line.request("POST", "/events", body=b"{}")
        line.getresponse()
    line.close()


def test_at_rest_all_receipts_are_sent() -> None:
    """Those on their way too, however slowly they are taken."""
    came: list[int] = []

    def slowly(_feed: str, n: int, *_: Any) -> int:
        time.sleep(0.05)
        came.append(n)
        return 200

    platform = RescuePlatform(key=KEY, send=slowly).start()
    for n in range(1, 11):
        event = EVENT | {"sequence": n, "data": {"what": "raised"}}
        assert platform.take(event) == 202
    platform.rest()
    assert sorted(came) == list(range(1, 11))
    platform.stop()
