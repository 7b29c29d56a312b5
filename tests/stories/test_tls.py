"""`liftwatch api` for other machines, as its users run it: the first administrator, a renewal."""

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from tests.api.authority import Authority
from tests.stories.conftest import Service

NAME = "lift.example.cn"
PASSWORD = "correct horse battery"
Until = Callable[[Callable[[], Any], str], Any]


class Encrypted(Service):
    """`liftwatch api` with TLS, on all addresses of this machine."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, command="api")
        self.authority = Authority(folder / "ca")
        files = self.authority.issue(NAME)
        self.settings |= {
            "LIFTWATCH_HTTP": f"0.0.0.0:{self.port}",
            "LIFTWATCH_HTTP_HOSTS": NAME,
            "LIFTWATCH_HTTP_CERT_FILE": str(files.chain),
            "LIFTWATCH_HTTP_KEY_FILE": str(files.key),
        }

    def status(self, path: str) -> int:
        """The status of one GET by our name; whose certificate it is does not matter here."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        asked = Request(f"https://127.0.0.1:{self.port}{path}", headers={"Host": NAME})
        try:
            with urlopen(asked, timeout=10, context=context) as answer:
                return int(answer.status)
        except URLError as error:
            return int(getattr(error, "code", 0))

    def tell(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """What a command of the same settings says."""
        return subprocess.run(
            [sys.executable, "-m", "liftwatch", *words],
            env=os.environ | self.settings,
            input=typed,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def shown(self) -> str:
        """The certificate that a new connection is shown."""
        return ssl.get_server_certificate(("127.0.0.1", self.port), timeout=10)

    def told(self) -> str:
        """The log."""
        return self.log.read_text()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Encrypted]:
    """One, ended with the test."""
    made = Encrypted(tmp_path / "service")
    yield made
    made.kill()


def test_nobody_else_is_served_before_there_is_an_administrator(service: Encrypted) -> None:
    """Neither by `api` nor by `run`; from then on whoever comes signs in."""
    for command in ("api", "run"):
        refused = service.tell(command)
        assert refused.returncode == 2
        assert refused.stderr.startswith("liftwatch: LIFTWATCH_HTTP_HOSTS: nobody is administrator")
        assert "liftwatch admin create" in refused.stderr
        assert refused.stderr.count("\n") == 1
    created = service.tell("admin", "create", "root", "--password-stdin", typed=PASSWORD)
    assert created.returncode == 0
    service.start()
    assert service.status("/v1/lifts") == 401
    assert service.status("/sign-in") == 200
    assert f"page=https://{NAME}:{service.port}/" in service.told()
    link = service.tell("admin", "link", "root").stdout.split()[-1]
    assert link.startswith(f"https://{NAME}:{service.port}/enter/")
    assert service.stop() == 0


def test_a_renewal_by_signal(service: Encrypted, until: Until) -> None:
    """The one before is shown as long as the new one is of no use, and the process lives."""
    service.tell("admin", "create", "root", "--password-stdin", typed=PASSWORD)
    service.start()
    assert service.process is not None
    first = service.shown()
    files = service.authority.issue(NAME)
    good = files.chain.read_bytes()
    files.chain.write_text("nothing")
    service.process.send_signal(signal.SIGHUP)
    until(lambda: "the old one stays" in service.told(), "a bad renewal is said")
    assert service.shown() == first
    files.chain.write_bytes(good)
    service.process.send_signal(signal.SIGHUP)
    until(lambda: "certificate taken up" in service.told(), "a good one, too")
    assert service.shown() == good.decode() != first
    assert service.status("/healthz") == 200
    assert service.stop() == 0


def test_a_bad_file_is_one_line(service: Encrypted) -> None:
    """That names the setting, before anything is opened."""
    service.settings["LIFTWATCH_HTTP_KEY_FILE"] = service.settings["LIFTWATCH_HTTP_CERT_FILE"]
    refused = service.tell("api")
    assert refused.returncode == 2
    assert refused.stderr.startswith("liftwatch: LIFTWATCH_HTTP_KEY_FILE: ")
    assert refused.stderr.count("\n") == 1
    assert not (service.folder / "data").exists()


def test_a_demo_is_for_this_machine_only(service: Encrypted) -> None:
    """Whoever opens it is `local`."""
    refused = service.tell("demo")
    assert refused.returncode == 2
    assert refused.stderr.startswith("liftwatch: LIFTWATCH_HTTP: a demo is for this machine only")
