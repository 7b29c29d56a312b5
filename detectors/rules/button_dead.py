"""A button that is pressed and not registered."""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from detectors.contract import Claim, Detector, soonest
from detectors.moment import is_moving
from detectors.view import GATHERED_MS, View
from liftwatch.clock import SECOND_MS, to_ms
from liftwatch.telemetry.messages import Button, Edge, Maintenance, Message, State

REGISTER_MS = 1 * SECOND_MS  # contract, section 2
PRESSES, UNANSWERED = 5, 3  # contract, section 2: 3 of 5
GOOD_PRESSES = 3  # to clear (domain, section 10: BTN-1)
LIT_MS = 180 * SECOND_MS  # a call made while the terminal started is answered by then [our choice]
ITEMS = frozenset({"A-1-19", "A-1-24"})  # buttons of car and landings (domain 5.1)
BUTTONS_MAX = 700  # 150 floors with two landing buttons and one in the car, and the others


class Judged(Struct, gc=False, omit_defaults=True):
    """One button: presses not judged yet, verdicts of the last presses, and whether it is lit.

    Tuples, for most are empty, and a lift has dozens of buttons.
    """

    waiting: tuple[int, ...] = ()
    answered: tuple[bool, ...] = ()
    unanswered_ms: tuple[int, ...] = ()
    lit: bool = False
    works: bool = False
    dead: bool = False


