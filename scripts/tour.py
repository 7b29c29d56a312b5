"""Every page of the console, as whom it is looked at, and how it is reached in the demo.

What leads to it is a link of another page, as for people; pages of `navigation.WAYS` that stand in
no row are reached by their way. A page that is in neither fails `tests/api/test_axe.py`.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi.routing import iter_route_contexts

from api.app import MODULES
from api.console.navigation import WAYS
from api.console.resident_page import TYPED_MS_MIN
from liftwatch.clock import monotonic_s
from scripts.tour_matters import FOLLOW, RESIDENT
from scripts.tour_matters import STOPS as MATTERS
from scripts.tour_stop import Stop
from scripts.tour_visits import VISITS

SEED = 1
NOWHERE = "/nowhere"
NOBODY = ""
TRAPPED_AT, TRAPPED = "玉山花园", "被困乘客来电：轿厢停在 3 楼与 4 楼之间，车内两人，无人受伤"
TOLD, ANSWERED = "轿厢地面有油污，鞋底打滑。", "保洁已清洗轿厢地面，今后每天早晚各查一次。"
HYGIENE = "卫生"
PATIENCE_S = 60
"""What is not there yet happens within the demo's first minute."""
NOT_PAGES = {
    "/language": "leads back to the page",
    "/static/{name:path}": "scripts, styles and pictures",
    "/enter/{secret}": "leads in",
    "/sign-in/openid": "leads to a provider, of which the demo has none",
    "/sign-in/openid/back": "comes from it",
    "/notices/{id}/poster.pdf": "a poster to be printed",
    "/lifts/{lift}/sticker.pdf": "a sticker to be printed",
}
"""Routes of the console that show nothing, and why."""
IN_NO_DEMO = {"/fund/cases/{case}/documents/{sha256}": "no case is opened for an exercise"}
"""Pages that the demo cannot have, and why: `tests/api/test_axe.py` makes them for itself."""


