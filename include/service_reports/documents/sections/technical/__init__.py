"""The technical report's own sections, a module each: what declares a ``SECTION`` here is printed at its place."""

from service_reports.discovered import declared
from service_reports.documents.sections.report_frame import Section

SECTIONS = sorted(declared(__name__, __path__, "SECTION", Section), key=lambda each: each.place)
