"""Where pages and API are served, to whom, and who ends TLS: what settings may say of it."""

from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationInfo

from liftwatch.access.hosts import Host, address_of, is_loopback_address, parse_hosts


class HttpAddress(NamedTuple):
    """Where pages and API are served."""

    host: str
    port: int


def parse_address(text: Any) -> HttpAddress:
    """`host:port`; ValueError when it is none.

    >>> parse_address("127.0.0.1:8080"), parse_address("[::]:8443")
    (HttpAddress(host='127.0.0.1', port=8080), HttpAddress(host='::', port=8443))
    """
    if isinstance(text, HttpAddress):
        return text
    host, _, port = str(text).rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError(f"{str(text)!r} is not host:port")
    return HttpAddress(host, int(port))


def check_here(address: HttpAddress) -> HttpAddress:
    """What ingest tells of itself is for this machine: it has no people who could sign in."""
    if not is_loopback(address.host):
        raise ValueError(f"{address.host} is not this machine, and nobody else may look here")
    return address


def check_served(address: HttpAddress, info: ValidationInfo) -> HttpAddress:
    """Others than this machine are served with TLS, under names that are known."""
    host = address.host
    if is_loopback(host):
        return address
    if info.data.get("http_cert_file") is None:
        raise ValueError(
            f"{host} is not this machine: LIFTWATCH_HTTP_CERT_FILE is needed for others"
        )
    if not info.data.get("http_hosts"):
        raise ValueError(f"{host} is not this machine: LIFTWATCH_HTTP_HOSTS is needed for others")
    if address_of(host) is None:
        raise ValueError(f"{host} is no address: 0.0.0.0, [::], or one that this machine has")
    return address


def parse_names(text: Any) -> tuple[Host, ...]:
    """The names others know us by."""
    return text if isinstance(text, tuple) else parse_hosts(str(text or ""))


def check_hosts(hosts: tuple[Host, ...], info: ValidationInfo) -> tuple[Host, ...]:
    """Whoever else is served, somebody must end TLS: we, or a proxy on this machine."""
    tls, proxy = info.data.get("http_cert_file") is not None, info.data.get("http_proxy")
    if hosts and not (tls or proxy):
        raise ValueError(
            "needs LIFTWATCH_HTTP_CERT_FILE, or LIFTWATCH_HTTP_PROXY=true where a proxy ends TLS"
        )
    if proxy and not hosts:
        raise ValueError("is needed by LIFTWATCH_HTTP_PROXY: which names does the proxy serve?")
    return hosts


def check_proxy(proxy: bool, info: ValidationInfo) -> bool:
    """Either a proxy ends TLS, or we do."""
    if proxy and info.data.get("http_cert_file") is not None:
        raise ValueError("is of no use beside LIFTWATCH_HTTP_CERT_FILE: one of the two ends TLS")
    return proxy


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    return host == "localhost" or is_loopback_address(host)


def check_http_key(file: Path | None, info: ValidationInfo) -> Path | None:
    """A key is of use only with its certificate."""
    if file is not None and info.data.get("http_cert_file") is None:
        raise ValueError("needs LIFTWATCH_HTTP_CERT_FILE beside it")
    return file
