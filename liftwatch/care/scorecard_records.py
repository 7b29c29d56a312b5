"""How records that the signals contradict are counted on a score card."""

from liftwatch.care.scorecard_facts import CONTRADICTED
from liftwatch.care.scorecard_ground import Figure, Ground, Mine, against


def contradicted(mine: Mine) -> Figure:
    """Of finished care, records that supervision decided to count; what is not decided yet, asked
    or answered, is disputed. A contradiction is of whose visit it was, or of whoever held the lift
    where that is not known."""
    known = {one.incident for one in mine.facts.answers}
    said = [
        one
        for one in mine.facts.answers
        if mine.period.holds(one.asked_ms)
        and one.state != "dropped"
        and mine.answers_for(one.lift, one.asked_ms)
        and (mine.party != "unit" or one.organisation in ("", mine.id))
    ]
    grounds = [
        Ground("incident", o.incident, o.lift, o.asked_ms, False, o.state != "counts") for o in said
    ]
    grounds += [
        Ground("incident", one.id, one.lift, one.raised_ms, False, True)
        for one in mine.raised({CONTRADICTED})
        if one.id not in known and one.rejected_ms is None
    ]
    done = {
        one.visit
        for lift in mine.spans
        for one in mine.world.cared.get(lift, ())
        if one.visit and mine.period.holds(one.at_ms) and mine.answers_for(lift, one.at_ms)
    }
    others = sum(one.visit is None or one.visit not in done for one in said)
    return against("contradicted", grounds, total=max(len(done) + others, len(grounds)))
