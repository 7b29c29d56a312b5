"""`/healthz`, `/readyz`, `/metrics`, `/openapi.json`: what is told about the service itself."""

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from api.guard import is_here
from api.measure import HttpFigures
from api.parts import Metrics, Readiness, ThePart
from api.principal import allow
from api.shapes import answer

router = APIRouter(tags=["service"])
UNTOLD = "not ready; sign in, or ask on this machine, to be told why"


@router.get("/healthz", dependencies=[Depends(allow("service.health"))])
async def healthz() -> Response:
    """Always 200 while the process lives."""
    return answer({"alive": True})


@router.get(
    "/readyz",
    dependencies=[Depends(allow("service.health"))],
    responses={503: {"description": "Some part is not ready; `parts` says which and why"}},
)
def readyz(request: Request, parts: ThePart) -> Response:
    """200 when every part is ready, else 503; a part is null, or one line why it is not.

    The line can name servers of ours: who is neither on this machine nor signed in is told less.
    """
    told = parts.readiness()
    ready = not any(told.values())
    if request.state.principal.by == "nobody" and not is_here(request.scope):
        told = {part: why and UNTOLD for part, why in told.items()}
    return answer({"ready": ready, "parts": told}, status=200 if ready else 503)


@router.get(
    "/metrics",
    dependencies=[Depends(allow("service.metrics"))],
    response_class=PlainTextResponse,
)
async def metrics(request: Request, parts: ThePart) -> Response:
    """The service's own figures, for Prometheus."""
    figures: HttpFigures = request.app.state.figures
    figures.followers.set(parts.feed.followers)
    text = await anyio.to_thread.run_sync(_given, parts.metrics)
    ready = await anyio.to_thread.run_sync(_ready, parts.readiness)
    return Response(text + ready + figures.text(), media_type=CONTENT_TYPE_LATEST)


def _given(metrics: Metrics) -> bytes:
    return generate_latest(metrics) if isinstance(metrics, CollectorRegistry) else metrics()


def _ready(readiness: Readiness) -> bytes:
    registry = CollectorRegistry()
    gauge = Gauge("liftwatch_part_ready", "1: as /readyz has it", ("part",), registry=registry)
    for part, why in readiness().items():
        gauge.labels(part).set(why is None)
    return generate_latest(registry)


@router.get("/openapi.json", dependencies=[Depends(allow("service.describe"))])
async def openapi(request: Request) -> Response:
    """This interface, described."""
    return answer(request.app.openapi())
