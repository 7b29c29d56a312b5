"""Settings of the rescue platform: what each may say."""

import re
from typing import Any

from pydantic import ValidationInfo

AREA = re.compile(r"[0-9]{6}")


def parse_areas(text: Any) -> Any:
    """Codes of areas, separated by commas; nothing is no platform.

    >>> parse_areas("320583, 320506"), parse_areas("")
    (('320583', '320506'), ())
    """
    if not isinstance(text, str):
        return text
    found = tuple(part.strip() for part in text.split(",")) if text.strip() else ()
    if not all(AREA.fullmatch(area) for area in found) or len(set(found)) < len(found):
        raise ValueError("is not codes of areas such as 320583, each once")
    return found


def check_platform(url: str, info: ValidationInfo) -> str:
    """A platform that is pushed to has areas."""
    if url and not info.data.get("rescue_areas"):
        raise ValueError("needs LIFTWATCH_RESCUE_AREAS beside it")
    return url
