"""`/v1/public`: what residents see, for programs: a lift by the code of its sticker, a complaint by
its number. Nobody signs in, nothing is personal, and both are counted against guessing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.complaint_shapes import FollowedShape, OpenStanding, at
from api.parts import ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED
from api.residents_seen import code_or_miss, followed, shown_lift
from api.shapes import answer, described
from liftwatch.care.complaints import moves_of
from liftwatch.clock import SECOND_MS, now_ms, rfc3339

router = APIRouter(tags=["residents"], responses=DOCUMENTED)
Reader = Annotated[Principal, Depends(allow("residents.read"))]
TextPath = Annotated[str, Path(max_length=64)]


@router.get(
    "/v1/public/lifts/{code}", responses=described(OpenStanding, "How it stands, its last month")
)
def read_public_lift(*, principal: Reader, part: ThePart, code: TextPath) -> Response:
    """The lift behind the code of a sticker."""
    at_ms = now_ms()
    one = shown_lift(part, code_or_miss(part, code, "lift", principal=principal), now_ms=at_ms)
    return answer(
        OpenStanding(
            estate=one.row.estate,
            building=one.row.facts.building or "",
            unit=one.row.facts.unit,
            word=one.standing.word,
            since=at(one.standing.since_ms),
            heard_at=at(one.standing.heard_ms),
            month=f"{one.month_of:%Y-%m}",
            counts=dict(one.month.counts),
            stopped_s=one.month.stopped_ms // SECOND_MS,
            blind_s=one.month.blind_ms // SECOND_MS,
            notices=[
                {
                    "topic": notice.topic,
                    "zh": notice.zh,
                    "en": notice.en,
                    "from_at": rfc3339(notice.from_ms),
                    "until_at": rfc3339(notice.until_ms),
                }
                for notice in one.notices
            ],
        )
    )


@router.get("/v1/public/complaints/{number}", responses=described(FollowedShape, "Where it stands"))
def read_followed(*, principal: Reader, part: ThePart, number: TextPath) -> Response:
    """A complaint by the number its resident was given."""
    one, matter = followed(part, number, principal=principal)
    return answer(
        FollowedShape(
            number=one.number,
            topic=one.topic,
            told_at=rfc3339(one.told_ms),
            state=matter.state,
            party=matter.party,
            due_at=at(matter.due_ms),
            answer=matter.answer,
            answered_at=at(matter.answered_ms),
            rating=one.rating,
            may_reopen="reopen" in moves_of(matter, None),
        )
    )
