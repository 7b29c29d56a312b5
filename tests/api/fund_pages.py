"""Hands on the fund's pages: whoever works with the fund, each with a browser of their own.

A form is filled in as it stands in the page, with all that is hidden, chosen and typed in it.
"""

import html
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from api.console.language import local
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.fund.journal import Draft, Leg
from liftwatch.handlers.fund_book import book
from tests.api.conftest import Town

HTML = {"Accept": "text/html", "Accept-Language": "en"}
AREA, GARDEN, SEVEN = Place("320583"), Place("320583", "garden"), Place("320583", "garden", "7")
PEOPLE = (
    *(("li", "property", (GARDEN,)), ("mei", "property", (Place("320583", "lake"),))),
    *(("he", "committee", (GARDEN,)), ("bo", "bureau", (AREA,)), ("su", "street", (AREA,))),
    *(("cui", "custodian", (AREA,)), ("cao", "custodian", (AREA,)), ("au", "auditor", ())),
    *(("ow", "owner", (SEVEN,)), ("in", "inspector", (AREA,)), ("wa", "supervision", (AREA,))),
)
FLATS = ("1201", "1202", "1203")
EACH_FEN = 100_000
CLOCKS = (
    *("api.once", "api.case_seen", "api.console.fund_case_page", "api.console.fund_vote_page"),
    *("api.console.fund_move_page", "api.console.fund_desk_page", "api.console.fund_list_page"),
)
FORM = r'<form[^>]*action="{action}"[^>]*>(.*?)</form>'


class Office:
    """Everybody, signed in, and a clock that is moved by hand."""

    def __init__(self, app: FastAPI, town: Town, monkeypatch: Any) -> None:
        self.town, self.people, self.browsers = town, {}, {}
        self.moment = [now_ms()]
        for module in CLOCKS:
            monkeypatch.setattr(f"{module}.now_ms", lambda: self.moment[0])
        for login, role, places in PEOPLE:
            self.people[login] = town.person(login, role, *places)
        for login, one in self.people.items():
            made = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
            made.cookies.set("lw_session", town.secret(one, "session"))
            self.browsers[login] = made

    def wait(self, days: float) -> None:
        """Let time pass."""
        self.moment[0] += int(days * DAY_MS)

    def get(self, who: str, path: str, status: int = 200, **headers: str) -> str:
        """A page."""
        answered = self.browsers[who].get(path.partition("#")[0], headers=HTML | headers)
        assert answered.status_code == status, answered.text
        return str(answered.text)

    def send(self, who: str, page: str, action: str, /, *args: int, **fields: str) -> Any:
        """Fill in a form of a page, and send it; a status may be told."""
        (status,) = args or (303,)
        told = filled(page, action) | fields
        answered = self.browsers[who].post(action, data=told, headers=HTML)
        assert answered.status_code == status, said(answered.text)
        return answered

    def submit(self, who: str, path: str, action: str, /, *args: int, **fields: str) -> Any:
        """Open a page, fill in a form of it, and send it."""
        return self.send(who, self.get(who, path), action, *args, **fields)


def filled(page: str, action: str) -> dict[str, str]:
    """A form of a page as a browser would send it untouched."""
    found = re.search(FORM.format(action=re.escape(action)), page, re.DOTALL)
    assert found is not None, f"no form for {action}"
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", found[1]):
        name, kind = attribute(tag, "name"), attribute(tag, "type")
        if name and (kind not in ("checkbox", "radio") or " checked" in tag):
            fields[name] = attribute(tag, "value")
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', found[1], re.S
    ):
        fields[name] = html.unescape(text)
    for tag, inner in re.findall(r"<select([^>]*)>(.*?)</select>", found[1], re.DOTALL):
        options = re.findall(r"<option([^>]*)>([^<]*)", inner)
        chosen = [one for one in options if " selected" in one[0]] or options[:1]
        if chosen:
            value = re.search(r'value="([^"]*)"', chosen[0][0])
            fields[attribute(tag, "name")] = html.unescape(value[1] if value else chosen[0][1])
    return fields


def attribute(tag: str, name: str) -> str:
    """What a tag says of a name, empty where it says nothing."""
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def said(page: str) -> str:
    """What a page says was wrong, else all of it."""
    return alert(page) if 'role="alert"' in page else page


