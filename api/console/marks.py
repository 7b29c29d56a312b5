"""Marks by which extraction finds texts in code that are translated where they are shown."""


def N_(text: str) -> str:  # noqa: N802 - gettext's customary name
    """A text."""
    return text


def P_(context: str, text: str) -> tuple[str, str]:  # noqa: N802 - gettext's customary name
    """A word that needs its context to be translated."""
    return context, text
