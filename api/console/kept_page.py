"""The page on which somebody sends again what they had typed before their sign-in was over."""

from collections.abc import Iterator

from fastapi import Request, Response

from api.console.language import own_path
from api.console.render import render
from api.gate import Gate
from api.kept import Kept

SILENT = frozenset({"once", "version", "what", "back", "id", "rota", "number", "organisation"})
"""Fields that nobody typed."""


def kept_page(
    request: Request, gate: Gate, kept: Kept, *, secret: str | None = None, status: int = 200
) -> Response:
    """What was typed, and one press that sends it; `secret` is of a session that begins with it."""
    values = {
        "kept": safe(kept),
        "shown": list(typed(kept)),
        "token": gate.csrf_of(request) if secret is None else gate.csrf_for(secret),
    }
    return render(request, "kept.html", values, status=status)


def safe(kept: Kept) -> Kept:
    """Leading nowhere but to pages of ours."""
    return kept._replace(action=own_path(kept.action), back=own_path(kept.back))


def typed(kept: Kept) -> Iterator[str]:
    """What people wrote, as it stands."""
    return (text for name, text in kept.fields if name not in SILENT and text.strip())
