"""What `liftwatch check-config` finds of the way pages and API are served."""

import stat
from collections.abc import Iterator

from api.certificates import WARN_MS, CertificateError, Files, check_files
from liftwatch.clock import now_ms, rfc3339
from liftwatch.commands.finding import Finding
from liftwatch.commands.wiring import page_of, setting_of
from liftwatch.settings import Settings


def check_http(settings: Settings) -> Iterator[Finding]:
    """Who is served, and what is wrong or unsafe with the certificate."""
    if settings.http_cert_file is not None:
        yield from _certificate(settings, Files(settings.http_cert_file, settings.http_key_file))
    if settings.http_hosts:
        how = "a proxy on this machine ends TLS" if settings.http_proxy else "with TLS"
        yield Finding("ok", "http", f"{page_of(settings)} for others, {how}")
    elif settings.http_cert_file is not None:
        told = "LIFTWATCH_HTTP_HOSTS is empty: a certificate, and only this machine is answered"
        yield Finding("unsafe", "http", told)
    else:
        yield Finding("ok", "http", f"{page_of(settings)} for this machine only")


def _certificate(settings: Settings, files: Files) -> Iterator[Finding]:
    at_ms = now_ms()
    try:
        facts = check_files(files, at_ms=at_ms)
    except CertificateError as error:
        yield Finding("wrong", "certificate", f"{setting_of(error, settings)}: {error}")
        return
    ends = rfc3339(facts.ends_ms)
    if facts.begins_ms > at_ms:
        told = f"{files.chain}: is good from {rfc3339(facts.begins_ms)} on only"
        yield Finding("unsafe", "certificate", told)
    elif facts.ends_ms - at_ms <= WARN_MS:
        yield Finding("unsafe", "certificate", f"{files.chain}: ends at {ends}: renew it")
    else:
        yield Finding("ok", "certificate", f"{files.chain}: good until {ends}")
    for host in settings.http_hosts:
        if not facts.covers(host):
            told = f"{files.chain}: is not for {host.name}, which LIFTWATCH_HTTP_HOSTS names"
            yield Finding("unsafe", "certificate", told)
    key = files.key or files.chain
    if key.stat().st_mode & stat.S_IRWXO:  # a group for keys, as Debian has it, is meant
        told = f"{key} may be read by others: chmod o= {key}"
        yield Finding("unsafe", "certificate", told)
