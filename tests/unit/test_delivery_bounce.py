"""What mail servers report of a message they could not deliver, in the shapes they do it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.delivery import Bounce, NotABounce, RecipientStatus, read_bounce

SENT = "<alcaldia.2026-01.v1@smarttmt.example>"
POSTFIX = f"""\
Return-Path: <>
From: MAILER-DAEMON@mail.smarttmt.example (Mail Delivery System)
To: informes@smarttmt.example
Subject: Undelivered Mail Returned to Sender
Date: Mon, 23 Feb 2026 06:05:12 -0500 (-05)
Message-Id: <20260223110512.AB12C4@mail.smarttmt.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9B0E14.1771844712/mail.smarttmt.example"

This is a MIME-encapsulated message.

--9B0E14.1771844712/mail.smarttmt.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.smarttmt.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

--9B0E14.1771844712/mail.smarttmt.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.smarttmt.example
X-Postfix-Queue-ID: 9B0E14
X-Postfix-Sender: rfc822; informes@smarttmt.example
Arrival-Date: Mon, 23 Feb 2026 06:05:09 -0500 (-05)

Final-Recipient: rfc822; supervisor@entidad.example
Original-Recipient: rfc822;supervisor@entidad.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.entidad.example
Diagnostic-Code: smtp; 550 5.1.1 <supervisor@entidad.example>: Recipient
    address rejected: User unknown in virtual mailbox table

--9B0E14.1771844712/mail.smarttmt.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: SMART TMT <informes@smarttmt.example>
To: supervisor@entidad.example
Subject: Informes del servicio 2026-01
Message-ID: {SENT}
X-Service-Report: alcaldia/2026-01/v1

--9B0E14.1771844712/mail.smarttmt.example--
"""
EXCHANGE = f"""\
From: <postmaster@entidad.example>
To: <informes@smarttmt.example>
Date: Mon, 23 Feb 2026 11:05:30 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="c2f0d6c3-6a9e-4b52-a4b5-1a8ec3ef6d45"
Content-Language: en-US
Message-ID: <0f4b@SN6PR01MB0001.prod.exchangelabs.example>
In-Reply-To: {SENT}
References: {SENT}
Subject: Undeliverable: Informes del servicio 2026-01
Auto-Submitted: auto-replied
X-MS-Exchange-Message-Is-Ndr:
MIME-Version: 1.0

--c2f0d6c3-6a9e-4b52-a4b5-1a8ec3ef6d45
Content-Type: multipart/alternative; boundary="0a1b"

--0a1b
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

Q291bGQgbm90IGRlbGl2ZXIK

--0a1b
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PGh0bWw+PC9odG1sPgo=

--0a1b--

--c2f0d6c3-6a9e-4b52-a4b5-1a8ec3ef6d45
Content-Type: message/delivery-status

Reporting-MTA: dns;SN6PR01MB0001.prod.exchangelabs.example
Received-From-MTA: dns;mail.smarttmt.example
Arrival-Date: Mon, 23 Feb 2026 11:05:28 +0000

Final-Recipient: rfc822;supervisor@entidad.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoff
X-Display-Name: Supervisor

Final-Recipient: rfc822;copia@entidad.example
Action: delivered
Status: 2.0.0

--c2f0d6c3-6a9e-4b52-a4b5-1a8ec3ef6d45
Content-Type: message/rfc822

From: SMART TMT <informes@smarttmt.example>
To: supervisor@entidad.example
Message-ID: {SENT}
Content-Type: multipart/mixed; boundary="x"

--x--

--c2f0d6c3-6a9e-4b52-a4b5-1a8ec3ef6d45--
"""
EXIM = f"""\
Return-path: <>
X-Failed-Recipients: supervisor@entidad.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.smarttmt.example>
To: informes@smarttmt.example
References: {SENT}
Content-Type: multipart/report; report-type=delivery-status; boundary=1771844712-eximdsn-1804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vuTqS-0004Ab-1c@mx.smarttmt.example>

