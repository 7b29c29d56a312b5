"""Buttons nobody hears, and buttons that never let go."""

from simulators.agenda import Process
from simulators.faults.rescue import mend, part
from simulators.faults.scene import Scene, end_all, note
from simulators.faults.service import some_landing_button, try_out
from simulators.lift import Lift

UNHEARD = 30
"""People who pressed unheard, after which the silence is no chance (contract, section 2): with
20 000 gaps a month e to the minus 19 is; of a habit known from a hundred presses it takes 22, and a
third more because people come in families and classes."""
LOOK_S = 600.0


def button_silent(lift: Lift, scene: Scene) -> Process:
    """A landing button's contact has broken: it is pressed, and not even the press arrives.

    Plays beside the controller, over days; `from` is when the contact breaks.
    """
    button = some_landing_button(lift)
    lift.panel.deaf[button] = 0
    truth = note(lift, "button_dead", within_s=scene.for_s)
    found = False
    while lift.now_ms < scene.end_ms:
        yield min(lift.after(LOOK_S), scene.end_ms)
        if not found and lift.panel.deaf[button] >= UNHEARD:
            found = True
            truth.expect_within_s = (lift.now_ms - truth.from_ms) / 1000 + 86_400.0
    if not found:
        lift.truths.remove(truth)  # too few have pressed it: nobody could tell
    lift.play(lambda lift: mend(lift, lambda: None, items=part("A-1-24"), truths=[]))
    del lift.panel.deaf[button]
    end_all(lift, [truth])
    yield from try_out(lift, button)


def button_stuck(lift: Lift, scene: Scene) -> Process:
    """A landing button's contact stays closed, or closes anew whenever it has been answered."""
    button = some_landing_button(lift)
    held = bool(scene.options["held"])
    truth = note(lift, "button_stuck", within_s=45.0, also=("button_dead",))
    if held:
        lift.panel.hold(button)
    else:
        lift.panel.sticking[button] = 0
        lift.panel.press(button)
    counted = held
    while lift.now_ms < scene.end_ms:
        yield min(lift.after(2.0), scene.end_ms)
        if not counted and lift.panel.sticking[button] >= 5:
            counted = True
            truth.expect_within_s = (lift.now_ms - truth.from_ms) / 1000 + 10.0
    if held:
        lift.panel.let_go(button)
    elif not counted:
        lift.truths.remove(truth)
    lift.panel.sticking.pop(button, None)
    end_all(lift, [truth])
    lift.play(lambda lift: mend(lift, lambda: None, items=part("A-1-24"), truths=[]))
    yield from try_out(lift, button)
