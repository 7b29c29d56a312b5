"""The disclosure of a fund over HTTP: who reads it, and that three forms say one thing."""

import csv
import io
from typing import Any

import pytest
from pypdf import PdfReader

from api.console import fund_owner_pdf
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.money import yuan
from liftwatch.handlers import people as handlers
from liftwatch.handlers.fund_cases import expire
from tests.api.conftest import Town
from tests.api.fund_house import (
    OWNERS,
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


def rows_of(text: str) -> list[dict[str, str]]:
    """The lines of a CSV file."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def pages_of(data: bytes) -> str:
    """What a PDF says, without the commas between thousands."""
    read = PdfReader(io.BytesIO(data))
    return "\n".join(page.extract_text() for page in read.pages).replace(",", "")


def test_a_year_as_its_owners_read_it(house: House) -> None:
    """Money comes in, a repair is paid: totals, allocation, balances, all from the books."""
    deposits(house, day="2025-11-03")
    first_deposits(house, 300_000)
    interest(house, {"1201": 333, "1202": 333, "1203": 330}, "2025-12-31")
    case = repaired(house)
    id = case.told["id"]
    assert house.year(year=2025)["totals"] == {
        "opening_fen": 0,
        "received_fen": {"deposit": 300_000, "interest": 996},
        "spent_fen": {},
        "left_fen": {},
        "closing_fen": 300_996,
    }
    told = house.year()
    assert (told["year"], told["closed"]) == (2026, False)
    assert told["totals"] == {
        "opening_fen": 300_996,
        "received_fen": {},
        "spent_fen": {id: 80_001},
        "left_fen": {},
        "closing_fen": 220_995,
    }
    held = {one.account: one.balance for one in house.books.fund_held(AccountFilter())}
    assert told["reconciliation"]["banks_fen"] == {"ccb": held["bank/320583/garden/7/ccb"]}
    assert told["reconciliation"]["difference_fen"] == 0
    assert told["balances_fen"] == sum(one["after_fen"] for one in told["households"]) == 220_995
    for one in told["households"]:
        home = f"320583/garden/7/{one['household']}"
        own = held[f"principal/{home}"] + held.get(f"interest/{home}", 0)
        assert one["before_fen"] + one["came_fen"] - one["went_fen"] == one["after_fen"] == own
    (spent,) = told["expenditures"]
    assert (spent["case"], spent["cost_fen"], spent["paid_year_fen"]) == (id, 80_001, 80_001)
    assert sum(one["share_fen"] for one in spent["allocation"]) == 80_001
    assert [one["share_fen"] for one in spent["allocation"]] == [26_667] * 3
    assert told["must_top_up"] == 3
    assert told["cases"] == []


def test_csv_and_pdf_say_the_sums_of_the_json(house: House) -> None:
    """To the fen, in English and in Chinese, with a font that is in the file."""
    deposits(house)
    first_deposits(house, 300_000)
    repaired(house)
    told = house.year()
    sums = told["totals"]
    (spent,) = told["expenditures"]
    rows = rows_of(house.raw("ow", f"{PATH}?format=csv").text)

    def amounts(table: str, column: str = "amount_yuan") -> list[str]:
        return [one[column] for one in rows if one["table"] == table and one[column]]

    paid = [yuan(-fen) for fen in sums["spent_fen"].values()]
    came = [yuan(fen) for fen in sums["received_fen"].values()]
    ends = [yuan(sums["opening_fen"]), yuan(sums["closing_fen"])]
    assert amounts("totals") == [ends[0], *came, *paid, ends[1]]
    assert amounts("households") == [yuan(one["after_fen"]) for one in told["households"]]
    shares = [yuan(one["share_fen"]) for one in spent["allocation"]]
    assert amounts("allocation") == shares
    for language, word in (("zh-CN", "住宅专项维修资金 2026 年度公示"), ("en", "Maintenance fund")):
        asked = {"Authorization": f"Bearer {house.keys['ow']}", "Accept-Language": language}
        answered = house.client.get(f"{PATH}?format=pdf", headers=asked)
        assert answered.headers["content-type"] == "application/pdf"
        text = pages_of(answered.content)
        assert word in text
        for amount in (*paid, *came, *ends, *shares, yuan(told["balances_fen"])):
            assert amount in text, amount
        fonts = [
            font.get_object()["/BaseFont"]
            for page in PdfReader(io.BytesIO(answered.content)).pages
            for font in page["/Resources"]["/Font"].values()
            if "/ToUnicode" in font.get_object()
        ]
        assert fonts
        assert all("MicroHei" in font for font in fonts)


def test_names_are_masked_but_ones_own(house: House) -> None:
    """In no form does anybody read another one's name, be they who they may."""
    deposits(house)
    repaired(house)
    for who in ("ow", "lu", "jo", "li", "he", "bo", "cui", "sv", "ad"):
        own = OWNERS[who][0] if who in OWNERS else None
        forms = [house.raw(who, f"{PATH}?format={kind}") for kind in ("json", "csv")]
        texts = [one.text for one in forms]
        texts.append(pages_of(house.raw(who, f"{PATH}?format=pdf").content))
        texts.append(house.raw(who, f"{PAGE}?all=true").text)
        for name, _ in OWNERS.values():
            for text in texts:
                shown = any(form in text for form in (name, name[1:], name.split()[-1]))
                assert shown == (name == own) or "<b>" in name, (who, name)
                assert "Smith" not in text or own == "John <b>Smith</b>"
    rows = {one["household"]: one for one in house.year("lu")["households"]}
    assert {home: one["owner"] for home, one in rows.items()} == {
        "1201": "王**",
        "1202": "=陆建国",
        "1203": "J**",
    }
    assert [home for home, one in rows.items() if one["own"]] == ["1202"]


def test_ones_own_household_in_full_and_no_other(house: House) -> None:
    """What it paid of what, and how it moved; who is told of no household sees none."""
    deposits(house)
    interest(house, {"1201": 333}, "2026-03-02")
    case = repaired(house)
    told = house.year("ow")
    assert list(told["moves"]) == ["1201"]
    assert [(one["kind"], one["balance_fen"]) for one in told["moves"]["1201"]] == [
        ("deposit", 100_000),
        ("interest", 100_333),
        ("reserve", 70_333),
        ("release", 73_666),
    ]
    (spent,) = told["expenditures"]
    own = {one["household"]: one for one in spent["allocation"]}["1201"]
    assert (own["interest_fen"], own["principal_fen"]) == (333, 26_334)
    other = {one["household"]: one for one in spent["allocation"]}["1202"]
    assert (other["own"], other["interest_fen"], other["principal_fen"]) == (False, None, None)
    for who in ("li", "cui", "bo", "ad"):
        seen = house.year(who)
        assert seen["moves"] == {}
        assert not any(one["own"] for one in seen["households"])
    assert case.told["stage"] == "disclosed"


def test_a_dwelling_that_was_sold_is_seen_by_its_new_owner(house: House) -> None:
    """The balance is the dwelling's; whose line it is changes at once."""
    deposits(house)
    person, buyer = house.secrets["ow"], house.secrets["lu"]
    path = f"/v1/people/{person}/dwellings"
    (held,) = house.get("ad", path)["items"]
    house.send("ad", f"{path}/{held['id']}/end", None, 200)
    door = {"area": "320583", "estate": "garden", "building": "7", "household": "1201"}
    house.send("ad", f"/v1/people/{buyer}/dwellings", door)
    assert house.year("ow")["moves"] == {}
    assert list(house.year("lu")["moves"]) == ["1201", "1202"]
    owners = {one["household"]: one["owner"] for one in house.year("jo")["households"]}
    assert owners["1201"] == "陆**"


def test_who_reads_it(house: House) -> None:
    """Owners of another building, rescuers and nobody do not; what supervision reads is noted."""
    deposits(house)
    for form in ("json", "csv", "pdf"):
        house.get("next", f"{PATH}?format={form}", 404)
        house.get("resc", f"{PATH}?format={form}", 403)
        house.get("au", f"{PATH}?format={form}", 404)
        house.get("mei", f"{PATH}?format={form}", 404)
        assert house.client.get(f"{PATH}?format={form}").status_code == 401
    house.get("next", "/v1/fund/buildings/320583/garden/8/disclosure", 404)  # it has no books
    house.year("sv", year=2026)
    lines = house.books.audit_page(AuditFilter(action=("fund.disclosure",)), limit=9).items
    noted = {(one.entry.target_kind, one.entry.target) for one in lines}
    assert noted == {("building", "320583/garden/7")}


@pytest.mark.parametrize("query", ["year=1997", "year=x", "format=xlsx", "year=2026.5"])
def test_what_cannot_be_asked(house: House, query: str) -> None:
    """It is named."""
    deposits(house)
    house.get("ow", f"{PATH}?{query}", 400)


def test_accept_says_the_form_where_nobody_names_one(house: House) -> None:
    """As the statistics do."""
    deposits(house)
    for accept in ("text/csv", "application/pdf", "application/json"):
        asked = {"Authorization": f"Bearer {house.keys['ow']}", "Accept": accept}
        answered = house.client.get(PATH, headers=asked)
        assert answered.headers["content-type"].startswith(accept)
    kept = house.raw("ow", f"{PATH}?format=csv")
    assert kept.headers["content-disposition"] == 'attachment; filename="fund-garden-7-2026.csv"'
    assert kept.headers["cache-control"] == "no-store"
    assert kept.text.startswith("\ufefftable,what,")


def test_cases_under_way_have_their_step_clocks_and_price(house: House) -> None:
    """A draft is nobody's business yet; what hangs out is, with what it would cost oneself."""
    deposits(house)
    case = Case(house)
    case.do("li", "revise", plan=plan(90_000))
    assert house.year()["cases"] == []
    case.do("li", "publish", "plan", "area_list", "quote", "notice")
    (told,) = house.year()["cases"]
    assert (told["stage"], told["budget_fen"], told["clocks"]) == ("published", 90_000, [])
    assert told["own"] == [
        {"household": "1201", "share_fen": 30_000, "owed_fen": 0, "planned": True}
    ]
    assert house.year("li")["cases"][0]["own"] == []
    done = accepted(house, 450_000, papers=500)
    told = {one["case"]: one for one in house.year()["cases"]}[done.told["id"]]
    assert told["own"] == [
        {"household": "1201", "share_fen": 150_000, "owed_fen": 50_000, "planned": False}
    ]
    assert told["paid_year_fen"] == 150_000
    (clock,) = told["clocks"]
    assert (clock["name"], clock["missed"], clock["met_at"]) == ("reservation", False, None)
    whole = house.year()
    assert whole["owed_fen"] == 150_000
    kinds = {one["kind"]: one["after_fen"] for one in whole["reconciliation"]["kinds"]}
    assert kinds["receivable"] == 150_000
    assert house.year(year=2025)["cases"] == []


def test_a_case_that_lapsed_costs_what_was_paid(house: House) -> None:
    """It was never audited; its allocation stands there all the same."""
    deposits(house)
    case = accepted(house)
    house.moment[0] += 366 * DAY_MS
    with house.books.begin() as work:
        assert expire(work, case.told["id"], now_ms=house.moment[0]) is not None
    (spent,) = house.year(year=2026)["expenditures"]
    assert (spent["stage"], spent["cost_fen"]) == ("expired", 30_000)
    assert sum(one["share_fen"] for one in spent["allocation"]) == 30_000
    assert house.year(year=2027)["expenditures"][0]["paid_year_fen"] == 0


def test_whether_the_fault_came_back(house: House) -> None:
    """By the incidents of the real lift; a lift of another estate tells nothing."""
    deposits(house)
    case = repaired(house)

    def after() -> Any:
        return house.year()["expenditures"][0]["after"]

    assert after() is None  # nobody has heard of this lift here
    house.fleet.lift("L-7", estate="lake")
    house.fleet.alarm("L-7", "brake_wear", estate="lake", at_ms=house.moment[0] + DAY_MS)
    house.moment[0] += 5 * DAY_MS
    assert after() is None
    house.fleet.lift("L-7")
    assert after()["verdict"] in ("too_early", "came_back")
    house.fleet.alarm("L-7", "brake_wear", at_ms=house.moment[0] - DAY_MS)
    found = after()
    assert (found["verdict"], found["after"] >= 1) == ("came_back", True)
    assert case.told["stage"] == "disclosed"


def test_what_a_spreadsheet_would_run_is_text(house: House) -> None:
    """An owner's name and what is done are formulas: no cell begins with one."""
    deposits(house)
    assert ",1202,'=陆建国," in house.raw("lu", f"{PATH}?format=csv").text
    case = Case(house)
    told = plan(90_000)
    told["items"][0]["what"] = '=HYPERLINK("https://evil.example")'
    case.do("li", "revise", plan=told)
    case.do("li", "publish", "plan", "area_list", "quote", "notice")
    text = house.raw("ow", f"{PATH}?format=csv").text
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        assert not any(cell[:1] in "=+@\t" for cell in row if cell), row
    assert "HYPERLINK" in text


def test_what_was_spent_is_a_number_below_nothing(house: House) -> None:
    """No apostrophe stands before it: a spreadsheet adds it up."""
    deposits(house)
    repaired(house)
    rows = rows_of(house.raw("ow", f"{PATH}?format=csv").text)
    paid = [one["amount_yuan"] for one in rows if one["what"] == "case"]
    assert paid == ["-800.01"]
    sums = [float(one["amount_yuan"]) for one in rows if one["table"] == "totals"]
    assert round(sum(sums[:-1]), 2) == sums[-1]


def test_without_a_font_there_is_no_pdf(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which is missing; JSON and CSV go on."""
    deposits(house)
    monkeypatch.setattr(fund_owner_pdf, "FONTS", ("/nowhere/font.ttc",))
    monkeypatch.setattr(fund_owner_pdf, "FONT", "NotLoaded")
    told = house.get("ow", f"{PATH}?format=pdf", 503)
    assert "fonts-wqy-microhei" in told["detail"]
    house.year()


def test_a_letter_the_font_lacks_is_marked() -> None:
    """A rare letter of a name is a mark in the PDF, never an empty place."""
    fund_owner_pdf.register()
    assert fund_owner_pdf.readable("\U0002b28a王\x07") == "\N{GETA MARK}王"


def test_a_key_of_another_role_is_told_of_no_household(house: House, town: Town) -> None:
    """Who is an owner and of the committee, and asks with a key of the committee alone."""
    deposits(house)
    with town.store.begin() as work:
        (grant,) = work.grants(house.secrets["he"], now_ms())
        handlers.grant(
            work, house.secrets["ow"], "committee", organisation=grant.organisation, now_ms=0
        )
        person = work.person(house.secrets["ow"])
    assert person is not None
    house.keys["as committee"] = town.secret(person, "key", "committee")
    assert list(house.year("ow")["moves"]) == ["1201"]
    told = house.year("as committee")
    assert told["moves"] == {}
    assert {one["owner"] for one in told["households"]} == {"王**", "陆**", "J**"}
