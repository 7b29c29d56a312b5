"""The documents as a site: built strictly, each page in its place, nothing from outside."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("material", reason="pip install mkdocs-material")

FETCHED = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"?([^\"\s>]+)")
TAKEN = ("docs", "scripts", "mkdocs.yml", "api/console/static/mark.svg")


def built(root: Path, site: Path) -> "subprocess.CompletedProcess[str]":
    """What `make docs` does, into another folder."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(site)],
        cwd=root,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """What the site is made of, to be spoiled."""
    for name in TAKEN:
        place = tmp_path / "copy" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (root / name).is_dir():
            shutil.copytree(root / name, place)
        else:
            shutil.copy(root / name, place)
    return tmp_path / "copy"


def test_the_site_is_built_and_fetches_nothing_from_elsewhere(root: Path, tmp_path: Path) -> None:
    """Every page of docs/ is there, with every decision; scripts, styles and pictures are ours."""
    done = built(root, tmp_path / "site")
    assert done.returncode == 0, done.stderr
    pages = {one.relative_to(tmp_path / "site") for one in (tmp_path / "site").rglob("*.html")}
    for file in (root / "docs").rglob("*.md"):
        at = file.relative_to(root / "docs")
        folder = at.parent if at.name == "README.md" else at.with_suffix("")
        assert folder / "index.html" in pages, f"{at} is missing"
    for page in pages:
        fetched = FETCHED.findall((tmp_path / "site" / page).read_text(encoding="utf-8"))
        assert fetched
        assert [one for one in fetched if re.match(r"(https?:)?//", one)] == [], page
    # Chinese can be searched: each character is a word of the index, which lies beside the pages
    index = (tmp_path / "site" / "search" / "search_index.json").read_text(encoding="utf-8")
    assert "\\u82b1\\u200b\\u56ed\\u200b\\u7269\\u200b\\u4e1a" in index


def test_what_is_broken_fails_the_build(copy: Path) -> None:
    """A link, an anchor, a picture, a page without a place, a place without a page."""
    with (copy / "docs/fund.md").open("a", encoding="utf-8") as file:
        file.write("\n[a](nowhere.md) [b](rights.md#nobody) ![c](console/nothing.png)\n")
    (copy / "docs/new.md").write_text("# Nobody's\n")
    (copy / "docs/evaluation.md").unlink()
    done = built(copy, copy / "site")
    assert done.returncode == 1
    for told in ("nowhere.md", "#nobody", "nothing.png", "new.md", "evaluation.md"):
        assert re.search(f"WARNING.*{told}|  - {told}", done.stderr), told
