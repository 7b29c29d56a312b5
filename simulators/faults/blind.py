"""Terminals that fall silent or stammer: outages, late and disordered messages, clocks."""

from simulators import report
from simulators.agenda import Process
from simulators.faults.scene import Scene, note, note_quiet, wait_until
from simulators.lift import Lift
from simulators.link import Weather

KEEPALIVE_S = 45.0  # one and a half keep-alives until the broker misses a client [our choice]
WILL_S, SILENCE_S = 180.0, 600.0  # contract, section 2: terminal_offline
SLACK_S = 75.0  # until another message shows how late it is
ABOUT_LIFT = (
    "entrapment",
    "entrapment_suspected",
    "stopped_outside_zone",
    "safety_chain_open",
    "run_time_limit",
    "position_lost",
    "out_of_service",
    "mains_lost",
    "unintended_movement",
    "overspeed",
    "free_fall",
    "moving_with_open_door",
)
"""Kinds that bad news of a terminal must not raise of its lift."""


def terminal_offline(lift: Lift, scene: Scene) -> Process:
    """The link fails; with `will` the broker tells it soon, else nothing does. What was stored
    (`stores`) comes late, perhaps `shuffled`. Plays beside the controller."""
    terminal, options = lift.terminal, scene.options
    if options["will"]:
        terminal.connect()
        terminal.send("online", {"status": "online"})
    yield from wait_until(lift, scene.at_ms)
    terminal.link.fail(stores=bool(options["stores"]))
    within_s = KEEPALIVE_S + WILL_S if options["will"] else SILENCE_S
    truth, end_ms = None, scene.end_ms
    if scene.for_s > within_s + SLACK_S:
        truth = note(lift, "terminal_offline", within_s=within_s + SLACK_S)
    else:  # whether one that lasts about as long is one would hang on a message of another lift
        end_ms = min(end_ms, lift.after(within_s - SLACK_S))
        note_quiet(lift, from_ms=lift.now_ms, to_ms=end_ms, kinds=("terminal_offline",))
    yield min(lift.after(KEEPALIVE_S), end_ms)
    if scene.for_s > KEEPALIVE_S:
        terminal.die()
    yield from wait_until(lift, end_ms)
    terminal.link.up = True
    terminal.send("online", {"status": "online"})
    lift.tell_state()
    if truth is not None:
        truth.to_ms = lift.now_ms
    yield from terminal.link.recover(shuffled=bool(options["shuffled"]))


def bad_network(lift: Lift, scene: Scene) -> Process:
    """Messages come twice, out of order within 2 s, or not at all; the lift itself is well."""
    yield from wait_until(lift, scene.at_ms)
    options = scene.options
    lift.terminal.link.weather = Weather(options["twice"], options["disorder"], options["lost"])
    yield scene.end_ms
    lift.terminal.link.weather = Weather()
    note_quiet(lift, from_ms=scene.at_ms, to_ms=lift.now_ms, kinds=ABOUT_LIFT)


def clock_drift(lift: Lift, scene: Scene) -> Process:
    """The terminal's clock runs fast or slow by some seconds a day, until it is set.

    A terminal has one clock: a drift that would begin during another adds to it.
    """
    yield from wait_until(lift, scene.at_ms)
    begin_ms, own_ms = lift.now_ms, 0.0
    sign = 1.0 if scene.options["fast"] else -1.0
    while lift.now_ms < scene.end_ms:
        days = (lift.now_ms - begin_ms) / 86_400_000
        before_ms, own_ms = own_ms, sign * 1000 * scene.options["s_per_day"] * days
        lift.terminal.off_ms += own_ms - before_ms
        yield min(lift.after(60.0), scene.end_ms)
    lift.terminal.off_ms -= own_ms
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=(*ABOUT_LIFT, "terminal_offline"))


def clock_wrong(lift: Lift, scene: Scene) -> Process:
    """The clock has lost its time and says so: hours off, `clock_ok` false."""
    yield from wait_until(lift, scene.at_ms)
    terminal = lift.terminal
    terminal.clock_ok, terminal.off_ms = False, -1000 * scene.options["off_s"]
    yield scene.end_ms
    terminal.clock_ok, terminal.off_ms = True, 0.0
    note_quiet(
        lift, from_ms=scene.at_ms, to_ms=lift.now_ms, kinds=(*ABOUT_LIFT, "terminal_offline")
    )


def terminal_restart(lift: Lift, scene: Scene) -> Process:
    """The terminal starts anew in the middle of a ride: some seconds of silence, another boot."""
    yield from wait_until(lift, scene.at_ms)
    while not lift.car.moving:
        yield lift.after(1.0)
    begin_ms = lift.now_ms
    lift.terminal.link.fail(stores=False)
    yield lift.after(scene.options["silent_s"])
    lift.terminal.link.up = True
    lift.terminal.restart()
    report.say_hello(lift)
    yield from wait_until(lift, scene.end_ms)
    kinds = (*ABOUT_LIFT, "terminal_offline", "door_fault", "fleet_fault")
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=kinds)
