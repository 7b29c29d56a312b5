"""When the signals around an incident are kept, its signature is read off them."""

from tests.engine.test_evidence import House, books, house

__all__ = ["books", "house"]


def test_the_signature_of_an_incident(house: House) -> None:
    """How the lift stood when it began, what came before, and a small drawing."""
    house.states(-200, 200)
    before = house.alarm("door_blocked")
    incident = house.alarm(evidence={"branch": "off_zone"})
    assert house.books.signed([incident.id]) == {}
    house.run(100)
    signed = house.books.signed([incident.id])[incident.id]
    assert signed.kind == "entrapment"
    assert signed.signature.branch == "off_zone"
    assert signed.signature.drive is not None
    assert signed.signature.drive.startswith("stopped")
    assert before.id in house.books.signed([before.id])
    house.run(720, step_s=30)
    assert house.books.signed([incident.id])[incident.id] == signed
