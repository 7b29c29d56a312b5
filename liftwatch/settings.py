"""Settings: environment variables or `.env`, read once and only when asked, then frozen.

A bad one is a SettingsError of one line that names it.
"""

import base64
import binascii
import difflib
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from liftwatch.access.hosts import Host
from liftwatch.access.identities import ISSUER_MAX
from liftwatch.access.secrets import all_secrets
from liftwatch.audit.anchors import KEEP_DAYS_MIN
from liftwatch.audit.chain import KEY_BYTES_MIN as AUDIT_KEY_BYTES_MIN
from liftwatch.page_settings import (
    check_channels,
    check_clocks,
    check_job_hooks,
    check_plain_keys,
    check_quiet,
    check_sender,
    check_smtp,
    check_token,
    parse_channels,
)
from liftwatch.rescue_settings import check_platform, parse_areas
from liftwatch.served import (
    HttpAddress,
    check_here,
    check_hosts,
    check_http_key,
    check_proxy,
    check_served,
    is_loopback,
    parse_address,
    parse_names,
)

PREFIX = "LIFTWATCH_"
FOR_TESTS = "LIFTWATCH_TEST_"
ALIKE = 0.75  # of difflib: HTP and HTTP 0.86, DATA and DATA_DIR 0.67
DATABASE = re.compile(r"(sqlite|postgresql)(\+\w+)?://")
MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}
KEY_BYTES_MIN, KEY_BYTES_MAX = 24, 64  # Standard Webhooks, "Signature scheme"
LATE_PERIODS_MIN = 4
"""`/readyz` tells at half of it: two canaries on the way by then."""


class SettingsError(Exception):
    """A setting cannot be used; one line that names it."""


class MqttUrl(NamedTuple):
    """Where the broker is. The password is not shown."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: SecretStr | None = None


def parse_mqtt(text: Any) -> MqttUrl:
    """An `mqtt://` or `mqtts://` address; ValueError when it is none.

    >>> parse_mqtt("mqtts://ingest:s3cret@broker.example")
    MqttUrl(host='broker.example', port=8883, tls=True, username='ingest', \
password=SecretStr('**********'))
    """
    if isinstance(text, MqttUrl):
        return text
    parts = urlsplit(str(text))
    unusable = parts.scheme not in MQTT_PORTS or not parts.hostname or parts.path.strip("/")
    if unusable or parts.query or parts.fragment:
        raise ValueError("is not mqtt://host:port or mqtts://user:password@host:port")
    assert parts.hostname is not None
    return MqttUrl(
        host=parts.hostname,
        port=_port_of(parts) or MQTT_PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        username=unquote(parts.username) if parts.username else None,
        password=SecretStr(unquote(parts.password)) if parts.password else None,
    )


def _port_of(parts: SplitResult) -> int | None:
    """The port of an address; the library's own message could show a part of a password."""
    try:
        return parts.port
    except ValueError:
        raise ValueError("has a port that is not a number up to 65535") from None


def parse_store(text: Any) -> str:
    """An `http://` or `https://` address, or nothing for the embedded store."""
    address = str(text or "")
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("is not http://host:port")
    _port_of(parts)
    return address


def check_database(text: Any) -> Any:
    """An address of a database we know, or nothing for SQLite; what it says is never repeated."""
    address = text.get_secret_value() if isinstance(text, SecretStr) else str(text or "")
    if address and not DATABASE.match(address):
        raise ValueError("is not sqlite:///PATH or postgresql://user:password@host/name")
    return text


def parse_canary(text: Any) -> MqttUrl | Literal["off"] | None:
    """Where the canary is published: nothing is where the lifts are heard, `off` is nowhere.

    >>> parse_canary(""), parse_canary("off"), parse_canary("mqtt://canary:x@127.0.0.1").username
    (None, 'off', 'canary')
    """
    if text in (None, ""):
        return None
    return "off" if text == "off" else parse_mqtt(text)


