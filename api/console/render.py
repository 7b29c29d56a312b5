"""Jinja2, once per language: templates see texts, the assets, and everything escaped."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.console.assets import asset_path
from api.console.forms import Sent, fresh_key
from api.console.fund_home import HOMES
from api.console.fund_rules import cited
from api.console.kinds import ROLE_TEXTS, SEVERITIES
from api.console.language import COOKIE, FORMS, LANGUAGES, Language, choose
from api.console.navigation import ways
from api.parts import Parts
from api.principal import NOBODY
from liftwatch.access.rights import ACTIONS, may
from liftwatch.clock import now_ms
from liftwatch.said import Said

OPENS = ACTIONS["fund.open"]
TEMPLATES = Path(__file__).parent / "templates"
HEADERS = {"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}


def mark_of(row: object) -> str:
    """The same for a row that shows the same: a browser leaves it as it is.

    >>> mark_of(("a", 1)) == mark_of(("a", 1)), mark_of(("a", 1)) == mark_of(("a", 2))
    (True, False)
    """
    return f"{crc32(repr(row).encode()):08x}"


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    texts = language.texts
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension's own
        texts.gettext,
        texts.ngettext,
        newstyle=True,
        pgettext=texts.pgettext,
        npgettext=texts.npgettext,
    )
    severities = {number: language.say(text) for number, text in SEVERITIES.items()}
    environment.globals.update(
        asset=asset_path,
        cited=partial(cited, language),
        language=language,
        languages=FORMS,
        mark_of=mark_of,
        severities=severities,
    )
    return environment


ENVIRONMENTS: Mapping[str, Environment] = {
    code: _environment(language) for code, language in LANGUAGES.items()
}


def looks(language: Language) -> list[tuple[str, str]]:
    """As which roles somebody may look at the demo, in words."""
    roles = ACTIONS["console.read"].roles | {role for role, _ in HOMES}
    return [(name, language.say(text)) for name, text in ROLE_TEXTS.items() if name in roles]


def language_of(request: Request) -> Language:
    """The language of whoever asks."""
    accept = request.headers.get("accept-language")
    return LANGUAGES[choose(request.cookies.get(COOKIE), accept)]


def render(
    request: Request, template: str, values: dict[str, Any], *, status: int = 200
) -> Response:
    """A template as an answer."""
    parts: Parts = request.app.state.parts
    gate, principal = parts.gate, getattr(request.state, "principal", NOBODY)
    language = language_of(request)
    query = f"?{request.url.query}" if request.url.query else ""
    own = {
        "now_ms": now_ms(),
        "exercise": parts.exercise,
        "demo": parts.demo,
        "looks": looks(language) if parts.demo else (),
        "who": principal,
        "my_roles": ", ".join(language.say(ROLE_TEXTS[one]) for one in sorted(principal.roles)),
        "csrf": gate.csrf_of(request) if gate and principal.by == "session" else "",
        "fresh_key": fresh_key,
        "page_ways": ways(principal.roles, person=bool(principal.person)),
        "opens_cases": bool(principal.person) and may(principal.roles, OPENS),
        "here": request.url.path + query,
        "here_path": request.url.path,
    }
    twice = values.keys() & own.keys()
    assert not twice, f"{template}: {twice} is every page's own"
    text = ENVIRONMENTS[language.code].get_template(template).render(values | own)
    return Response(text, status_code=status, media_type="text/html", headers=HEADERS)


def render_form(
    request: Request,
    template: str,
    values: dict[str, Any],
    *,
    wrong: Said | None,
    form: Sent | None,
) -> Response:
    """A page with forms: what was typed stays, with the reason why it cannot be."""
    values |= {"wrong": wrong, "typed": form.fields if form else {}, "key": fresh_key}
    return render(request, template, values, status=422 if wrong else 200)
