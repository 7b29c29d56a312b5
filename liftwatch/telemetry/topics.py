"""MQTT topics of the contract, section 1: taken apart and put together."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol

ROOT = "lift/v1"
SUBSCRIPTION = f"{ROOT}/#"
BATCH = "batch"
CANARY_AREA, CANARY_ESTATE = "000000", "canary"
"""No place: under it go messages about ourselves, which count nowhere."""
CANARY_ROOT = f"{ROOT}/{CANARY_AREA}/"

_TOPIC = re.compile(
    r"lift/v1/(?P<area>[0-9]{6})/(?P<estate>[a-z0-9-]{1,32})/"
    r"(?P<name>[0-9A-Za-z-]{4,32})/(?P<kind>[a-z_]{1,32})\Z"
)
_AREA = re.compile(r"[0-9]{6}\Z")
_ESTATE = re.compile(r"[a-z0-9-]{1,32}\Z")
LIFT_PATTERN = r"[0-9A-Za-z-]{4,32}\Z"
_LIFT = re.compile(LIFT_PATTERN)


class Topic(NamedTuple):
    """The four parts; `name` is a lift, or a gateway when `kind` is `batch`."""

    area: str
    estate: str
    name: str
    kind: str

    def __str__(self) -> str:
        return "/".join((ROOT, *self))


@lru_cache(maxsize=262_144)  # 10 000 lifts of twelve kinds, twice
def parse_topic(text: str) -> Topic | None:
    """The parts of a topic, or None when it does not have the contract's form.

    >>> parse_topic("lift/v1/320583/garden/31103205832018080001/state")
    Topic(area='320583', estate='garden', name='31103205832018080001', kind='state')
    >>> parse_topic("lift/v1/32058/garden/31103205832018080001/state") is None
    True
    """
    match = _TOPIC.match(text)
    return Topic(*match.groups()) if match else None


def is_lift(text: str) -> bool:
    """Tell whether a text has the form of a lift's name in a topic."""
    return _LIFT.match(text) is not None


def is_area(text: str) -> bool:
    """Whether a text has the form of an area."""
    return _AREA.match(text) is not None


def is_estate(text: str) -> bool:
    """Tell whether a text has the form of an estate's name in a topic."""
    return _ESTATE.match(text) is not None


def filters_of(estates: Iterable[str], *, canary: str | None) -> tuple[str, ...]:
    """What to subscribe to: everything, or these estates wherever they lie and our own canary.

    >>> filters_of(["garden"], canary="1f2e")
    ('lift/v1/+/garden/#', 'lift/v1/000000/canary/1f2e/#')
    >>> filters_of([], canary="1f2e")
    ('lift/v1/#',)
    """
    chosen = [f"{ROOT}/+/{estate}/#" for estate in estates]
    if not chosen:
        return (SUBSCRIPTION,)
    own = [] if canary is None else [f"{CANARY_ROOT}{CANARY_ESTATE}/{canary}/#"]
    return (*chosen, *own)


class Addressed(Protocol):
    """What a topic is made of."""

    area: str
    estate: str
    lift: str
    kind: str


def topic_of(message: Addressed) -> str:
    """The topic of one message by itself."""
    return str(Topic(message.area, message.estate, message.lift, message.kind))
