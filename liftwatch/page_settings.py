"""Settings of the channels of pages: how each is written, and what it is taken for.

What carries a secret is never repeated in what is said of it.
"""

import re
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr, ValidationInfo

from liftwatch.access.people import AccessError, check_email
from liftwatch.incidents.clocks import times_of
from liftwatch.incidents.pages import quiet_of
from liftwatch.served import is_loopback

SMTP_PORTS = {"smtp": 587, "smtps": 465}
HOOK_SHAPES = ("plain", "wecom", "dingtalk", "feishu")
PERSONAL = ("email", "sms", "voice")
"""Channels that reach a person."""
HOOKS_MAX = 50
_NAME = re.compile(r"[a-z0-9-]{1,32}")
JOB_FORM = "is not NAME=ORGANISATION|https://...|SECRET"
HOOK_FORM = "is not NAME=ORGANISATION|SHAPE|https://...|SECRET"


class JobHook(NamedTuple):
    """The job system of a maintenance unit: whose it is, where, and what signs."""

    name: str
    organisation: str
    url: str
    secret: str


class Smtp(NamedTuple):
    """Where mail is given in; `tls` is `tls`, `starttls` or, on this machine alone, `none`."""

    host: str
    port: int
    tls: str
    username: str | None
    password: str


class Hook(NamedTuple):
    """A robot or a webhook: for whose pages (`*`: everybody's), its shape, where it is."""

    name: str
    organisation: str
    shape: str
    url: str
    secret: str


def smtp_of(secret: SecretStr) -> Smtp | None:
    """A mail server; None where none is set, ValueError for what is none.

    >>> smtp_of(SecretStr("smtp://lift:s3cret@mail.example"))[:3]
    ('mail.example', 587, 'starttls')
    >>> smtp_of(SecretStr("smtp://127.0.0.1:25"))[:3], smtp_of(SecretStr(""))
    (('127.0.0.1', 25, 'none'), None)
    """
    text = secret.get_secret_value()
    if not text:
        return None
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        raise ValueError("has a port that is not a number up to 65535") from None
    if parts.scheme not in SMTP_PORTS or not parts.hostname or parts.path.strip("/"):
        raise ValueError("is not smtp://user:password@host:port, nor smtps://")
    tls = "tls" if parts.scheme == "smtps" else "starttls"
    if tls == "starttls" and is_loopback(parts.hostname):
        tls = "none"
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password or "")
    return Smtp(parts.hostname, port or SMTP_PORTS[parts.scheme], tls, username, password)


def hooks_of(secret: SecretStr) -> tuple[Hook, ...]:
    """Webhooks and robots, one behind the other with blanks between; ValueError for what is none.

    >>> hooks_of(SecretStr("duty=*|wecom|https://robot.example/send?key=1|"))[0][:3]
    ('duty', '*', 'wecom')
    """
    found = [_hook(text) for text in secret.get_secret_value().split()]
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise ValueError("names one of them twice")
    if len(found) > HOOKS_MAX:
        raise ValueError(f"has more than {HOOKS_MAX} of them")
    return tuple(found)


def _hook(text: str) -> Hook:
    name, _, rest = text.partition("=")
    parts = rest.split("|")
    if not _NAME.fullmatch(name) or name in PERSONAL or len(parts) not in (3, 4):
        raise ValueError(HOOK_FORM)
    organisation, shape, url, secret = (*parts, "")[:4]
    if shape not in HOOK_SHAPES or not organisation or not _is_safe(url):
        raise ValueError(f"{name}: {HOOK_FORM}, with a shape of {', '.join(HOOK_SHAPES)}")
    return Hook(name, organisation, shape, url, secret)


def _is_safe(url: str) -> bool:
    """Whether nobody on the way reads what is sent there."""
    address = urlsplit(url)
    here = address.scheme == "http" and is_loopback(address.hostname or "")
    return bool(address.hostname) and (address.scheme == "https" or here)


