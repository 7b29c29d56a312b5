"""The disclosure in a reader's words: tables and facts that a page and a PDF show alike."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from api.console.fund_texts import ACCOUNTS, DUES, ENTRIES, PAPERS, PATH_TEXTS, STAGES
from api.console.language import Language, local
from api.console.marks import N_
from liftwatch.clock import estate_day
from liftwatch.fund.aftermath import Aftermath
from liftwatch.fund.disclosure import Allocated, Expenditure, YearRow
from liftwatch.fund.disclosure_report import Finished, Going, HomeRow, Report
from liftwatch.fund.disclosure_year import TAKEN_OVER
from liftwatch.fund.letters import VERDICTS, hundredths
from liftwatch.fund.money import yuan

YUAN = N_("yuan")
TOTALS = {"opening": N_("What the building had"), "closing": N_("What is left")}
SHORT = 8
"""Letters of a case's id where it has no other name."""


class Table(NamedTuple):
    """A table as it is read: `marked` are rows of one's own, `total` its last line, if any.

    The first columns are words; the last `figures` ones are numbers.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    marked: frozenset[int] = frozenset()
    figures: int = 1


class CaseView(NamedTuple):
    """A case as it is read: what was done, its facts, and what fell to whom."""

    id: str
    title: str
    state: str
    facts: tuple[tuple[str, str], ...]
    verdict: str
    grave: bool
    table: Table | None
    papers: tuple[tuple[str, str], ...] = ()


class Sheet(NamedTuple):
    """The whole disclosure as it is read."""

    year: str
    closed: str
    as_of: str
    totals: Table
    reconciliation: Table
    agrees: str
    households: Table
    finished: tuple[CaseView, ...]
    going: tuple[CaseView, ...]
    summary: tuple[tuple[str, str], ...]
    private: bool


def sheet(report: Report, language: Language) -> Sheet:
    """All of a disclosure, in a language."""
    say = language.say
    titles = titles_of(report, language)
    return Sheet(
        year=str(report.year),
        closed=say("The year is closed: nothing is booked into it any more")
        if report.closed
        else say("The year is not closed: more may be booked into it"),
        as_of=moment(report.as_of_ms, language),
        totals=totals(report, language, titles),
        reconciliation=reconciliation(report, language),
        agrees=agrees(report, language),
        households=households(report, language),
        finished=tuple(finished(one, language, titles) for one in report.finished),
        going=tuple(going(one, language, titles, now_ms=report.as_of_ms) for one in report.going),
        summary=(
            (say("Households hold together"), money(report.balances_fen, language)),
            (say("Households owe"), money(report.owed_fen, language)),
            (
                say("Must top up (below 30 % of the first deposit)"),
                say("%(count)s of %(all)s", count=report.must_top_up, all=len(report.homes)),
            ),
        ),
        private=any(one.own for one in report.homes),
    )


def money(fen: int, language: Language) -> str:
    """An amount with its unit.

    >>> from api.console.language import LANGUAGES
    >>> money(123_456, LANGUAGES["en"])
    '1,234.56 yuan'
    """
    return f"{grouped(fen)} {language.say(YUAN)}"


def grouped(fen: int) -> str:
    """Fen as yuan, in groups of three: a long row of digits is read wrongly.

    >>> grouped(-123_456_789), grouped(5)
    ('-1,234,567.89', '0.05')
    """
    whole, _, part = yuan(abs(fen)).partition(".")
    return f"{'-' * (fen < 0)}{int(whole):,}.{part}"


def moment(ms: int, language: Language) -> str:
    """A moment with its year: what is disclosed is read years later.

    >>> from api.console.language import LANGUAGES
    >>> moment(0, LANGUAGES["en"])
    '1 Jan 1970 08:00'
    """
    return f"{language.day(estate_day(ms))} {local(ms):%H:%M}"


def titles_of(report: Report, language: Language) -> dict[str, str]:
    """What cases are called, by id: the lift, what is done, and since when if two are alike."""
    known = [
        (one.spent.case, title(one.spent.lift, one.spent.works, language), one.opened_ms)
        for one in report.finished
    ]
    known += [
        (one.case, title(one.lift, one.works, language), one.opened_ms) for one in report.going
    ]
    alike = Counter(name for _, name, _ in known)
    return {
        id: name if alike[name] == 1 else f"{name} ({language.day(estate_day(opened_ms))})"
        for id, name, opened_ms in known
    }


def title(lift: str, works: Sequence[str], language: Language) -> str:
    """A case by its lift and what is done."""
    if not works:
        return lift
    return language.say("Lift %(lift)s: %(works)s", lift=lift, works=", ".join(works))


def called(case: str, titles: dict[str, str]) -> str:
    """What a case is called, else the beginning of its id."""
    return titles.get(case, case[:SHORT])


def totals(report: Report, language: Language, titles: dict[str, str]) -> Table:
    """What the building had, what came and went, and what is left."""
    left = TOTALS[report.table[-1].what]
    return Table(
        head=(language.say("Bank money of the building"), language.say(YUAN)),
        rows=tuple(
            (total_name(row, language, titles), grouped(row.amount_fen))
            for row in report.table[:-1]
        ),
        total=(language.say(left), grouped(report.table[-1].amount_fen)),
    )


def total_name(row: YearRow, language: Language, titles: dict[str, str]) -> str:
    """What a row of the yearly table is."""
    what, _, case = row.what.partition(" ")
    if case:
        return language.say("Paid for %(case)s", case=called(case, titles))
    if what in TOTALS:
        return language.say(TOTALS[what])
    return language.word(ENTRIES["opening" if what == TAKEN_OVER else what])


def reconciliation(report: Report, language: Language) -> Table:
    """The sub-accounts and the bank, before and after."""
    kinds = {one.kind: one for one in report.books.kinds}
    rows = tuple(
        (
            language.say(text),
            grouped(kinds[name].before_fen),
            grouped(kinds[name].after_fen),
        )
        for name, text in ACCOUNTS.items()
        if kinds[name].before_fen or kinds[name].after_fen or name in ("bank", "principal")
    )
    head = (
        language.say("Account"),
        language.say("Before the year (yuan)"),
        language.say("At its end (yuan)"),
    )
    return Table(head=head, rows=rows, figures=2)


def agrees(report: Report, language: Language) -> str:
    """Whether the bank and the sub-accounts say the same."""
    books = report.books
    if books.debit_fen == books.credit_fen:
        return language.say(
            "They agree: the building has and is owed %(debit)s yuan, and all of it is somebody's",
            debit=grouped(books.debit_fen),
        )
    return language.say(
        "The books do not agree: %(debit)s against %(credit)s yuan",
        debit=grouped(books.debit_fen),
        credit=grouped(books.credit_fen),
    )


def households(report: Report, language: Language) -> Table:
    """A line a household, one's own in full."""
    say = language.say
    return Table(
        head=(
            say("Household"),
            say("Owner"),
            say("Watch"),
            say("Before (yuan)"),
            say("Came (yuan)"),
            say("Went (yuan)"),
            say("Balance (yuan)"),
            say("Owes (yuan)"),
        ),
        rows=tuple(_home(one, language) for one in report.homes),
        total=(
            say("Together"),
            "",
            "",
            grouped(sum(one.before_fen for one in report.homes)),
            grouped(sum(one.came_fen for one in report.homes)),
            grouped(sum(one.went_fen for one in report.homes)),
            grouped(report.balances_fen),
            grouped(report.owed_fen),
        ),
        marked=frozenset(n for n, one in enumerate(report.homes) if one.own),
        figures=5,
    )


