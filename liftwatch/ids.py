"""Identifiers we make ourselves: they sort by time of making and never repeat."""

import secrets
import uuid

from liftwatch import clock


def new_id() -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, the rest random.

    >>> uuid.UUID(new_id()).version
    7
    """
    value = (clock.now_ms() & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
