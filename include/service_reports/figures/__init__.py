"""Rows of one period in, figures out: all arithmetic of the product, and nothing else."""

from service_reports.figures.figure import Figure
from service_reports.figures.model import PeriodFigures
from service_reports.figures.period import compute_figures

__all__ = ["Figure", "PeriodFigures", "compute_figures"]
