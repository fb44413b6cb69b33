"""The chapters of a report: each takes its rows and yields its table, its figures and what stands out."""

from service_reports.discovered import declared
from service_reports.figures.chapter import Chapter

CHAPTERS: tuple[Chapter, ...] = tuple(
    sorted(declared(__name__, __path__, "CHAPTER", Chapter), key=lambda each: each.place)
)
"""What the modules declare, in the order in which their figures are listed."""
