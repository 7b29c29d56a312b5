"""The lift as it is seen while its messages are judged: last states, people, silences.

Signals of a faulty sensor are unknown here (None), so that every detector says "cannot tell".
"""

from typing import cast

from msgspec import field

from detectors.known import VISIT_MS_MAX, Known
from detectors.moment import Moment, moment_of
from detectors.people import People
from liftwatch.care.phases import CONSOLE
from liftwatch.clock import MINUTE_MS, SECOND_MS
from liftwatch.register.facts import DOOR_ZONE_MM
from liftwatch.telemetry.messages import (
    Button,
    EmergencyCall,
    Message,
    Online,
    State,
)

STORED_MS = 10 * MINUTE_MS  # contract, section 1: later than that it counts by its reception
GATHERED_MS = 6 * SECOND_MS  # edges are gathered up to 5 s before they are sent (domain 9.1)
DISORDER_MS = 2 * SECOND_MS  # contract, section 1: messages are taken in order within 2 s
WINDOW_MS = 6 * SECOND_MS  # longer than any rule on motion looks back
WINDOW_STATES_MAX = 24
"""Twice what the contract allows a lift to tell in that time: the largest part of our memory."""
DATED = (
    "stand_ms",
    "moved_ms",
    "mode_ms",
    "visit_ms",
    "joined_ms",
    "heard_ms",
    "gap_ms",
    "gap_end_ms",
    "boot_ms",
)
DATED_FOR_LONG = ("first_ms", "cared_ms", "tested_ms")
DATED_PEOPLE = (
    "closed_ms",
    "seen_ms",
    "shown_ms",
    "told_ms",
    "nobody_ms",
    "pressed_ms",
    "press_ms",
    "call_ms",
)
SILENT_MS = 90 * SECOND_MS
"""An idle lift tells its state every 60 s (contract, section 1); silent longer it is cut off."""
UNSEEN = 3
"""So many messages in a row that did not come may have told that doors opened and closed: opening,
open and closing are one each (contract, section 1: on change)."""
MOVED_MS = 10 * SECOND_MS
"""Within this a door that works has arrived (domain 4.3: 2 to 5 s): a state that tells it under way
so long after proves that it has not [our choice]."""
SPEAKS = 30  # messages after which a lift is known to speak as the contract has it
COUNTS_MAX = 600
"""Counts that followed each other and are remembered: more than there are gaps in what a terminal
stored in ten minutes and sends in no order."""
LANDING_MM = 100.0  # beyond this the car has left its landing (contract: 0.10 m)


def is_goodbye(message: Message) -> bool:
    """Whether a message tells that the terminal is gone, as a last will does: no sign of life."""
    return isinstance(message.body, Online) and message.body.status == "offline"


