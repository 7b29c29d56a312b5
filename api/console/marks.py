"""Marks by which extraction finds texts in code that are translated where they are shown."""


def N_(text: str) -> str:
    """A text."""
    return text


def P_(context: str, text: str) -> tuple[str, str]:
    """A word that needs its context to be translated."""
    return context, text
