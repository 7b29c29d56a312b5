"""HTTP that another's server cannot make long, large or go elsewhere.

Everything is asked over https, or over http on this machine; nothing is followed; an answer has a
size and an end. Names are looked up by the system: who answers for a name proves it by TLS.
"""

from urllib.parse import urlsplit

import httpx2

from liftwatch.clock import monotonic_s

CONNECT_S, READ_S, WHOLE_S = 4.0, 5.0, 10.0
BODY_MAX = 256 * 1024  # a set of keys of the largest providers has some 10 KiB
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Refused(Exception):
    """An address or an answer that is not to be used; one line says why."""


def check_address(url: str, *, of: str) -> str:
    """An address that may be asked, of a provider at `of`; Refused for any other.

    This machine and addresses in numbers count only where the provider itself is there, so that
    what it says of itself cannot lead us to another service in here.

    >>> check_address("https://keys.example/jwks", of="https://id.example/realm")
    'https://keys.example/jwks'
    >>> for url in ("http://id.example/", "https://127.0.0.1/", "https://a:b@id.example/", "x"):
    ...     try:
    ...         check_address(url, of="https://id.example/realm")
    ...     except Refused as refused:
    ...         print(refused)
    'http://id.example/' is not https
    'https://127.0.0.1/' is a place that only a provider there may name
    'https://a:b@id.example/' is no plain address
    'x' is no plain address
    """
    told = f"{url[:200]!a}"
    try:
        parts, own = urlsplit(url), urlsplit(of)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"{told} is no plain address") from error
    plain = url.isascii() and url.isprintable() and " " not in url
    if not host or parts.username is not None or parts.fragment or not plain:
        raise Refused(f"{told} is no plain address")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise Refused(f"{told} is not https")
    in_numbers = ":" in host or host.rpartition(".")[2][:1].isdigit()  # 127.0x1 is one, too
    if (in_numbers or host in LOOPBACK or host.endswith(".localhost")) and host != own.hostname:
        raise Refused(f"{told} is a place that only a provider there may name")
    return url


class Bounded(httpx2.BaseTransport):
    """Asks as usual, and reads no more than `BODY_MAX` bytes in `WHOLE_S` seconds."""

    def __init__(self) -> None:
        self._plain = httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, read to its end. Raises Refused beside what httpx2 raises."""
        request.headers["Accept-Encoding"] = "identity"  # or few bytes could become many
        until_s = monotonic_s() + WHOLE_S
        answer = self._plain.handle_request(request)
        try:
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise Refused("answers packed, though asked not to")
            body = bytearray()
            assert isinstance(answer.stream, httpx2.SyncByteStream)
            for chunk in answer.stream:
                body += chunk
                if len(body) > BODY_MAX:
                    raise Refused(f"answers with more than {BODY_MAX // 1024} KiB")
                if monotonic_s() > until_s:
                    raise Refused(f"is not done after {WHOLE_S:g} s")
        finally:
            answer.close()
        return httpx2.Response(
            answer.status_code, headers=answer.headers, content=bytes(body), request=request
        )

    def close(self) -> None:
        """Let go of connections."""
        self._plain.close()


TIMEOUT = httpx2.Timeout(READ_S, connect=CONNECT_S)
