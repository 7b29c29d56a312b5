"""`liftwatch check-config`: what is wrong or unsafe, before anything is started.

Each check is a row. Wrong is what a start would fail at; unsafe is what would run and should not.
Nothing is changed, but that an SQLite database or a folder that is not there yet is not missed.
"""

import contextlib
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from liftwatch.access.identities import ProviderAway
from liftwatch.adapters.sql import BooksError
from liftwatch.adapters.sql.check import schema_of
from liftwatch.audit.chain import seal_name
from liftwatch.commands.backup import unread
from liftwatch.commands.channels import ways_of
from liftwatch.commands.check_http import check_http
from liftwatch.commands.finding import Check, Finding
from liftwatch.commands.wiring import (
    NO_ADMIN,
    SECRET_FILE,
    anchors_of,
    provider_of,
    secrets_at,
    telemetry_store,
    tls_of,
)
from liftwatch.failure import Failure
from liftwatch.ports import StoreUnavailable
from liftwatch.settings import MqttUrl, Settings, SettingsError, audit_keys, load_settings

CONNECT_S = 5.0
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_config_command() -> bool:
    """Print a line for each finding; False when something is wrong."""
    try:
        settings = load_settings()
    except SettingsError as error:
        findings = [Finding("wrong", "settings", str(error))]
    else:
        findings = list(findings_of(settings))
    for verdict, what, detail in findings:
        print(f"{verdict:<7} {what}: {detail}")
    return all(one.verdict != "wrong" for one in findings)


def findings_of(settings: Settings) -> Iterator[Finding]:
    """All findings, in the order of a start."""
    for check in CHECKS:
        yield from check(settings)


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    there = folder
    while not there.exists():
        there = there.parent
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".liftwatch-"):
            pass
    except OSError as error:
        yield Finding("wrong", "data folder", f"{folder}: {error.strerror or error}")
        return
    told = str(folder) if folder.exists() else f"{folder}: will be made"
    yield Finding("ok", "data folder", told)


def _secret(settings: Settings) -> Iterator[Finding]:
    if settings.secret.get_secret_value():
        yield Finding("ok", "secret", "LIFTWATCH_SECRET is set")
        return
    file = settings.data_dir / SECRET_FILE
    if not file.exists():
        yield Finding("ok", "secret", f"{file} will be made at the first start")
        return
    try:
        secrets_at(file)
    except Failure as error:
        yield Finding("wrong", "secret", str(error))
        return
    yield from _private("secret", file)


def _env_file(settings: Settings) -> Iterator[Finding]:
    del settings
    file = Path(".env")
    if file.exists():
        yield from _private("settings", file)


def _private(what: str, file: Path) -> Iterator[Finding]:
    mode = file.stat().st_mode
    if mode & OTHERS:
        yield Finding("unsafe", what, f"{file} may be read by others: chmod 600 {file}")
    else:
        yield Finding("ok", what, f"{file} is its owner's alone")


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        schema = schema_of(settings.database_in(settings.data_dir))
    except (BooksError, StoreUnavailable) as error:
        yield Finding("wrong", "database", str(error)[:300])
        return
    if schema.ahead:
        yield Finding("wrong", "database", f"has schema {schema.now}, newer than this version")
    elif schema.now == schema.head:
        yield Finding("ok", "database", f"schema {schema.now}")
    else:
        before = schema.now or "nothing"
        yield Finding("ok", "database", f"{before} will be brought to {schema.head} at the start")
    if not schema.ahead and not schema.has_admin:
        told = "nobody: whoever is on this machine may everything until `liftwatch admin create`"
        if settings.http_hosts:
            yield Finding("wrong", "administrator", f"LIFTWATCH_HTTP_HOSTS: {NO_ADMIN}")
        else:
            yield Finding("unsafe", "administrator", told)
    yield from _trail(settings, schema.seal)
    if schema.now == schema.head:
        yield from _names(settings)


def _names(settings: Settings) -> Iterator[Finding]:
    # a secret that is none has been told already
    with contextlib.suppress(Failure, StoreUnavailable):
        for line in unread(settings.database_in(settings.data_dir), settings):
            yield Finding("wrong", "secret", line)


def _trail(settings: Settings, sealed_with: str | None) -> Iterator[Finding]:
    keys = [seal_name(key) for key in audit_keys(settings.audit_key)]
    if not keys:
        told = "LIFTWATCH_AUDIT_KEY is not set: whoever may write the database may re-seal it"
        yield Finding("unsafe", "trail", told)
    if sealed_with and sealed_with not in keys:
        told = "is sealed with a key that LIFTWATCH_AUDIT_KEY does not hold: nothing can be done"
        yield Finding("wrong", "trail", told)
    elif keys:
        yield Finding("ok", "trail", "has its key")


