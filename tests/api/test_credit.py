"""The credit list over HTTP and on pages: written, heard, in force; who sees what of it."""

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from liftwatch.care.answer import Answer
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, now_ms, rfc3339
from liftwatch.handlers.care_credit import by_clock
from liftwatch.ids import new_id
from tests.api.conftest import Fleet, Town
from tests.api.test_instructions import AREA, Office, signed_in

WORDS = "nobody can reach us <there>"


class Credit(Office):
    """Everybody, a fact about the unit anda and one about kone."""

    def __init__(self, client: TestClient, town: Town, fleet: Fleet) -> None:
        super().__init__(client, town, fleet)
        self.town = town
        for login, role, place in (
            ("buyer", "owner", AREA),
            ("street", "supervision", Place("320583", "garden")),
        ):
            self.keys[login] = town.secret(town.person(login, role, place), "key")
        self.fact = self.contradiction("L-0001", "anda")
        self.other = self.contradiction("L-0002", "kone")

    def contradiction(self, lift: str, unit: str) -> str:
        """One that supervision has decided to count."""
        at_ms = now_ms() - HOUR_MS
        estate = "lake" if lift == "L-0002" else "garden"
        found = self.fleet.alarm(lift, "maintenance_contradicted", at_ms=at_ms, estate=estate)
        made = Answer(
            incident=found.id,
            lift=lift,
            area="320583",
            estate=estate,
            organisation=self.units[unit],
            asked_ms=at_ms,
            due_ms=at_ms + 1,
            state="counts",
        )
        with self.fleet.books.begin() as work:
            work.put_answer(made, None)
        return found.id

    def wanted(self, **more: Any) -> dict[str, Any]:
        """An entry about the unit anda, with a month to answer."""
        at_ms = now_ms()
        return {
            "area": "320583",
            "organisation": self.units["anda"],
            "kind": "warning",
            "facts": [{"kind": "contradiction", "id": self.fact}],
            "what": "a record that signals contradict",
            "article": "TSG T5002 6",
            "decision": "2026-17",
            "hear_by": rfc3339(at_ms + 30 * DAY_MS),
            "from": rfc3339(at_ms + 30 * DAY_MS),
            "until": rfc3339(at_ms + 300 * DAY_MS),
        } | more

    def written(self, **more: Any) -> dict[str, Any]:
        """The same, written."""
        made = self.send("samr", "/v1/credit", self.wanted(**more))
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    def step(self, who: str, one: dict[str, Any], name: str, **body: Any) -> Any:
        """A move of somebody's, at the version it has."""
        whole = self.get("samr", f"/v1/credit/{one['id']}").json()["entry"]
        path = f"/v1/credit/{one['id']}/{name}"
        return self.send(who, path, body, **{"If-Match": f'"{whole["version"]}"'})

    def in_force(self, books: SqlBooks, *, answered: bool = False) -> dict[str, Any]:
        """One whose term to be heard is over, in force since just now."""
        for term_ms in (1_500, 15_000, 60_000):  # a busy machine may let a short term pass
            soon = now_ms() + term_ms
            wanted = self.wanted(hear_by=rfc3339(soon), **{"from": rfc3339(soon)})
            made = self.send("samr", "/v1/credit", wanted)
            if made.status_code != 201:
                continue
            one = made.json()
            told = [self.step("samr", one, "announce")]
            if answered:
                told.append(self.step("anda", one, "answer", text=WORDS))
            if all(step.status_code == 200 for step in told):
                break
        else:
            pytest.fail(f"no term was long enough: {made.text}")
        time.sleep(max(0, soon - now_ms()) / 1_000 + 0.01)
        with books.begin() as work:
            assert (by_clock(work, one["id"], now_ms=now_ms()) is None) == answered
        made = self.step("samr", one, "enforce")
        assert made.status_code == 200, made.text
        found: dict[str, Any] = made.json()
        return found

    def seen(self, who: str, one: dict[str, Any]) -> int:
        """What the API and the page answer, which is the same."""
        status: int = self.get(who, f"/v1/credit/{one['id']}").status_code
        assert self.get(who, f"/credit/{one['id']}").status_code == status
        listed = self.get(who, "/v1/credit").json()["items"]
        assert (one["id"] in [row["id"] for row in listed]) == (status == 200)
        return status


@pytest.fixture
def credit(guest: TestClient, town: Town, fleet: Fleet) -> Credit:
    """Everybody."""
    return Credit(guest, town, fleet)


