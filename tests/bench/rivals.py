"""Both reports drawn as others draw such pages: a Paragraph in every cell and matplotlib, and WeasyPrint.

All draw the same texts, tables and series, read back from our finished pages; theirs have no tags, no figures'
names, no contents and no headers. The two rivals are no part of the environment: they are installed under
``build/bench`` when they are asked for. WeasyPrint draws with Pango, which is a system package.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "build" / "bench" / "rivals"
RIVALS = ("matplotlib==3.11.2", "weasyprint==70.0")

CONTENT = """
import json, sys
from service_reports.documents.proof.reading import read
from tests.golden.sample_figures import sample, sample_document

_, figures = sample()
told = []
for kind in ("management_report", "technical_report"):
    found = read(sample_document(kind).content)
    told.append({
        "texts": [block.text for block in found.blocks if block.kind not in ("TH", "TD")],
        "tables": [
            [[cell.text for cell in row] for row in (*table.headings[-1:], *table.rows)] for table in found.tables
        ],
    })
number = lambda value: None if value is None else float(value)
charts = [
    [[number(getattr(day, name)) for day in series.days] for name in ("minimum", "mean", "maximum")]
    for series in figures.metrics
]
charts += [
    [[number(row.quantities[place]) if row.quantities else None for row in figures.usage.rows]]
    for place in range(len(figures.usage.columns))
]
json.dump({"reports": told, "charts": charts}, open(sys.argv[1], "w"))
"""

OURS_BEFORE = """
import gc
from service_reports.documents import render_documents
from tests.golden.sample_figures import sample
contract, figures = sample()
gc.freeze(); gc.set_threshold(50_000)
"""
OURS = 'render_documents(contract, figures, ["management_report", "technical_report"])\n'

CHARTS_BEFORE = """
import io, json, sys
import matplotlib
matplotlib.use("agg")
from matplotlib.figure import Figure
content = json.load(open(sys.argv[1]))

def chart(lines):
    figure = Figure(figsize=(6.5, 2), dpi=150)
    axes = figure.add_subplot()
    for line in lines:
        axes.plot(range(len(line)), [float("nan") if value is None else value for value in line])
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return drawn.getvalue()
"""

PARAGRAPHS_BEFORE = (
    CHARTS_BEFORE
    + """
from html import escape
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Image, LongTable, Paragraph, SimpleDocTemplate
style = getSampleStyleSheet()["BodyText"]
style.fontSize, style.leading = 7, 8
"""
)
PARAGRAPHS = """
for report in content["reports"]:
    story = [Paragraph(escape(text), style) for text in report["texts"]]
    for table in report["tables"]:
        width = max(map(len, table))
        rows = [[Paragraph(escape(text), style) for text in row] + [""] * (width - len(row)) for row in table]
        story.append(LongTable(rows, colWidths=[510 / width] * width, repeatRows=1))
    if report is content["reports"][-1]:
        story += [Image(io.BytesIO(chart(lines)), 468, 144) for lines in content["charts"]]
    SimpleDocTemplate(io.BytesIO(), pagesize=letter).build(story)
"""

WEASYPRINT_BEFORE = (
    CHARTS_BEFORE
    + """
import base64
from html import escape
from weasyprint import HTML
"""
)
WEASYPRINT = """
for report in content["reports"]:
    parts = ["<style>@page {size: letter; margin: 2cm} * {font: 7pt sans-serif} table {width: 100%} img {width: 100%}"
             "</style>", *(f"<p>{escape(text)}</p>" for text in report["texts"])]
    for table in report["tables"]:
        rows = ["<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in table]
        parts.append("<table>" + "".join(rows) + "</table>")
    if report is content["reports"][-1]:
        drawn = (base64.b64encode(chart(lines)).decode() for lines in content["charts"])
        parts += [f'<img src="data:image/png;base64,{each}">' for each in drawn]
    HTML(string="".join(parts)).write_pdf()
"""


def bench_rivals() -> None:
    """Both reports drawn by a process that drew before, as workers are, against the same drawn by others."""
    from tests.bench.cost_reports import cpu_seconds

    uv = [str(PROJECT / ".venv" / "bin" / "uv"), "pip", "install", "--quiet", "--target", str(FOLDER), *RIVALS]
    if not all((FOLDER / each.partition("==")[0]).exists() for each in RIVALS):
        subprocess.run(uv, check=True)
    content = FOLDER / "content.json"
    folders = [PROJECT / "include", PROJECT / "tests" / "golden", PROJECT]
    own = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    theirs = {**own, "PYTHONPATH": os.pathsep.join(map(str, (*folders, FOLDER)))}
    subprocess.run([sys.executable, "-c", CONTENT, str(content)], check=True, cwd=PROJECT, env=own)

    def again(before: str, drawing: str, environment: dict[str, str]) -> float:
        programs = ([sys.executable, "-c", before + drawing * times, str(content)] for times in (1, 2))
        once, twice = (cpu_seconds(program, environment) for program in programs)
        return twice - once

    ours = again(OURS_BEFORE, OURS, own)
    for name, before, drawing, goal in (
        ("  a Paragraph in every cell, and matplotlib", PARAGRAPHS_BEFORE, PARAGRAPHS, "4 x or more"),
        ("  WeasyPrint, and matplotlib", WEASYPRINT_BEFORE, WEASYPRINT, "10 x or more"),
    ):
        try:
            rival = again(before, drawing, theirs)
        except subprocess.CalledProcessError:
            print(f"{name:<44} it could not be run here (WeasyPrint needs Pango)", flush=True)
            continue
        print(
            f"{name:<44} {rival:6.2f} s  {rival / ours:6.2f} x {'both reports drawn by us':<32} goal: {goal}",
            flush=True,
        )
