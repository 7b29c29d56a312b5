"""Settings: one line that names the bad one, no secret shown; and what logs look like."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from liftwatch.served import HttpAddress
from liftwatch.settings import PREFIX, MqttUrl, Settings, SettingsError, load_settings

LOGGED = """
import logging, structlog
from liftwatch.logs import configure
configure({style!r})
structlog.get_logger().info("started", lifts=12)
logging.getLogger("uvicorn.error").info("not told")
logging.getLogger("uvicorn.error").warning("slow %s", "client")
"""


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither in the environment nor in `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_are_those_of_the_contract() -> None:
    """Section 3."""
    settings = load_settings()
    assert settings.mqtt_url == MqttUrl("127.0.0.1", 1883)
    assert settings.http == HttpAddress("127.0.0.1", 8080)
    assert (settings.influx_url, settings.influx_bucket) == ("", "lift")
    assert (settings.data_dir, settings.log, settings.exercise) == (Path("data"), "text", False)
    assert settings.database_in(Path("/data")) == "sqlite:////data/liftwatch.sqlite"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HTTP", "abc", "'abc' is not host:port"),
        ("HTTP", "127.0.0.1:99999", "is not host:port"),
        ("HTTP", "0.0.0.0:8080", "0.0.0.0 is not this machine"),
        ("HTTP", "lift.example:8080", "lift.example is not this machine"),
        ("MQTT_URL", "", "is not mqtt://host:port"),
        ("MQTT_URL", "http://broker.example", "is not mqtt://host:port"),
        ("MQTT_URL", "mqtt://broker.example:99999", "has a port that is not a number"),
        ("MQTT_CA_FILE", "ca.crt", "is of no use: LIFTWATCH_MQTT_URL is not mqtts://"),
        ("MQTT_KEY_FILE", "own.key", "is of no use"),
        ("INFLUX_URL", "influx.example:8086", "is not http://host:port"),
        ("INFLUX_URL", "http://influx.example:port", "has a port that is not a number"),
        ("INFLUX_VERSION", "4", "'auto', '1', '2' or '3'"),
        ("DATABASE_URL", "nonsense", "is not sqlite:///PATH"),
        ("DATABASE_URL", "mysql://db.example/lift", "is not sqlite:///PATH"),
        ("HTTP", "0.0.0.0:8443", "LIFTWATCH_HTTP_CERT_FILE is needed for others"),
        ("GRAFANA_URL", "http://grafana.example", "is not https://host/path"),
        ("SMTP_URL", "mail.example:587", "is not smtp://user:password@host:port"),
        ("SMTP_URL", "smtp://mail.example:port", "has a port that is not a number"),
        ("SMTP_FROM", "lift@lift.example", "and LIFTWATCH_SMTP_URL are of use together"),
        ("SMS_URL", "http://sms.example", "is not https://host/path"),
        ("SMS_TOKEN", "t0ken", "is of no use: LIFTWATCH_SMS_URL is not set"),
        ("VOICE_TOKEN", "t0ken", "is of no use: LIFTWATCH_VOICE_URL is not set"),
        ("PAGE_HOOKS", "duty", "is not NAME=ORGANISATION|SHAPE|https://...|SECRET"),
        ("PAGE_HOOKS", "sms=*|wecom|https://r.example", "is not NAME="),
        ("PAGE_HOOKS", "duty=*|pager|https://r.example", "with a shape of plain, wecom"),
        ("PAGE_HOOKS", "duty=*|wecom|http://r.example", "duty: is not NAME="),
        (
            "PAGE_HOOKS",
            "a=*|wecom|https://r.example a=*|wecom|https://r.example",
            "one of them twice",
        ),
        ("PAGE_HOOKS", "own=*|plain|https://r.example|short", "own: its secret is not whsec_"),
        ("JOB_HOOKS", "anda=m|https://j.example", "is not NAME=ORGANISATION|https://...|SECRET"),
        ("JOB_HOOKS", "anda=|https://j.example|whsec_x", "is not NAME="),
        ("JOB_HOOKS", "sms=m|https://j.example|whsec_x", "is not NAME="),
        ("JOB_HOOKS", "anda=m|http://j.example|whsec_x", "anda: is not NAME="),
        ("JOB_HOOKS", "anda=m|https://j.example|short", "anda: its secret is not whsec_"),
        ("PAGE_EXERCISE", "email,pigeon", "'pigeon' is no channel"),
        ("QUIET_HOURS", "22-7", "is not as 22:00-07:00"),
        ("QUIET_HOURS", "25:00-07:00", "is not as 22:00-07:00"),
        ("QUIET_HOURS", "07:00-07:00", "is not as 22:00-07:00"),
        ("NOTICE_LANGUAGE", "fr", "'zh' or 'en'"),
        ("CLOCKS", "door_fault.fly=1", "'door_fault.fly' is no clock"),
        ("CLOCKS", "entrapment.arrive=3600", "entrapment.arrive is from 450 to 1800 s"),
        ("HTTP_KEY_FILE", "own.key", "needs LIFTWATCH_HTTP_CERT_FILE beside it"),
        ("HTTP_HOSTS", "lift.example.cn", "needs LIFTWATCH_HTTP_CERT_FILE, or LIFTWATCH_HTTP_P"),
        ("HTTP_HOSTS", "https://lift.example.cn", "is not a host name"),
        ("HTTP_HOSTS", "localhost", "is no name others know us by"),
        ("HTTP_PROXY", "perhaps", "valid boolean"),
        ("INGEST_HTTP", "0.0.0.0:8081", "0.0.0.0 is not this machine"),
        ("CANARY_MQTT_URL", "on", "is not mqtt://host:port"),
        ("CANARY_S", "0", "greater than or equal to 0.1"),
        ("CANARY_LATE_S", "19", "is below 4 times LIFTWATCH_CANARY_S, 20 s"),
        ("ALARM_WEBHOOK_URL", "http://alarm.example/", "nor http:// on this machine"),
        ("RESCUE_AREAS", "kunshan", "is not codes of areas such as 320583"),
        ("RESCUE_AREAS", "320583,320583", "each once"),
        ("RESCUE_URL", "https://96333.example/", "needs LIFTWATCH_RESCUE_AREAS beside it"),
        ("RESCUE_URL", "http://96333.example/", "nor http:// on this machine"),
        ("RESCUE_SECRET", "whsec_c2hvcnQ=", "is not whsec_ with 24 to 64 bytes"),
        ("RESCUE_SILENT_S", "1", "greater than or equal to 10"),
        ("ALARM_WEBHOOK_URL", "https:///alarm", "is not https://host/path"),
        ("ALARM_WEBHOOK_SECRET", "whsec_dG9vIHNob3J0", "24 to 64 bytes in base64"),
        ("ALARM_WEBHOOK_SECRET", "s3cret, no base64 at all, no base64", "24 to 64 bytes"),
        ("OIDC_ISSUER", "http://id.example", "is not https://host/path, nor http:// on"),
        ("OIDC_ISSUER", "https://id.example/?realm=x", "is not https://host/path, without more"),
        ("OIDC_ISSUER", "https://s3cret@id.example/", "is not https://host/path, without more"),
        ("OIDC_CLIENT_ID", "liftwatch", "is of no use: LIFTWATCH_OIDC_ISSUER is not set"),
        ("OIDC_CLIENT_SECRET", "s3cret", "is of no use: LIFTWATCH_OIDC_ISSUER is not set"),
        ("OIDC_LABEL", "", "at least 1 character"),
        ("AUDIT_KEY", "dG9vIHNob3J0", "is not at least 32 bytes in base64"),
        ("AUDIT_KEY", "s3cret, and no base64 at all, by no means", "is not at least 32 bytes"),
        ("AUDIT_KEY", "bGlmdHdhdGNo" * 4 + ",", "is not at least 32 bytes"),
        ("AUDIT_KEY", ",".join(["bGlmdHdhdGNo" * 4] * 2), "names a key twice"),
        ("FUND_KEY", "dG9vIHNob3J0", "is not at least 32 bytes in base64"),
        ("AUDIT_KEEP_DAYS", "182", "is below 183: logs are kept for six months"),
        ("AUDIT_KEEP_DAYS", "0", "is below 183"),
        ("AUDIT_KEEP_DAYS", "36501", "less than or equal to 36500"),
        ("TOLD_KEEP_DAYS", "30", "is below 183"),
        ("LOG", "xml", "'text' or 'json'"),
        ("EXERCISE", "perhaps", "valid boolean"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """So that nobody searches for it."""
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{PREFIX}{name}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("CANARY_S", "30", "CANARY_LATE_S: is below 4 times"),
        ("OIDC_ISSUER", "https://id.example", "OIDC_CLIENT_ID: is missing"),
        ("ALARM_WEBHOOK_URL", "https://alarm.example/", "ALARM_WEBHOOK_SECRET: is not whsec_"),
        ("HTTP_PROXY", "true", "HTTP_HOSTS: is needed by LIFTWATCH_HTTP_PROXY"),
    ],
)
def test_a_setting_that_wants_another_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str
) -> None:
    """The one that has to be changed as well."""
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=f"^{PREFIX}{named}"):
        load_settings()


@pytest.mark.parametrize(
    "url",
    ["mqtts://ingest:s3cret#x@broker.example", "mqtts://ingest:s3cret?x@b", "mqtts://a:s3cret/x@b"],
)
def test_a_password_that_breaks_the_address_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Not even a part of it."""
    monkeypatch.setenv(f"{PREFIX}MQTT_URL", url)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "s3cret" not in str(caught.value)