def test_heard_before_it_counts(credit: Credit, books: SqlBooks) -> None:
    """Draft, announced, answered by the organisation; not in force before its day; withdrawn."""
    one = credit.written()
    assert (one["state"], one["issuer"], one["whole"]) == ("draft", credit.units["samr"], True)
    assert [credit.seen(who, one) for who in ("samr", "anda", "kone", "buyer", "street")] == [
        *(200, 404, 404, 404, 404)
    ]
    assert credit.step("samr", one, "enforce").status_code == 409
    assert credit.step("samr", one, "announce").json()["announced_at"] is not None
    assert [credit.seen(who, one) for who in ("samr", "anda", "kone", "buyer")] == [
        *(200, 200, 404, 404)
    ]
    assert credit.step("samr", one, "answer", text="x").status_code == 403
    assert credit.step("kone", one, "answer", text="x").status_code == 404
    assert credit.step("anda", one, "withdraw", text="x").status_code == 403
    assert credit.step("anda", one, "answer", text=" ").status_code == 422
    heard = credit.step("anda", one, "answer", text=WORDS)
    assert (heard.status_code, heard.json()["state"], heard.json()["answer"]) == (
        *(200, "heard"),
        WORDS,
    )
    early = credit.step("samr", one, "enforce")
    assert (early.status_code, early.json()["detail"]) == (
        409,
        "it counts from its first day to its last",
    )
    assert credit.step("samr", one, "withdraw", text="they are right").json()["state"] == (
        "withdrawn"
    )
    whole = credit.get("anda", f"/v1/credit/{one['id']}").json()
    assert [row["what"] for row in whole["story"]] == ["draft", "announce", "answer", "withdraw"]
    trail = books.audit_page(AuditFilter(target_kind="credit", target=one["id"]), limit=20)
    assert {row.entry.action for row in trail.items} >= {"credit.write", "credit.answer"}


def test_in_force_all_see_it_and_not_what_it_rests_on(credit: Credit, books: SqlBooks) -> None:
    """An owner reads whom, what and by which article; the parties all of it."""
    one = credit.in_force(books, answered=True)
    for who in ("samr", "anda", "kone", "buyer", "far"):
        assert credit.seen(who, one) == 200, who
        told = credit.get(who, f"/v1/credit/{one['id']}").json()
        party = who in ("samr", "anda")
        assert told["entry"]["whole"] == bool(told["story"]) == bool(told["entry"]["facts"])
        assert told["entry"]["whole"] == party, who
        assert told["entry"]["answer"] == (WORDS if party else None), who
        page = credit.get(who, f"/credit/{one['id']}").text
        assert (f"/incidents/{credit.fact}" in page) == party, who
        assert ("nobody can reach us" in page) == party, who
    public = credit.get("buyer", "/v1/credit?public=true").json()["items"]
    assert [row["id"] for row in public] == [one["id"]]
    unit = credit.units["anda"]
    assert len(credit.get("buyer", f"/v1/credit?organisation={unit}").json()["items"]) == 1
    assert credit.get("buyer", "/v1/credit?organisation=other").json()["items"] == []
    assert credit.step("samr", one, "withdraw", text="a mistake").status_code == 200
    assert credit.seen("buyer", one) == 404
    over = credit.get("anda", "/v1/credit?open=false").json()["items"]
    assert [row["state"] for row in over] == ["withdrawn"]


def test_what_cannot_be_written(credit: Credit) -> None:
    """Another's fact, the past, no term, an area out of reach; nobody else writes."""
    far = rfc3339(now_ms() + 400 * DAY_MS)
    for wrong, status in (
        ({"facts": []}, 400),
        ({"facts": [{"kind": "rumour", "id": "x"}]}, 400),
        ({"facts": [{"kind": "contradiction", "id": credit.other}]}, 422),
        ({"facts": [{"kind": "incident", "id": credit.fact}]}, 422),
        ({"organisation": credit.units["samr"]}, 422),
        ({"organisation": "nobody"}, 422),
        ({"area": "320584"}, 422),
        ({"article": " "}, 422),
        ({"paper": "x"}, 400),
        ({"hear_by": rfc3339(now_ms() - MINUTE_MS)}, 422),
        ({"hear_by": far}, 422),
        ({"from": "soon"}, 400),
        ({"until": rfc3339(now_ms() + DAY_MS)}, 422),
    ):
        made = credit.send("samr", "/v1/credit", credit.wanted(**wrong))
        assert made.status_code == status, (wrong, made.text)
    for who, status in (("anda", 403), ("garden", 403), ("buyer", 403), ("far", 422)):
        assert credit.send(who, "/v1/credit", credit.wanted()).status_code == status, who
    assert credit.in_force(credit.fleet.books)["answer"] is None, "nobody has to answer"
    assert credit.send("samr", "/v1/credit", credit.wanted()).status_code == 409, "one at a time"


