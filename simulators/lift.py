"""One lift: car, doors, panel and terminal on one agenda, and the controller that serves calls.

A script (a fault, a visit) takes the controller's place between two rides; see `simulators.faults`.
"""

from collections import deque
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from liftwatch.clock import day_of, estate_day
from simulators import report
from simulators.agenda import NEVER_MS, Agenda, Process, Task
from simulators.bursts import Sensor
from simulators.car import Car
from simulators.condition import condition_of
from simulators.doors import Doors
from simulators.help_call import HelpCalls
from simulators.panel import Button, Panel
from simulators.people import Person, arrivals, get_in, get_out
from simulators.physics import Limits, Motion, ride_motion
from simulators.plan import Plan
from simulators.ropes import stop_error_mm
from simulators.terminal import Terminal
from simulators.truth import Truth

MOVING_MS = 500  # at most two states a second while moving (contract, section 1: state)
LEVELLING_MM = 20.0  # levelling accuracy (domain 2.2)
STOPS_LOOKED_AT = 10  # contract, section 2: of the last ten stops of a floor
STOP_MM = 10.0  # stopping accuracy; what is worse is mended before the doors open (domain 2.2)
RELEVEL_MM = 14.0  # with doors open, well before the levelling accuracy of ±20 mm (domain 2.2)
RELEVEL = Limits(0.03, 0.1, 0.5)  # creeping, in the zone

Script = Callable[["Lift"], Process]


class Change(NamedTuple):
    """Something that happens during a motion, at seconds from its begin."""

    at_s: float
    happen: Callable[[], None]