WATCH = ("property", "rescue", "maintenance", "supervision", "admin")
HOUSE, DESK = "/fund/buildings/{area}/{estate}/{building}", "/fund/custodian"
FLAT = DESK + "/{area}/{estate}/{building}/households/{household}"
CASE, READERS = "/fund/cases/{case}", ("custodian", "bureau")
STOPS = (
    Stop("sign-in", "/sign-in", (NOBODY,), "Signing in", phone=True),
    Stop("fleet", "/", WATCH, "The fleet at a glance, and above it what is open", phone=True),
    Stop("room", "/room", ("rescue", *WATCH[:1], *WATCH[2:]), "The duty room", phone=True),
    Stop("call", "/call", ("rescue", "property", "admin"), "A call comes in", phone=True),
    Stop(
        *("incident", "/incidents/{id}", WATCH),
        "An incident: deadlines, what can be done, who was told, its story",
        *("/room",),
        phone=True,
    ),
    Stop(
        *("lift", "/lifts/{lift}", WATCH),
        "A lift: how it stands, what is open, its last day, whom to call in order",
        *("/",),
        phone=True,
        at="#charts[data-drawn]",
    ),
    Stop("silences", "/silences", WATCH, "What is silenced, and what called nobody"),
    Stop("completeness", "/completeness", WATCH, "How much of a day has come of every lift"),
    Stop("statistics", "/statistics", WATCH, "How fast help came, how often alarms were right"),
    Stop("duties", "/duty", ("admin", "property", "maintenance", "rescue"), "Who is on duty"),
    Stop(
        *("duty", "/duty/{id}", ("property", "maintenance", "rescue")),
        "The duty of one organisation: who is next, who is the head, the coming days",
        *("/duty",),
        phone=True,
    ),
    Stop("me", "/me", ("property", "owner", "admin"), "Oneself: password, keys, sign-ins"),
    Stop("organisations", "/organisations", ("admin",), "Organisations: what they reach"),
    Stop(
        *("organisation", "/organisations/{id}", ("admin",), "One organisation", "/organisations")
    ),
    Stop("people", "/people", ("admin",), "People and their roles"),
    Stop("person", "/people/{id}", ("admin",), "Somebody: roles, keys, dwellings", "/people"),
    Stop("places", "/places", ("admin",), "What places are called, and whom to call there"),
    Stop("import", "/import", ("admin",), "A sheet is tried before it is kept"),
    Stop("channels", "/channels", ("admin",), "Ways to tell people"),
    Stop("audit", "/audit", ("admin",), "Who did what"),
    Stop(
        *("register", "/lifts/{lift}/register", ("admin",)),
        "What people enter of a lift, beside what its terminal says",
        *("/lifts/{lift}",),
    ),
    *VISITS,
    Stop("fund-cases", "/fund/cases", ("property", "auditor", "bureau"), "Cases of the fund"),
    Stop("fund-new", "/fund/cases/new", ("property", "committee"), "A case begins"),
    Stop(
        *("fund-draft", "/fund/cases/draft", ("property",)),
        "A case begins with an incident",
        *("/incidents/{id}",),
    ),
    Stop(
        *("fund-case", CASE, ("property", "custodian", "committee", "auditor", "street")),
        "A case of the fund: its vote, what each would pay, its papers and its story",
        *("/fund/cases",),
    ),
    Stop("fund-vote", "/fund/votes/{vote}", ("property", "committee"), "A vote", CASE),
    Stop("fund-sign", "/fund/sign", ("owner", "property"), "Work to sign for", phone=True),
    Stop("fund-custodian", DESK, ("custodian", "bureau", "admin"), "The desk of the fund"),
    Stop(
        *("fund-building", DESK + "/{area}/{estate}/{building}", READERS),
        "The books of a building",
        *(DESK,),
    ),
    Stop(
        *("fund-dwelling", FLAT, READERS),
        "The accounts of a household",
        *(DESK + "/{area}/{estate}/{building}",),
    ),
    Stop("fund-book", "/fund/book", ("custodian",), "What is booked by hand"),
    Stop(
        *("fund-proposal", "/fund/proposals/{proposal}", ("bureau", "custodian")),
        "A booking that needs a second person",
        *(DESK,),
    ),
    Stop("fund-statement", "/fund/statement", READERS, "A statement of the bank"),
    Stop("fund-orders", "/fund/orders", ("custodian",), "Orders to the bank"),
    Stop("fund-interest", "/fund/interest", ("custodian",), "Interest is shared out"),
    Stop("fund-propose", "/fund/propose", ("custodian",), "Money is proposed to move"),
    Stop("fund-opening", "/fund/opening", ("custodian",), "Books are taken over"),
    Stop("fund-years", "/fund/years", READERS, "Years are closed"),
    Stop(
        *("fund-verifications", "/fund/verifications", ("custodian", "auditor")),
        "The books are verified",
    ),
    Stop(
        *("fund-verification", "/fund/verifications/{id}", ("custodian",)),
        "What a verification found",
        *("/fund/verifications",),
        press="form[action='/fund/verifications'] button",
    ),
    Stop("fund-disclosure", "/fund", ("property", "auditor"), "What is disclosed"),
    Stop(
        *("fund-owner", HOUSE, ("owner", "property", "custodian")),
        "What an owner reads of the fund: their household, then the building",
        *("/fund",),
        phone=True,
    ),
    Stop(
        *("fund-publication", HOUSE + "/publications/{case}/{n}", ("owner",)),
        "A publication that is kept for good",
        *(HOUSE,),
    ),
    *MATTERS,
    Stop("problem", NOWHERE, ("owner",), "What is not here"),
)


def console_routes() -> set[str]:
    """Every route of the console that people may look at, with its places."""
    return {
        str(one.path)
        for module in MODULES
        for one in iter_route_contexts(module.router.routes)
        if "GET" in (getattr(one.original_route, "methods", None) or ())
        and one.original_route.endpoint.__module__.startswith("api.console")  # type: ignore[attr-defined]
        and not str(one.path).startswith("/console/")
        and one.path not in NOT_PAGES.keys() | IN_NO_DEMO.keys()
    }


def stops() -> tuple[Stop, ...]:
    """All of the table, and the ways that stand in no row of it."""
    told = {one.route for one in STOPS}
    others = (
        Stop(way.page.strip("/").replace("/", "-"), way.page, tuple(sorted(way.roles)), way.words)
        for way in WAYS
        if way.page not in told
    )
    return (*STOPS, *others)


def pattern(route: str) -> re.Pattern[str]:
    """What addresses of a route look like.

    >>> bool(pattern("/lifts/{lift}").fullmatch("/lifts/L-0001")), bool(pattern("/").match("/room"))
    (True, False)
    """
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/?#]+", re.escape(route)) + "(?:[?#].*)?$")


