"""Reasons and remarks in the language of whoever reads them; the API says them in English."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.console.language import LANGUAGES
from api.problems import BadParameter, Problem, problem_response
from api.register_shapes import problem_of_row
from liftwatch.access.sight import Place
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers.imports import Findings, judge
from liftwatch.register import sheets
from liftwatch.register.columns import SHEETS
from liftwatch.register.doubts import Wrong
from liftwatch.said import FIELD, Said, of_field
from tests.api.conftest import AT_MS, Town
from tests.api.test_people_pages import found

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
"""Three words in a row are a sentence; names of fields and codes stand alone."""
HTML = {"Accept": "text/html", "Accept-Language": "zh"}
ZH, EN = LANGUAGES["zh"], LANGUAGES["en"]


def untold(text: str) -> list[str]:
    """The templates in a text that have no Chinese."""
    if not isinstance(text, Said):
        return []
    own = [] if text.template == FIELD or CHINESE.search(ZH.say(text.template)) else [text.template]
    inner = (untold(value) for value in text.values.values() if isinstance(value, str))
    return own + [one for some in inner for one in some]


def test_a_sentence_within_a_sentence() -> None:
    """Both are said; what is no sentence stays, whatever is in it."""
    inner = Said("it must not be blank")
    outer = of_field("50 %(x)s", inner)
    assert outer == "50 %(x)s: it must not be blank"
    assert ZH.tell(outer) == "50 %(x)s: 必须填写"
    assert ZH.tell("it must not be blank") == "it must not be blank"
    assert EN.tell(outer) == outer
    assert ZH.tell(of_field("unit", inner)) == "单元: 必须填写"


WORDS = (
    "320583 110000 990000 L-0001 garden wgs84 31.3 121 0 -1,1-18 B1 2018-08-01 2050-13-01 43313 18"
    " 1月1日 31103205832018080001 2150 property 3.11032058320181E+19 31103205832088130000 063577"
    " 91110000600037341L 111111 是 1:1 =1+1 5kg 89.505 123-456 - a\x00b % %(a)s"
)
CELLS = (
    st.sampled_from([*WORDS.split(" "), "", "x" * 300])
    | st.text(max_size=24)
    | st.from_regex(r"[0-9A-Z]{15,20}", fullmatch=True)
)


@given(data=st.data(), name=st.sampled_from(sorted(SHEETS)))
def test_every_doubt_of_a_sheet_is_told_in_chinese(data: Any, name: str) -> None:
    """Whatever stands in its cells, and whichever columns it has."""
    columns = [column.name for column in SHEETS[name].columns]
    heads = data.draw(st.lists(st.sampled_from([*columns, "", "other", "a\x00", "area (m)"])))
    heads = heads if data.draw(st.integers(0, 3)) == 0 else columns
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(heads), max_size=len(heads))))
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([heads, *rows])
    told_of(stream.getvalue().encode("utf-8", "replace"), name)


@given(raw=st.binary(max_size=200) | st.text().map(lambda text: f"area,{text}".encode("utf-16")))
def test_every_doubt_of_a_file_is_told_in_chinese(raw: bytes) -> None:
    """Whatever its bytes are."""
    told_of(raw, "lifts")


def told_of(raw: bytes, name: str) -> None:
    """All that is found in a file is said in both languages, and goes out by the API."""
    seen: list[sheets.Problem] = []
    judged = judge(raw, SHEETS[name], now_ms=AT_MS, tell=seen.append)
    assert isinstance(judged.findings, Findings)
    for problem in seen:
        text = problem.doubt.text
        assert isinstance(text, Said), text
        assert untold(text) == []
        assert CHINESE.search(ZH.tell(text))
        assert EN.tell(text) == text
        shape = msgspec.json.decode(msgspec.json.encode(problem_of_row(problem)))
        assert shape["text"] == text
        assert shape["column"] == problem.column


def test_a_problem_goes_out_in_english_as_json() -> None:
    """A column that nobody headed too; msgspec would refuse the sentence itself."""
    body = problem_response(BadParameter("day", Said("is after `to`")), instance="/").body
    assert msgspec.json.decode(body)["detail"] == "day: is after `to`"
    row = sheets.Problem(1, Said("column %(number)s", number=3), Wrong(Said("a NUL character")))
    assert msgspec.json.encode(problem_of_row(row)).endswith(
        b'"column":"column 3","error":true,"text":"a NUL character"}'
    )
    with pytest.raises(TypeError):
        msgspec.json.encode(Said("a NUL character"))
    assert Problem("forbidden", Said("sign in first")).args == ("sign in first",)


class Reader:
    """An administrator who reads Chinese."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def refused(self, path: str, page: str, **fields: str) -> str:
        """What is said above a form that was refused."""
        text = self.client.get(page, headers=HTML).text
        data = {"csrf": found(text, "csrf"), "once": found(text, "once")} | fields
        answer = self.client.post(path, data=data, headers=HTML)
        assert answer.status_code == 422, answer.text
        return told(answer.text, r'<p class="wrong" role="alert">(.*?)</p>')


