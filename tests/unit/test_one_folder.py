"""What belongs to a source is found by its folders, and nothing else names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import service_reports
from service_reports.audit.recomputing import chapters as audited
from service_reports.discovered import declared
from service_reports.figures import catalogue, chapters
from service_reports.sources import FEEDS, SOURCES
from service_reports.sources.source import Feed
from service_reports.wording.es_co import labels
from service_reports_airflow import runs
from tests.golden.sample_figures import sample

PRODUCT = Path(service_reports.__file__).parent
EDGE = Path(runs.__file__).parent
OF_ALL_SOURCES = {
    *("audit/recomputing/summary.py", "documents/proof/obligation_words.py", "figures/chapters/obligations.py"),
    *("audit/recomputing/requests.py", "figures/chapters/requests.py"),
}
"""The rules of what an obligation may rest on, and of what shows that a request was met: a list in each room."""


def test_a_source_is_named_in_its_own_files_and_by_the_rules_of_obligations_and_requests_alone() -> None:
    naming = {
        str(path.relative_to(root))
        for root in (PRODUCT, EDGE)
        for path in root.rglob("*.py")
        if re.search(r'"http_addresses"', path.read_text(encoding="utf-8"))
    }
    own = {name for name in naming if "/http_addresses/" in name or Path(name).stem == "published"}
    assert len(own) > 3
    assert naming - own == OF_ALL_SOURCES


def test_every_chapter_has_families_and_words_and_no_file_is_of_none() -> None:
    names = {each.name for each in chapters.CHAPTERS}
    for folder in (PRODUCT / "figures" / "families", Path(labels.__file__).with_name("chapters")):
        assert {path.stem for path in folder.glob("*.csv")} == names
    assert labels.CHANGED.keys() == names


def test_each_source_that_reports_print_is_of_one_chapter_and_has_a_name() -> None:
    told = [source for chapter in chapters.CHAPTERS for source in chapter.sources]
    assert sorted(told) == sorted(name for name, source in SOURCES.items() if source.printed)
    assert labels.SOURCES.keys() == set(told)


def test_each_kind_of_finding_is_of_one_chapter_and_leads_to_what_somebody_is_asked_for() -> None:
    kinds = [kind for chapter in chapters.CHAPTERS for kind in chapter.kinds]
    assert len(kinds) == len(set(kinds))
    assert {kind.partition(".")[0] for kind in labels.FINDINGS} - {"sources"} <= set(kinds)
    asked = {ask for chapter in chapters.CHAPTERS for ask in chapter.leads_to.values()}
    assert asked <= labels.ASKED.keys()


def test_each_feed_is_collected_by_a_dag() -> None:
    assert {feed.collection for feed in FEEDS.values()} == runs.COLLECTIONS.keys()


def test_what_is_audited_by_itself_is_a_chapter_of_the_figures() -> None:
    begins = [beginning for chapter in audited.CHAPTERS for beginning in chapter.begins]
    assert begins
    families = [family.beginning for family in catalogue.families().values()]
    assert all(any(family.startswith(beginning) for family in families) for beginning in begins)


def test_a_source_that_nobody_declares_is_refused_rather_than_not_named() -> None:
    _, figures = sample()
    with pytest.raises(KeyError, match="oci_metric"):
        figures.tell_of("oci_metric")


def test_a_folder_that_declares_another_thing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "declaring"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "silent.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert declared("declaring", [str(package)], "FEED", Feed) == []
    (package / "wrong.py").write_text("FEED = 'usage'\n")
    with pytest.raises(TypeError, match=r"declaring\.wrong\.FEED is no Feed"):
        declared("declaring", [str(package)], "FEED", Feed)
