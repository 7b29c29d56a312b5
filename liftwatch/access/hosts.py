"""Host names: which of them are this machine's own, which are ours for others, and who asks."""

import ipaddress
import re
from collections.abc import Collection
from typing import NamedTuple

PORTS = {"http": 80, "https": 443}
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
NAME_MAX = 253  # RFC 1035, 2.3.4, without the last dot
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


class Host(NamedTuple):
    """A name in lower case, or an address without brackets; a port where one was given."""

    name: str
    port: int | None = None

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"


def parse_host(text: str) -> Host | None:
    """A `Host` header, or what a setting names; None when it is none.

    >>> parse_host("Lift.example.cn:8443"), parse_host("[2001:DB8:0::1]"), parse_host("a/b")
    (Host(name='lift.example.cn', port=8443), Host(name='2001:db8::1', port=None), None)
    """
    found = _HOST.fullmatch(text)
    if found is None or int(found[2] or 0) > 65_535:
        return None
    name = found[1].lower().strip("[]")
    address = address_of(name)
    if address is not None:
        return Host(str(address), int(found[2]) if found[2] else None)
    if ":" in name or not all(map(_LABEL.fullmatch, name.split("."))):
        return None
    return Host(name, int(found[2]) if found[2] else None)


def parse_hosts(text: str) -> tuple[Host, ...]:
    """The names others know us by, behind commas. ValueError for what is none, or is nobody's.

    >>> parse_hosts("lift.example.cn, 192.0.2.7:8443")
    (Host(name='lift.example.cn', port=None), Host(name='192.0.2.7', port=8443))
    """
    hosts = []
    for part in text.split(",") if text.strip() else ():
        host = parse_host(part.strip())
        if host is None:
            raise ValueError(f"{part.strip()[:64]!r} is not a host name, nor one with a port")
        address = address_of(host.name)
        if host.name in HERE or (address and (address.is_loopback or address.is_unspecified)):
            raise ValueError(f"{host.name} is no name others know us by")
        hosts.append(host)
    return tuple(hosts)


def is_among(asked: Host, hosts: Collection[Host], *, scheme: str) -> bool:
    """Whether a host that was asked for is one of ours; one of ours without a port has any.

    >>> ours = (Host("lift.example.cn", 443),)
    >>> is_among(Host("lift.example.cn"), ours, scheme="https")
    True
    >>> is_among(Host("lift.example.cn", 8443), ours, scheme="https")
    False
    """
    port = asked.port or PORTS.get(scheme)
    return any(one.name == asked.name and one.port in (None, port) for one in hosts)


def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, of IPv4 also where it came in IPv6's clothes; None for what is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_loopback_address(text: str) -> bool:
    """Whether an address is this machine's own towards itself; a name is none.

    >>> [is_loopback_address(one) for one in ("127.0.0.1", "::ffff:127.0.0.1", "localhost", "")]
    [True, True, False, False]
    """
    address = address_of(text)
    return address is not None and address.is_loopback


def neighbourhood_of(text: str) -> str:
    """Whose tries are counted together: an address, of IPv6 the /64 that one customer gets.

    >>> neighbourhood_of("2001:db8::1:2:3:4"), neighbourhood_of("192.0.2.7")
    ('2001:db8::/64', '192.0.2.7')
    """
    address = address_of(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or text)