def told(page: str, where: str) -> str:
    """A part of a page, which must be Chinese and not English."""
    match = re.search(where, page, re.DOTALL)
    assert match is not None, page
    assert CHINESE.search(match[1]), match[1]
    visible = re.sub(r"<[^>]*>", " · ", re.sub(r"<head.*?</head>|<script.*?</script>", "", page))
    assert not ENGLISH.search(visible), ENGLISH.findall(visible)
    return match[1]


@pytest.fixture
def reader(gated: FastAPI, people: SqlPeople) -> Iterator[Reader]:
    """Signed in."""
    town = Town(people)
    root = town.person("root", "admin")
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        client.cookies.set("lw_session", town.secret(root, "session"))
        yield Reader(client)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "名称不能为空"),
        ({"name": "花" * 201}, "名称有 201 个字符"),
        ({"name": "花", "places": "昆山"}, "&#39;昆山&#39; 不是区划代码"),
        ({"name": "花", "places": "320583/花园"}, "不是小区简称"),
        ({"name": "花", "credit_code": "91110000600037314L"}, "末位校验码与前面各位不符"),
        ({"name": "花", "kind": "club"}, "可选：物业、维保"),
    ],
)
def test_why_an_organisation_cannot_be_made(
    reader: Reader, fields: dict[str, str], why: str
) -> None:
    """Values that were typed stand in it as they were typed."""
    assert why in reader.refused("/organisations", "/organisations", **fields)


def test_why_people_and_contracts_cannot_be(reader: Reader, people: SqlPeople) -> None:
    """By each of their pages; a store's own refusal too."""
    assert "用户名 root 已存在" in reader.refused("/people", "/people", login="root", name="张三")
    assert "不能作用户名" in reader.refused("/people", "/people", login="张 三", name="张三")
    town = Town(people)
    garden = town.person("garden", "property", Place("320583", "garden"))
    own = f"/people/{garden.id}"
    missing = {"what": "give", "role": "maintenance"}
    assert "请选择单位" in reader.refused(own, own, **missing)
    assert "没有该单位" in reader.refused(own, own, organisation="0", **missing)
    assert "已作修改" in reader.refused(own, own, what="change", version="9", name="张三")
    with people.reading() as reads:
        (unit,) = (f"/organisations/{one.id}" for one in reads.organisations())
    days = {"what": "contract", "first_day": "2026-03-02"}
    for lift, first, why in (("L", "2026-03-02", "不是电梯编号"), ("L-0001", "明天", "这样的日期")):
        assert why in reader.refused(unit, unit, lift=lift, **days | {"first_day": first})
    gone = days | {"lift": "L-0001", "last_day": "2026-03-01"}
    assert "合同的结束早于开始" in reader.refused(unit, unit, **gone)


def test_what_is_the_matter_with_a_sheet(reader: Reader) -> None:
    """Errors and remarks; where a column is ours, by the word of its heading too."""
    cells = "3205831,garden,L-0001,21503205832018080001,abc,2026-13-01"
    extra = "320583,garden,L-0002,31103205832088080001,111111,2026-03-02"
    text = f"area,estate,lift,设备代码,识别码,installed_on,备注\n{cells},1\n{extra},2\n"
    page = sheet(reader, "lifts", text)
    for why in (
        "行政区划代码为六位数字",
        "这是压力容器的设备代码：电梯应以 3 开头",
        "识别码为六位数字",
        "没有 2026-13-01 这一天",
        "area · 行政区划",
        "设备代码中的年份 2088 不在 1980 至",
        "没有这个名称的列",
    ):
        assert why in page, why
    assert "第 4 列" in sheet(reader, "lifts", "area,estate,lift,a\x00b\n320583,garden,L-0001,1\n")
    assert "缺少“estate (小区)”列" in sheet(reader, "lifts", "area,lift\n320583,L-0001\n")


def sheet(reader: Reader, name: str, text: str, **fields: str) -> str:
    """The page after a file was tried, in Chinese all of it."""
    token = found(reader.client.get("/import", headers=HTML).text, "csrf")
    data = {"csrf": token, "sheet": name} | fields
    files = {"file": ("a.csv", text.encode(), "text/csv")}
    piece = HTML | {"HX-Request": "true"}
    page = reader.client.post("/import", data=data, files=files, headers=piece).text
    told(page, "(.*)")
    return page


