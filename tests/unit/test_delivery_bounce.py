"""What mail servers report of a message they could not deliver, in the shapes they do it."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
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
GMAIL = f"""\
From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>
To: informes@smarttmt.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {SENT}
In-Reply-To: {SENT}
X-Failed-Recipients: supervisor@entidad.example
Message-ID: <65d8a1f0.050a0220@mx.google.example>
Date: Mon, 23 Feb 2026 03:05:29 -0800 (PST)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="000000000000f2b4a5"; report-type=delivery-status

--000000000000f2b4a5
Content-Type: multipart/related; boundary="000000000000f2b7"

--000000000000f2b7
Content-Type: multipart/alternative; boundary="000000000000f2b8"

--000000000000f2b8
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: quoted-printable

** No se encontr=C3=B3 la direcci=C3=B3n **

--000000000000f2b8
Content-Type: text/html; charset="UTF-8"

<html></html>

--000000000000f2b8--
--000000000000f2b7
Content-Type: image/png; name="icon.png"
Content-Disposition: attachment; filename="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--000000000000f2b7--
--000000000000f2b4a5
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example
Arrival-Date: Mon, 23 Feb 2026 03:05:28 -0800 (PST)
X-Original-Message-ID: {SENT}

Final-Recipient: rfc822; supervisor@entidad.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.entidad.example. (192.0.2.7, the server for the domain entidad.example.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
 550 5.1.1 https://support.google.example/mail/?p=NoSuchUser
Last-Attempt-Date: Mon, 23 Feb 2026 03:05:29 -0800 (PST)

--000000000000f2b4a5
Content-Type: message/rfc822

From: SMART TMT <informes@smarttmt.example>
To: supervisor@entidad.example
Message-ID: {SENT}

----- Message truncated -----

--000000000000f2b4a5--
"""
SAMPLES = {"postfix": POSTFIX, "exchange": EXCHANGE, "gmail": GMAIL, "exim": EXIM, "old exim": OLD_EXIM}


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
        ("gmail", "5.1.1", "The email account that you tried to reach does not exist"),
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


def status_part(encoding: str, encode: Callable[[bytes], bytes]) -> str:
    """Postfix's report whose machine-readable part is encoded, as some gateways send it."""
    before, kind, after = POSTFIX.partition("Content-Type: message/delivery-status\n\n")
    fields, boundary, rest = after.partition("\n--9B0E14")
    encoded = encode(fields.replace("\n", "\r\n").encode()).decode().replace("\r\n", "\n")
    return f"{before}{kind[:-1]}Content-Transfer-Encoding: {encoding}\n\n{encoded}{boundary}{rest}"


@pytest.mark.parametrize(
    ("encoding", "encode"), [("base64", base64.encodebytes), ("quoted-printable", quopri.encodestring), ("8bit", bytes)]
)
def test_a_report_is_read_however_its_parts_are_encoded(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    assert read(status_part(encoding, encode)) == read(POSTFIX)


def test_the_message_that_a_report_returns_is_known_when_it_is_encoded() -> None:
    before, kind, after = EXIM.replace(f"References: {SENT}\n", "").partition("Content-type: message/rfc822\n\n")
    returned, boundary, rest = after.partition("\n--1771844712")
    encoded = base64.encodebytes(returned.encode()).decode()
    text = f"{before}{kind[:-1]}Content-Transfer-Encoding: base64\n\n{encoded}{boundary}{rest}"
    assert read(text).message_ids == (SENT,)


def test_a_report_about_addresses_beyond_ascii_is_read_like_any_other() -> None:
    """RFC 6533: the same fields under other types."""
    text = POSTFIX.replace("message/delivery-status", "message/global-delivery-status")
    text = text.replace("text/rfc822-headers", "message/global-headers")
    text = text.replace("rfc822; supervisor@entidad", "utf-8; supervisión@entidad")
    bounce = read(text)
    assert bounce.message_ids == (SENT,)
    assert bounce.recipients[0].recipient == "supervisión@entidad.example"


@pytest.mark.parametrize("action", ["failed (bounced)", "Failed; final", "FAILED"])
def test_what_is_said_beside_the_action_is_no_part_of_it(action: str) -> None:
    assert read(POSTFIX.replace("Action: failed", f"Action: {action}")).action == "failed"


def test_what_a_report_says_is_text_that_the_register_can_hold() -> None:
    said = "Diagnostic-Code: smtp; 550 buz\xf3n lleno \0 \x1b[31m buzón"
    text = POSTFIX.replace("Diagnostic-Code: smtp;", said).replace("rfc822; superv", "rfc822; \0superv")
    [status] = read_bounce(text.encode("latin-1")).recipients
    assert status.diagnostic.startswith("smtp; 550 buz\N{REPLACEMENT CHARACTER}n lleno buz")
    assert "\0" not in str(status)


QMAIL = f"""\
From: MAILER-DAEMON@mx.entidad.example
To: informes@smarttmt.example
Subject: failure notice

Hi. This is the qmail-send program at mx.entidad.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<supervisor@entidad.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <informes@smarttmt.example>
Message-ID: {SENT}
"""
AWAY = f"Subject: Respuesta automática\nAuto-Submitted: auto-replied\nIn-Reply-To: {SENT}\n\nEstoy de vacaciones.\n"


@pytest.mark.parametrize("text", [QMAIL, AWAY])
def test_what_is_no_report_still_names_the_message_that_it_is_about(text: str) -> None:
    with pytest.raises(NotABounce) as refused:
        read(text)
    assert refused.value.message_ids == (SENT,)


def test_a_report_that_somebody_forwards_is_read() -> None:
    forwarded = (
        'Message-ID: <fwd@smarttmt.example>\nContent-Type: multipart/mixed; boundary="f"\n\n--f\n\nVean esto.\n'
        f"--f\nContent-Type: message/rfc822\n\n{POSTFIX}\n--f--\n"
    )
    assert read(forwarded).recipients == read(POSTFIX).recipients
    assert SENT in read(forwarded).message_ids


REWRITTEN = """\
From: MAILER-DAEMON@relay.example
To: informes@smarttmt.example
Subject: No se pudo entregar
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8

Su mensaje no se pudo entregar.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; supervisor.contrato@jamundi.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b1
Content-Type: message/rfc822

Message-ID: <0102019f2c3d4e5f-1a2b3c4d-000000@sa-east-1.relay.example>
From: SMART TMT <informes@smarttmt.example>
To: supervisor.contrato@jamundi.example
Subject: Informes del servicio 2026-01
X-Service-Report: alcaldia-de-jamundi-34-14-08-0016/2026-01/v1

cuerpo
--b1--
"""
FORWARDED = REWRITTEN.replace(
    "From: SMART TMT <informes@smarttmt.example>", f"From: supervisor.contrato@jamundi.example\nReferences: {SENT}"
).replace(
    "X-Service-Report: alcaldia-de-jamundi-34-14-08-0016/2026-01/v1\n\ncuerpo",
    f"""\
In-Reply-To: {SENT}
Content-Type: multipart/mixed; boundary="f"

--f
Content-Type: message/rfc822

Message-ID: {SENT}
From: SMART TMT <informes@smarttmt.example>
X-Service-Report: alcaldia-de-jamundi-34-14-08-0016/2026-01/v1

cuerpo
--f--""",
)
"""The supervisor sent our message on, and that did not arrive."""


def test_a_message_that_a_relay_gave_another_id_is_known_by_its_version() -> None:
    bounce = read(REWRITTEN)
    assert bounce.versions == (("alcaldia-de-jamundi-34-14-08-0016", "2026-01", 1),)
    assert SENT not in bounce.message_ids
    told = read(REWRITTEN.replace("Message-ID: <0102", f"X-Google-Original-Message-ID: {SENT}\nMessage-ID: <0102"))
    assert SENT in told.message_ids


@pytest.mark.parametrize(
    "version", ["a/2026-01/v0", "a/2026-01/v99999999999", "a/2026-01", "a b/2026-01/v1", "../x/v1", ""]
)
def test_a_version_that_nobody_wrote_so_is_none(version: str) -> None:
    text = REWRITTEN.replace("alcaldia-de-jamundi-34-14-08-0016/2026-01/v1", version)
    assert read(text).versions == ()


def test_a_message_that_somebody_forwarded_is_not_the_one_that_did_not_arrive() -> None:
    bounce = read(FORWARDED)
    assert SENT not in bounce.message_ids
    assert bounce.versions == ()
    assert not bounce.is_from("informes@smarttmt.example")


def test_an_answer_in_our_thread_that_did_not_arrive_is_not_ours() -> None:
    """References end with the message itself; those before are what it answers."""
    text = EXIM.partition("--1771844712-eximdsn-1804289383\nContent-type: message/rfc822")[0]
    answered = text.replace(f"References: {SENT}", f"References: {SENT} <answer@entidad.example>")
    assert read(answered).message_ids == ("<answer@entidad.example>",)


@pytest.mark.parametrize(
    ("field", "addressed"),
    [
        ("Final-Recipient: rfc822; SUPERVISOR.Contrato@Jamundi.Example", True),
        ("Final-Recipient: rfc822;<supervisor.contrato@jamundi.example>", True),
        ("Final-Recipient: supervisor.contrato@jamundi.example", True),
        ("Final-Recipient: x400; /C=CO\nOriginal-Recipient: rfc822;supervisor.contrato@jamundi.example", True),
        ("Final-Recipient: rfc822; buzon@personal.example", False),
        ("Final-Recipient: rfc822; supervisor.contrato@jamundi.example.mal.example", False),
    ],
)
def test_a_report_counts_for_whom_the_message_was_addressed(field: str, addressed: bool) -> None:
    bounce = read(REWRITTEN.replace("Final-Recipient: rfc822; supervisor.contrato@jamundi.example", field))
    assert bool(bounce.about(["supervisor.contrato@jamundi.example"])) is addressed


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("utf-8; rentas@alcaldía.example", "rentas@xn--alcalda-dza.example"),
        ("rfc822; rentas@xn--alcalda-dza.example", "rentas@xn--alcalda-dza.example"),
        ("rfc822; informes+2Bmes@jamundi.example", "informes+mes@jamundi.example"),
        ("rfc822; informes+mes@jamundi.example", "informes+mes@jamundi.example"),
        ("utf-8; mun\u0303oz@jamundi.example", "muñoz@jamundi.example"),
    ],
)
def test_an_address_is_known_however_the_server_writes_it(written: str, address: str) -> None:
    assert read(REWRITTEN.replace("rfc822; supervisor.contrato@jamundi.example", written)).about([address])