def test_others_are_served_with_tls_under_known_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each that is missing is named; a proxy beside our own TLS is one too many."""

    def refused(**settings: str) -> str:
        for name, value in settings.items():
            monkeypatch.setenv(f"{PREFIX}{name}", value)
        with pytest.raises(SettingsError) as caught:
            load_settings()
        return str(caught.value)

    said = refused(HTTP="0.0.0.0:8443")
    assert said.startswith("LIFTWATCH_HTTP: 0.0.0.0 is not this machine: LIFTWATCH_HTTP_CERT_FILE")
    said = refused(HTTP_CERT_FILE="own.crt")
    assert said.startswith("LIFTWATCH_HTTP: 0.0.0.0 is not this machine: LIFTWATCH_HTTP_HOSTS")
    said = refused(HTTP_PROXY="true", HTTP_HOSTS="lift.example.cn")
    assert said.startswith("LIFTWATCH_HTTP_PROXY: is of no use beside LIFTWATCH_HTTP_CERT_FILE")
    monkeypatch.setenv(f"{PREFIX}HTTP_PROXY", "false")
    assert load_settings().http == HttpAddress("0.0.0.0", 8443)
    said = refused(HTTP="lift.example.cn:8443")
    assert said.startswith("LIFTWATCH_HTTP: lift.example.cn is no address")
    said = refused(HTTP="[::]:8443", INGEST_HTTP="[::]:8081")
    assert said.startswith("LIFTWATCH_INGEST_HTTP: :: is not this machine")


def test_a_proxy_does_not_open_other_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands on this machine, or whoever reaches us could say who they are."""
    monkeypatch.setenv(f"{PREFIX}HTTP_PROXY", "true")
    monkeypatch.setenv(f"{PREFIX}HTTP_HOSTS", "lift.example.cn, 192.0.2.7:8443")
    assert list(map(str, load_settings().http_hosts)) == ["lift.example.cn", "192.0.2.7:8443"]
    monkeypatch.setenv(f"{PREFIX}HTTP", "192.0.2.7:8080")
    with pytest.raises(SettingsError, match=r"^LIFTWATCH_HTTP: .*LIFTWATCH_HTTP_CERT_FILE"):
        load_settings()


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever logs the settings tells no password."""
    monkeypatch.setenv(f"{PREFIX}MQTT_URL", "mqtts://ingest:s3cret%23@broker.example")
    monkeypatch.setenv(f"{PREFIX}INFLUX_TOKEN", "s3cret")
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", "postgresql://lift:s3cret@db.example/lift")
    monkeypatch.setenv(f"{PREFIX}CANARY_MQTT_URL", "mqtts://canary:s3cret@broker.example")
    monkeypatch.setenv(f"{PREFIX}ALARM_WEBHOOK_SECRET", "whsec_" + "s3cret00" * 5)
    monkeypatch.setenv(f"{PREFIX}AUDIT_KEY", "s3cret00" * 6)
    monkeypatch.setenv(f"{PREFIX}FUND_KEY", "s3cret00" * 8)
    monkeypatch.setenv(f"{PREFIX}OIDC_ISSUER", "https://id.example")
    monkeypatch.setenv(f"{PREFIX}OIDC_CLIENT_ID", "liftwatch")
    monkeypatch.setenv(f"{PREFIX}OIDC_CLIENT_SECRET", "s3cret")
    settings = load_settings()
    assert "s3cret" not in f"{settings!r} {settings}"
    url = settings.mqtt_url
    assert (url.port, url.tls, url.username) == (8883, True, "ingest")
    assert url.password is not None
    assert url.password.get_secret_value() == "s3cret#"


def test_a_setting_almost_spelt_right_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would silently not count; what is for tests or for others is left alone."""
    monkeypatch.setenv(f"{PREFIX}TEST_INFLUX_URL", "http://influx.example")
    monkeypatch.setenv(f"{PREFIX}SOMETHING_OF_YOURS", "1")
    load_settings()
    monkeypatch.setenv(f"{PREFIX}MQTT_ULR", "mqtt://broker.example")
    with pytest.raises(SettingsError, match=f"^{PREFIX}MQTT_ULR: .*{PREFIX}MQTT_URL"):
        load_settings()


