"""By what people are told of what is no alarm: instructions, entries of the credit list."""

from collections.abc import Iterable, Sequence

from liftwatch.handlers.paging import NUMBERED, Reached
from liftwatch.incidents.pages import BY_SEVERITY, Held, Ways


def ways_to(
    whom: Iterable[tuple[str, list[Reached]]], ways: Ways, *, urgency: int
) -> list[tuple[Reached, str]]:
    """Who is told by what, by organisation and its people; an exercise tells only by what is for
    exercises. `urgency` counts as the severity of an incident."""
    found: list[tuple[Reached, str]] = []
    for organisation, people in whom:
        for who in people:
            for channel in ways.channels:
                has = who.phone if channel in NUMBERED else who.email
                if has and channel in BY_SEVERITY[urgency]:
                    found.append((who, channel))
        hooks = (*ways.hooks.get(organisation, ()), *ways.hooks.get("*", ()))
        found += [(Reached("", organisation), hook) for hook in hooks]
    if ways.exercise:
        found = [row for row in found if row[1] in ways.for_exercises]
    return list(dict.fromkeys(found))


def held_of(chosen: Sequence[tuple[Reached, str]], ways: Ways) -> Held | None:
    """Why nobody was told; None where somebody was."""
    return None if chosen else "nobody" if ways.all_channels else "no_way"


def told_facts(chosen: Sequence[tuple[Reached, str]], held: Held | None) -> dict[str, object]:
    """What a line of the story tells: who was told by what, or why nobody was."""
    facts: dict[str, object] = {
        "people": sorted({who.person for who, _ in chosen if who.person}),
        "organisations": sorted({who.organisation for who, _ in chosen}),
        "channels": sorted({channel for _, channel in chosen}),
    }
    return facts | ({"held": held} if held else {})
