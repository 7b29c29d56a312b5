"""Serving in a process of its own: it stops at once, though somebody follows the stream."""

import http.client
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import logging, sys
from prometheus_client import CollectorRegistry
from api.app import create_app
from api.serve import bind, serve
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import open_books
logging.basicConfig(level="INFO")
with bind("127.0.0.1", 0) as probe:
    port = probe.getsockname()[1]
app = create_app(
    books=open_books(f"sqlite:///{sys.argv[1]}/books.sqlite"),
    store=EmbeddedStore(f"{sys.argv[1]}/telemetry.sqlite"),
    readiness=dict, metrics=CollectorRegistry(),
)
serve(app, host="127.0.0.1", port=port, ready=lambda: print(port, flush=True))
print("cleaned up", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_the_caller_cleans_up(tmp_path: Path, number: signal.Signals) -> None:
    """What stands after `serve` runs, streams or not."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    connection = http.client.HTTPConnection("127.0.0.1", int(process.stdout.readline()), timeout=9)
    connection.request("GET", "/v1/stream")
    response = connection.getresponse()
    response.readline()
    process.send_signal(number)
    out, err = process.communicate(timeout=600)
    assert (process.returncode, out) == (0, "cleaned up\n")
    assert "without TLS, for this machine only" in err
    assert "Traceback" not in err
    response.close()
    connection.close()