def test_the_same_request_writes_one(credit: Credit) -> None:
    """Whoever did not hear the answer asks again."""
    key, body = {"Idempotency-Key": "credit-0001"}, credit.wanted()
    first = credit.send("samr", "/v1/credit", body, **key)
    second = credit.send("samr", "/v1/credit", body, **key)
    assert (first.status_code, first.json()) == (201, second.json())
    stale = credit.send(
        "samr", f"/v1/credit/{first.json()['id']}/announce", {}, **{"If-Match": '"7"'}
    )
    assert stale.status_code == 412


def test_what_the_books_know_of_an_organisation(credit: Credit) -> None:
    """For the authority of the area alone."""
    path = f"/v1/credit/facts?area=320583&organisation={credit.units['anda']}"
    (one,) = credit.get("samr", path).json()["items"]
    assert (one["kind"], one["id"], one["lift"]) == ("contradiction", credit.fact, "L-0001")
    written = credit.written()
    assert written["facts"] == [one], "it stands in the entry as the books had it"
    assert credit.get("anda", path).status_code == 403
    assert credit.get("far", path).status_code == 422


def test_by_forms(credit: Credit) -> None:
    """Whom, then which facts; what was typed is kept; the organisation answers on its page."""
    client, origin = credit.client, {"Origin": "http://127.0.0.1"}
    client.headers["Accept-Language"] = "en"
    csrf, unit = signed_in(client, "samr"), credit.units["anda"]
    assert "About whom" in client.get("/credit/new").text
    shown = client.get(f"/credit/new?area=320583&organisation={unit}").text
    field = f"fact-contradiction-{credit.fact}"
    assert field in shown
    assert credit.other not in shown
    empty = client.get(f"/credit/new?area=320583&organisation={credit.units['garden']}").text
    assert "Nothing of the last year" in empty
    begins = rfc3339(now_ms() + 20 * DAY_MS)[:16]
    typed = {
        "csrf": csrf,
        "area": "320583",
        "organisation": unit,
        "kind": "penalty",
        "what": "a record <that> lies",
        "article": "83(8)",
        "decision": "2026-9",
        "hear_by": begins,
        "from": begins,
        "until": rfc3339(now_ms() + 90 * DAY_MS)[:16],
    }

    def write(**more: str) -> Any:
        data = typed | {"once": new_id()} | more
        return client.post("/credit/new", data=data, headers=origin)

    for more, why in (
        ({}, "at least one fact"),
        ({field: "on", "kind": "no"}, "none of those"),
        ({field: "on", "until": ""}, "all three moments"),
        ({field: "on", "hear_by": "2020-01-01T10:00"}, "in the past"),
        ({"fact-incident-nowhere": "on"}, "does not stand"),
    ):
        wrong = write(**more)
        assert (wrong.status_code, "a record &lt;that&gt; lies" in wrong.text) == (422, True), more
        assert why in wrong.text, more
        assert (f'name="{field}" value="on" checked' in wrong.text) == (field in more)
    made = write(**{field: "on"})
    assert made.status_code == 303, made.text
    path = made.headers["location"]
    draft = client.get(path).text
    assert "a record &lt;that&gt; lies" in draft
    assert "Announce it" in draft

    def act(where: str, version: int, **more: str) -> Any:
        told = {"csrf": csrf, "once": new_id(), "version": str(version)} | more
        return client.post(where, data=told, headers=origin)

    assert act(path, 1, what="enforce").status_code == 409
    assert act(path, 1, what="burn").status_code == 422
    assert act(path, 1, what="announce").status_code == 303
    stale = act(path, 1, what="withdraw", text=WORDS)
    assert (stale.status_code, "can reach us &lt;there&gt;" in stale.text) == (409, True)
    csrf = signed_in(client, "anda")
    assert "Answer it" in client.get(path).text
    assert act(f"{path}/answer", 2, what="answer", text="x" * 1_500).status_code == 422
    assert act(f"{path}/answer", 2, what="answer", text=WORDS).status_code == 303
    page = client.get(path).text
    assert "can reach us &lt;there&gt;" in page
    assert "Answer it" not in page
    assert act(f"{path}/answer", 3, what="answer", text=WORDS).status_code == 409
    assert act(path, 3, what="withdraw", text=WORDS).status_code == 403
    csrf = signed_in(client, "garden")
    assert client.get(path).status_code == 404
    assert "Nothing is on record here" in client.get("/credit").text
