"""What lets a PDF be kept for good (PDF/A-3b): its fonts, its colours and its metadata are in the file.

ReportLab leaves some things open; they are closed here: what a colour means (an output intent
with the sRGB profile), metadata as XMP that say what the file's other metadata say, charts
that start in a font that is not embedded, links that are not printed, and a line's end before
``endstream``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from PIL import ImageCms
from reportlab import rl_config
from reportlab.graphics import shapes
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase import pdfdoc

from service_reports.contracts import BOGOTA
from service_reports.documents.engine import style

BOGOTA_HOURS = -5
"""Bogotá's offset from UTC, which has no summer time."""
PROFILE_DATE = slice(24, 36)
PROFILE_DATE_BYTES = bytes((0x07, 0xEA, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))
"""1 January 2026 as an ICC profile writes it: the day Pillow made the profile would change the bytes."""

XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<pdf:Keywords>{keywords}</pdf:Keywords>
<pdf:Producer>{producer}</pdf:Producer>
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<xmp:CreateDate>{instant}</xmp:CreateDate>
<xmp:ModifyDate>{instant}</xmp:ModifyDate>
<xmp:MetadataDate>{instant}</xmp:MetadataDate>
</rdf:Description>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the document conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


@cache
def _srgb_profile() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[PROFILE_DATE] = PROFILE_DATE_BYTES
    return bytes(profile)


def describe_file(canvas: Any, language: str, dated: date) -> None:
    """Date the file by the midnight that begins a day in Bogotá, and give it its XMP metadata and its output intent."""
    document = canvas._doc
    document._timeStamp = _midnight(dated)
    instant = datetime.combine(dated, datetime.min.time(), tzinfo=BOGOTA).isoformat()

    def metadata(_: object) -> bytes:
        info = document.info
        names = ("title", "author", "subject", "keywords", "producer", "creator")
        texts = {name: escape(getattr(info, name)) for name in names}
        return XMP.format(language=language, instant=instant, **texts).encode()

    name, text, dictionary = pdfdoc.PDFName, pdfdoc.PDFString, pdfdoc.PDFDictionary
    profile = pdfdoc.PDFStream(dictionary=dictionary({"N": 3}), content=_srgb_profile())
    intent = dictionary(
        {
            "Type": name("OutputIntent"),
            "S": name("GTS_PDFA1"),
            "OutputConditionIdentifier": text("sRGB"),
            "Info": text("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(profile),
        }
    )
    catalog = document.Catalog
    catalog.Metadata = pdfdoc.XMP(creator=metadata)
    catalog.OutputIntents = pdfdoc.PDFArray([intent])
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]  # the keys that ReportLab writes if they are set


def _midnight(dated: date) -> TimeStamp:
    stamp = TimeStamp(invariant=1)
    midnight = datetime.combine(dated, datetime.min.time(), tzinfo=BOGOTA)
    stamp.t = midnight.timestamp()
    stamp.lt = midnight.timetuple()
    stamp.YMDhms = tuple(stamp.lt)[:6]
    stamp.dhh, stamp.dmm = BOGOTA_HOURS, 0
    stamp.tzname = "America/Bogota"
    return stamp


@contextmanager
def archival_writing() -> Iterator[None]:
    """While a document is drawn and written, let charts start from an embedded font, and streams be bytes."""
    font, ascii85 = shapes.STATE_DEFAULTS["fontName"], rl_config.useA85
    shapes.STATE_DEFAULTS["fontName"] = style.REGULAR
    rl_config.useA85 = 0
    try:
        yield
    finally:
        shapes.STATE_DEFAULTS["fontName"] = font
        rl_config.useA85 = ascii85
