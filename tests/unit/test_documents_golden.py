"""The sample month's documents against their goldens: text and place of every line.

``UPDATE_GOLDEN=1 pytest tests/unit/test_documents_golden.py`` writes the goldens anew;
read the difference before you commit it.
"""

import pytest

from tests.golden.layout import FOLDER, UPDATE, pdf_layout, workbook_layout
from tests.golden.sample_figures import sample_documents


@pytest.mark.parametrize("kind", ["management_report", "technical_report", "ticket_workbook", "delivery_act"])
def test_documents_look_as_they_did(kind):
    content = sample_documents()[kind].content
    layout = workbook_layout(content) if kind == "ticket_workbook" else pdf_layout(content)
    golden = FOLDER / f"{kind}.txt"
    if UPDATE:
        golden.write_text(layout, encoding="utf-8")
    assert layout == golden.read_text(encoding="utf-8")