def test_settings_come_from_a_file_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`.env` in the folder one starts in; once read they do not change."""
    Path(".env").write_text(f"{PREFIX}LOG=json\n{PREFIX}INFLUX_ORG=garden\n")
    monkeypatch.setenv(f"{PREFIX}LOG", "text")
    settings = load_settings()
    assert (settings.log, settings.influx_org) == ("text", "garden")
    with pytest.raises(ValueError, match="frozen"):
        settings.log = "json"


def logged(style: str) -> list[str]:
    """What a program with logs of this style tells on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", LOGGED.format(style=style)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_logs_as_json() -> None:
    """One object a line, ours and those of libraries alike, times in UTC."""
    ours, theirs = map(json.loads, logged("json"))
    assert (ours["event"], ours["lifts"], ours["level"]) == ("started", 12, "info")
    assert (theirs["event"], theirs["level"]) == ("slow client", "warning")
    assert ours["timestamp"].endswith("Z")
    assert theirs["timestamp"].endswith("Z")


def test_logs_as_text() -> None:
    """One line each, with the facts as name=value; without colours where nobody looks."""
    ours, theirs = logged("text")
    assert "started" in ours
    assert "lifts=12" in ours
    assert "slow client" in theirs
    assert "\x1b" not in ours + theirs
    assert logging.getLevelName(logging.WARNING).lower() in theirs
