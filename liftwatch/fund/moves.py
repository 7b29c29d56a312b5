"""A move of a case: what it must have, what becomes of the case, and what the ledger books.

    move(case, name, told=…, known=…, by=…, now_ms=…) -> (case, effects)

The rows stand in `liftwatch.fund.steps`, what each does in `liftwatch.fund.acts`. Nothing is
booked here: the caller books the effects, keeps the case by its version and the hashes of its
documents under a unique key, all in one transaction.
"""

from msgspec import structs

from liftwatch.fund.acts import ACTS, Asked
from liftwatch.fund.case import (
    NOTHING_KNOWN,
    NOTHING_TOLD,
    By,
    Case,
    Custody,
    Done,
    Known,
    Path,
    Told,
    check_path,
)
from liftwatch.fund.documents import FILED_BY, Document, file_documents, lacking, valid
from liftwatch.fund.four_eyes import check_by
from liftwatch.fund.refusals import CannotMove, NotYours, Refused, Untold
from liftwatch.fund.reserved import Effect
from liftwatch.fund.steps import STEPS, Step, papers_of
from liftwatch.said import Said

DONE_MAX = 2_000
"""So many moves a case may have [our choice]: payments in part are the many ones."""
TEXT_MAX = 1_000
LAPSING = frozenset({"approved", "accepted", "audited"})
AFTER_LAPSE = frozenset({"expire", "file", "receive", "give_back"})


def open_case(
    id: str,
    *,
    place: tuple[str, str, str],
    lift: str,
    path: Path,
    custody: Custody,
    bank: str,
    now_ms: int,
    programme: str = "",
    incident: str | None = None,
) -> Case:
    """A case that has nothing but its lift: a draft. It moves no money, whoever opens it.

    `place` is area, estate and building. Raises Untold.
    """
    check_path(path, programme)
    if custody not in ("bureau", "committee"):
        raise Untold(Said("the fund is kept by the bureau or the committee"))
    area, estate, building = place
    return Case(
        id=id,
        area=area,
        estate=estate,
        building=building,
        lift=lift,
        path=path,
        custody=custody,
        bank=bank,
        programme=programme,
        incident=incident,
        opened_ms=now_ms,
    )


def move(
    case: Case,
    name: str,
    *,
    told: Told = NOTHING_TOLD,
    known: Known = NOTHING_KNOWN,
    by: By,
    now_ms: int,
) -> tuple[Case, tuple[Effect, ...]]:
    """A case after a move, and what is booked for it, in this order.

    A clock that was set back makes nothing unhappen: the moment is never before the last one.
    Raises CannotMove where it does not begin there, NotYours for the wrong role or a second hand,
    Untold for what is missing or cannot be, Ineligible with its rule, OverLimit for money.
    """
    step = STEPS.get(name)
    if step is None:
        raise CannotMove(Said("%(move)s is no move of a case", move=name))
    at_ms = max(now_ms, case.last_ms)
    _check_begin(case, step, at_ms=at_ms)
    check_by(case, step, by)
    _check_told(step, told)
    version = told.plan.version if step.name == "revise" and told.plan else case.plan_version
    documents = _file(case, told, known, plan=version, by=by, at_ms=at_ms)
    _check_papers(case, step, told=told, papers=valid(documents, plan=version))
    filed = structs.replace(case, documents=documents)
    changes, effects = ACTS[name](Asked(filed, told, known, by, at_ms))
    done = Done(
        move=name,
        at_ms=at_ms,
        by=by,
        plan=version,
        amount_fen=told.amount_fen,
        text=told.text,
    )
    stage = {"stage": step.to} if step.to is not None else {}
    moved = structs.replace(
        filed, **(stage | changes), done=(*case.done, done), version=case.version + 1
    )
    return moved, effects


def moves_from(case: Case, *, by: By, now_ms: int) -> tuple[str, ...]:
    """The names of the moves this person may make now, in order of the table; what they must
    tell and bring is not asked."""
    found = []
    for name, step in STEPS.items():
        try:
            _check_begin(case, step, at_ms=max(now_ms, case.last_ms))
            check_by(case, step, by)
        except Refused:
            continue
        found.append(name)
    return tuple(found)


def is_lapsed(case: Case, *, at_ms: int) -> bool:
    """Whether the time of its reservation is over, whether or not the engine has seen to it."""
    return case.stage in LAPSING and case.expires_ms is not None and at_ms >= case.expires_ms


def _check_begin(case: Case, step: Step, *, at_ms: int) -> None:
    if case.path not in step.paths:
        raise CannotMove(
            Said("%(move)s is no move of the path %(path)s", move=step.name, path=case.path)
        )
    if case.stage not in step.begins:
        raise CannotMove(
            Said("%(move)s does not follow %(state)s", move=step.name, state=case.stage)
        )
    if is_lapsed(case, at_ms=at_ms) and step.name not in AFTER_LAPSE:
        raise CannotMove(Said("the time of this case is over: nothing is paid or decided any more"))
    if step.name == "expire" and not is_lapsed(case, at_ms=at_ms):
        raise CannotMove(Said("the time of this case is not over"))
    if len(case.done) >= DONE_MAX and step.name != "expire":
        raise CannotMove(Said("a case has at most %(most)s moves", most=DONE_MAX))


def _check_told(step: Step, told: Told) -> None:
    for name in step.needs:
        if getattr(told, name) in (None, "", ()):
            raise Untold(
                Said("%(field)s is missing: it belongs to %(move)s", field=name, move=step.name)
            )
    for name in ("text", "contractor", "household"):
        text = getattr(told, name)
        if text is not None and not 0 < len(text.strip()) <= len(text) <= TEXT_MAX:
            raise Untold(
                Said(
                    "%(field)s has %(low)s to %(high)s characters", field=name, low=1, high=TEXT_MAX
                )
            )


def _file(
    case: Case, told: Told, known: Known, *, plan: int, by: By, at_ms: int
) -> tuple[Document, ...]:
    for one in told.documents:
        if one.kind in FILED_BY and by.role not in FILED_BY[one.kind]:
            raise NotYours(
                Said("%(kind)s is the word of another role: it brings it itself", kind=one.kind)
            )
    return file_documents(
        case.documents, told.documents, path=case.path, plan=plan, used=known.used, now_ms=at_ms
    )


def _check_papers(case: Case, step: Step, *, told: Told, papers: tuple[Document, ...]) -> None:
    missing = lacking(papers, papers_of(case, step.name)) or lacking(told.documents, step.brings)
    if missing:
        raise Untold(Said("%(move)s needs the document %(kind)s", move=step.name, kind=missing[0]))
