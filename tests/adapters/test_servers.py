"""The servers that tests start can be stopped, killed and started again."""

import os
from typing import Any


def test_mosquitto_comes_again_on_its_port(mosquitto: Any) -> None:
    """The same folder and the same port, and no process is left."""
    port = mosquitto.port
    for kill in (False, True):
        pid = mosquitto.process.pid
        assert mosquitto.is_up()
        mosquitto.stop(kill=kill)
        assert not mosquitto.is_up()
        assert not os.path.exists(f"/proc/{pid}")
        mosquitto.start()
        assert mosquitto.is_up()
    assert mosquitto.url == f"mqtt://127.0.0.1:{port}"


def test_postgres_and_influx_answer(postgres_url: str, influx_url: str) -> None:
    """By their addresses."""
    assert postgres_url.startswith("postgresql://")
    assert influx_url.startswith("http://127.0.0.1:")
