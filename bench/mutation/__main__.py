"""`make mutate`: break the main comparison of every rule in turn; a test must fail each time.

With `--all` everything that can be broken in the rules and the judges they share. Names of rules
or modules choose among them. Exit status 1 when a mutant survives that is not known to be harmless.
"""

import argparse
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.mutation.judge import Judge, Verdict
from bench.mutation.plan import plan_all, plan_mains
from bench.mutation.shadow import preload


def main() -> int:
    """Plan, run, print."""
    told = arguments()
    plan = list(plan_all(told.names) if told.all else plan_mains(told.names))
    if not plan:
        print(f"nothing is named {' '.join(told.names)}", file=sys.stderr)
        return 2
    print(f"{len(plan)} mutants; first all tests with nothing broken", flush=True)
    verdicts = []
    preload()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that children are ended too
    with tempfile.TemporaryDirectory(prefix="liftwatch-mutants-") as folder:
        judge = Judge(Path(folder), jobs=told.jobs, limit_s=told.limit)
        for verdict in judge.judge(plan):
            print(verdict.line, flush=True)
            verdicts.append(verdict)
    print("", *table(verdicts), *survivors(verdicts), sep="\n")
    return int(any(one.outcome == "survived" for one in verdicts))


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutation", description=__doc__)
    parser.add_argument("names", nargs="*", help="rules or modules, as overspeed or detectors/wear")
    parser.add_argument("--all", action="store_true", help="not only the main comparisons")
    parser.add_argument("--jobs", type=int, choices=(1, 2), default=2, help="at once")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds a mutant may take")
    return parser.parse_args()


def table(verdicts: list[Verdict]) -> Iterator[str]:
    """Counts by module."""
    counts = Counter((one.planned.mutant.path, one.outcome) for one in verdicts)
    outcomes = ("killed", "by time", "survived", "harmless")
    yield f"{'module':<46}{'mutants':>9}" + "".join(f"{name:>10}" for name in outcomes)
    paths = sorted({path for path, _ in counts})
    for path in [*paths, "all"]:
        row = [
            sum(n for (p, o), n in counts.items() if path in (p, "all") and o == name)
            for name in outcomes
        ]
        yield f"{path:<46}{sum(row):>9}" + "".join(f"{n:>10}" for n in row)


def survivors(verdicts: list[Verdict]) -> Iterator[str]:
    """What no test catches, with the line it becomes."""
    for one in verdicts:
        if one.outcome in ("survived", "by time"):
            yield f"{one.outcome}: {one.planned.mutant.name}\n    {one.planned.line}"


if __name__ == "__main__":
    sys.exit(main())
