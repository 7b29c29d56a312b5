"""`docs/fund-cases.md`, written from the tables: moves, papers, hands, votes, what is refused.

    python -m liftwatch.fund.handbook > docs/fund-cases.md

A test compares the file with what this says.
"""

import sys
from collections.abc import Iterable, Iterator

from liftwatch.clock import DAY_MS
from liftwatch.fund.deadlines import CLOCKS
from liftwatch.fund.documents import ALL, FILED_BY, KINDS, ORDER, PROOFS
from liftwatch.fund.drafts import POINTERS, WORKS
from liftwatch.fund.eligibility import RULES
from liftwatch.fund.steps import (
    ADVANCE_PCT_MAX,
    HANDS,
    NOTICE_MS,
    OF_PATH,
    RESERVED_MS,
    STEPS,
)
from liftwatch.fund.votes import ACTS, QUORUM, Threshold

HEAD = f"""# Cases of the maintenance fund

Written by `make handbook` from the code; do not edit. How the books are kept stands elsewhere.

A case is one use of money, from proposal to disclosure, on one of four paths: *ordinary* (a vote),
*emergency* (a proof, and published again after it was paid), *insurance_advance* (an insurer paid
ahead and gets back what the audit allows; a vote or a proof) and *bond_subsidy* (a treasury-bond
subsidy pays first; a vote). A fault of a lift may open a draft with its evidence. It moves no
money: every move but the lapse is a person's.

Sources marked *domain* are of the project's domain report, which marks what is from memory; 165号令
are the Measures for special residential maintenance funds. Compare with the text in force.

## Money

- Approval reserves the whole budget: of each household's sub-account interest first, then
  principal, by floor area (Civil Code, art. 283) or an agreed split, largest remainder, to the fen.
- What a sub-account lacks, and all of an unsold unit (165号令, art. 21), is owed. A case pays with
  what its own households put in: where somebody owes, part of the bill waits. No neighbour lends.
- Before the audit at most {ADVANCE_PCT_MAX} % of the contract is paid, after it up to the audited
  amount, which is at most the budget. Each payment brings its own voucher.
- What an advance was too much comes back before the case is settled. Settling splits the final cost
  anew and releases the rest.
- A reservation lapses {RESERVED_MS // DAY_MS} days after approval; what was paid is then the cost.
  What an audit found due to an insurer does not lapse.
- Another version of a plan needs another vote, another contract and another approval. Once money
  was paid, or work that was voted on has begun, what comes beside it is a case of its own.
"""


def handbook() -> str:
    """The whole file."""
    parts = (_moves(), _hands(), _documents(), _order(), _votes(), _refused(), _clocks(), _lift())
    return HEAD + "".join("\n" + line for part in parts for line in part) + "\n"


def _moves() -> Iterator[str]:
    yield "## Moves\n"
    yield from _table(
        ("move", "from", "to", "who", "papers", "what"),
        (
            (
                f"`{row.name}`" + (f" ({_list(row.paths)})" if row.paths != ALL else ""),
                _list(row.begins),
                row.to or "stays",
                _list(row.roles) or "the clock",
                ", ".join((*row.papers, *(f"{kind} (new)" for kind in row.brings))),
                row.what,
            )
            for row in STEPS.values()
        ),
    )
    days = NOTICE_MS // DAY_MS
    yield f"\nA plan hangs out {days} days before its vote ends (domain 6.2, step 2)."
    for (move, path), kinds in OF_PATH.items():
        yield f"On the path {path}, `{move}` needs {', '.join(kinds)} too."
    yield (
        "A major repair needs an inspection_certificate to be accepted (Special Equipment Safety"
        " Law, art. 25), an agreed split its agreement to be published. A payment after the audit"
        " needs acceptance_sheet, audit_report and invoice; after a committee's approval the"
        " bureau's filing_receipt (165号令, art. 23)."
    )
    yield f"An emergency needs one of: {', '.join(PROOFS)} (domain 6.3).\n"


def _hands() -> Iterator[str]:
    yield "## Four eyes\n"
    yield (
        "Whose hand a move is. In one case no person has two hands, and no organisation. The"
        " contractor has none. Property and owners sign that work is done, in an emergency the"
        " sub-district too, of different organisations; nobody signs who allows, audits or pays."
        " The bureau allows; after the fund's transfer to the owners the committee, or the bureau"
        " where the committee asks (165号令, art. 22 and 23).\n"
    )
    hands: dict[str, list[str]] = {}
    for move, hand in HANDS.items():
        hands.setdefault(hand, []).append(f"`{move}`")
    yield from _table(("hand", "moves"), ((hand, ", ".join(m)) for hand, m in hands.items()))


def _documents() -> Iterator[str]:
    yield "\n## Documents\n"
    yield (
        "By their SHA-256, each in one case, once. What is void with its plan must be there anew"
        " for another version.\n"
    )
    yield from _table(
        ("kind", "what", "brought by", "void with its plan"),
        (
            (f"`{row.name}`", row.what, _list(FILED_BY.get(row.name, ())), "yes" * row.of_plan)
            for row in KINDS.values()
        ),
    )


def _order() -> Iterator[str]:
    yield "\n## Order of dates\n"
    yield from _table(
        ("not after", "this one", "on", "rule"),
        (
            (row.first, row.then, "all paths" if row.paths == ALL else _list(row.paths), row.rule)
            for row in ORDER
        ),
    )


def _votes() -> Iterator[str]:
    yield "\n## Votes (Civil Code, art. 278)\n"
    yield (
        f"Taking part: {_share(QUORUM)} of the area and of the heads. Agreeing: the share of the"
        " area and of the heads that take part. A unit is a head; all units of one buyer are one,"
        " and so are all unsold units of a developer (SPC interpretation of condominium ownership,"
        " art. 9). Whoever abstains takes part; a paper that cannot be read and silence do not."
        " Papers have the hash of their scan and a second reader.\n"
    )
    yield from _table(
        ("act", "item", "agreeing", "what"),
        ((f"`{row.name}`", str(row.item), _share(row.agreeing), row.what) for row in ACTS.values()),
    )


def _refused() -> Iterator[str]:
    yield "\n## What the fund does not pay\n"
    yield from _table(("rule", "why", "source"), ((f"`{r.name}`", r.why, r.source) for r in RULES))


def _clocks() -> Iterator[str]:
    yield "\n## Clocks\n"
    yield from _table(
        ("clock", "rule"), ((f"`{row.name}`", row.rule or "our choice") for row in CLOCKS)
    )


def _lift() -> Iterator[str]:
    yield "\n## From the lift\n"
    yield "What a kind of incident points to, and what such work usually costs (domain 6.4, 10).\n"
    yield from _table(
        ("incident", "work", "yuan", "may be urgent"),
        (
            (
                f"`{row.kind}`",
                ", ".join(WORKS[code].what for code in row.works),
                ", ".join(
                    f"{WORKS[code].low_fen // 100} to {WORKS[code].high_fen // 100}"
                    for code in row.works
                ),
                "yes" * row.urgent,
            )
            for row in POINTERS.values()
        ),
    )


def _share(threshold: Threshold) -> str:
    """A threshold in words.

    >>> _share(QUORUM)
    'at least 2/3'
    """
    than = "more than" if threshold.strict else "at least"
    return f"{than} {threshold.numerator}/{threshold.denominator}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    sys.stdout.write(handbook())