class View(Known, gc=False):
    """The lift as of the last message taken; times are event time in ms.

    `window_moved_ms` is the last moment of movement in the window, or before it; `first_ms` is
    the first thing heard. Only `received_ms` and `listened_ms` tell when the last sign of life was
    received, the second by the clock of `Listening`. `cut_off` says that so much was not heard
    before the next state that its doors may have opened, be it for `SILENT_MS`, from `gap_ms` to
    `gap_end_ms` the last time, or by the count of messages; `resumed_ms` is the last state that
    came after it. `boot` and `seq` are the newest state's, `counted` the highest count of that
    boot, `counting` how well its counts have followed each other, `boot_ms` its first state where
    its terminal has started anew.
    """

    now: Moment | None = None
    boot: str = ""
    boot_ms: int = 0
    seq: int = -1
    counted: int = -1
    counting: int = 0
    window: list[Moment] = []
    window_moved_ms: int | None = None
    stand_m: float | None = None
    stand_ms: int | None = None
    stand_in_zone: bool | None = None
    moved_ms: int | None = None
    mode_ms: int | None = None
    first_ms: int | None = None
    people: People = field(default_factory=People)
    heard_ms: int | None = None
    heard: int = 0
    gap_ms: int | None = None
    gap_end_ms: int | None = None
    cut_off: bool = False
    resumed_ms: int | None = None
    received_ms: int | None = None
    listened_ms: int | None = None
    lag_ms: int = 0
    behind_ms: int = 0
    exercise: bool = False
    active: tuple[str, ...] = ()

    @property
    def state(self) -> State | None:
        """The newest state."""
        return self.now.state if self.now else None

    @property
    def mode(self) -> str | None:
        """The newest service mode; None when nobody told."""
        return self.now.state.service_mode if self.now else None

    def is_planned(self, now_ms: int) -> bool:
        """Whether a visit is open or the lift is in inspection mode, each for at most 8 hours."""
        if self.visit_ms is not None and now_ms - self.visit_ms <= VISIT_MS_MAX:
            return True
        inspection = self.mode == "inspection" and self.mode_ms is not None
        return inspection and now_ms - cast(int, self.mode_ms) <= VISIT_MS_MAX

    def silencing_mode(self, now_ms: int) -> str | None:
        """The service mode as far as it silences: inspection forgotten for 8 hours does not."""
        if self.mode == "inspection" and not self.is_planned(now_ms):
            return None
        return self.mode

    def is_silent(self, now_ms: int) -> bool:
        """Whether a lift that used to speak has not for longer than one that stands idle.

        Of what goes on in it nobody can tell then, nor afterwards of that time: the first word may
        be a greeting that says nothing of the car. Of a lift hardly heard yet nobody knows either.
        """
        return self.unheard_ms(now_ms) > SILENT_MS and self.heard >= SPEAKS

    def unheard_ms(self, now_ms: int) -> int:
        """For how long nothing had been heard at a moment, be it in the last silence that is over;
        0 before there was a word."""
        told_ms = self.heard_ms
        if self.gap_end_ms is not None and now_ms < self.gap_end_ms:
            told_ms = self.gap_ms
        return 0 if told_ms is None else now_ms - told_ms

    def is_overtaken(self, at_ms: int) -> bool:
        """Whether a state newer than a moment was told before what is told of it only now: what
        came of it may be told later still, or may have been already."""
        return self.now is not None and at_ms < self.now.at_ms - GATHERED_MS - DISORDER_MS

    def is_seen(self, since_ms: int) -> bool:
        """Whether a state has told of what lasts since then, long enough after it began.

        Otherwise a terminal that fell silent while a door moved would leave it moving for ever. A
        lift hardly heard yet is taken by its word.
        """
        told_ms = self.now.at_ms if self.now else since_ms
        return told_ms >= since_ms + MOVED_MS or self.heard < SPEAKS

    def occupied(self, now_ms: int) -> bool | None:
        """Whether somebody is inside: True, False, or None when nothing tells."""
        return self.people.inside(self.state, now_ms)

    def distance_m(self, state: State) -> float | None:
        """How far the car is from where it last stood still, or from its landing, in metres."""
        known = state.position_m is not None and state.position_known is not False
        if known and state.position_m is not None and self.stand_m is not None:
            left_m = abs(state.position_m - self.stand_m)
            if state.in_door_zone and state.level_error_mm is not None:
                return min(left_m, abs(state.level_error_mm) / 1000)  # it may be another landing
            return left_m
        if state.level_error_mm is not None:
            return abs(state.level_error_mm) / 1000
        if state.in_door_zone is False and self.stand_in_zone:
            return (self.facts.door_zone_mm or DOOR_ZONE_MM) / 1000
        return None

    def newest(self, message: Message) -> Moment | None:
        """The newest state, if a message just taken told it; None if that came too late."""
        now = self.now
        return now if now is not None and now.at_ms == message.at_ms else None

    def set_back_ms(self, message: Message) -> int:
        """By how much its terminal's clock has been set back, if a state shows it; else 0. Less
        than 2 s is disorder."""
        now = self.now
        if now is None or message.at_ms > now.at_ms - DISORDER_MS or not self.told_after(message):
            return 0
        return now.at_ms - message.at_ms

    def told_after(self, message: Message) -> bool:
        """Whether a state was told after the newest one, whatever its time says: by its count, and
        because it arrives as fresh as any. What was stored, and is sent later, has a later count,
        too, and arrives long after its time; never before it, as from a clock that is fast still.
        """
        body = message.body
        if body.boot != self.boot or body.seq <= self.seq or not message.is_counted:
            return False
        fresh = message.received_ms - message.at_ms <= DISORDER_MS
        return fresh and isinstance(body, State)

    def has_moved(self) -> bool:
        """Whether the car may move in any state of the window: soon denied of one that stands."""
        moved_ms, window = self.window_moved_ms, self.window
        return moved_ms is not None and bool(window) and moved_ms >= window[0].at_ms

    def take(self, message: Message) -> None:
        """Take in what a message says of the lift."""
        body = message.body
        self.exercise = message.exercise
        if message.source == CONSOLE:  # a person's word is no sign of life of the lift
            self.take_context(message)
            return
        if self.first_ms is None:
            self.first_ms = message.at_ms
        if self.heard < SPEAKS:
            self.heard += 1
        if self.heard_ms is None or message.at_ms > self.heard_ms:
            if self.heard_ms is not None and message.at_ms - self.heard_ms > SILENT_MS:
                self.cut_off = True
                self.gap_ms, self.gap_end_ms = self.heard_ms, message.at_ms
            self.heard_ms = message.at_ms
        if body.seq == self.counted + 1:  # as nearly always
            self.counted = body.seq
            if self.counting < COUNTS_MAX:
                self.counting += 1
        else:
            self._count(message)
        if isinstance(body, State):
            told = self.now
            self._take_state(self._told_ms(message), self.masked(body))
            if self.now is not told:
                self.counted = max(self.counted if body.boot == self.boot else -1, body.seq)
                if body.boot != self.boot and told is not None:
                    same = body.terminal == told.state.terminal
                    self.boot_ms = message.at_ms if same else self.boot_ms
                self.boot, self.seq = body.boot, body.seq
                self._date_by_reception(message)
        elif isinstance(body, Button):
            if "button" not in self.faulty:
                told_ms = self.now.at_ms if self.now else message.at_ms
                self.people.take_button(body, in_order=message.at_ms >= told_ms - DISORDER_MS)
        elif isinstance(body, EmergencyCall):
            self.people.take_call(body, message.at_ms)
            self.take_context(message)
        else:
            self.take_context(message)

    def _count(self, message: Message) -> None:
        """See by the terminal's count whether messages before this one did not come.

        One that leaves counts out as a habit, or shares them with others, tells nothing by it.
        """
        body = message.body
        unheard = body.seq - self.counted - 1
        if unheard < 0 or body.boot != self.boot or not message.is_counted:
            return
        self.counted = body.seq
        if unheard >= UNSEEN:
            self.cut_off = self.cut_off or self.counting >= SPEAKS
            self.counting = max(self.counting - 1, 0)

    def _date_by_reception(self, message: Message) -> None:
        """A state that comes much later after its time than the one before it was stored: it counts
        by its reception, but whoever was inside then need not be inside now. A terminal whose clock
        is always behind tells what is."""
        behind_ms = message.received_ms - message.stored_ms
        if behind_ms - self.behind_ms > STORED_MS:
            self.people.unwatched()
        self.behind_ms = behind_ms

    def _told_ms(self, message: Message) -> int:
        """The time of a state. One that is told again much later counts by its reception, unless
        the newest state is newer by its own word: stored and sent after it, it is no news."""
        at_ms, stored_ms = message.at_ms, message.stored_ms
        stale = stored_ms < at_ms and self.now is not None and stored_ms < self.now.at_ms
        return stored_ms if stale else at_ms

    def forget_motion(self) -> None:
        """Start looking at motion afresh: what was seen until now explains itself otherwise."""
        self.window = []

    def step(self, by_ms: int) -> None:
        """A clock has stepped: nothing that is known may lie after what comes next."""
        self.now, self.window, self.window_moved_ms, self.lag_ms = None, [], None, 0
        back_ms = min(by_ms, 0)
        own = (*DATED, *DATED_FOR_LONG)
        for struct, names in ((self, own), (self.people, DATED_PEOPLE)):
            for name in names:
                known_ms = getattr(struct, name)
                if known_ms is not None:
                    setattr(struct, name, known_ms + back_ms)
        self.context_ms = {kind: ms + back_ms for kind, ms in self.context_ms.items()}

    def _take_state(self, at_ms: int, state: State) -> None:
        moment = moment_of(at_ms, state)
        moving = moment.moving
        self._insert(moment)
        _share_names(state, self.window[0].state)
        if moving and at_ms >= (self.window_moved_ms or at_ms):
            self.window_moved_ms = at_ms
        now = self.now
        if now is not None and at_ms < now.at_ms:
            if moment.closed is False:
                self.people.opened(at_ms)
            return
        if now is None or now.state.service_mode != state.service_mode:
            self.mode_ms = at_ms
        if self.cut_off:
            self.cut_off, self.resumed_ms = False, at_ms
            if now is None or not (_stands_off_landing(now) and _stands_off_landing(moment)):
                self.people.unwatched()
        self.now = moment
        self.people.take_state(state, at_ms, closed=moment.closed, moving=moving)
        if moving:
            self.moved_ms = at_ms
        elif moving is False:
            self._stand(at_ms, state)

    def _stand(self, at_ms: int, state: State) -> None:
        """Remember the landing where the car came to stand: leaving is measured from there."""
        if self.stand_ms is not None and (self.moved_ms or 0) <= self.stand_ms:
            return
        at_landing = state.in_door_zone is not False
        if at_landing and abs(state.level_error_mm or 0.0) <= LANDING_MM:
            self.stand_m = state.position_m
            self.stand_ms = at_ms
            self.stand_in_zone = state.in_door_zone

    def _insert(self, moment: Moment) -> None:
        window, at_ms = self.window, moment.at_ms
        if window and at_ms < window[-1].at_ms:
            if any(old == moment for old in window):
                return
            window.append(moment)
            window.sort(key=lambda old: old.at_ms)
            at_ms = window[-1].at_ms
        else:
            window.append(moment)
        while window[0].at_ms < at_ms - WINDOW_MS or len(window) > WINDOW_STATES_MAX:
            window.pop(0)


def _stands_off_landing(moment: Moment) -> bool:
    """Whether the car stands where nobody can get out."""
    return moment.moving is False and moment.state.in_door_zone is False


def _share_names(state: State, of: State) -> None:
    """Keep one copy of what every state of a terminal repeats."""
    if state.boot == of.boot and state.terminal == of.terminal:
        state.boot, state.terminal = of.boot, of.terminal