def test_who_got_it_is_not_failed_by_somebody_to_whom_it_went_on() -> None:
    bounce = read(EXCHANGE)
    assert [each.action for each in bounce.about(["copia@entidad.example"])] == ["delivered"]


def test_what_says_that_it_failed_and_arrived_at_once_says_nothing() -> None:
    with pytest.raises(NotABounce):
        read(POSTFIX.replace("Status: 5.1.1", "Status: 2.1.5"))


def test_a_report_about_very_many_is_bounded() -> None:
    block = "Final-Recipient: rfc822; a{}@entidad.example\nAction: failed\nStatus: 5.1.1\n\n"
    many = "".join(block.format(number) for number in range(3000))
    before, _, after = POSTFIX.partition("Final-Recipient:")
    assert len(read(before + many + "Final-Recipient:" + after).recipients) == 100


@pytest.mark.parametrize(
    "shell", ["Content-Type: message/rfc822\n\n", 'Content-Type: multipart/mixed; boundary="b"\n\n--b\n']
)
def test_what_is_nested_without_end_is_refused(shell: str) -> None:
    with pytest.raises(NotABounce):
        read_bounce(shell.encode() * 3000)


BROKEN_FIELDS = [
    b"Message-ID: <a@[",
    b"Message-ID: <",
    b"In-Reply-To: =?x?",
    b"MIME-Version: ",
    b"From: a@[",
    b'To: "',
    b"To: =?utf-8?q?=00?= <a@b>",
    b"Date: =?",
    b"Content-Type: ",
    b"Content-Type: multipart/mixed; boundary=",
    b"Content-Type: text/plain; charset=nada",
    b"Content-Type: text/plain; name*0*=utf-8''%E9; name*2=x",
    b"Content-Type: message/delivery-status",
    b"Content-Type: message/rfc822",
    b"Content-Type: message/external-body",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: uuencode",
    b"Content-Transfer-Encoding: (",
    b"Content-Disposition: attachment; filename*=",
    b"X-Failed-Recipients: \0",
    b"Action: failed\0",
    b"\xff\xfe: \xff",
    b"",
    b"\r",
]


@given(st.sampled_from(sorted(SAMPLES)), st.lists(st.tuples(st.integers(0, 80), st.sampled_from(BROKEN_FIELDS))))
def test_a_report_with_broken_fields_is_read_or_refused(sample: str, broken: list[tuple[int, bytes]]) -> None:
    """One file that nobody can read must not keep the others from being read."""
    lines = SAMPLES[sample].encode().split(b"\n")
    for at, field in broken:
        lines[at % len(lines)] = field
    with suppress(NotABounce):
        bounce = read_bounce(b"\n".join(lines))
        told = "; ".join([*map(str, bounce.recipients), *bounce.message_ids, bounce.action])
        assert "\0" not in told
        assert told.encode()


@given(st.binary(max_size=400), st.integers(0, len(POSTFIX)), st.integers(0, 200))
def test_whatever_lies_in_the_folder_is_read_or_refused(junk: bytes, at: int, cut: int) -> None:
    content = POSTFIX.encode()
    with suppress(NotABounce):
        read_bounce(content[:at] + junk + content[at + cut :])
