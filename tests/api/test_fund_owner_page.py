"""Pages of the fund for owners: what stands on them, for whom, and what empty ones say."""

import re

from liftwatch.clock import DAY_MS
from tests.api.conftest import Town
from tests.api.fund_house import (
    PAGE,
    PATH,
    Case,
    House,
    accepted,
    deposits,
    first_deposits,
    interest,
    repaired,
)
from tests.api.test_fund_cases import plan
from tests.api.test_people_pages import Browser

HTML = {"Accept": "text/html", "Accept-Language": "en"}


def page(house: House, who: str, path: str = PAGE, *, status: int = 200) -> str:
    """A page in English, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", source(house, who, path, status=status)))


def source(house: House, who: str, path: str = PAGE, *, status: int = 200) -> str:
    """A page as it is sent."""
    headers = HTML | {"Authorization": f"Bearer {house.keys[who]}"}
    answered = house.client.get(path, headers=headers)
    assert answered.status_code == status, answered.text
    return answered.text


def test_an_owner_reads_their_household_and_the_building(house: House) -> None:
    """First what is theirs, then totals, reconciliation, expenditures, what hung out, all doors."""
    deposits(house, day="2025-11-03")
    first_deposits(house, 300_000)
    interest(house, {"1201": 333, "1202": 333, "1203": 330}, "2025-12-31")
    repaired(house)
    told = page(house, "ow")
    mine = told[told.index("My household 1201") : told.index("Bank money of the building")]
    assert "王小明" in mine
    assert "must be topped up" in mine
    for amount in ("1,003.33 yuan", "736.66 yuan", "266.67", "3.33", "263.34", "+33.33"):
        assert amount in mine, amount
    assert mine.count("Lift L-7: new brakes") == 3
    rest = told[told.index("Bank money of the building") :]
    assert "Paid for Lift L-7: new brakes -800.01" in rest
    assert "They agree" in rest
    assert "270.00 of 270.00 m2, 3 of 3 heads" in rest
    for n, owner in (("1201", "王小明"), ("1202", "陆**"), ("1203", "J**")):
        assert f"{n} {owner} 90.00 266.67" in rest
    chart = re.search(r'<path class="line" d="(M0 [^"]+)"', source(house, "ow"))
    assert chart is not None
    assert chart[1].count("V") == 2
    assert (
        'href="/v1/fund/buildings/320583/garden/7/disclosure?year=2026&amp;format=pdf"'
        in source(house, "ow")
    )


def test_the_year_before_is_a_press_away(house: House) -> None:
    """The years that have money are offered, and each says its own sums."""
    deposits(house, day="2024-11-03")
    text = source(house, "ow")
    years = re.findall(rf'href="{PAGE}\?year=(\d+)"', text)
    assert years[:3] == ["2026", "2025", "2024"]
    assert "Nothing came and nothing went in this year." in text
    assert "paid in 3,000.00" in page(house, "ow", f"{PAGE}?year=2024")
    page(house, "ow", f"{PAGE}?year=1066", status=400)


def test_what_hung_out_stands_as_it_hung(house: House) -> None:
    """A plan, and the end; from the building's page, and of no other building."""
    deposits(house)
    case = repaired(house)
    links = re.findall(r'href="(/fund/buildings/[^"]+/publications/[^"]+)"', source(house, "ow"))
    assert len(links) == 2
    end, begin = (page(house, "ow", link) for link in links)
    assert "Plan 1 Lift L-7: new brakes" in begin
    assert "900.00 yuan" in begin
    assert "1203 90.00" in begin
    assert "Cost and allocation" in end
    assert "1201 ** 90.00 266.67" in end  # no name was known to what hung out
    page(house, "next", links[0], status=404)
    page(house, "ow", links[0].replace("garden/7", "garden/8"), status=404)
    page(house, "ow", links[0][:-1] + "9", status=404)
    assert case.told["stage"] == "disclosed"