def _fund(settings: Settings) -> Iterator[Finding]:
    if not audit_keys(settings.fund_key):
        told = "LIFTWATCH_FUND_KEY is not set: whoever may write the database may re-seal its books"
        yield Finding("unsafe", "fund", told)
        return
    if settings.fund_key.get_secret_value() == settings.audit_key.get_secret_value():
        told = "LIFTWATCH_FUND_KEY is the trail's: who keeps the one keeps the other"
        yield Finding("unsafe", "fund", told)
        return
    yield Finding("ok", "fund", f"has a key; anchors in {anchors_of(settings, settings.data_dir)}")


def _broker(settings: Settings) -> Iterator[Finding]:
    url = settings.mqtt_url
    where = f"{url.host}:{url.port}"
    try:
        context = tls_of(settings)
        with contextlib.ExitStack() as stack:
            plain = stack.enter_context(socket.create_connection((url.host, url.port), CONNECT_S))
            if url.tls:
                import ssl

                context = context or ssl.create_default_context()
                stack.enter_context(context.wrap_socket(plain, server_hostname=url.host))
    except (OSError, Failure) as error:
        yield Finding("wrong", "broker", f"{where}: {error}")
        return
    yield Finding("ok", "broker", f"{where} takes connections")
    if not url.tls and not _is_here(url):
        yield Finding("unsafe", "broker", f"{where}: mqtt:// to another machine is not encrypted")
    if url.username is None:
        yield Finding("unsafe", "broker", "no credential: whoever reaches it may speak for a lift")


def _is_here(url: MqttUrl) -> bool:
    with contextlib.suppress(OSError):
        return all(
            one[4][0] in ("127.0.0.1", "::1")
            for one in socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
        )
    return False


def _telemetry(settings: Settings) -> Iterator[Finding]:
    if not settings.influx_url:
        yield Finding("ok", "telemetry", "the embedded store")
        return
    with contextlib.closing(telemetry_store(settings, settings.data_dir)) as store:
        if store.is_ready():
            yield Finding("ok", "telemetry", f"{settings.influx_url} answers")
        else:
            yield Finding("wrong", "telemetry", f"{settings.influx_url} does not answer")
    if settings.influx_url.startswith("http://") and settings.influx_token.get_secret_value():
        yield Finding("unsafe", "telemetry", "the token goes over http:// unencrypted")


def _openid(settings: Settings) -> Iterator[Finding]:
    provider = provider_of(settings)
    if provider is None:
        return
    with contextlib.closing(provider):
        try:
            remarks = provider.examine()
        except ProviderAway as error:
            yield Finding("wrong", "sign-in", f"{provider.issuer}: {error}")
            return
    yield Finding("ok", "sign-in", f"{provider.issuer} is an OpenID provider, and answers")
    for remark in remarks:
        yield Finding("unsafe", "sign-in", f"{provider.issuer} {remark}")


def _pages(settings: Settings) -> Iterator[Finding]:
    channels = ways_of(settings).all_channels
    if not channels:
        told = "no channel is set (LIFTWATCH_SMTP_URL and its neighbours): nobody is told"
        yield Finding("unsafe", "pages", told)
        return
    yield Finding("ok", "pages", f"leave by {', '.join(channels)}")
    if "voice" not in channels and "sms" not in channels:
        told = "no telephone rings: LIFTWATCH_VOICE_URL and LIFTWATCH_SMS_URL are not set"
        yield Finding("unsafe", "pages", told)


def _rescue(settings: Settings) -> Iterator[Finding]:
    if not settings.rescue_areas:
        return
    how = "is pushed to" if settings.rescue_url else "pulls"
    sort = "for exercises" if settings.rescue_exercise else "for what is real"
    yield Finding(
        "ok", "rescue", f"the platform of {','.join(settings.rescue_areas)} {how}, {sort}"
    )
    if not settings.alarm_webhook_url:
        told = "no LIFTWATCH_ALARM_WEBHOOK_URL: nobody else learns when the platform is silent"
        yield Finding("unsafe", "rescue", told)
    if settings.exercise and not settings.rescue_exercise:
        told = "LIFTWATCH_EXERCISE: a platform that is not for exercises learns nothing"
        yield Finding("unsafe", "rescue", told)


def _user(settings: Settings) -> Iterator[Finding]:
    del settings
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield Finding("unsafe", "user", "root: give the service a user of its own")


def _drill(settings: Settings) -> Iterator[Finding]:
    if settings.exercise:
        told = "LIFTWATCH_EXERCISE: this whole installation is a drill, and nothing real leaves it"
        yield Finding("unsafe", "exercise", told)


CHECKS: tuple[Check, ...] = (
    _env_file,
    _user,
    _folder,
    _secret,
    _database,
    _fund,
    _broker,
    _telemetry,
    check_http,
    _openid,
    _pages,
    _rescue,
    _drill,
)
