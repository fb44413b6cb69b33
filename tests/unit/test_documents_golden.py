"""The sample month's documents against their goldens: text and place of every line, section by section."""

import pytest

from tests.golden.layout import changes_of_look, pdf_layout, workbook_layout
from tests.golden.sample_figures import sample_documents


@pytest.mark.parametrize("kind", ["management_report", "technical_report", "ticket_workbook", "delivery_act"])
def test_documents_look_as_they_did(kind):
    content = sample_documents()[kind].content
    layout = workbook_layout(content) if kind == "ticket_workbook" else pdf_layout(content)
    assert not changes_of_look(layout, kind)
