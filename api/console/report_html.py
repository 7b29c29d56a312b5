"""A report as one HTML file that needs nothing beside it: to be sent, filed or printed."""

from api.console.language import Language
from api.console.render import ENVIRONMENTS
from api.console.report_views import ReportView


def report_html(one: ReportView, language: Language) -> str:
    """The report; no script, no picture and no address is asked."""
    return ENVIRONMENTS[language.code].get_template("report_alone.html").render(one=one)
