"""A report as one HTML file that needs nothing beside it: to be sent, filed or printed."""

from functools import cache
from pathlib import Path

from api.console.language import Language
from api.console.render import ENVIRONMENTS
from api.console.report_views import ReportView

CSS = Path(__file__).parent / "static" / "report.css"


def report_html(one: ReportView, language: Language) -> str:
    """The report with its own rules of style; no script, no picture and no address is asked."""
    template = ENVIRONMENTS[language.code].get_template("report_alone.html")
    return template.render(one=one, looks_of=_css())


@cache
def _css() -> str:
    """Our own file, so that nothing of it is to be escaped."""
    return CSS.read_text(encoding="utf-8")
