"""docker-compose.yml without Docker: what guards each service, and that what it names is there."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from liftwatch import __version__
from liftwatch.settings import PREFIX, Settings, load_settings

VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
PINNED = re.compile(r"[a-z0-9./-]+:\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?")
ONE_SHOT = {"migrate", "terminals", "demo-terminal", "grafana-reader"}
"""They end; whoever waits for them waits for that."""
NEW_PASSWORDS = {
    *("postgres_password", "liftwatch_password", "influx_password", "influx_token"),
    *("admin_password", "grafana_password", "mqtt_ingest", "mqtt_canary", "mqtt_simulator"),
}
Service = dict[str, Any]


@pytest.fixture(scope="module")
def stack(root: Path) -> dict[str, Any]:
    """The file with the defaults of its variables put in."""
    text = (root / "docker-compose.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(VARIABLE.sub(r"\2", text))
    return found


@pytest.fixture(scope="module")
def services(stack: dict[str, Any]) -> dict[str, Service]:
    """Its services."""
    found: dict[str, Service] = stack["services"]
    return found


@pytest.fixture(scope="module")
def secrets(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make compose-init` makes."""
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    assert init(root, folder, LIFT_NAMES="lift.example.cn 192.0.2.7").returncode == 0
    return folder


def init(root: Path, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`make compose-init` into another folder."""
    return subprocess.run(
        [root / "scripts" / "compose-init"],
        env=os.environ | settings | {"LIFT_SECRETS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def environment(service: Service) -> dict[str, str]:
    """The variables of a service."""
    found: dict[str, str] = service.get("environment", {})
    return found


def sources(service: Service) -> list[str]:
    """What of this machine it has mounted."""
    mounted = [one.split(":")[0] for one in service.get("volumes", [])]
    return [one for one in mounted if one.startswith((".", "/"))]


def test_everything_of_the_issue_is_there(services: dict[str, Service]) -> None:
    """Broker, stores, Grafana, ours, and lifts that do not exist only where they are asked for."""
    always = {name for name, one in services.items() if "profiles" not in one}
    assert always == {
        *("broker", "influxdb", "postgres", "grafana", "grafana-reader"),
        *("migrate", "ingest", "engine", "api", "backup"),
    }
    assert services["simulator"]["profiles"] == services["demo-terminal"]["profiles"] == ["demo"]


def test_every_service_is_guarded(services: dict[str, Service]) -> None:
    """A user of its own, nothing to write to, no capability, an end to what it may take."""
    for name, one in services.items():
        user = str(one["user"]).split(":")[0]
        assert user.isdigit(), name
        assert int(user) > 0, name
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges=true" in one["security_opt"], name
        assert not {"privileged", "cap_add", "devices", "network_mode"} & one.keys(), name
        assert one["mem_limit"], name
        assert one["cpus"], name
        assert one["pids_limit"], name
        assert one["logging"]["options"].keys() == {"max-size", "max-file"}, name


def test_every_service_is_watched_and_started_again(services: dict[str, Service]) -> None:
    """Those that stay have a health check; those that end are waited for."""
    for name, one in services.items():
        ends = name in ONE_SHOT
        assert one["restart"] in ({"no", "on-failure:5"} if ends else {"unless-stopped"}), name
        check = one["healthcheck"]
        if ends:
            assert check == {"disable": True}, name
        else:
            assert {"test", "interval", "timeout", "retries", "start_period"} == check.keys(), name
        for other, wait in one.get("depends_on", {}).items():
            completed = wait["condition"] == "service_completed_successfully"
            assert completed is (other in ONE_SHOT), (name, other)


def test_images_are_pinned_by_version(root: Path, services: dict[str, Service]) -> None:
    """Ours is the version of the tree; no `latest`, no bare major."""
    for name, one in services.items():
        assert PINNED.fullmatch(one["image"]), name
    ours = {one["image"] for one in services.values() if one["image"].startswith("liftwatch")}
    assert ours == {f"liftwatch:{__version__}"}
    base = re.search(r"^ARG BASE=(\S+)$", (root / "Dockerfile").read_text(), re.MULTILINE)
    assert base is not None
    assert PINNED.fullmatch(base[1])


def test_what_stands_in_for_an_image_goes_by_the_same_release(
    root: Path, services: dict[str, Service]
) -> None:
    """pg_dump is of the server's major version: Debian 13, of which the base is, has 17."""
    assert services["postgres"]["image"].startswith("postgres:17.")
    assert "-trixie" in (root / "Dockerfile").read_text().split("\n\n")[0]


def test_ports_are_this_machines_own(services: dict[str, Service]) -> None:
    """Until somebody says otherwise; the stores and the services' port of the broker have none."""
    ports = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert ports.keys() == {"broker", "api", "grafana"}
    for published in ports.values():
        assert all(one.startswith("127.0.0.1:") for one in published)
    assert ports["broker"] == ["127.0.0.1:8883:8883"]


def test_stores_are_in_a_network_without_a_way_out(
    stack: dict[str, Any], services: dict[str, Service]
) -> None:
    """And the lifts' broker does not reach them."""
    assert stack["networks"]["stores"] == {"internal": True}
    assert services["postgres"]["networks"] == services["influxdb"]["networks"] == ["stores"]
    assert services["broker"]["networks"] == services["simulator"]["networks"] == ["lifts"]


def test_settings_are_those_there_are(
    services: dict[str, Service], secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is misspelt would not count; what each service has is read without complaint."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name, one in services.items():
        named = {key for key in environment(one) if key.startswith(PREFIX)}
        assert named <= known, name
    for name, file in (("ingest", "ingest"), ("engine", "liftwatch"), ("api", "api")):
        lines = (secrets / f"{file}.env").read_text().splitlines()
        given = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
        assert given.keys() <= known
        with monkeypatch.context() as patch:
            patch.chdir(secrets.parent)
            for key in known:
                patch.delenv(key, raising=False)
            for key, value in (given | environment(services[name])).items():
                patch.setenv(key, str(value))
            settings = load_settings()
        assert settings.secret.get_secret_value(), name
        assert settings.audit_key != settings.fund_key, name


def test_what_is_mounted_is_there(
    root: Path, stack: dict[str, Any], services: dict[str, Service], secrets: Path
) -> None:
    """Files of the tree, secrets that are made, volumes that are named."""
    for name, one in services.items():
        for source in sources(one):
            place = secrets.parent if source.startswith("./secrets/") else root
            assert (place / source).exists(), (name, source)
        volumes = {v.split(":")[0] for v in one.get("volumes", [])} - set(sources(one))
        assert volumes <= stack["volumes"].keys(), name
        for secret in one.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in stack["secrets"]
    for one in stack["secrets"].values():
        assert (secrets.parent / one["file"]).is_file(), one


def test_no_secret_is_in_the_tree(root: Path, tracked: list[str], secrets: Path) -> None:
    """Git does not see the folder, and the image is built without it; each is another one."""
    assert "/secrets/" in (root / ".gitignore").read_text().splitlines()
    assert not [name for name in tracked if name.startswith("secrets/") or name.endswith(".key")]
    ignored = (root / ".dockerignore").read_text().splitlines()
    assert next(one for one in ignored if one and not one.startswith(("#", "!"))) == "*"
    assert not [one for one in ignored if one.startswith(("!secret", "!.", "!*"))]
    words = [(secrets / name).read_text() for name in sorted(NEW_PASSWORDS)]
    assert all(len(word) == 48 for word in words)
    assert len(set(words)) == len(words)
    text = (root / "docker-compose.yml").read_text(encoding="utf-8")
    for key in re.findall(r"^ +(\S*(?:PASSWORD|TOKEN|SECRET|KEY)\S*):", text, re.MULTILINE):
        assert key.endswith(("_FILE", "__FILE")), key


def test_secrets_are_their_owners_and_made_once(root: Path, secrets: Path) -> None:
    """The folder shuts others out; made again it would shut out the volumes, so it is not."""
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert (secrets / "ca.key").stat().st_mode & 0o777 == 0o600
    before = (secrets / "influx_token").read_text()
    again = init(root, secrets)
    assert again.returncode == 2
    assert "nothing is changed" in again.stderr
    assert (secrets / "influx_token").read_text() == before


def test_certificates_have_the_names_that_are_called(secrets: Path) -> None:
    """Those from outside, and the service's own."""
    for what in ("broker", "api"):
        show = ("openssl", "x509", "-noout", "-ext", "subjectAltName", "-in")
        done = subprocess.run(
            [*show, secrets / what / "server.crt"], capture_output=True, text=True, check=True
        )
        for name in ("DNS:lift.example.cn", "IP Address:192.0.2.7", f"DNS:{what}", "DNS:localhost"):
            assert name in done.stdout, (what, name)


def test_influxdb_is_stopped_by_the_signal_that_stops_it_cleanly(
    services: dict[str, Service],
) -> None:
    """SIGTERM does not; and all that write get the time to."""
    assert services["influxdb"]["stop_signal"] == "SIGINT"
    for name in ("influxdb", "postgres", "broker", "ingest", "engine", "api"):
        assert int(services[name]["stop_grace_period"].rstrip("s")) >= 30


def test_the_brokers_paths_are_those_of_its_configuration(
    root: Path, services: dict[str, Service]
) -> None:
    """Whatever mosquitto.conf names lies in something that is mounted."""
    conf = (root / "deploy" / "mosquitto" / "mosquitto.conf").read_text()
    named = re.findall(r"^\w+ (/mosquitto/\S+)", conf, re.MULTILINE)
    mounted = [one.split(":")[1] for one in services["broker"]["volumes"]]
    assert len(named) > 5
    for path in named:
        assert any(path.startswith(f"{place}/") or path == place for place in mounted), path


def test_grafana_takes_nothing_from_elsewhere(services: dict[str, Service]) -> None:
    """Its file system cannot be written: newer plugins over those of the image would end it."""
    settings = environment(services["grafana"])
    assert settings["GF_PLUGINS_PREINSTALL_AUTO_UPDATE"] == "false"
    assert settings["GF_PLUGINS_PREINSTALL_DISABLED"] == "true"
    assert {one.split(":")[0] for one in services["grafana"]["tmpfs"]} >= {"/tmp"}
