"""What alerts and digests say, in Spanish, as mail and as Teams and Slack take them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any
from urllib.parse import urljoin

from service_reports.contracts import BOGOTA
from service_reports.delivery import message_bytes
from service_reports.delivery.message import BY_A_MACHINE, rendered
from service_reports.delivery.one_line import one_line
from service_reports.wording.es_co.alerts import TITLES
from service_reports_airflow.alerts.causes import KINDS, Cause, day

MOST_CAUSES = 20
"""So many are told one by one; the page «Informes» has all. Slack takes fifty blocks, Teams 28 KB."""
MOST_LINES = 15
LEAD = (
    "Esto necesita a una persona. Cada asunto se avisa una vez; una pregunta sin respuesta, cada día. Las horas son de "
    "Bogotá."
)
DOUBT = "Este aviso repite otro que quizás no llegó."
AGAIN = "Recordatorio"
SLACK_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
LONGEST_SLACK = 2900


@dataclass(frozen=True)
class Item:
    """One cause as a message tells it; ``link`` is a whole address."""

    title: str
    about: str
    said: str
    since: str
    remedy: str
    link: str


@dataclass(frozen=True)
class Section:
    """A part of a digest: a title and its lines, never without one."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """A message before it has a form: a subject, what stands first, causes one by one, and parts of lines."""

    subject: str
    lead: str
    items: tuple[Item, ...] = ()
    more: str = ""
    sections: tuple[Section, ...] = ()
    page: str = ""


def alert(causes: Sequence[tuple[Cause, int]], base_url: str) -> Told:
    """An alert about some causes, each with how often it was told before; ``base_url`` is where Airflow's UI begins."""
    ordered = sorted(causes, key=lambda each: (KINDS.index(each[0].kind), each[0].since))
    first, _ = ordered[0]
    subject = (
        f"{TITLES[first.kind]}: {first.about}" if len(ordered) == 1 else f"{len(ordered)} asuntos necesitan a alguien"
    )
    return Told(
        subject=one_line(f"AIRE: {subject}"),
        lead=LEAD,
        items=tuple(_item(cause, times, base_url) for cause, times in ordered[:MOST_CAUSES]),
        more=f"Y {len(ordered) - MOST_CAUSES} más: vea «Informes»." if len(ordered) > MOST_CAUSES else "",
        page=urljoin(base_url, "plugin/informes"),
    )


def _item(cause: Cause, times: int, base_url: str) -> Item:
    title = TITLES[cause.kind]
    if times:
        title = f"{AGAIN}: {title[0].lower()}{title[1:]}"
    said = cause.said if not times or cause.kind == "question" else f"{cause.said}. {DOUBT}"
    return Item(title, cause.about, said, day(cause.since), cause.remedy, urljoin(base_url, cause.address))


def digest(closed: Sequence[str], waiting: Sequence[Cause], coming: Sequence[str], at: datetime, base_url: str) -> Told:
    """The week's digest: what was closed, what waits and what comes next; it says so where there is nothing."""
    pending = [f"{TITLES[cause.kind]}: {cause.about}. {cause.said}, desde el {day(cause.since)}" for cause in waiting]
    lead = (
        "Nada necesita a una persona."
        if not waiting
        else "Un asunto necesita a una persona."
        if len(waiting) == 1
        else f"{len(waiting)} asuntos necesitan a una persona."
    )
    return Told(
        subject=f"AIRE: resumen de la semana, {day(at).partition(',')[0]}",
        lead=lead,
        sections=(
            Section("Se emitió en los últimos siete días", _lines(closed, "Ningún informe.")),
            Section("Necesita a alguien", _lines(pending, "Nada.")),
            Section("Vence en los próximos catorce días", _lines(coming, "Ningún informe.")),
        ),
        page=urljoin(base_url, "plugin/informes"),
    )


def _lines(lines: Sequence[str], none: str) -> tuple[str, ...]:
    shown = tuple(lines[:MOST_LINES])
    more = (f"Y {len(lines) - MOST_LINES} más: vea «Informes».",) if len(lines) > MOST_LINES else ()
    return (*shown, *more) or (none,)


def as_mail(told: Told, *, sender: str, recipient: str, message_id: str, at: datetime) -> bytes:
    """The message as it goes over SMTP, as text and HTML."""
    message = EmailMessage(policy=SMTPUTF8)
    message["From"] = Address(display_name="AIRE Service Reports", addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = told.subject
    message["Date"] = at.astimezone(BOGOTA)
    message["Message-ID"] = message_id
    for name, value in BY_A_MACHINE.items():
        message[name] = value
    values: dict[str, object] = {"told": told}
    message.set_content(rendered("alert.txt.jinja", values), charset="utf-8")
    message.add_alternative(rendered("alert.html.jinja", values), subtype="html", charset="utf-8")
    message["Content-Language"] = "es-CO"
    return message_bytes(message)


def as_teams(told: Told) -> dict[str, Any]:
    """The message as an Adaptive Card; what comes from outside stands in runs of text, which take no Markdown."""
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "lang": "es-CO",
                    "body": list(_card(told)),
                    "actions": [{"type": "Action.OpenUrl", "title": "Abrir «Informes»", "url": told.page}],
                },
            }
        ],
    }


def _card(told: Told) -> Iterator[dict[str, Any]]:
    yield _text(told.subject, weight="Bolder", size="Medium")
    yield _text(told.lead)
    for item in told.items:
        yield {
            "type": "Container",
            "separator": True,
            "selectAction": {"type": "Action.OpenUrl", "title": "Abrir", "url": item.link},
            "items": [
                _text(f"{item.title}: {item.about}", weight="Bolder"),
                _text(f"{item.said}, desde el {item.since}"),
                _text(f"→ {item.remedy}"),
                {"type": "TextBlock", "text": f"[Abrir]({item.link})", "wrap": True},
            ],
        }
    if told.more:
        yield _text(told.more)
    for section in told.sections:
        yield _text(section.title, weight="Bolder")
        yield from (_text(f"• {line}") for line in section.lines)


def _text(text: str, **run: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **run}]}


def as_slack(told: Told) -> dict[str, Any]:
    """The message as blocks, and as the text that notifications show."""
    return {"text": _slack(told.subject), "blocks": list(_blocks(told))}


def _blocks(told: Told) -> Iterator[dict[str, Any]]:
    yield _section(f"*{_slack(told.subject)}*\n{_slack(told.lead)}")
    for item in told.items:
        about, said, since, remedy = map(_slack, (item.about, item.said, item.since, item.remedy))
        yield _section(f"*{_slack(item.title)}: {about}*\n{said}, desde el {since}\n→ {remedy}\n<{item.link}|Abrir>")
    if told.more:
        yield _section(_slack(told.more))
    for section in told.sections:
        listed = "\n".join(f"• {_slack(line)}" for line in section.lines)
        yield _section(f"*{_slack(section.title)}*\n{listed}")
    yield _section(f"<{told.page}|Abrir «Informes»>")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:LONGEST_SLACK]}}


def _slack(text: str) -> str:
    return text.translate(SLACK_ESCAPES)
