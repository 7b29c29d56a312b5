"""All evidence of one incident as a signed zip, and the form for an accident in law."""

import io
import json
import zipfile
from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.clock import now_ms
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.bundle import MANIFEST, BundleError, check, key_of, public_key
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import Told
from liftwatch.incidents.report import FIELDS
from tests.api.conftest import SECRET, Fleet, Town
from tests.api.test_sign_in import bearer

PUBLIC = public_key(key_of(SECRET))
LI = Actor(person="li", organisation="garden", channel="console")


@pytest.fixture
def accident(fleet: Fleet) -> Incident:
    """Two people, one of them hurt, were in a car for more than two hours."""
    fleet.lift("L-0001")
    at_ms = now_ms() - 4 * 3_600_000
    one = fleet.alarm("L-0001", "entrapment", at_ms=at_ms)
    told = Told(
        text="<b>旧钢丝绳</b>", trapped=2, injured=1, cause="traction", confirmed_by="Wang Gang"
    )
    for name, after_s in (("arrive", 600), ("release", 8_000)):
        with fleet.books.begin() as work:
            one, _ = make_move(
                work,
                one.id,
                name,
                told=told if name == "release" else Told(),
                by=LI,
                version=one.version,
                now_ms=at_ms + after_s * 1_000,
            )
    return one


def bundle(desk: TestClient, one: Incident) -> bytes:
    """As it is taken."""
    told = desk.get(f"/v1/incidents/{one.id}/bundle")
    assert told.status_code == 200, told.text
    assert told.headers["content-type"] == "application/zip"
    return told.content


def test_everything_is_in_it_and_it_is_signed(desk: TestClient, accident: Incident) -> None:
    """Whoever has the public key can tell."""
    bundle(desk, accident)
    data = bundle(desk, accident)
    manifest = check(data, public=PUBLIC)
    assert manifest["incident"] == accident.id
    assert set(manifest["files"]) == {
        *("incident.json", "course.json", "clocks.json", "story.json", "evidence.json"),
        *("trail.jsonl", "report.html"),
    }
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        story = json.loads(archive.read("story.json"))
        trail = archive.read("trail.jsonl").decode().splitlines()
    assert [line["what"] for line in story] == ["raised", "arrive", "release"]
    assert [json.loads(line)["action"] for line in trail] == ["incidents.bundle"] * 2


def changed(data: bytes, name: str, to: bytes | None) -> bytes:
    """The same zip with another file, or without it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        if to is not None:
            new.writestr(name, to)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "to", "why"),
    [
        ("story.json", b"[]", "changed, missing or added: story.json"),
        ("story.json", None, "changed, missing or added: story.json"),
        ("more.json", b"[]", "changed, missing or added: more.json"),
        (MANIFEST, b"{}", "not signed by this key"),
        (MANIFEST, None, "no bundle"),
        ("manifest.sig", b"AAAA", "not signed by this key"),
    ],
)
def test_whatever_is_changed_is_found(
    desk: TestClient, accident: Incident, name: str, to: bytes | None, why: str
) -> None:
    """By one line that names it."""
    with pytest.raises(BundleError, match=why):
        check(changed(bundle(desk, accident), name, to), public=PUBLIC)


def test_another_key_or_no_zip(desk: TestClient, accident: Incident) -> None:
    """The key within proves nothing."""
    data = bundle(desk, accident)
    with pytest.raises(BundleError, match="not signed by this key"):
        check(data, public=public_key(key_of(b"another secret of thirty-two bytes")))
    for broken in (b"", b"PK", data[: len(data) // 2]):
        with pytest.raises(BundleError, match="no bundle"):
            check(broken, public=PUBLIC)


def test_the_form_has_every_field_in_both_languages(desk: TestClient, accident: Incident) -> None:
    """What is known is filled in, harmless; what is not is a line to write on."""
    told = desk.get(f"/v1/incidents/{accident.id}/report-form")
    assert told.headers["content-type"] == "text/html; charset=utf-8"
    for field in FIELDS:
        assert field.zh in told.text
        assert field.en in told.text
    for text in (
        "at risk 2, 受伤 hurt 1",
        "曳引 · traction",
        "一般事故",
        "&lt;b&gt;旧钢丝绳",
        "____",
    ):
        assert text in told.text
    assert desk.get("/v1/incidents/none/report-form").status_code == 404


def test_who_may_take_it(guest: TestClient, town: Town, accident: Incident) -> None:
    """The estate's manager does, a neighbour's and the maintenance unit do not."""
    wanted: list[tuple[str, str, Any, int]] = [
        ("mei", "property", Place("320583", "garden"), 200),
        ("bo", "property", Place("320583", "lake"), 404),
        ("wu", "maintenance", Place("320583", "garden"), 403),
    ]
    for name, role, place, status in wanted:
        key = bearer(town.secret(town.person(name, role, place), "key"))
        answered = guest.get(f"/v1/incidents/{accident.id}/bundle", headers=key)
        assert answered.status_code == status, name