def parse_file(text: Any) -> Any:
    """The path of a file, or nothing for none."""
    return None if text == "" else text


def check_tls(file: Path | None, info: ValidationInfo) -> Path | None:
    """A file for TLS is of use only where TLS is spoken, and a key only with its certificate."""
    if file is not None:
        urls = (info.data.get("mqtt_url"), info.data.get("canary_mqtt_url"))
        if not any(isinstance(url, MqttUrl) and url.tls for url in urls):
            raise ValueError(f"is of no use: {PREFIX}MQTT_URL is not mqtts://")
        if info.field_name == "mqtt_key_file" and info.data.get("mqtt_cert_file") is None:
            raise ValueError(f"needs {PREFIX}MQTT_CERT_FILE beside it")
    return file


OptionalFile = Annotated[Path | None, BeforeValidator(parse_file)]
TlsFile = Annotated[OptionalFile, AfterValidator(check_tls)]


def parse_webhook(text: Any) -> str:
    """An `https://` address, or `http://` on this machine; nothing is nowhere."""
    address = str(text or "")
    parts = urlsplit(address)
    _port_of(parts)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if address and not (safe and parts.hostname):
        raise ValueError("is not https://host/path, nor http:// on this machine")
    return address


def parse_issuer(text: Any) -> str:
    """An OpenID provider's `https://` address as it calls itself, or `http://` on this machine."""
    address = parse_webhook(text)
    parts = urlsplit(address)
    if parts.query or parts.fragment or parts.username is not None or len(address) > ISSUER_MAX:
        raise ValueError("is not https://host/path, without more")
    return address


def check_client(given: Any, info: ValidationInfo) -> Any:
    """What a provider knows us by is of use with a provider, and a provider is with it."""
    text = given.get_secret_value() if isinstance(given, SecretStr) else given
    if bool(text) != bool(info.data.get("oidc_issuer")):
        if text:
            raise ValueError(f"is of no use: {PREFIX}OIDC_ISSUER is not set")
        raise ValueError(f"is missing: {PREFIX}OIDC_ISSUER is set")
    return given


