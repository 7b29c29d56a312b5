"""The page behind the code in a car, and what becomes of what is told there."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.console import resident_page
from api.photos import EDGE_MAX, clean_photo
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.codes import new_code
from liftwatch.care.residents_store import Wanted
from liftwatch.clock import DAY_MS, HOUR_MS, now_ms
from liftwatch.handlers.care_complaints import By, move_complaint
from liftwatch.handlers.care_notices import renew_code
from liftwatch.incidents.moves import Untold
from liftwatch.ports import IncidentFilter
from tests.api.conftest import Fleet

PLACE = ("320583", "garden", "3")


@pytest.fixture
def phone(guest: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A resident's, who types faster than people."""
    monkeypatch.setattr(resident_page, "TYPED_MS_MIN", 0)
    guest.headers |= {"Accept": "text/html", "Accept-Language": "en"}
    return guest


@pytest.fixture
def code(fleet: Fleet, people: SqlPeople) -> str:
    """Of a lift that is heard."""
    fleet.lift("L-0001", heard_ms=now_ms(), state={"service_mode": "normal"})
    with people.begin() as work:
        return renew_code(
            work, "lift", place=PLACE, lift="L-0001", person=None, now_ms=now_ms()
        ).code


def fields(page: str, **typed: str) -> dict[str, str]:
    """What the form of a page sends when somebody has typed."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return dict(hidden) | typed


def send(by: TestClient, code: str, /, *, photo: bytes = b"", **typed: str) -> Any:
    """Open the page, fill in the form, send it."""
    page = by.get(f"/r/{code}")
    assert page.status_code == 200, page.text
    files = {"photo": ("a.jpg", photo, "image/jpeg")}
    return by.post(f"/r/{code}", data=fields(page.text, **typed), files=files)


def picture(size: tuple[int, int] = (2_000, 1_000)) -> bytes:
    """A photo with a place in its EXIF, as telephones make them."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[2] = (31.0, 23.0, 7.0)
    Image.new("RGB", size, "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def told(people: SqlPeople) -> list[Any]:
    """Matters and what was given with them."""
    with people.reading() as reads:
        found = reads.care.complaints(Wanted(), now_ms=now_ms())
        return [(one, reads.care.private(one.id)) for one in found]


def test_from_the_sticker_to_a_second_word(phone: TestClient, code: str, people: SqlPeople) -> None:
    """A complaint with photo and number; followed by its number; answered, rated, reopened once."""
    sent = send(phone, code, topic="doors", words="它夹人", phone="13800000000", photo=picture())
    assert sent.status_code == 303, sent.text
    path = sent.headers["location"].partition("?")[0]
    ((one, private),) = told(people)
    assert (one.topic, one.lift, private.words, private.phone) == (
        "doors",
        "L-0001",
        "它夹人",
        "13800000000",
    )
    kept = Image.open(io.BytesIO(private.photo))
    assert (kept.size, dict(kept.getexif())) == ((EDGE_MAX, EDGE_MAX // 2), {})
    assert b"SecretPhone" not in private.photo
    page = phone.get(path).text
    assert "Received" in page
    for personal in ("它夹人", "13800000000"):
        assert personal not in page
    for name, text in (("take", None), ("answer", "the edge was cleaned")):
        with people.begin() as work:
            now = work.care.complaint(one.id)
            assert now is not None
            move_complaint(
                work,
                one.id,
                name,
                by=By("property"),
                text=text,
                version=now.version,
                now_ms=now_ms(),
            )
    page = phone.get(path).text
    assert "the edge was cleaned" in page
    rated = phone.post(path, data=fields(page, what="rate", stars="2", words="no"))
    assert rated.status_code == 303
    again = phone.post(path, data=fields(phone.get(path).text, what="reopen", words="it does"))
    assert again.status_code == 303
    assert 'value="reopen"' not in phone.get(path).text
    ((one, private),) = told(people)
    assert (one.state, one.rating, private.again, private.rated) == ("reopened", 2, "it does", "no")
    unsure = phone.post(path, data=fields(phone.get(path).text, what="forget"))
    assert unsure.status_code == 422
    phone.post(path, data=fields(phone.get(path).text, what="forget", sure="yes"))
    assert told(people)[0][1] is None
    assert "All that you gave is erased" in phone.get(path).text


def test_who_is_inside_is_led_to_the_telephone(
    phone: TestClient, code: str, people: SqlPeople, fleet: Fleet
) -> None:
    """Before the form and after it; no incident comes of it by itself, but a matter due at once."""
    page = phone.get(f"/r/{code}").text
    assert page.index("tel:96333") < page.index('name="topic"')
    assert "063577" in page
    sent = send(phone, code, topic="trapped", inside="now")
    assert "tel:96333" in phone.get(sent.headers["location"]).text
    ((one, _),) = told(people)
    assert one.inside
    assert one.due_ms - one.told_ms == 5 * 60_000
    assert fleet.books.incidents(IncidentFilter(lift="L-0001")).items == []


@pytest.mark.parametrize(
    ("row", "alarm", "word"),
    [
        ({"ago_ms": 0, "state": {"service_mode": "normal"}}, None, "In service"),
        ({"ago_ms": HOUR_MS}, None, "We cannot see it"),
        ({"ago_ms": None, "state": None}, None, "We have never heard it"),
        ({"ago_ms": HOUR_MS}, "out_of_service", "Out of service"),
        ({"ago_ms": 0}, "entrapment", "Help is under way"),
        ({"ago_ms": 0, "state": {"service_mode": "inspection"}}, None, "Being worked on"),
        ({"ago_ms": 0, "state": {"floor": 2}}, None, "Not certain"),
    ],
)
def test_what_we_know_of_a_lift_and_what_not(
    phone: TestClient, code: str, fleet: Fleet, row: dict[str, Any], alarm: str | None, word: str
) -> None:
    """Never more than we know."""
    told = dict(row)  # how long ago it was heard, which counts from now
    ago_ms = told.pop("ago_ms")
    fleet.lift("L-0001", heard_ms=None if ago_ms is None else now_ms() - ago_ms, **told)
    if alarm is not None:
        fleet.alarm("L-0001", alarm, at_ms=now_ms())
    assert word in phone.get(f"/r/{code}").text.partition("standing-word")[2]


def test_a_machine_is_told_so_and_a_person_loses_nothing(
    phone: TestClient, code: str, people: SqlPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The field nobody sees, a form sent at once, one that was made up, one of yesterday."""
    page = phone.get(f"/r/{code}").text
    good = fields(page, topic="noise", words="it squeals on 7")
    monkeypatch.setattr(resident_page, "TYPED_MS_MIN", HOUR_MS)
    tries = [({"website": "x"}, 0), ({}, HOUR_MS), ({"made": "1.ff"}, 0), ({"made": ""}, 0)]
    for changed, least in tries:
        monkeypatch.setattr(resident_page, "TYPED_MS_MIN", least)
        refused = phone.post(f"/r/{code}", data=good | changed)
        assert refused.status_code == 422, changed
        assert "it squeals on 7" in refused.text
    monkeypatch.setattr(resident_page, "FORM_MS_MAX", -1)
    assert phone.post(f"/r/{code}", data=good).status_code == 422
    assert told(people) == []
    monkeypatch.undo()
    monkeypatch.setattr(resident_page, "TYPED_MS_MIN", 0)
    assert phone.post(f"/r/{code}", data=good).status_code == 303
    again = phone.post(f"/r/{code}", data=good)
    assert again.status_code == 303
    assert len(told(people)) == 1


def test_an_address_that_floods_is_slowed_and_hides_nothing(
    phone: TestClient, code: str, people: SqlPeople
) -> None:
    """Twelve in ten minutes; they are one row of the list."""
    page = phone.get(f"/r/{code}").text
    statuses = [
        phone.post(f"/r/{code}", data=fields(page, topic="doors", once=f"key-{n:08d}")).status_code
        for n in range(14)
    ]
    assert statuses == [303] * 12 + [429] * 2
    ((one, _),) = told(people)
    assert one.joined == 11


def test_codes_cannot_be_guessed(phone: TestClient, code: str, people: SqlPeople) -> None:
    """What leads nowhere is counted; a renewed code leads nowhere; register codes are none."""
    with people.begin() as work:
        new = renew_code(work, "lift", place=PLACE, lift="L-0001", person=None, now_ms=now_ms())
    assert phone.get(f"/r/{code}").status_code == 404
    assert phone.get(f"/r/{new.code}").status_code == 200
    assert phone.get(f"/screen/{new.code}").status_code == 404
    for guess in ("L-0001", "063577", "31103205832018080001"):
        assert phone.get(f"/r/{guess}").status_code == 404
    found = [phone.get(f"/c/{new_code()[:10]}").status_code for _ in range(40)]
    assert found[-1] == 429
    assert phone.get(f"/r/{new.code}").status_code == 429


@pytest.mark.parametrize("data", [b"GIF89a", b"<svg/>", b"\xff\xd8\xff" + b"x" * 99, b"%PDF-1.4"])
def test_what_is_no_photo(data: bytes) -> None:
    """Only three forms are opened at all."""
    with pytest.raises(Untold):
        clean_photo(data)


def test_a_photo_that_unpacks_to_too_much() -> None:
    """A small file of many points."""
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    with pytest.raises(Untold, match="too many points"):
        clean_photo(out.getvalue())


def test_for_programs_the_same_is_told(phone: TestClient, code: str, fleet: Fleet) -> None:
    """A lift by its code, a complaint by its number; nothing personal."""
    begun = now_ms() - 31 * DAY_MS
    fleet.alarm("L-0001", "door_blocked", at_ms=begun, opened_ms=begun)
    one = phone.get(f"/v1/public/lifts/{code}").json()
    assert (one["word"], one["building"]) == ("works", "3")
    number = send(phone, code, topic="levels", words="门口有台阶").headers["location"][3:13]
    followed = phone.get(f"/v1/public/complaints/{number}")
    assert followed.json()["state"] == "received"
    assert "台阶" not in followed.text
    assert phone.get("/v1/public/complaints/zzzzzzzzzz").status_code == 404