def alert(page: str) -> str:
    """What is said above a form that was refused."""
    found = re.search(r'<p class="wrong" role="alert">(.*?)</p>', page, re.DOTALL)
    assert found is not None, page
    return html.unescape(re.sub(r"<[^>]*>", "", found[1]))


class CasePages:
    """A case that is worked on by its page alone, with papers nobody has seen."""

    def __init__(self, office: Office, path: str = "ordinary") -> None:
        self.office, self.papers = office, 0
        made = office.submit(
            "li",
            "/fund/cases/new",
            "/fund/cases/new",
            lift="L-0007",
            area="320583",
            estate="garden",
            building="7",
            path=path,
            bank="ccb",
            cause="worn <brake>",
        )
        self.begun = made.headers["location"]
        self.path = self.begun.partition("?")[0]

    def told(self, page: str, action: str, *kinds: str) -> dict[str, str]:
        """Papers for the rows of a form: those asked for, then those that are chosen."""
        form = filled(page, action)
        rows = {form[name]: name for name in form if re.fullmatch(r"paper-\d+-kind", name)}
        free = max((name for name in rows.values()), key=lambda one: int(one.split("-")[1]))
        told: dict[str, str] = {}
        for kind in kinds:
            name = rows.get(kind, free)
            self.papers += 1
            told |= {name: kind, name.replace("kind", "sha256"): f"{self.papers:064x}"}
            told[name.replace("kind", "name")] = f"{kind}.pdf"
        return told

    def do(self, who: str, move: str, *kinds: str, status: int = 303, **fields: str) -> Any:
        """Make a move by its form."""
        action = f"{self.path}/moves/{move}"
        page = self.office.get(who, self.path)
        papers = self.told(page, action, *kinds) if kinds else {}
        return self.office.send(who, page, action, status, **papers | fields)

    def page(self, who: str = "li") -> str:
        """The page of the case."""
        return self.office.get(who, self.path)


PLAN: Mapping[str, str] = {
    "code-0": "brake",
    "what-0": "new brakes",
    "yuan-0": "900.00",
    "households": "1201, 90.00\n1202, 90\n1203，90.00",
    "cause": "wear",
    "common_part": "yes",
    "of_building": "yes",
    "tortfeasor": "no",
    "fault_day": "2026-01-05",
    "no_warranty": "yes",
    "covers": "lamp, button",
}


def fund(books: SqlBooks) -> None:
    """A thousand yuan of each flat."""
    with books.begin() as work:
        for flat in FLATS:
            legs = (
                Leg("bank/320583/garden/7/ccb", EACH_FEN),
                Leg(f"principal/320583/garden/7/{flat}", -EACH_FEN),
            )
            book(
                work,
                Draft(
                    kind="deposit",
                    day=20_400,
                    at_ms=1_762_560_000_000,
                    person="p-cui",
                    legs=legs,
                    key=f"key-of-{flat}",
                ),
            )


def vote(office: Office, case: CasePages) -> str:
    """A vote on paper: entered by the property manager, read again by the committee, counted."""
    closes = shanghai(office.moment[0] + 8 * DAY_MS)
    office.submit("li", case.path, f"{case.path}/votes", closes_at=closes)
    found = re.search(r'href="(/fund/votes/[^"]+)"', case.page())
    assert found is not None
    path = found[1]
    papers = {"cast_at": shanghai(office.moment[0] + 60_000)}
    for n, flat in enumerate(FLATS):
        papers |= {f"head-{n}": f"unit:{flat}", f"choice-{n}": "for"}
        papers[f"scan-{n}"] = f" {0xABC0 + n:064X} "
    office.wait(0.01)
    office.submit("li", path, f"{path}/enter", **papers)
    read = {f"choice-{n}": "for" for n in range(len(FLATS))}
    office.submit("he", path, f"{path}/confirm", **read)
    office.wait(9)
    office.submit("he", path, f"{path}/close")
    return path


def shanghai(ms: int) -> str:
    """A moment as it is typed on Shanghai's clock."""
    return f"{local(ms):%Y-%m-%dT%H:%M}"
