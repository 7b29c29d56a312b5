"""The page of rights is what the routes and the table say."""

from pathlib import Path

from api.rights_table import rights_page, route_rows
from liftwatch.access.rights import ACTIONS


def test_the_page_is_fresh(root: Path) -> None:
    """Else: `liftwatch rights > docs/rights.md`."""
    assert (root / "docs" / "rights.md").read_text(encoding="utf-8") == rights_page()


def test_every_action_has_a_route() -> None:
    """And every route its action, else there is no page at all."""
    assert {row.action.name for row in route_rows()} == set(ACTIONS)
