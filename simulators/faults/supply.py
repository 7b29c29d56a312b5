"""What a lift needs from outside and loses: mains, a cool machine room, batteries, a test call."""

from liftwatch.clock import DAY_MS, HOUR_MS
from simulators import report
from simulators.agenda import Process
from simulators.faults.rescue import mend, part
from simulators.faults.scene import (
    Scene,
    end_all,
    note,
    send_to,
    settle,
    wait_until,
)
from simulators.faults.trapped import stop_with_people, wait_for_rescue
from simulators.lift import Lift
from simulators.truth import Truth

ROOM_LIMIT_C = 40.0  # machine room +5 to +40 °C (domain 2.2)
UNTESTED_MS = 3 * DAY_MS  # at least every 72 h (EN 81-28, domain 2.1)
HEALTH_S = 300.0


def mains_lost(lift: Lift, scene: Scene) -> Process:
    """The supply fails and comes back: at a landing and empty, or on a ride with people."""
    if scene.options["people"] and "presence" in lift.plan.sensors:
        options = {**scene.options, "mains": 1.0}
        scene = scene._replace(options=options)
        yield from stop_with_people(lift, scene)
        truths = [note(lift, "entrapment", within_s=60.0, also=("emergency_call", "mains_lost"))]
        yield from wait_for_rescue(lift, scene, truths)
        return
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    if lift.now_ms >= scene.end_ms:
        return  # something else has held the lift until the mains were back
    lift.panel.cancel()
    lift.car.mains_ok = False
    lift.tell_state()
    truth = note(lift, "mains_lost", within_s=10.0, also=("out_of_service",))
    yield scene.end_ms
    lift.car.mains_ok = True
    lift.tell_state()
    truth.to_ms = lift.now_ms
    yield from send_to(lift, lift.plan.entrance)


def machine_room_hot(lift: Lift, scene: Scene) -> Process:
    """The fan has failed: the machine room warms beyond its limit, until it is mended."""
    above = report.state_of(lift)["machine_room_c"]
    target_c = scene.options["to_c"] - above
    truths: list[Truth] = []
    while lift.now_ms < scene.end_ms:
        lift.condition.room_c = min(lift.condition.room_c + 0.5, target_c)
        if not truths and report.state_of(lift)["machine_room_c"] > ROOM_LIMIT_C:
            lift.tell_state()
            truths.append(note(lift, "machine_room_hot", within_s=600.0 + 75.0))
        yield min(lift.after(30.0), scene.end_ms)

    def cool() -> None:
        lift.condition.room_c = 0.0

    items = part("A-1-01", "defect")
    lift.play(lambda lift: mend(lift, cool, items=items, truths=truths))


def battery_low(lift: Lift, scene: Scene) -> Process:
    """The terminal's battery no longer takes a charge, and empties."""
    truths: list[Truth] = []
    level_pct = 60.0
    while lift.now_ms < scene.end_ms:
        lift.condition.battery_pct = level_pct
        if not truths and level_pct < 20.0:
            report.tell_health(lift)
            truths.append(note(lift, "battery_low", within_s=1_800.0 + HEALTH_S + 30.0))
        level_pct = max(level_pct - scene.options["loses_pct"], 4.0)
        yield min(lift.after(60.0), scene.end_ms)

    def change() -> None:
        lift.condition.battery_pct = None
        report.tell_health(lift)

    lift.play(lambda lift: mend(lift, change, items=part("A-1-18"), truths=truths))


def call_battery_low(lift: Lift, scene: Scene) -> Process:
    """The emergency call tests itself and finds its battery empty."""
    yield from wait_until(lift, scene.at_ms)
    lift.help.battery_ok = False
    lift.help.test()
    truths = [note(lift, "battery_low", within_s=10.0)]
    yield scene.end_ms

    def change() -> None:
        lift.help.battery_ok = True
        lift.help.test()

    lift.play(lambda lift: mend(lift, change, items=part("A-1-18"), truths=truths))


def emergency_call_untested(lift: Lift, scene: Scene) -> Process:
    """The call's module is dead: its daily test stays away, and nobody notices."""
    lift.help.works = False
    last_ms = lift.help.tested_ms or lift.now_ms
    yield from wait_until(lift, last_ms + UNTESTED_MS)
    truths = [note(lift, "emergency_call_untested", within_s=HOUR_MS / 1000)]
    yield from wait_until(lift, scene.end_ms)

    def change() -> None:
        lift.help.works = True
        lift.help.test()
        end_all(lift, truths)

    lift.play(lambda lift: mend(lift, change, items=part("A-1-18"), truths=truths))