def job_hooks_of(secret: SecretStr) -> tuple[JobHook, ...]:
    """Job systems, one behind the other with blanks between; ValueError for what is none.

    >>> job_hooks_of(SecretStr("jobs=m|https://jobs.example/in|whsec_MTIzNA=="))[0][:2]
    ('jobs', 'm')
    """
    found = []
    for text in secret.get_secret_value().split():
        name, _, rest = text.partition("=")
        parts = rest.split("|")
        if not _NAME.fullmatch(name) or name in PERSONAL or len(parts) != 3 or not all(parts):
            raise ValueError(JOB_FORM)
        if not _is_safe(parts[1]):
            raise ValueError(f"{name}: {JOB_FORM}")
        found.append(JobHook(name, *parts))
    if len({one.name for one in found}) < len(found):
        raise ValueError("names one of them twice")
    if len(found) > HOOKS_MAX:
        raise ValueError(f"has more than {HOOKS_MAX} of them")
    return tuple(found)


def check_job_hooks(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    """Job systems, each with a secret of use and a name that no other channel has."""
    from liftwatch.settings import webhook_key  # it reads us first

    hooks = info.data.get("page_hooks")
    taken = {one.name for one in hooks_of(hooks)} if hooks else set()
    for one in job_hooks_of(secret):
        if one.name in taken:
            raise ValueError(f"{one.name}: LIFTWATCH_PAGE_HOOKS has one of that name")
        try:
            webhook_key(SecretStr(one.secret))
        except ValueError as error:
            raise ValueError(f"{one.name}: its secret {error}") from error
    return secret


def check_smtp(secret: SecretStr) -> SecretStr:
    """The mail server, if there is one."""
    smtp_of(secret)
    return secret


def check_sender(sender: str, info: ValidationInfo) -> str:
    """Who mail is from: with a mail server, and one address."""
    server = info.data.get("smtp_url")
    if server is None:
        return sender  # what is wrong is the server, and is told
    if bool(sender) != bool(server.get_secret_value()):
        raise ValueError("and LIFTWATCH_SMTP_URL are of use together")
    if sender:
        try:
            check_email(sender)
        except AccessError as error:
            raise ValueError(str(error)) from error
    return sender


def check_plain_keys(secret: SecretStr) -> SecretStr:
    """The webhooks, if there are any; plain ones are signed."""
    from liftwatch.settings import webhook_key  # it reads us first

    for one in hooks_of(secret):
        if one.shape == "plain":
            try:
                webhook_key(SecretStr(one.secret))
            except ValueError as error:
                raise ValueError(f"{one.name}: its secret {error}") from error
    return secret


def check_quiet(text: str) -> str:
    """Quiet hours, or nothing for none."""
    quiet_of(text)
    return text


def check_clocks(text: str) -> str:
    """Times of clocks, or nothing for those of their table."""
    times_of(text)
    return text


def parse_channels(text: Any) -> Any:
    """Names of channels with commas between."""
    if not isinstance(text, str):
        return text
    return tuple(part.strip() for part in text.split(",") if part.strip())


def check_channels(names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    """Channels that take exercises: those that are set, or a person's."""
    hooks, jobs = info.data.get("page_hooks"), info.data.get("job_hooks")
    known = {*PERSONAL, *(one.name for one in (hooks_of(hooks) if hooks else ()))}
    known |= {one.name for one in (job_hooks_of(jobs) if jobs else ())}
    for name in names:
        if name not in known:
            raise ValueError(f"{name[:40]!r} is no channel: {', '.join(sorted(known))}")
    return names


def check_token(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    """A provider's token is of use with its address."""
    address = str(info.field_name).replace("_token", "_url")
    if secret.get_secret_value() and not info.data.get(address):
        raise ValueError(f"is of no use: LIFTWATCH_{address.upper()} is not set")
    return secret