class Tour:
    """A browser's page that goes round the demo in one role after another."""

    def __init__(self, page: Any, url: str, link: str) -> None:
        self.page, self.url, self.link = page, url, link
        self.role, self.known = NOBODY, dict[tuple[str, str], list[str]]()
        self.fixed = {one.route for one in stops() if "{" not in one.route}

    def become(self, role: str) -> None:
        """Look on as a role; the first one comes in by the demo's link."""
        if role == self.role:
            return
        if self.link:
            self.page.goto(self.link)
            self.link = ""
        else:
            self.page.goto(self.url + "/me")
        self.page.select_option("#look-as", role)
        with self.page.expect_navigation():
            self.page.click(".looks button")
        self.role = role

    def trap(self) -> None:
        """Somebody calls: people are trapped, and nobody has them yet."""
        self.become("rescue")
        self.page.goto(self.url + "/call")
        self.page.fill("#call-where", TRAPPED_AT)
        self.page.click("button[value=look]")
        self.page.check("input[name=lift] >> nth=0")
        self.page.fill("#call-text", TRAPPED)
        self.page.click("button.act")
        self.page.wait_for_selector("#incident")

    def complain(self) -> None:
        """A resident tells of a lift by the code in its car, and the property manager answers."""
        role = "property"
        self.become(role)
        lift = next(one for one in stops() if one.route == RESIDENT)
        told = next(one for one in stops() if one.route == FOLLOW)
        self._open(self.ways(lift, role)[0], lift)
        self.page.check("input[name=topic][value=hygiene]")
        self.page.fill("#words", TOLD)
        self.page.wait_for_timeout(TYPED_MS_MIN + 500)
        self.page.click("#complain button.act")
        self.page.wait_for_url("**/c/*")
        self.known[role, told.name] = [self.page.url.removeprefix(self.url).partition("?")[0]]
        self.page.goto(self.url + "/complaints")
        self.page.get_by_role("row").filter(has_text=HYGIENE).get_by_role("link").first.click()
        self.page.click("form:has([value=take]) button")
        self.page.fill("#text-answer", ANSWERED)
        self.page.click("form:has([value=answer]) button")

    def visit(self, stop: Stop, role: str) -> str:
        """Open a page as somebody; its address. Raises LookupError where nothing leads there."""
        if role != NOBODY:
            self.become(role)
        self._open(self.ways(stop, role)[0], stop)
        return str(self.page.url.removeprefix(self.url))

    def ways(self, stop: Stop, role: str) -> list[str]:
        """Addresses of a page, by the links that lead somebody to it."""
        if (role, stop.name) not in self.known:
            self.known[role, stop.name] = self._ways(stop, role)
        return self.known[role, stop.name]

    def _ways(self, stop: Stop, role: str) -> list[str]:
        if stop.route in self.fixed and not stop.start:
            return [stop.route + stop.then]
        before = next((one for one in stops() if one.route == stop.start), None)
        if before is None:
            raise LookupError(f"{stop.name}: {stop.start} is no page of the tour")
        until_s = monotonic_s() + PATIENCE_S
        while monotonic_s() < until_s:
            for path in self.ways(before, role):
                self._open(path, before)
                if stop.press:
                    with self.page.expect_navigation():
                        self.page.click(stop.press)
                if found := self._links(stop):
                    return found
            self.known.pop((role, before.name))  # the demo goes on: look again
        raise LookupError(f"{role}: nothing on {stop.start} leads to {stop.route}")

    def _links(self, stop: Stop) -> list[str]:
        here = self.page.eval_on_selector_all(
            "a", "all => all.map(one => one.getAttribute('href'))"
        )
        here.append(self.page.url.removeprefix(self.url))
        paths = dict.fromkeys(
            str(path).removeprefix(self.url).partition("#")[0] for path in here if path
        )
        wanted, others = pattern(stop.route), self.fixed - {stop.route}
        return [
            path + stop.then
            for path in paths
            if wanted.fullmatch(path) and path.partition("?")[0] not in others
        ]

    def _open(self, path: str, stop: Stop) -> None:
        answered = self.page.goto(self.url + path, wait_until="domcontentloaded")
        if (answered.status >= 400) != (stop.route == NOWHERE):
            raise LookupError(f"{path} answers {answered.status}")
        self.page.wait_for_selector(stop.at)


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """A demo of its own, with always the same lifts: its address, and the link that lets one in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "liftwatch", "demo", "--seed", str(SEED)]
    here = os.environ | {"LIFTWATCH_HTTP": f"127.0.0.1:{port}"}
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, env=here, **quiet) as running:  # type: ignore[call-overload]
        try:
            found = None
            while found is None:
                line = running.stdout.readline()
                if not line:
                    raise RuntimeError("the demo does not start")
                found = re.search(r"(http://[^/]+)/enter/\S+", line)
            yield found[1], found[0]
        finally:
            running.terminate()
            running.wait(30)
