"""Figures of HTTP by the template of a route, never by the raw path."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liftwatch.clock import monotonic_s

NO_ROUTE = "none"


class HttpFigures:
    """In a registry of their own, so that an application can be made twice."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.answers = Counter(
            "liftwatch_http_answers", "Answers begun.", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "liftwatch_http_seconds",
            "From the request to the first byte of its answer.",
            ("route",),
            registry=self.registry,
        )
        self.followers = Gauge(
            "liftwatch_stream_followers", "Open event streams.", registry=self.registry
        )

    def certificate(self, days_left: Callable[[], float]) -> None:
        """Show how long the certificate we are served with is good."""
        Gauge(
            "liftwatch_http_certificate_expires_in_days",
            "Until the certificate of pages and API ends; below 0 it has.",
            registry=self.registry,
        ).set_function(days_left)

    def text(self) -> bytes:
        """The exposition of these figures."""
        return generate_latest(self.registry)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured:
    """Counts answers as they begin: a stream ends hours later."""

    def __init__(self, app: ASGIApp, figures: HttpFigures) -> None:
        self.app = app
        self.figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and look at the first byte of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began_s = monotonic_s()

        async def looking(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", NO_ROUTE)
                method = scope["method"] if scope["method"] in METHODS else "other"
                self.figures.answers.labels(method, route, str(message["status"])).inc()
                self.figures.seconds.labels(route).observe(monotonic_s() - began_s)
            await send(message)

        await self.app(scope, receive, looking)
