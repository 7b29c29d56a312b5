"""What the commands of the service are made of: settings, stores, and serving until stopped."""

import contextlib
import gc
import os
import signal
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from fastapi import FastAPI

from api import certificates
from api.gate import Gate
from api.serve import PLAIN, ServeError, Way, serve
from ingest.certificates import OWN, CertificateError, Tls, context_of
from ingest.consumer import Broker
from liftwatch.access.hosts import Host
from liftwatch.access.secrets import Seal, all_secrets, new_secret
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.fund_anchors import AnchorFile
from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.openid import OpenIdProvider
from liftwatch.adapters.sql import BooksError, SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.adapters.sql.seals import holds_sealed
from liftwatch.clock import now_ms
from liftwatch.failure import Failure
from liftwatch.ports import KeptStore
from liftwatch.served import HttpAddress
from liftwatch.settings import (
    MqttUrl,
    Settings,
    SettingsError,
    audit_keys,
    load_settings,
    webhook_key,
)

WATCH_S = 0.5
SECRET_FILE = "secret.key"
NO_ADMIN = "nobody is administrator yet, and others could come: `liftwatch admin create` first"


class Stores(NamedTuple):
    """Where everything lies that is not in the journal."""

    books: SqlBooks
    telemetry: KeptStore


def settings_or_fail() -> Settings:
    """The settings, or one line that names the bad one."""
    try:
        return load_settings()
    except SettingsError as error:
        raise Failure(str(error)) from error


def tls_of(settings: Settings) -> ssl.SSLContext | None:
    """What a connection to the broker must fulfil, or one line that names the bad file."""
    tls = Tls(settings.mqtt_ca_file, settings.mqtt_cert_file, settings.mqtt_key_file)
    if tls == Tls():
        return None
    try:
        return context_of(tls)
    except CertificateError as error:
        name = "CERT" if error.whose == OWN else "CA"
        raise Failure(f"LIFTWATCH_MQTT_{name}_FILE: {error}") from error


def broker_of(url: MqttUrl, context: ssl.SSLContext | None = None) -> Broker:
    """A broker as the settings name it."""
    return Broker(
        host=url.host,
        port=url.port,
        username=url.username,
        password=url.password.get_secret_value() if url.password else None,
        tls=url.tls,
        context=context if url.tls else None,
    )


def books_or_fail(settings: Settings, folder: Path) -> SqlBooks:
    """The relational store, brought to the newest schema, or one line why not."""
    try:
        keys, fund = audit_keys(settings.audit_key), audit_keys(settings.fund_key)
        return open_books(settings.database_in(folder), audit_keys=keys, fund_keys=fund)
    except BooksError as error:
        raise no_books(settings, error) from error


def hotline_key_of(settings: Settings) -> bytes | None:
    """What signs the complaints of the city's hot line; None where it sends none."""
    secret = settings.hotline_secret
    return webhook_key(secret) if secret.get_secret_value() else None


def anchors_of(settings: Settings, folder: Path) -> AnchorFile:
    """Where the fund's anchors are kept: the file set, else one in the data folder."""
    return AnchorFile(settings.fund_anchors or folder / "fund.anchors")


def no_books(settings: Settings, error: BooksError) -> Failure:
    """One line why the relational store cannot be used, with the setting that names it."""
    named = settings.database_url.get_secret_value() and "LIFTWATCH_DATABASE_URL: "
    return Failure(f"{named}{error}")


def telemetry_store(settings: Settings, folder: Path) -> KeptStore:
    """InfluxDB where the settings name one, else the embedded store."""
    if not settings.influx_url:
        return EmbeddedStore(folder / "telemetry.sqlite")
    return InfluxStore(
        settings.influx_url,
        token=settings.influx_token.get_secret_value(),
        org=settings.influx_org,
        bucket=settings.influx_bucket,
        version=settings.influx_version,
    )


def calm_collector() -> None:
    """Let Python look for cycles rarely: what comes and goes here by the thousand has none.

    As it comes it took 15 % of a drain; with this, below 1 % (`make bench`, 200 lifts).
    """
    gc.set_threshold(100_000, 50, 1_000)


def take_short_turns() -> None:
    """Let threads take turns at the interpreter every 0.5 ms instead of 5.

    For a service that only answers: one that has waited for its database else waits as long again
    for the threads that have not. 300 requests a second had p99 2.4 s, with this 0.13 s
    (`python -m bench.api`, a million incidents).
    """
    sys.setswitchinterval(0.0005)


