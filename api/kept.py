"""What a page's form had sent when nobody was signed in for it any more: kept in the answer itself.

Nothing of it is stored, and nothing stands in an address: it travels in the page that asks to sign
in, and comes back with the password. It is kept only for what a browser says is a page of ours.
"""

from typing import NamedTuple

from fastapi import Request
from starlette.datastructures import FormData

from api.given import CSRF, is_own_page

PREFIX, ACTION, BACK = "kept:", "kept-action", "kept-back"
FORM = "application/x-www-form-urlencoded"
FIELDS_MAX, PATH_MAX = 400, 2_000
NEVER = frozenset({CSRF, "password", "secret", "passphrase"})
"""Fields that are not kept: what belongs to the session, and what nobody else may read."""


class Kept(NamedTuple):
    """Where a form was sent, its fields in order, and the page it stood on."""

    action: str
    fields: tuple[tuple[str, str], ...]
    back: str


async def keep_form(request: Request) -> None:
    """Leave in a request's state what its form says, for the page that answers instead."""
    if request.method == "POST" and _is_form_of_ours(request):
        form = await request.form()
        query = f"?{request.url.query}" if request.url.query else ""
        back = request.headers.get("referer", "").partition(request.headers.get("host", "/"))[2]
        request.state.kept = Kept(request.url.path + query, _fields(form), back[:PATH_MAX] or "/")


def kept_of(request: Request) -> Kept | None:
    """What was left by `keep_form`."""
    found: Kept | None = getattr(request.state, "kept", None)
    return found


def _is_form_of_ours(request: Request) -> bool:
    """Whether a browser sends a plain form, and says itself that a page of ours does."""
    told = request.headers.get("origin") or request.headers.get("sec-fetch-site")
    plain = request.headers.get("content-type", "").startswith(FORM)
    page = not request.url.path.startswith(("/v1/", "/sign-"))
    return bool(told) and plain and page and is_own_page(request)


def _fields(form: FormData) -> tuple[tuple[str, str], ...]:
    told = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    return tuple((name, text) for name, text in told if name not in NEVER)[:FIELDS_MAX]


async def brought_back(request: Request) -> Kept | None:
    """What comes back with a sign-in, None when nothing was kept."""
    form = await request.form()
    action, back = form.get(ACTION), form.get(BACK)
    if not isinstance(action, str) or not action:
        return None
    fields = [
        (name.removeprefix(PREFIX), text)
        for name, text in form.multi_items()
        if name.startswith(PREFIX) and isinstance(text, str)
    ]
    kept = tuple((name, text) for name, text in fields if name not in NEVER)[:FIELDS_MAX]
    return Kept(action[:PATH_MAX], kept, str(back or "/")[:PATH_MAX])
