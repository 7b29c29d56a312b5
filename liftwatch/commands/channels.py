"""The channels of pages as the settings name them, and `liftwatch notify test`."""

import contextlib

from pydantic import SecretStr

from liftwatch.adapters.addresses import Address, Lookup
from liftwatch.adapters.mail import Mail, MailServer
from liftwatch.adapters.robots import Provider, Robot
from liftwatch.adapters.webhook import Webhook
from liftwatch.clock import now_ms
from liftwatch.commands.wiring import page_of, settings_or_fail
from liftwatch.failure import Failure
from liftwatch.handlers.paging import body_of
from liftwatch.ids import new_id
from liftwatch.incidents.page_texts import test_text
from liftwatch.incidents.pages import Ways, quiet_of
from liftwatch.page_settings import Hook, hooks_of, job_hooks_of, smtp_of
from liftwatch.ports import Channel, Promise
from liftwatch.settings import Settings, webhook_key


def ways_of(settings: Settings, *, demo: bool = False) -> Ways:
    """By which ways pages leave."""
    hooks: dict[str, tuple[str, ...]] = {}
    for one in hooks_of(settings.page_hooks):
        hooks[one.organisation] = (*hooks.get(one.organisation, ()), one.name)
    given = {
        "email": bool(settings.smtp_url.get_secret_value()),
        "sms": bool(settings.sms_url),
        "voice": bool(settings.voice_url),
    }
    return Ways(
        channels=tuple(name for name, there in given.items() if there),
        hooks=hooks,
        for_exercises=frozenset(settings.page_exercise),
        quiet=quiet_of(settings.quiet_hours),
        language=settings.notice_language,
        page=page_of(settings),
        exercise=demo or settings.exercise,
        systems=tuple(one.name for one in job_hooks_of(settings.job_hooks)),
    )


def channels_of(settings: Settings, lookup: Lookup) -> dict[str, Channel]:
    """By their names; nothing is connected yet."""
    found: dict[str, Channel] = {}
    server = smtp_of(settings.smtp_url)
    if server is not None:
        found["email"] = Mail(MailServer(*server), sender=settings.smtp_from, lookup=lookup)
    for kind, url, token in (
        ("sms", settings.sms_url, settings.sms_token),
        ("voice", settings.voice_url, settings.voice_token),
    ):
        if url:
            secret = token.get_secret_value()
            found[kind] = Provider(kind, url, token=secret, lookup=lookup)
    for one in hooks_of(settings.page_hooks):
        found[one.name] = _hook(one)
    return found


def _hook(one: Hook) -> Channel:
    if one.shape == "plain":
        return Webhook(one.url, key=webhook_key(SecretStr(one.secret)))
    return Robot(one.shape, one.url, secret=one.secret)


def notify_test_command(name: str, *, to: str | None) -> bool:
    """Send a test by a channel now, and print what came of it; False when it was not taken."""
    settings = settings_or_fail()
    address = Address(to, to) if to else Address()
    channels = channels_of(settings, lambda _: address)
    channel = channels.get(name)
    if channel is None:
        known = ", ".join(channels) or "none is set"
        raise Failure(f"notify: there is no channel {name[:40]!r}: {known}")
    if name in ("email", "sms", "voice") and not to:
        raise Failure(f"notify: say to whom: liftwatch notify test {name} --to ...")
    at_ms, id = now_ms(), new_id()
    body = body_of(
        test_text(settings.notice_language, drill=settings.exercise),
        to=(None, ""),
        id=id,
        made_ms=at_ms,
        exercise=settings.exercise,
        data={"why": "test"},
    )
    promise = Promise(id=id, channel=name, body=body, made_ms=at_ms, due_ms=at_ms)
    with contextlib.ExitStack() as stack:
        for one in channels.values():
            stack.callback(one.close)
        sent = channel.send(promise, now_ms=at_ms)
    print(f"{sent.verdict}: {sent.detail}")
    return sent.verdict == "delivered"
