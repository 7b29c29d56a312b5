"""Every visible word in both languages, side by side: none can be without the other."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Words(NamedTuple):
    """A text in English and in Chinese."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """The text of one language.

        >>> Words("lift", "电梯").of("zh")
        '电梯'
        """
        return self.zh if language == "zh" else self.en
