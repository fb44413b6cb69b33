"""The chapters of a report: each takes its rows and yields its table, its figures and what stands out."""

from service_reports.figures.chapters import (
    availability,
    backups,
    execution,
    follow_up,
    hour_bank,
    metrics,
    obligations,
    published,
    requests,
    service_levels,
    summary,
    tickets,
    trend,
    usage,
)

__all__ = [
    "availability",
    "backups",
    "execution",
    "follow_up",
    "hour_bank",
    "metrics",
    "obligations",
    "published",
    "requests",
    "service_levels",
    "summary",
    "tickets",
    "trend",
    "usage",
]