--1771844712-eximdsn-1804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

  supervisor@entidad.example
    host mx.entidad.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<supervisor@entidad.example>:
    550 5.7.1 Relaying denied

--1771844712-eximdsn-1804289383
Content-type: message/delivery-status

Reporting-MTA: dns; mx.smarttmt.example

Action: failed
Final-Recipient: rfc822;supervisor@entidad.example
Status: 5.0.0
Remote-MTA: dns; mx.entidad.example
Diagnostic-Code: smtp; 550 5.7.1 Relaying denied

--1771844712-eximdsn-1804289383
Content-type: message/rfc822

Return-path: <informes@smarttmt.example>
Message-ID: {SENT}
To: supervisor@entidad.example

--1771844712-eximdsn-1804289383--
"""
OLD_EXIM = f"""\
X-Failed-Recipients: supervisor@entidad.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.smarttmt.example>
To: informes@smarttmt.example
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vuTqS-0004Ab-1c@mx.smarttmt.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  supervisor@entidad.example
    SMTP error from remote mail server after RCPT TO:<supervisor@entidad.example>:
    host mx.entidad.example [192.0.2.7]: 550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

Return-path: <informes@smarttmt.example>
Message-ID: {SENT}
To: supervisor@entidad.example
"""
SAMPLES = {"postfix": POSTFIX, "exchange": EXCHANGE, "exim": EXIM, "old exim": OLD_EXIM}


def read(text: str) -> Bounce:
    return read_bounce(text.replace("\n", "\r\n").encode())


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_names_the_message_that_was_sent_and_not_itself(sample: str) -> None:
    assert read(SAMPLES[sample]).message_ids == (SENT,)


@pytest.mark.parametrize(
    ("sample", "status", "said"),
    [
        ("postfix", "5.1.1", "User unknown in virtual mailbox table"),
        ("exchange", "5.2.2", "mailbox full"),
        ("exim", "5.0.0", "550 5.7.1 Relaying denied"),
        ("old exim", "5.1.1", "550 5.1.1 User unknown"),
    ],
)
def test_it_says_who_did_not_get_it_and_why(sample: str, status: str, said: str) -> None:
    bounce = read(SAMPLES[sample])
    assert bounce.action == "failed"
    first = bounce.recipients[0]
    assert (first.recipient, first.action, first.status) == ("supervisor@entidad.example", "failed", status)
    assert said in first.diagnostic
    assert str(first).startswith(f"supervisor@entidad.example: no se entregó ({status} — ")


def test_one_who_did_not_get_it_is_worse_than_all_who_did() -> None:
    bounce = read(EXCHANGE)
    assert [each.action for each in bounce.recipients] == ["failed", "delivered"]
    assert bounce.recipients[1] == RecipientStatus("copia@entidad.example", "delivered", "2.0.0", "")


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_not_lost_is_no_failure(action: str) -> None:
    assert read(POSTFIX.replace("Action: failed", f"Action: {action.title()}")).action == action


def test_the_references_name_the_message_where_the_report_does_not_carry_it() -> None:
    without = EXCHANGE.partition("Content-Type: message/rfc822")[0]
    assert read(without).message_ids == (SENT,)


@pytest.mark.parametrize("text", ["", "Subject: Re: informes\n\nGracias, recibido.\n", "\0\xff"])
def test_an_answer_of_a_person_is_no_bounce(text: str) -> None:
    with pytest.raises(NotABounce, match="no es un informe de entrega"):
        read(text)


@given(st.binary(max_size=400), st.integers(0, len(POSTFIX)), st.integers(0, 200))
def test_whatever_lies_in_the_folder_is_read_or_refused(junk: bytes, at: int, cut: int) -> None:
    content = POSTFIX.encode()
    with suppress(NotABounce):
        read_bounce(content[:at] + junk + content[at + cut :])
