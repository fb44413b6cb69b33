"""Chapters that are computed again by themselves, a module each: what declares a ``CHAPTER`` here is one of them."""

from service_reports.audit.recomputing.chapter import Chapter
from service_reports.discovered import declared

CHAPTERS = declared(__name__, __path__, "CHAPTER", Chapter)
