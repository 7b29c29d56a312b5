"""The drawing of a shaft: where its landings lie and where the car is, in the units of the SVG."""

from typing import Any, NamedTuple

from liftwatch.ports import LiftRow
from liftwatch.register.facts import landing_height_m

HEIGHT = 360.0
MARGIN = 24.0
LABELS_MAX = 14


class Landing(NamedTuple):
    """A landing; `label` is empty where there is no room for it."""

    label: str
    y: float


class Shaft(NamedTuple):
    """The drawing; `car_y` is the car's sill, None when nobody knows."""

    landings: list[Landing]
    car_y: float | None
    car_height: float
    door: str


def draw_shaft(row: LiftRow) -> Shaft | None:
    """The shaft of a lift whose landings the register knows, else None."""
    heights = _heights(row)
    if len(heights) < 2:
        return None
    low = min(height for height, _ in heights)
    span = max(height for height, _ in heights) - low
    scale = (HEIGHT - 2 * MARGIN) / span if span > 0 else 0.0
    every = -(-len(heights) // LABELS_MAX)

    def y(height: float) -> float:
        return round(HEIGHT - MARGIN - (height - low) * scale, 1)

    landings = [
        Landing(text if place % every == 0 or place == len(heights) - 1 else "", y(height))
        for place, (height, text) in enumerate(heights)
    ]
    car = _car_height_m(row)
    inside = None if car is None else min(max(car, low - span), low + 2 * span)
    tall = max(14.0, min(34.0, (HEIGHT - 2 * MARGIN) / (len(heights) - 1) * 0.8))
    door = (row.state or {}).get("car_door") or "unknown"
    return Shaft(landings, None if inside is None else y(inside), round(tall, 1), door)


def _heights(row: LiftRow) -> list[tuple[float, str]]:
    """Landings from below, by their heights, or evenly where not all heights are known."""
    floors = [floor for floor in row.facts.floors or () if floor.index is not None]
    floors.sort(key=lambda floor: floor.index or 0)
    known = all(floor.height_m is not None for floor in floors)
    return [
        (
            floor.height_m if known and floor.height_m is not None else float(place),
            floor.label or str(floor.index),
        )
        for place, floor in enumerate(floors)
    ]


def _car_height_m(row: LiftRow) -> float | None:
    state: dict[str, Any] = row.state or {}
    floors = row.facts.floors or []
    if floors and all(floor.height_m is not None for floor in floors):
        if state.get("position_m") is not None:
            return float(state["position_m"])
        return landing_height_m(row.facts, state.get("floor"))
    indexes = sorted(floor.index for floor in floors if floor.index is not None)
    return float(indexes.index(state["floor"])) if state.get("floor") in indexes else None
