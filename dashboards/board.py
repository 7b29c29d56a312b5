"""One dashboard in one language: where panels stand, their numbers, what all of them share."""

from collections.abc import Sequence
from typing import Any

from grafana_foundation_sdk.builders import dashboard as sdk
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models

from dashboards.queries import Query
from dashboards.sources import SQL
from dashboards.words import Language, Words

COLUMNS = 24
ZONE = "Asia/Shanghai"
TAG = "liftwatch"
CONSOLE = "http://127.0.0.1:8080"
"""Where the console is, unless `--console` says so."""

OTHER = {"zh": "English", "en": "中文"}
ESTATE = Words("Estate", "小区")
LIFT = Words("Lift", "电梯")


def uid_of(name: str, language: Language) -> str:
    """A dashboard's uid, the same in every organisation.

    >>> uid_of("lift", "zh")
    'liftwatch-lift-zh'
    """
    return f"liftwatch-{name}-{language}"


class Board:
    """Panels are added from left to right; what does not fit begins a new line."""

    def __init__(
        self, name: str, title: Words, language: Language, *, hours: int, refresh: str = "1m"
    ) -> None:
        self.name, self.language = name, language
        self._made = (
            sdk.Dashboard(title.of(language))
            .uid(uid_of(name, language))
            .tags([TAG, name, language])
            .timezone(ZONE)
            .week_start("monday")
            .time(f"now-{hours}h", "now")
            .refresh(refresh)
            .tooltip(models.DashboardCursorSync.CROSSHAIR)
            .with_variable(sdk.ConstantVariable("console").value(CONSOLE))
            .link(self._to_others())
            .link(self._to_other_language())
            .link(self._to_console())
        )
        self._x = self._y = self._height = self._number = 0

    def say(self, words: Words) -> str:
        """A text in this dashboard's language."""
        return words.of(self.language)

    def _to_others(self) -> sdk.DashboardLink:
        return (
            sdk.DashboardLink(self.say(Words("More", "更多")))
            .type(models.DashboardLinkType.DASHBOARDS)
            .tags([TAG, self.language])
            .as_dropdown(True)
            .keep_time(True)
        )

    def _to_other_language(self) -> sdk.DashboardLink:
        other: Language = "en" if self.language == "zh" else "zh"
        return (
            sdk.DashboardLink(OTHER[self.language])
            .type(models.DashboardLinkType.LINK)
            .url(f"/d/{uid_of(self.name, other)}")
            .include_vars(True)
            .keep_time(True)
        )

    def _to_console(self) -> sdk.DashboardLink:
        return (
            sdk.DashboardLink(self.say(Words("Console", "控制台")))
            .type(models.DashboardLinkType.LINK)
            .url("${console}/")
            .target_blank(True)
        )

    def choose(self, name: str, label: Words, text: str, *, many: bool = False) -> None:
        """A variable whose choices are the rows of a query: `__value` and `__text`."""
        made = (
            sdk.QueryVariable(name)
            .label(self.say(label))
            .datasource(reference(SQL))
            .query(" ".join(text.split()))
            .refresh(models.VariableRefresh.ON_DASHBOARD_LOAD)
            .sort(models.VariableSort.ALPHABETICAL_ASC)
        )
        if many:
            every = models.VariableOption(selected=True, text=["All"], value=["$__all"])
            made = made.multi(True).include_all(True).current(every)
        self._made.with_variable(made)

    def choose_estates(self) -> None:
        """The estates that may be seen, all of them at first."""
        name = "estate_name" if self.language == "zh" else "COALESCE(estate_name_en, estate_name)"
        self.choose(
            "estate",
            ESTATE,
            f"SELECT DISTINCT estate AS __value, COALESCE({name}, estate) AS __text"
            " FROM grafana.lift ORDER BY 2",
            many=True,
        )

    def annotate(self, name: Words, query: Query, *, colour: str) -> None:
        """Marks on every chart: rows with `time`, `text` and maybe `timeEnd`, `tags`."""
        self._made.annotation(
            sdk.AnnotationQuery()
            .name(self.say(name))
            .datasource(reference(SQL))
            .enable(True)
            .icon_color(colour)
            .target(query)
        )

    def add(self, panel: Any, title: Words, *, w: int, h: int, why: Words | None = None) -> None:
        """One more panel, so many of 24 columns wide and so many rows high."""
        if self._x + w > COLUMNS:
            self._x, self._y, self._height = 0, self._y + self._height, 0
        self._number += 1
        panel.id(self._number).title(self.say(title))
        if why is not None:
            panel.description(self.say(why))
        panel.grid_pos(models.GridPos(h=h, w=w, x=self._x, y=self._y))
        self._x, self._height = self._x + w, max(self._height, h)
        built = panel.build()
        made = self._made.build()
        made.panels = [*(made.panels or []), built]

    def build(self) -> models.Dashboard:
        """The dashboard as the SDK has it."""
        return self._made.build()


def reference(source: Any) -> common.DataSourceRef:
    """A data source as panels and variables name it."""
    return common.DataSourceRef(type_val=source.type, uid=source.uid)


def steps(*limits: tuple[float, str], below: str = "green") -> sdk.ThresholdsConfig:
    """Colours from limits on: `below` stands for what is less than all of them."""
    found: Sequence[models.Threshold] = [
        models.Threshold(value=None, color=below),
        *(models.Threshold(value=value, color=colour) for value, colour in limits),
    ]
    return sdk.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(list(found))