def _home(one: HomeRow, language: Language) -> tuple[str, ...]:
    return (
        one.household,
        one.owner,
        language.say("must top up") if one.must_top_up else "",
        grouped(one.before_fen),
        grouped(one.came_fen),
        grouped(one.went_fen),
        grouped(one.after_fen),
        grouped(one.owed_fen) if one.owed_fen else "",
    )


def finished(one: Finished, language: Language, titles: dict[str, str]) -> CaseView:
    """A case whose cost is known."""
    return CaseView(
        id=one.spent.case,
        title=called(one.spent.case, titles),
        state=language.word(STAGES[one.stage]),
        facts=tuple(_spent(one, language)),
        verdict=verdict(one.after, language),
        grave=one.after is not None and one.after.verdict == "came_back",
        table=allocated(one.rows, one.spent, language),
        papers=tuple((language.say(PAPERS[kind]), sha256) for kind, sha256 in one.spent.documents),
    )


def _spent(one: Finished, language: Language) -> list[tuple[str, str]]:
    say, spent = language.say, one.spent
    facts = [
        (say("Path"), say(PATH_TEXTS[spent.path])),
        (say("Cost by the audit"), money(one.cost_fen, language)),
        (say("Allowed at most"), money(spent.budget_fen, language)),
        (say("Paid so far"), money(spent.paid_fen, language)),
        (say("Paid in the year"), money(one.paid_year_fen, language)),
    ]
    if one.stage == "expired":
        facts[1] = (say("Cost: what was paid before the reservation lapsed"), facts[1][1])
    if spent.contractor:
        facts.insert(1, (say("Contractor"), spent.contractor))
    if spent.subsidy_fen:
        facts.append((say("A subsidy bore"), money(spent.subsidy_fen, language)))
    if spent.voted_area is not None:
        facts.append((say("Agreed"), votes(spent, language)))
    facts.append(
        (
            say("Papers"),
            language.say(
                "%(count)s: %(names)s", count=len(spent.documents), names=papers(spent, language)
            ),
        )
    )
    if one.accepted_ms is not None:
        facts.append((say("Work accepted"), language.day(estate_day(one.accepted_ms))))
    return facts