def test_cases_under_way_say_what_they_would_cost(house: House) -> None:
    """Before money is set aside it is a plan; afterwards it is owed where it was short."""
    deposits(house)
    case = Case(house)
    case.do("li", "revise", plan=plan(90_000))
    case.do("li", "publish", "plan", "area_list", "quote", "notice")
    told = page(house, "ow")
    assert "Lift L-7: new brakes planned (Published) 300.00" in told
    accepted(house, 450_000, papers=500)
    told = page(house, "ow")
    assert re.search(r"new brakes \([^)]+\) Accepted 1,500.00 500.00", told)
    assert "Reservation lapses until" in told
    house.moment[0] += 366 * DAY_MS
    assert "missed" in page(house, "ow")


def test_a_name_is_text_and_no_markup(house: House) -> None:
    """Whatever somebody is called."""
    deposits(house)
    assert "John &lt;b&gt;Smith&lt;/b&gt;" in source(house, "jo")


def test_who_begins_where(house: House) -> None:
    """An owner's first page is their building's; of several buildings one chooses."""
    deposits(house)
    headers = HTML | {"Authorization": f"Bearer {house.keys['ow']}"}
    first = house.client.get("/", headers=headers)
    assert (first.status_code, first.headers["location"]) == (303, "/fund")
    second = house.client.get("/fund", headers=headers)
    assert (second.status_code, second.headers["location"]) == (303, PAGE)
    text = source(house, "ow")
    assert 'href="/fund"' in text
    assert 'href="/room"' not in text
    legs = [
        {"account": "bank/320583/garden/8/ccb", "amount_fen": 500},
        {"account": "principal/320583/garden/8/1", "amount_fen": -500},
    ]
    house.send("cui", "/v1/fund/entries", {"kind": "deposit", "legs": legs})
    both = source(house, "li", "/fund")
    assert both.count('href="/fund/buildings/320583/garden/') == 2
    assert ">Disclosure<" in both
    page(house, "resc", "/fund", status=403)
    page(house, "next", PAGE, status=404)
    assert house.client.get(PAGE, headers=HTML).headers["location"].startswith("/sign-in?next=")


def test_empty_pages_say_what_to_do(house: House) -> None:
    """No building, no books, no household, no case, nothing published."""
    assert "administrator says which buildings" in page(house, "ow", "/fund")
    assert "This building has no books yet." in page(house, "ow", PAGE)
    deposits(house, day="2026-01-05")
    house.get("ow", PATH)
    told = page(house, "lu")
    for words in (
        "No case has cost it anything in this year",
        "No case was settled or paid for in this year.",
        "opens one; owners may ask them to.",
        "Nothing was published in this year.",
    ):
        assert words in told
    assert "Nobody has said which household here is yours." not in told
    (held,) = house.get("ad", f"/v1/people/{house.secrets['lu']}/dwellings")["items"]
    path = f"/v1/people/{house.secrets['lu']}/dwellings/{held['id']}/end"
    house.send("ad", path, None, 200)
    assert "Nobody has said which household here is yours." in page(house, "lu")
    assert "which household here is yours" not in page(house, "li")


def test_a_dwelling_is_entered_on_a_persons_page(house: House, town: Town) -> None:
    """What is wrong is said, and what was typed stays; then it stands there, and may end."""
    admin = Browser(house.client)
    root = next(one for one in (town.store,) if one)
    with root.reading() as reads:
        whom = reads.person_of_login("root")
    assert whom is not None
    house.client.cookies.set("lw_session", town.secret(whom, "session"))
    path = f"/people/{house.secrets['next']}"
    wrong = admin.send(path, what="dwelling", door="320583/garden/8")
    assert wrong.status_code == 422
    assert "area/estate/building/household" in wrong.text
    assert 'value="320583/garden/8"' in wrong.text
    assert admin.send(path, what="dwelling", door="320583/garden/8/101").status_code == 303
    text = admin.get(path)
    assert "320583/garden/8/101" in text
    found = re.search(r'name="dwelling" value="([^"]+)"', text)
    assert found is not None
    assert admin.send(path, what="moved", dwelling=found[1]).status_code == 303
    assert 'name="dwelling" value="' not in admin.get(path)
