"""Why forms of duty, contacts, places, lifts and one's own sign-ins are refused, in Chinese."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.register.facts import Facts
from liftwatch.register.record import Record
from liftwatch.register.typed import read_typed
from tests.api.conftest import Fleet, Town
from tests.api.test_duty_page import hidden, turns
from tests.api.test_people_pages import found
from tests.api.test_register import hear
from tests.api.test_rotas import TODAY, Unit
from tests.api.test_said import CHINESE, HTML, ZH, Reader, told, untold

BLANK = Record(lift="L-0001", area="320583", estate="garden")
SPOILT = {
    "rated_speed_mps": ("99", "1,75"),
    "households": ("2.5", "100001"),
    "installed_on": ("soon", "2026-02-30", "1066-10-14", "43313"),
    "floors": ("18", "1,1", "!", "3,2"),
    "rescue_code": ("12345",),
    "equipment_code": ("x", "21503205832018080001", "3.1E+19"),
    "car_phone": ("call",),
    "predecessor": ("?",),
    "datum": ("bd09",),
    "roping": ("3",),
    "only_lift_of_unit": ("perhaps",),
    "address": ("a\u202eb", "x" * 257),
    "unit": ("a\0b",),
}


@pytest.fixture
def unit(gated: FastAPI, town: Town) -> Iterator[Unit]:
    """At work."""
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield Unit(client, town)


@pytest.fixture
def boss(unit: Unit, town: Town) -> Reader:
    """Who leads the unit, and reads Chinese."""
    client = TestClient(unit.client.app, base_url="http://127.0.0.1", follow_redirects=False)
    client.cookies.set("lw_session", town.secret(unit.people["boss"], "session"))
    return Reader(client)


@pytest.fixture
def reader(gated: FastAPI, people: SqlPeople, fleet: Fleet) -> Iterator[Reader]:
    """An administrator, and two lifts."""
    for lift in ("L-0001", "L-0002"):
        hear(fleet, Facts(), lift=lift)
    town = Town(people)
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        client.cookies.set("lw_session", town.secret(town.person("root", "admin"), "session"))
        yield Reader(client)


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        ({"hours": "10"}, "第 1 组轮班：每班时长须能整除一天或为整天，最多 744 小时"),
        ({"first_day": "明天"}, "&#39;明天&#39; 不是 2026-03-02 这样的日期"),
        ({"first_day": "1960-01-01"}, "须在 1970 至 2100 年之间"),
        ({"hand_over": "25:00"}, "不是有效时间"),
        ({"person_1": "张三"}, "&#39;张三&#39; 不是本单位成员"),
        ({"person_1": "", "person_2": ""}, "第 1 组轮班：须有 1 至 20 人"),
        ({"name": ""}, "名称不能为空"),
    ],
)
def test_why_a_rota_cannot_be(unit: Unit, boss: Reader, spoilt: dict[str, str], why: str) -> None:
    """By the form that makes one."""
    path, fields = f"/duty/{unit.id}", turns(unit, "li", "wu") | {"name": "夜班"}
    assert why in boss.refused(path, path, **fields | {"what": "make"} | spoilt)


def test_why_a_rota_cannot_be_changed(unit: Unit, boss: Reader) -> None:
    """Nor taken over by who is not in it."""
    line = {"days": [0], "from": "08:00", "to": "18:00", "persons": unit.ids("li")}
    unit.make(turns=[], shifts=[line])
    path = f"/duty/{unit.id}"
    rota = hidden(boss.client.get(path, headers=HTML).text)
    one = rota | {"from_day": TODAY}
    assert "须通过 API 设置" in boss.refused(path, path, what="except", by="nobody", **one)
    assert "已作修改" in boss.refused(path, path, what="end", **rota | {"version": "9"})
    assert "当前班次" in boss.refused(path, path, what="take", **rota)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"phone": "call"}, "电话号码最多 32 位"),
        ({"email": "花园"}, "&#39;花园&#39; 不是有效的电子邮箱"),
        ({"email": "a@b.example" * 40}, "电子邮箱有 440 个字符"),
        ({"latitude": "北"}, "&#39;北&#39; 不是有效的度数"),
        ({"latitude": "31.3"}, "经度和纬度须同时填写"),
        ({"datum": "bd09"}, "坐标系可填：wgs84, gcj02"),
        ({"version": "7"}, "已作修改"),
    ],
)
def test_why_contacts_cannot_be(unit: Unit, boss: Reader, fields: dict[str, str], why: str) -> None:
    """How a unit is reached."""
    path = f"/duty/{unit.id}"
    assert why in boss.refused(path, path, **{"what": "reach", "version": "0"} | fields)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"area": "1"}, "行政区划: 应为六位数字"),
        ({"building": "3", "estate": ""}, "楼栋: 须属于某个小区，请注明"),
        ({"latitude": "31.3"}, "纬度: 经度和纬度须同时填写"),
        ({"datum": "bd09"}, "坐标系: 可填：wgs84, gcj02"),
        ({"name": "花" * 101}, "名称: 须为 1 至 100 个字符"),
        ({"version": "3"}, "已作修改"),
    ],
)
def test_why_a_place_cannot_be(reader: Reader, fields: dict[str, str], why: str) -> None:
    """Behind the field that it is of."""
    place = {"area": "320583", "estate": "garden", "name": "花园"}
    assert why in reader.refused("/places", "/places", **place | fields)


def test_whatever_is_wrong_in_the_form_of_a_lift_is_said_in_chinese() -> None:
    """Every field that can refuse something."""
    for name, texts in SPOILT.items():
        for text in texts:
            (why,) = read_typed(BLANK, {name: text}, year=2026).wrong.values()
            assert untold(why) == []
            assert CHINESE.search(ZH.tell(why)), why


def test_what_is_wrong_stands_in_chinese_beside_its_field(reader: Reader) -> None:
    """Its name once, also where the store knew what was wrong."""
    path = "/lifts/L-0002/register"
    for lift, version in (("L-0001", "0"), ("L-0002", "0")):
        page = reader.client.get(f"/lifts/{lift}/register", headers=HTML).text
        typed = {name: found(page, name) for name in ("csrf", "once")}
        typed |= {"version": version, "rescue_code": "063577"}
        answer = reader.client.post(f"/lifts/{lift}/register", data=typed, headers=HTML)
    assert answer.status_code == 422
    assert ">与电梯 L-0001 重复<" in answer.text
    told(answer.text, '<p class="beside" id="w-rescue_code">(.*?)</p>')
    page = reader.client.get(path, headers=HTML).text
    typed = {name: found(page, name) for name in ("csrf", "once")} | {"version": "0"}
    cases = (
        ({"rated_speed_mps": "99"}, ">99 不在 0.1 至 10 之间<"),
        ({"predecessor": "L-0009"}, ">没有电梯 L-0009<"),
        ({"latitude": "31.385"}, ">经度和纬度须同时填写<"),
    )
    for fields, why in cases:
        answer = reader.client.post(path, data=typed | fields, headers=HTML)
        assert (answer.status_code, why in answer.text) == (422, True), answer.text


def test_what_is_no_act_of_a_page(unit: Unit, boss: Reader) -> None:
    """Nor a rota, an organisation or a provider of theirs."""
    own = f"/duty/{unit.id}"
    text = boss.client.get(own, headers=HTML).text
    data = {name: found(text, name) for name in ("csrf", "once")}
    for path, what, why in (
        (own, "dance", "可选操作为"),
        (own, "end", "该单位没有编号为"),
        ("/duty/nothing", "end", "您没有编号为"),
        ("/me", "dance", "应为 link"),
        ("/me", "link", "未启用 OpenID Connect"),
    ):
        answer = boss.client.post(path, data=data | {"what": what}, headers=HTML)
        assert why in told(answer.text, r'<p class="quiet mono">(.*?)</p>'), path


def test_the_api_says_the_same_in_english(unit: Unit) -> None:
    """And a remark about a rota goes out as JSON."""
    person, by = unit.ids("li", "wu")
    days = {"from": "2026-05-01T00:00:00Z", "to": "2026-05-03T00:00:00Z"}
    for first, then, why in (
        (person, person, f"{person} is replaced twice at once; the later entry holds"),
        (None, None, "whoever is planned is replaced twice at once; the later entry holds"),
    ):
        two = [{"person": who, "by": by} | days for who in (first, then)]
        made = unit.ask("boss", "POST", unit.path, json=unit.body(exceptions=two))
        assert (made.status_code, made.json()["remark"]) == (201, why)
    (turns_,) = unit.body()["turns"]
    for n in (1, 2):
        rows = [turns_] * (n - 1) + [turns_ | {"hours": 10}]
        refused = unit.ask("boss", "POST", unit.path, json=unit.body(turns=rows))
        assert refused.json()["detail"] == (
            f"turns {n}: a turn is a whole part of a day, or whole days: up to 744 hours"
        )
