"""What is told live is what may be seen, for as long as one is signed in."""

import pytest
from fastapi import FastAPI

from api import stream
from liftwatch.access.sight import Place
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers import people as handlers
from tests.api.conftest import AT_MS, Fleet, Serve, Town
from tests.api.test_stream import following


def test_each_follows_what_they_may_see(
    gated: FastAPI, town: Town, fleet: Fleet, serve: Serve
) -> None:
    """An estate's manager that estate, a maintenance unit the lifts of its contracts."""
    manager = town.person("manager", "property", Place("320583", "garden"))
    unit = town.person("unit", "maintenance")
    with town.store.begin() as work:
        (grant,) = work.grants(unit.id, now_ms())
        handlers.make_contract(
            work,
            lift="L-0002",
            organisation=grant.organisation,
            from_ms=AT_MS - DAY_MS,
            until_ms=None,
        )
    places = {"L-0001": "garden", "L-0002": "lake", "L-0003": "lake"}
    for lift, estate in places.items():
        fleet.lift(lift, estate=estate)
        fleet.alarm(lift, "door_fault", estate=estate)
    port = serve(gated)
    for person, own in ((manager, "L-0001"), (unit, "L-0002")):
        key = town.secret(person, "key")
        with following(port, "?after=0", token=key) as events:
            told = []
            while not told or told[-1].name != "lift":
                told.append(next(events))
            assert len(told) > 1
            assert {one.data["lift"] for one in told} == {own}
            for lift, estate in places.items():
                fleet.alarm(lift, "button_dead", estate=estate, at_ms=now_ms())
            seen = {next(events).data["lift"] for _ in range(2)}
            assert seen == {own}
        for lift, estate in places.items():
            fleet.alarm(lift, "button_dead", estate=estate, edge="cleared", at_ms=now_ms())


def test_whoever_signs_out_hears_no_more(
    gated: FastAPI, town: Town, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the next heartbeat the stream ends."""
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.2)
    manager = town.person("manager", "property", Place("320583", "garden"))
    key = town.secret(manager, "key")
    with following(serve(gated), "?alive=true", token=key) as events:
        assert next(events).name == "alive"
        with town.store.begin() as work:
            work.end_credentials(now_ms=now_ms(), of=manager.id)
        assert all(one.name == "alive" for one in events)


def test_a_key_of_some_roles_hears_no_more_than_these(
    gated: FastAPI, town: Town, fleet: Fleet, serve: Serve
) -> None:
    """Its person is an administrator as well."""
    manager = town.person("manager", "property", Place("320583", "garden"))
    with town.store.begin() as work:
        handlers.grant(work, manager.id, "admin", organisation=None, now_ms=0)
    for lift, estate in (("L-0001", "garden"), ("L-0002", "lake")):
        fleet.lift(lift, estate=estate)
    key = town.secret(manager, "key", "property")
    with following(serve(gated), token=key) as events:
        assert next(events).data["lift"] == "L-0001"
        fleet.alarm("L-0002", "door_fault", estate="lake")
        fleet.alarm("L-0001", "door_fault", estate="garden")
        assert next(events).data["lift"] == "L-0001"