def secrets_of(settings: Settings, folder: Path, books: SqlBooks) -> tuple[bytes, ...]:
    """The installation's secret and those of before: those set, else of the folder's file.

    The file is made at the first start; where names are sealed already it is missing, and a new
    one would open none of them.
    """
    if text := settings.secret.get_secret_value():
        return all_secrets(text)
    file = folder / SECRET_FILE
    if not file.exists():
        if holds_sealed(books):
            raise Failure(
                f"{file} is missing, and names are sealed with the secret it held: put it back, or"
                " set LIFTWATCH_SECRET, to a new one where it is lost with the names"
            )
        try:
            _write_secret(file)
        except OSError as error:
            raise _no_secret(file, error) from error
    return secrets_at(file)


def secrets_at(file: Path) -> tuple[bytes, ...]:
    """The secrets that a file holds, or one line why not."""
    try:
        return all_secrets(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise _no_secret(file, error) from error


def _no_secret(file: Path, error: Exception) -> Failure:
    why = getattr(error, "strerror", None) or error
    return Failure(f"{file}: {why}; it holds the secret of this installation")


def _write_secret(file: Path) -> None:
    """Write a new secret whole, or leave the one that another service has just written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    place, name = tempfile.mkstemp(dir=file.parent, prefix=".secret-")  # for its owner alone
    try:
        with open(place, "w", encoding="ascii") as made:
            made.write(new_secret() + "\n")
            made.flush()
            os.fsync(made.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, file)
    finally:
        os.unlink(name)


def people_of(settings: Settings, stores: Stores, folder: Path) -> SqlPeople:
    """People and rights, in the books' database."""
    return SqlPeople(stores.books, Seal(*secrets_of(settings, folder, stores.books)))


def gate_of(settings: Settings, stores: Stores, folder: Path) -> Gate:
    """What recognises whoever asks; only the newest secret signs.

    Raises Failure where others would ask before anybody could.
    """
    newest, *_ = secrets_of(settings, folder, stores.books)
    gate = Gate(people_of(settings, stores, folder), newest, provider_of(settings))
    if settings.http_hosts and gate.is_open():
        raise Failure(f"LIFTWATCH_HTTP_HOSTS: {NO_ADMIN}")
    return gate


def way_of(settings: Settings) -> Way:
    """How pages and API are served, or one line that names the bad file."""
    if settings.http_cert_file is None:
        return Way(proxy=settings.http_proxy)
    files = certificates.Files(settings.http_cert_file, settings.http_key_file)
    try:
        return Way(certificates.Certificates(files, at_ms=now_ms()))
    except certificates.CertificateError as error:
        raise Failure(f"{setting_of(error, settings)}: {error}") from error


def setting_of(error: certificates.CertificateError, settings: Settings) -> str:
    """The setting that names a file that cannot be used; a key may stand beside its certificate."""
    which = error.which if settings.http_key_file is not None else "CERT"
    return f"LIFTWATCH_HTTP_{which}_FILE"


def page_of(settings: Settings) -> str:
    """Where a browser finds the pages."""
    if settings.http_proxy:
        return f"https://{settings.http_hosts[0]}/"
    scheme, (host, port) = "https" if settings.http_cert_file else "http", settings.http
    for name in settings.http_hosts[:1]:
        return f"{scheme}://{name if name.port else Host(name.name, port)}/"
    return f"{scheme}://{Host(host, port)}/"


def provider_of(settings: Settings) -> OpenIdProvider | None:
    """The OpenID provider of the settings; it is asked when somebody comes in by it."""
    if not settings.oidc_issuer:
        return None
    return OpenIdProvider(
        settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        label=settings.oidc_label,
    )


@contextlib.contextmanager
def open_stores(settings: Settings, folder: Path) -> Iterator[Stores]:
    """Both stores, closed at the end; Failure when one cannot be used."""
    with contextlib.closing(books_or_fail(settings, folder)) as books:
        try:
            telemetry = telemetry_store(settings, folder)
        except OSError as error:
            raise Failure(str(error)) from error
        with contextlib.closing(telemetry):
            yield Stores(books, telemetry)


def serve_until_stopped(
    app: FastAPI,
    address: HttpAddress,
    *,
    way: Way = PLAIN,
    crashed: Callable[[], bool] = lambda: False,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve until a signal; a part that ends for good ends the service, to be started again."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(WATCH_S):
            if crashed():
                signal.raise_signal(signal.SIGTERM)
                return

    threading.Thread(target=watch, name="watch", daemon=True).start()
    try:
        serve(app, host=address.host, port=address.port, way=way, ready=ready)
    except ServeError as error:
        raise Failure(str(error)) from error
    finally:
        done.set()


def wait_until_stopped(crashed: Callable[[], bool]) -> None:
    """For a service that serves nothing: return at SIGINT, SIGTERM, or when it has crashed."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    while not stop.wait(WATCH_S):
        if crashed():
            return