class Lift:
    """One lift and everything that goes on in it."""

    def __init__(self, plan: Plan, *, seed: int, start_ms: int) -> None:
        self.plan = plan
        self.rng = Random(f"{seed}/lift/{plan.name}")
        self.agenda = Agenda(start_ms)
        self.terminal = Terminal(plan, self.agenda)
        own = Random(f"{seed}/condition/{plan.name}")
        self.age_years = age_years_of(plan, start_ms)
        self.condition = condition_of(plan, own, age_years=self.age_years)
        self.sensor = Sensor.some(own)
        self.busy = 1.0  # how many of the usual people come: 0 on a holiday
        self.stalled = False  # the controller hangs: it hears no call
        self.started_ms = start_ms
        self.maintained = True  # somebody comes every half month
        self.visited_ms: int | None = None  # when the last maintenance was finished
        self.off_stops: dict[int, deque[bool]] = {}
        """By floor, which of the last ten stops were worse than the levelling accuracy."""
        self.car = Car(plan, plan.entrance, self.condition)
        self.doors = Doors(self)
        self.panel = Panel(self.terminal, self.rng, listens=self.listens, called=self.wake)
        self.help = HelpCalls(self.terminal)
        self.waiting: list[Person] = []
        self.scripts: deque[Script] = deque()
        self.truths: list[Truth] = []
        self.totals = report.Totals.of_old(plan, self.rng)
        self.told_ms = start_ms
        self._asleep = False
        report.say_hello(self)
        self._controller: Task = self.agenda.start(self._control())
        self.agenda.start(arrivals(self))
        for habit in (
            report.idle_state,
            report.counters,
            report.health,
            report.daily_register,
            report.daily_call_test,
        ):
            self.agenda.start(habit(self))

    @property
    def now_ms(self) -> int:
        """The moment it is for this lift."""
        return self.agenda.now_ms

    def after(self, seconds: float) -> int:
        """The moment some seconds from now."""
        return self.agenda.after(seconds)

    @property
    def floor(self) -> int:
        """The landing next to where the car stands."""
        return self.plan.nearest(self.car.position_m).floor

    def stands_open_at(self, floor: int) -> bool:
        """Whether somebody at that landing can simply walk in."""
        here = not self.car.moving and self.floor == floor
        return here and self.doors.leaf in ("opening", "open", "held")

    def listens(self) -> bool:
        """Whether the controller takes calls."""
        return self.car.mode == "normal" and self.car.mains_ok and not self.stalled

    def wake(self) -> None:
        """There is something to do: a call, or a script."""
        if self._asleep:
            self._asleep = False
            self.agenda.wake(self._controller)

    def tell_state(self) -> None:
        """Send the state as it is now."""
        self.told_ms = self.now_ms
        self.terminal.send("state", report.state_of(self))

    def play(self, script: Script) -> None:
        """Let a script take over as soon as the car stands with its doors closed."""
        self.scripts.append(script)
        self.wake()

    def _control(self) -> Process:
        while True:
            if self.scripts:
                yield from self.scripts.popleft()(self)
            elif not self.panel.floors() and not self.car.people:
                self._asleep = True
                yield NEVER_MS
            else:
                yield from self.serve()

    def serve(self) -> Process:
        """Go to the next call and let people out and in."""
        floor = self._next_stop()
        if floor is None:
            # Somebody inside whose press came while the controller did not listen.
            self.panel.press(Button("car", floor=self.car.people[0].to_floor))
            yield self.after(1.0)
            return
        if floor != self.floor:
            yield from self.ride_to(floor)
        yield from self.exchange()

    def _next_stop(self) -> int | None:
        """The nearest call ahead, else the nearest behind: the car turns round.

        A button that sticks waits for the others, or nobody would ever leave its floor.
        """
        here, wanted = self.floor, self.panel.floors()
        if self.panel.sticking and len(wanted) > 1:
            wanted -= {button.floor for button in self.panel.sticking}
        ahead = [floor for floor in wanted if (floor - here) * self.car.heading >= 0]
        # Of two equally near the lower one: sets have no order that every process shares.
        return min(ahead or wanted, key=lambda floor: (abs(floor - here), floor), default=None)

    def ride_to(self, floor: int) -> Process:
        """A commanded ride to a landing, doors closed, told by a `ride` at its end."""
        assert self.doors.closed, "rides begin with closed doors"
        from_floor, motion = self.floor, self.ride_plan(floor)
        relevels = 0
        yield self.after(self.rng.uniform(0.5, 0.8))
        started_ms = self.now_ms
        self.car.drive()
        yield from self.move(motion)
        if abs(self._missed_mm) > STOP_MM:
            relevels = 1
            yield from self._creep_to_level()
        self.car.halt()
        self.tell_state()
        ride = report.ride_of(
            self, motion, started_ms=started_ms, from_floor=from_floor, relevels=relevels
        )
        self.terminal.send("ride", ride)
        stops = self.off_stops.setdefault(self.floor, deque(maxlen=STOPS_LOOKED_AT))
        stops.append(abs(ride["level_error_mm"]) > LEVELLING_MM)
        self.totals.rides += 1
        self.totals.running_s += motion.duration_s
        self.totals.distance_m += ride["distance_m"]
        self.totals.energy_wh += ride["energy_wh"]
        yield self.after(0.3)

    def ride_plan(self, floor: int) -> Motion:
        """The motion of a ride to a landing, which it hits within some millimetres."""
        limits = self.plan.limits
        if self.condition.jerk != 1.0:
            accel, jerk = limits.accel_mps2, limits.jerk_mps3
            limits = limits._replace(
                accel_mps2=accel * min(self.condition.jerk, 1.5),
                jerk_mps3=jerk * self.condition.jerk,
            )
        off_m = stop_error_mm(self.condition, self.rng) / 1000
        return ride_motion(self.car.position_m, self.level_m(floor) + off_m, limits)

    def level_m(self, floor: int) -> float:
        """Where the controller believes a landing to be: its marks may have slipped."""
        return self.plan.height_m(floor) + self.condition.level_mm.get(floor, 0.0) / 1000

    @property
    def _missed_mm(self) -> float:
        """How far the car stands above where the controller wants it."""
        return 1000 * (self.car.position_m - self.level_m(self.floor))

    def _creep_to_level(self) -> Process:
        """Bring the car to the landing at a creep, from where it stands."""
        off_m = min(max(self.rng.gauss(0.0, 2.0), -5.0), 5.0) / 1000
        target_m = self.level_m(self.floor) + off_m
        self.car.drive()
        yield from self.move(ride_motion(self.car.position_m, target_m, RELEVEL))
        self.car.halt()

    def relevel(self) -> Process:
        """Follow the ropes with the doors open, when people have made the car sink or rise."""
        if abs(self._missed_mm) > RELEVEL_MM:
            yield from self._creep_to_level()
            self.tell_state()

    def move(self, motion: Motion, changes: Sequence[Change] = ()) -> Process:
        """Carry the car along a motion, telling its state twice a second; what it ends in is not
        told, for the caller says first what holds then."""
        car, begin_ms = self.car, self.now_ms
        end_ms = self.after(motion.duration_s)
        if motion.end.position_m != motion.origin.position_m:
            car.heading = 1 if motion.end.position_m > motion.origin.position_m else -1
        car.move(motion, begin_ms)
        due = deque(sorted(changes, key=lambda change: change.at_s))
        while self.now_ms < end_ms:
            while due and begin_ms + round(due[0].at_s * 1000) <= self.now_ms:
                due.popleft().happen()
            if self.now_ms >= self.told_ms + MOVING_MS:
                self.tell_state()
            change_ms = begin_ms + round(due[0].at_s * 1000) if due else end_ms
            yield min(self.told_ms + MOVING_MS, change_ms, end_ms)
        for change in due:
            change.happen()
        car.rest()

    def exchange(self) -> Process:
        """Open, let people out and in, and close."""
        yield from self.doors.open()
        yield from self.let_people_pass()
        yield from self.doors.close()

    def let_people_out(self, *, everybody: bool = False) -> Process:
        """Whoever wants to get out here does."""
        yield self.after(1.0)
        if get_out(self, everybody=everybody):
            self.tell_state()
        yield self.after(1.0)

    def let_people_pass(self) -> Process:
        """Stand open while people leave and enter; latecomers make it longer."""
        dwell_ms = self.after(self.plan.doors.dwell_s)
        yield from self.let_people_out()
        while get_in(self):
            self.tell_state()
            yield self.after(1.2)
        yield from self.relevel()
        yield max(dwell_ms, self.after(0.5))
        if get_in(self):
            self.tell_state()
            yield self.after(1.5)


def age_years_of(plan: Plan, start_ms: int) -> float:
    """Since it was installed, or renewed."""
    told = plan.register.get("renewed_on") or plan.register.get("installed_on")
    if told is None:
        return 0.0
    return max((estate_day(start_ms) - day_of(told)) / 365.25, 0.0)
