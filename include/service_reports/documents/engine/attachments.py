"""Files inside a PDF, as parts of the document (PDF/A-3: ISO 19005-3, 6.8; ISO 32000-1, 7.11): readers list them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from reportlab.pdfbase import pdfdoc

from service_reports.documents.engine.structure import text_string
from service_reports.documents.rendered import Attachment


def attach(canvas: Any, attachments: Sequence[Attachment], dated: date) -> None:
    """Put files into the PDF that a canvas writes, dated by the midnight that begins a day in Bogotá."""
    if not attachments:
        return
    document = canvas._doc
    name, raw = pdfdoc.PDFName, text_string
    moment = f"D:{dated:%Y%m%d}000000-05'00'"
    listed, names = [], []
    for each in sorted(attachments, key=lambda one: one.name):
        size = pdfdoc.PDFDictionary({"Size": len(each.content), "ModDate": raw(moment)})
        stream = pdfdoc.PDFStream(
            dictionary=pdfdoc.PDFDictionary(
                {"Type": name("EmbeddedFile"), "Subtype": "/" + each.media_type.replace("/", "#2F"), "Params": size}
            ),
            content=each.content,
            filters=[pdfdoc.PDFZCompress],
        )
        file = document.Reference(stream)
        entry = pdfdoc.PDFDictionary(
            {
                "Type": name("Filespec"),
                "F": raw(each.name),
                "UF": raw(each.name),
                "Desc": raw(each.description),
                "AFRelationship": name(each.relationship),
                "EF": pdfdoc.PDFDictionary({"F": file, "UF": file}),
            }
        )
        listed.append(document.Reference(entry))
        names += [raw(each.name), listed[-1]]
    catalog = document.Catalog
    tree = pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray(names)})
    catalog.Names = pdfdoc.PDFDictionary({"EmbeddedFiles": tree})
    catalog.AF = pdfdoc.PDFArray(listed)
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "AF"]