def votes(spent: Expenditure, language: Language) -> str:
    """Who agreed, by area and by heads."""
    return language.say(
        "%(area)s of %(all)s m2, %(heads)s of %(all_heads)s heads",
        area=hundredths(spent.voted_for_area or 0),
        all=hundredths(spent.voted_area or 0),
        heads=spent.voted_for_heads or 0,
        all_heads=spent.voted_heads or 0,
    )


def papers(spent: Expenditure, language: Language) -> str:
    """The kinds of its papers, each once."""
    kinds = dict.fromkeys(kind for kind, _ in spent.documents)
    return ", ".join(language.say(PAPERS[kind]) for kind in kinds)


def allocated(rows: tuple[Allocated, ...], spent: Expenditure, language: Language) -> Table:
    """What fell to each household."""
    say = language.say
    return Table(
        head=(
            say("Household"),
            say("Owner"),
            say("Floor area (m2)"),
            say("Share (yuan)"),
            say("Owes (yuan)"),
        ),
        rows=tuple(
            (
                one.household,
                one.owner,
                hundredths(one.area_dm2),
                grouped(one.share_fen),
                grouped(one.owed_fen) if one.owed_fen else "",
            )
            for one in rows
        ),
        total=(
            say("Together"),
            "",
            hundredths(sum(one.area_dm2 for one in rows)),
            grouped(sum(one.share_fen for one in rows)),
            grouped(spent.owed_fen) if spent.owed_fen else "",
        ),
        marked=frozenset(n for n, one in enumerate(rows) if one.own),
        figures=3,
    )


def going(one: Going, language: Language, titles: dict[str, str], *, now_ms: int) -> CaseView:
    """A case under way: its step and its clocks."""
    say = language.say
    facts = [
        (say("Path"), say(PATH_TEXTS[one.path])),
        (say("Opened"), language.day(estate_day(one.opened_ms))),
    ]
    if one.budget_fen is not None:
        facts.append((say("Allowed at most"), money(one.budget_fen, language)))
    if one.paid_year_fen:
        facts.append((say("Paid in the year"), money(one.paid_year_fen, language)))
    for due in one.clocks:
        end = moment(due.due_ms, language)
        if due.met_ms is not None:
            told = say("until %(end)s, met %(met)s", end=end, met=moment(due.met_ms, language))
        elif due.is_missed(now_ms=now_ms):
            told = say("was due until %(end)s: missed", end=end)
        else:
            told = say("until %(end)s", end=end)
        facts.append((say(DUES[due.name]), told))
    return CaseView(
        id=one.case,
        title=called(one.case, titles),
        state=language.word(STAGES[one.stage]),
        facts=tuple(facts),
        verdict=verdict(one.after, language),
        grave=any(due.is_missed(now_ms=now_ms) for due in one.clocks),
        table=None,
    )


def verdict(after: Aftermath | None, language: Language) -> str:
    """What became of the fault, with how often it came before and since."""
    if after is None:
        return ""
    told = language.tell(VERDICTS[after.verdict])
    counts = language.say(
        "%(before)s times in 90 days before, %(after)s times since",
        before=after.before,
        after=after.after,
    )
    return f"{told} ({counts})"
