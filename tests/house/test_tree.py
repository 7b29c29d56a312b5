"""What stands in no file: where packages came from, and where this machine keeps things."""

import re
from pathlib import Path

import pytest

# Bracketed, so that this file does not hold what it looks for.
HOSTS = re.compile(
    r"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.(org|com)|[i]ndex[-_]url|[d]eb\.debian\.org",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.:/-])/(work|root|home)/")
SLASH = "/"


def found_in(root: Path, tracked: list[str], wanted: re.Pattern[str]) -> list[str]:
    """Lines of text files that hold something, with their places."""
    found = []
    for name in tracked:
        try:
            text = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:  # an image
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.search(line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    return found


def test_no_registry_is_named(root: Path, tracked: list[str]) -> None:
    """Whoever installs decides where packages come from."""
    found = found_in(root, tracked, HOSTS)
    assert not found, "\n".join(found)


def test_no_path_of_a_machine_is_named(root: Path, tracked: list[str]) -> None:
    """A checkout works wherever it lies."""
    found = found_in(root, tracked, MACHINE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lead", ["see ", "'", "(", "", "PLACE="])
@pytest.mark.parametrize("top", ["work", "root", "home"])
def test_a_path_of_a_machine_is_recognised(lead: str, top: str) -> None:
    """In prose, in quotes, in brackets, on its own, as a value."""
    assert MACHINE.search(f"{lead}{SLASH}{top}/x")


@pytest.mark.parametrize("text", ["api/work/x", "https://x.example/home/", "./root/", "a-/work/"])
def test_other_paths_are_left_alone(text: str) -> None:
    """Inside the tree, and in addresses."""
    assert not MACHINE.search(text)


@pytest.mark.parametrize("name", ["pypi", "pythonhosted"])
def test_a_registry_is_recognised(name: str) -> None:
    """Whatever host of it, in whatever case."""
    assert HOSTS.search(f"https://files.{name.upper()}.org/simple")