def test_what_a_sheet_finds_in_the_register(reader: Reader) -> None:
    """Also what only the store can know: a chain of lifts, a code that is another's."""
    page = sheet(
        reader,
        "lifts",
        "area,estate,lift,predecessor\n320583,garden,L-0001,L-0009\n320583,garden,L-0003,L-0003\n",
    )
    assert "没有电梯 L-0009" in page or "不是另一台电梯的编号" in page
    chain = "area,estate,lift,predecessor\n320583,garden,L-0001,L-0009\n"
    assert "没有电梯 L-0009" in sheet(reader, "lifts", chain)
    code = "91110000600037341L"
    two = f"name,kind,credit_code\n甲,物业,{code}\n乙,维保,{code}\n"
    assert f"{code} 已登记为 甲" in sheet(reader, "organisations", two)


@pytest.mark.parametrize(
    ("text", "fields", "why"),
    [
        ("", {}, "请选择文件"),
        ("area\n", {"sheet": "people"}, "没有表格类别"),
        ("area\n", {"area": "1"}, "area 不能是 &#39;1&#39;：行政区划代码为六位数字"),
    ],
)
def test_why_a_sheet_is_not_looked_at(
    reader: Reader, text: str, fields: dict[str, str], why: str
) -> None:
    """Above the form."""
    assert why in sheet(reader, "lifts", text, **fields)


def test_why_a_sheet_is_not_kept(reader: Reader) -> None:
    """A key that was used for another file, or none of ours."""
    for lift, once, why in (
        ("L-0001", "12345678", "已保存"),
        ("L-0002", "12345678", "已提交过其他内容"),
        ("L-0003", "1", "表单已失效"),
    ):
        text = f"area,estate,lift\n320583,garden,{lift}\n"
        mark = re.search(r'name="keep" value="(\w+)"', sheet(reader, "lifts", text))
        assert mark is not None
        assert why in sheet(reader, "lifts", text, keep=mark[1], once=once)


@pytest.mark.parametrize(
    ("path", "status", "why"),
    [
        ("/lifts/L-9999", 404, "没有电梯 &#39;L-9999&#39;"),
        ("/incidents/nothing", 404, "没有编号为 &#39;nothing&#39; 的事件"),
        ("/people/nothing", 404, "没有编号为"),
        ("/organisations/花园", 404, "没有编号为 &#39;花园&#39; 的单位"),
        ("/nowhere", 404, "没有这个页面"),
        ("/static/nothing", 404, "没有文件"),
        ("/demo/as", 404, "没有这个页面"),
        ("/sign-out", 405, "不能这样打开"),
        ("/enter/nothing", 404, "链接已失效"),
        ("/?estate=A%20B", 400, "不符合小区名称的格式"),
        ("/?after=-", 400, "不符合电梯编号的格式"),
        ("/?estate=" + "a" * 33, 400, "最多 32 个字符，不能是"),
        ("/completeness?day=tomorrow", 400, "不是 2026-03-02 这样的日期"),
        ("/completeness?after=1", 400, "不是本系统给出的翻页标记"),
        ("/audit?after=x", 400, "应为整数，不能是"),
        ("/audit?after=-1", 400, "不应小于 0"),
        ("/language?to=de", 400, "不在可选语言之中"),
        ("/language", 400, "必须填写"),
    ],
)
def test_a_page_that_cannot_be_shown(reader: Reader, path: str, status: int, why: str) -> None:
    """Says why in the words of its reader."""
    answer = reader.client.get(path, headers=HTML)
    assert answer.status_code == status
    assert why in told(answer.text, r'<p class="quiet mono">(.*?)</p>')


def test_a_form_that_cannot_be_taken_is_answered_by_a_page(reader: Reader) -> None:
    """Sent twice with other words, or from a page of somebody else's."""
    text = reader.client.get("/organisations", headers=HTML).text
    hidden = {"csrf": found(text, "csrf"), "once": found(text, "once")}
    reader.client.post("/organisations", data=hidden | {"name": "花园"}, headers=HTML)
    cases = (
        (hidden | {"name": "湖畔"}, 409, "已提交过其他内容"),
        (hidden | {"once": "1", "name": "湖畔"}, 400, "表单已失效"),
        (hidden | {"csrf": "1"}, 403, "不是从本系统的页面发出的"),
    )
    for data, status, why in cases:
        answer = reader.client.post("/organisations", data=data, headers=HTML)
        assert answer.status_code == status
        assert why in told(answer.text, r'<p class="quiet mono">(.*?)</p>')


def test_whoever_may_not_is_told_what(reader: Reader, people: SqlPeople) -> None:
    """The act is named in Chinese too."""
    town = Town(people)
    garden = town.person("garden", "property", Place("320583", "garden"))
    reader.client.cookies.set("lw_session", town.secret(garden, "session"))
    answer = reader.client.get("/people", headers=HTML)
    assert "garden 无权查看人员及其权限" in told(answer.text, r'<p class="quiet mono">(.*?)</p>')
    answer = reader.client.get("/people", headers={"Accept": "application/json"})
    assert answer.json()["detail"] == "garden may not see people and their rights"