def check_rescue_key(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    """The secret of the rescue platform, if it is pushed to; it is never repeated."""
    if secret.get_secret_value() or info.data.get("rescue_url"):
        webhook_key(secret)
    return secret


def check_hotline_key(secret: SecretStr) -> SecretStr:
    """The secret by which the hot line signs, if it sends anything; it is never repeated."""
    if secret.get_secret_value():
        webhook_key(secret)
    return secret


def check_key(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    """The secret of a webhook, if there is one to be signed for; it is never repeated."""
    if secret.get_secret_value() or info.data.get("alarm_webhook_url"):
        webhook_key(secret)
    return secret


def webhook_key(secret: SecretStr) -> bytes:
    """The bytes that sign: base64 behind `whsec_`, 24 to 64 of them (Standard Webhooks).

    >>> len(webhook_key(SecretStr("whsec_" + "bGlmdHdhdGNo" * 4)))
    36
    """
    text = secret.get_secret_value().removeprefix("whsec_")
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not KEY_BYTES_MIN <= len(key) <= KEY_BYTES_MAX:
        raise ValueError("is not whsec_ with 24 to 64 bytes in base64 behind it")
    return key


def check_audit_key(secret: SecretStr) -> SecretStr:
    """The keys of the trail or of the fund, if there are any; they are never repeated."""
    audit_keys(secret)
    return secret


def audit_keys(secret: SecretStr) -> tuple[bytes, ...]:
    """The keys that seal the trail, or the fund: the one in use, and behind commas those of before.

    >>> [len(key) for key in audit_keys(SecretStr("bGlmdHdhdGNo" * 4))], audit_keys(SecretStr(""))
    ([36], ())
    """
    keys = []
    for text in secret.get_secret_value().split(",") if secret.get_secret_value() else ():
        try:
            keys.append(base64.b64decode(text.strip(), validate=True))
        except (binascii.Error, ValueError):
            keys.append(b"")
    if any(len(key) < AUDIT_KEY_BYTES_MIN for key in keys):
        raise ValueError(f"is not at least {AUDIT_KEY_BYTES_MIN} bytes in base64")
    if len(set(keys)) < len(keys):
        raise ValueError("names a key twice")
    return tuple(keys)


def check_keep(days: int) -> int:
    """How long the trail is kept: no less than the law asks."""
    if days < KEEP_DAYS_MIN:
        raise ValueError(
            f"is below {KEEP_DAYS_MIN}: logs are kept for six months (Cybersecurity Law, art. 21)"
        )
    return days


def check_late(late_s: float, info: ValidationInfo) -> float:
    """A canary is late when some have been missed, not one."""
    period_s = info.data.get("canary_s", 0.0)
    if late_s < LATE_PERIODS_MIN * period_s:
        least_s = LATE_PERIODS_MIN * period_s
        raise ValueError(f"is below {LATE_PERIODS_MIN} times {PREFIX}CANARY_S, {least_s:g} s")
    return late_s


def check_secret(secret: SecretStr) -> SecretStr:
    """The installation's secrets, or nothing for one of its own making; they are never repeated."""
    if secret.get_secret_value():
        all_secrets(secret.get_secret_value())
    return secret


class Settings(BaseSettings):
    """Every setting of the service; `.env.example` says what each is for."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    mqtt_url: Annotated[MqttUrl, NoDecode, BeforeValidator(parse_mqtt)] = MqttUrl("127.0.0.1", 1883)
    influx_url: Annotated[str, BeforeValidator(parse_store)] = ""
    influx_token: SecretStr = SecretStr("")
    influx_org: str = ""
    influx_bucket: str = "lift"
    influx_version: Literal["auto", "1", "2", "3"] = "auto"
    database_url: Annotated[SecretStr, BeforeValidator(check_database)] = SecretStr("")
    data_dir: Path = Path("data")
    secret: Annotated[SecretStr, AfterValidator(check_secret)] = SecretStr("")
    journal_max_mb: Annotated[int, Field(ge=16, le=1_048_576)] = 4_096
    journal_keep_h: Annotated[float, Field(ge=0, le=8_760)] = 1.0
    http_cert_file: OptionalFile = None
    http_key_file: Annotated[OptionalFile, AfterValidator(check_http_key)] = None
    http_proxy: Annotated[bool, AfterValidator(check_proxy)] = False
    http_hosts: Annotated[
        tuple[Host, ...],
        NoDecode,
        Field(validate_default=True),
        BeforeValidator(parse_names),
        AfterValidator(check_hosts),
    ] = ()
    http: Annotated[
        HttpAddress, NoDecode, BeforeValidator(parse_address), AfterValidator(check_served)
    ] = HttpAddress("127.0.0.1", 8080)
    ingest_http: Annotated[
        HttpAddress, NoDecode, BeforeValidator(parse_address), AfterValidator(check_here)
    ] = HttpAddress("127.0.0.1", 8081)
    canary_mqtt_url: Annotated[
        MqttUrl | Literal["off"] | None, NoDecode, BeforeValidator(parse_canary)
    ] = None
    canary_s: Annotated[float, Field(ge=0.1, le=600)] = 5.0
    canary_late_s: Annotated[
        float, Field(ge=1, le=86_400, validate_default=True), AfterValidator(check_late)
    ] = 60.0
    mqtt_ca_file: TlsFile = None
    mqtt_cert_file: TlsFile = None
    mqtt_key_file: TlsFile = None
    mosquitto_dir: OptionalFile = None
    mosquitto_pid_file: OptionalFile = None
    alarm_webhook_url: Annotated[str, BeforeValidator(parse_webhook)] = ""
    alarm_webhook_secret: Annotated[
        SecretStr, Field(validate_default=True), AfterValidator(check_key)
    ] = SecretStr("")
    rescue_areas: Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_areas)] = ()
    rescue_url: Annotated[str, BeforeValidator(parse_webhook), AfterValidator(check_platform)] = ""
    rescue_secret: Annotated[
        SecretStr, Field(validate_default=True), AfterValidator(check_rescue_key)
    ] = SecretStr("")
    hotline_secret: Annotated[
        SecretStr, Field(validate_default=True), AfterValidator(check_hotline_key)
    ] = SecretStr("")
    rescue_exercise: bool = False
    rescue_silent_s: Annotated[float, Field(ge=10, le=3_600)] = 120.0
    oidc_issuer: Annotated[str, BeforeValidator(parse_issuer)] = ""
    oidc_client_id: Annotated[
        str, Field(validate_default=True, max_length=255), AfterValidator(check_client)
    ] = ""
    oidc_client_secret: Annotated[
        SecretStr, Field(validate_default=True), AfterValidator(check_client)
    ] = SecretStr("")
    oidc_label: Annotated[str, Field(min_length=1, max_length=40)] = "OpenID Connect"
    clocks: Annotated[str, AfterValidator(check_clocks)] = ""
    smtp_url: Annotated[SecretStr, AfterValidator(check_smtp)] = SecretStr("")
    smtp_from: Annotated[str, Field(validate_default=True), AfterValidator(check_sender)] = ""
    sms_url: Annotated[str, BeforeValidator(parse_webhook)] = ""
    sms_token: Annotated[SecretStr, AfterValidator(check_token)] = SecretStr("")
    voice_url: Annotated[str, BeforeValidator(parse_webhook)] = ""
    voice_token: Annotated[SecretStr, AfterValidator(check_token)] = SecretStr("")
    page_hooks: Annotated[SecretStr, AfterValidator(check_plain_keys)] = SecretStr("")
    job_hooks: Annotated[SecretStr, AfterValidator(check_job_hooks)] = SecretStr("")
    page_exercise: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(parse_channels), AfterValidator(check_channels)
    ] = ()
    quiet_hours: Annotated[str, AfterValidator(check_quiet)] = "22:00-07:00"
    notice_language: Literal["zh", "en"] = "zh"
    audit_key: Annotated[SecretStr, AfterValidator(check_audit_key)] = SecretStr("")
    audit_keep_days: Annotated[int, Field(le=36_500), AfterValidator(check_keep)] = 400
    told_keep_days: Annotated[int, Field(le=36_500), AfterValidator(check_keep)] = 400
    fund_key: Annotated[SecretStr, AfterValidator(check_audit_key)] = SecretStr("")
    fund_anchors: OptionalFile = None
    grafana_url: Annotated[str, BeforeValidator(parse_webhook)] = ""
    grafana_token: SecretStr = SecretStr("")
    precision_floor: Annotated[float, Field(ge=0, le=0.9)] = 0.1
    log: Literal["text", "json"] = "text"
    exercise: bool = False

    def database_in(self, folder: Path) -> str:
        """The address of the relational store: the one set, else SQLite in the data folder."""
        return (
            self.database_url.get_secret_value()
            or f"sqlite:///{folder.absolute()}/liftwatch.sqlite"
        )


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError."""
    _refuse_misspelt()
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}: {reason}") from error
    except (ValueError, OSError) as error:  # not even readable
        raise SettingsError(f"settings: {error}") from error


def _refuse_misspelt() -> None:
    """A setting almost spelt right would silently not count."""
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        # The prefix is left out: what all share makes everything look alike.
        given = name.removeprefix(PREFIX)
        if not name.startswith(PREFIX) or name.startswith(FOR_TESTS) or given in known:
            continue
        meant = difflib.get_close_matches(given, known, n=1, cutoff=ALIKE)
        if meant:
            raise SettingsError(f"{name}: no such setting; {PREFIX}{meant[0]} is meant?")
