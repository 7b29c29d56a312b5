"""The pages: both languages, everything escaped, and nothing that leaves the machine."""

import re

import pytest
from starlette.testclient import TestClient

from api.console.assets import ASSETS
from liftwatch.clock import now_ms
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME, KINDS
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts
from tests.api.conftest import Fleet

ZH = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
EN = {"Accept-Language": "en-GB"}
NASTY = "<script>alert(1)</script>\" onload='x' {{7*7}} \u202e"


def test_the_fleet_in_both_languages(client: TestClient, fleet: Fleet) -> None:
    """Worst first, with its place, in words of the reader."""
    fleet.lift("L-0001")
    fleet.alarm("L-0001", "overload")
    fleet.alarm("L-0001", "entrapment", evidence={"people": 2})
    zh, en = client.get("/", headers=ZH).text, client.get("/", headers=EN).text
    assert '<html lang="zh-CN">' in zh
    assert "3 栋 1 单元" in zh
    assert "人数 2" in zh
    assert zh.index("困人") < zh.index("超载")
    assert '<html lang="en">' in en
    assert "Building 3, unit 1" in en
    assert en.index("People trapped") < en.index("Overload")
    assert "063577" in en
    assert not re.search("[\u4e00-\u9fff]", en.replace("中文", ""))


def test_worst_first_then_newest(client: TestClient, fleet: Fleet) -> None:
    """The order of the list is the order of work."""
    now = now_ms()
    for age, kind in enumerate(["overload", "free_fall", "door_fault", "entrapment"]):
        fleet.alarm(f"L-{age:04}", kind, at_ms=now - age)
    rows = re.findall(r'<a href="/incidents/[^"]*">([^<]*)', client.get("/", headers=EN).text)
    assert rows == ["Free fall", "People trapped", "Door fault", "Overload"]


@pytest.mark.parametrize("headers", [ZH, EN])
def test_hostile_texts_are_only_text(
    client: TestClient, fleet: Fleet, headers: dict[str, str]
) -> None:
    """What lifts and controllers say is never markup, nor a template."""
    fleet.lift("L-0001", facts=Facts(building=NASTY, unit=NASTY, rescue_code=NASTY, model=NASTY))
    incident = fleet.alarm(
        "L-0001", "door_fault", evidence={NASTY: NASTY, "deep": [{"a": [[[NASTY]]]}]}
    )
    for path in ("/", "/lifts/L-0001", f"/incidents/{incident.id}"):
        text = client.get(path, headers=headers).text
        assert "<script>alert" not in text
        assert "onload='x'" not in text
        assert "&lt;script&gt;" in text
        assert "{{7*7}}" in text or path == "/"


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_has_a_page(client: TestClient, fleet: Fleet, kind: str) -> None:
    """With its meaning and who learns of it, in both languages."""
    incident = fleet.alarm("L-0001", kind)
    for headers, title in ((ZH, "立即通知"), (EN, "Who learns at once")):
        answer = client.get(f"/incidents/{incident.id}", headers=headers)
        assert answer.status_code == 200
        assert title in answer.text
        assert '<p class="means">' + kind not in answer.text
        told = answer.text.partition(title)[2].partition("</ul>")[0]
        assert told.count("<li>") == len(BY_NAME[kind].at_once)
        assert ("物业" in told or "Property" in told) == ("P" in BY_NAME[kind].at_once)


def test_a_lift_of_which_nothing_is_known(client: TestClient, fleet: Fleet) -> None:
    """Unknown is shown as unknown, and is no error."""
    with fleet.books.begin() as work:
        work.put_lifts([LiftRow(lift="L-0001", area="320583", estate="garden")])
    assert client.get("/", headers=EN).status_code == 200
    text = client.get("/lifts/L-0001", headers=EN).text
    assert "It has not told how it stands." in text
    assert "The register knows nothing of this lift yet." in text


@pytest.mark.parametrize(
    "state",
    [
        {"car_door": "ajar", "service_mode": "party", "direction": "left", "floor": 400},
        {"floor_label": "B1", "position_m": -1e9, "occupied": None, "people": None},
        {"floor": 3, "position_m": 1e9, "car_door": "opening"},
    ],
)
def test_a_state_we_do_not_understand(
    client: TestClient, fleet: Fleet, state: dict[str, object]
) -> None:
    """A newer terminal does not break the page."""
    fleet.lift("L-0001", state=state)
    for path in ("/", "/lifts/L-0001", "/console/lifts/L-0001/now", "/console/tiles?lift=L-0001"):
        assert client.get(path, headers=EN).status_code == 200


def test_an_incident_of_many_lifts(client: TestClient, fleet: Fleet) -> None:
    """It has a scope instead of a lift, and its children know it."""
    fleet.lift("L-0001")
    parent = Incident(
        id="p-1",
        kind="mains_lost",
        severity=3,
        severity_max=3,
        opened_ms=1,
        raised_ms=1,
        area="320583",
        estate="garden",
        lift=None,
        scope="garden/3",
        lifts=("L-0001", "L-0002"),
    )
    with fleet.books.begin() as work:
        work.add_incident(parent)
    assert "garden Building 3" in client.get("/", headers=EN).text
    text = client.get("/incidents/p-1", headers=EN).text
    assert 'href="/lifts/L-0002"' in text
    told = client.get("/v1/lifts/L-0001").json()
    assert told["open_incidents"] == ["mains_lost"]


def test_a_language_is_remembered(client: TestClient) -> None:
    """By a cookie; the way back stays within the pages."""
    answer = client.get("/language?to=en&back=/lifts/L-0001?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/lifts/L-0001?x=1")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert '<html lang="en">' in client.get("/", headers=ZH).text
    for away in ("//evil.example", "/\\evil.example", "https://evil.example", "/a%0d%0ab"):
        assert client.get(f"/language?to=zh&back={away}").headers["location"] == "/"


def test_nothing_is_fetched_from_elsewhere(client: TestClient, fleet: Fleet) -> None:
    """No address of another host, no script or style in the page itself, in any page."""
    fleet.lift("L-0001")
    incident = fleet.alarm("L-0001", "entrapment")
    for path in ("/", "/lifts/L-0001", f"/incidents/{incident.id}"):
        text = client.get(path).text
        assert not re.search(r"(src|href|connect)=\"(https?:)?//", text)
        assert not re.search(r"<script(?![^>]*\bsrc=)", text)
        assert "style=" not in text
        assert "<style" not in text
        for link in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
            answer = client.get(link)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]


def test_what_is_vendored_has_its_licence() -> None:
    """Beside the files themselves."""
    assert "Zero-Clause BSD" in ASSETS["vendor/htmx.LICENSE"].content.decode()
    assert "MIT" in ASSETS["vendor/uPlot.LICENSE"].content.decode()


def test_an_asset_is_not_sent_again(client: TestClient) -> None:
    """By its mark."""
    first = client.get("/static/live.js")
    again = client.get("/static/live.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