class ButtonDead(Detector):
    """3 of the last 5 presses of one button not registered within 1 s, in normal service.

    Not judged: a press while the controller cannot serve (no mains, chain open, stopped off every
    landing), for it takes no calls then; a press of a lit button, or within 3 minutes of its
    terminal's start, when nobody knows which are lit; and one at the floor where the car stands
    (its door opens instead). Door and alarm buttons are judged only once they have shown that they
    do register. It clears when each dead button was registered three times running, or
    with the end of a visit that reports nothing of buttons: whoever freed the car has made the
    controller serve again, and a button that is dead will show it anew.
    """

    name = "button_dead"
    kinds = ("button_dead",)
    hears = ("button", "maintenance")
    needs = ("edges",)

    buttons: dict[str, Judged] = {}
    raised: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Take the edges in their order, then judge what had its second."""
        body = message.body
        if isinstance(body, Maintenance):
            return self._after_visit(body, message.at_ms)
        if not isinstance(body, Button) or "button" in view.faulty:
            return ()
        edges = [edge for edge in body.edges or () if edge.at is not None]
        for edge in sorted(edges, key=lambda edge: to_ms(edge.at) if edge.at else 0):
            self._take(edge, view)
        return self._judge(message.at_ms, view)

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """Judge presses whose answer would have been sent by now."""
        return self._judge(now_ms - GATHERED_MS, view)

    def due_ms(self, after_ms: int) -> int | None:
        """When the next waiting press is to be judged."""
        waiting = (press for judged in self.buttons.values() for press in judged.waiting)
        ripe = (press_ms + REGISTER_MS + GATHERED_MS for press_ms in waiting)
        return soonest(ripe, after_ms=after_ms)

    def _after_visit(self, body: Maintenance, at_ms: int) -> Iterable[Claim]:
        told = any(item.code in ITEMS for item in body.items or ())
        if body.phase != "out" or told:
            return ()
        for judged in self.buttons.values():
            judged.waiting, judged.answered, judged.unanswered_ms = (), (), ()
            judged.dead = False
        if not self.raised:
            return ()
        self.raised = False
        return (Claim(kind="button_dead", edge="cleared", at_ms=at_ms),)

    def _take(self, edge: Edge, view: View) -> None:
        key = name_of(edge)
        if edge.at is None or (key not in self.buttons and len(self.buttons) >= BUTTONS_MAX):
            return
        judged = self.buttons.setdefault(key, Judged())
        if edge.edge == "registered":
            judged.lit = judged.works = True
            at_ms = to_ms(edge.at)
            if any(at_ms - press_ms <= REGISTER_MS for press_ms in judged.waiting):
                judged.waiting = ()
                _note(judged, None)
        elif edge.edge == "cancelled":
            judged.lit = False
        elif edge.edge == "press" and self._counts(edge, judged, view):
            judged.waiting = (*judged.waiting[-PRESSES + 1 :], to_ms(edge.at))

    def _counts(self, edge: Edge, judged: Judged, view: View) -> bool:
        if judged.lit or (edge.button != "floor" and not judged.works):
            return False
        state = view.state
        if state is None:
            return True
        if edge.at is not None:
            at_ms = to_ms(edge.at)
            if view.is_overtaken(at_ms) or 0 <= at_ms - view.boot_ms < LIT_MS:
                return False  # nobody knows how the lift stood then
        if state.service_mode not in (None, "normal", "unknown") or state.mains_ok is False:
            return False
        if state.safety_chain_ok is False or is_stuck(state):
            return False
        here = edge.floor is not None and state.floor == edge.floor
        return not (here and edge.button == "floor" and is_moving(state) is not True)

    def _judge(self, until_ms: int, view: View) -> Iterable[Claim]:
        del view
        for key, judged in self.buttons.items():
            while judged.waiting and judged.waiting[0] + REGISTER_MS <= until_ms:
                press_ms, *rest = judged.waiting
                judged.waiting = tuple(rest)
                _note(judged, press_ms)
                if len(judged.unanswered_ms) >= UNANSWERED and not judged.dead:
                    judged.dead = True
                    yield from self._raise(key, judged, press_ms + REGISTER_MS)
            if judged.dead and judged.answered[-GOOD_PRESSES:] == (True,) * GOOD_PRESSES:
                judged.dead = False
        if self.raised and not any(judged.dead for judged in self.buttons.values()):
            self.raised = False
            yield Claim(kind="button_dead", edge="cleared", at_ms=until_ms)

    def _raise(self, key: str, judged: Judged, at_ms: int) -> Iterable[Claim]:
        if self.raised:
            return
        self.raised = True
        evidence = {
            "button": key,
            "not_registered": len(judged.unanswered_ms),
            "presses": len(judged.answered),
            "limit": f"{UNANSWERED} of {PRESSES} within {REGISTER_MS} ms",
        }
        yield Claim(
            kind="button_dead",
            edge="raised",
            at_ms=at_ms,
            opened_ms=judged.unanswered_ms[0],
            evidence=evidence,
        )


def is_stuck(state: State) -> bool:
    """Whether the car stands where nobody can get in or out.

    >>> stuck = State(v=1, terminal="T", boot="b", seq=0, at="", car="stopped", in_door_zone=False)
    >>> is_stuck(stuck)
    True
    """
    return state.in_door_zone is False and is_moving(state) is False


def name_of(edge: Edge) -> str:
    """One name per button, the same text for all lifts.

    >>> name_of(Edge(panel="landing", floor=3, direction="up", button="floor"))
    'landing/floor/3/up'
    """
    return _name(edge.panel, edge.button, edge.floor, edge.direction)


@lru_cache(maxsize=4096)
def _name(*parts: str | int | None) -> str:
    return "/".join(str(part) for part in parts if part is not None)


def _note(judged: Judged, unanswered_ms: int | None) -> None:
    """Add a verdict and forget those before the last five."""
    judged.answered = _one_copy((*judged.answered, unanswered_ms is None)[-PRESSES:])
    told = judged.unanswered_ms if unanswered_ms is None else (*judged.unanswered_ms, unanswered_ms)
    missing = judged.answered.count(False)
    judged.unanswered_ms = told[-missing:] if missing else ()


@lru_cache(maxsize=64)
def _one_copy(verdicts: tuple[bool, ...]) -> tuple[bool, ...]:
    """The same verdicts as one object: there are few, and many buttons."""
    return verdicts
