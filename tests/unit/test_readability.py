"""A supervisor who is no engineer reads the reports with ease, as a well-known scale measures Spanish prose.

Measured is the perspicuity of Szigriszt Pazos: 206.835 − 62.3 · syllables a word − words a sentence. On the scale
INFLESZ (Barrio Cantalejo, 2008) what has more than 55 is normal, and more than 65 fairly easy.
"""

from __future__ import annotations

import re

import pyphen
import pytest

from tests.defects.planting import paragraphs

FAIRLY_EASY = 65
SYLLABLES = pyphen.Pyphen(lang="es", left=1, right=1)
SENTENCE_END = re.compile(r"(?<=[.;:?])\s+(?=[A-ZÁÉÍÓÚ¿«0-9])")
WORD = re.compile(r"[^\W\d_]+")
FEWEST_WORDS = 8
"""Shorter texts are cells and headings."""


def sentences(texts: list[str]) -> list[list[str]]:
    """The words of each sentence of the texts that are prose."""
    prose = (text for text in texts if text.endswith(".") and len(text.split()) >= FEWEST_WORDS)
    return [words for text in prose for each in SENTENCE_END.split(text) if (words := WORD.findall(each))]


def perspicuity(read: list[list[str]]) -> float:
    words = [word for sentence in read for word in sentence]
    syllables = sum(len(SYLLABLES.positions(word)) + 1 for word in words)
    return 206.835 - 62.3 * syllables / len(words) - len(words) / len(read)


@pytest.mark.parametrize("kind", ["management_report", "technical_report", "delivery_act"])
def test_what_a_report_says_is_fairly_easy_to_read(kind: str) -> None:
    assert perspicuity(sentences(paragraphs(kind))) > FAIRLY_EASY


def test_the_scale_tells_easy_prose_from_the_prose_of_contracts() -> None:
    easy = ["El servidor respondió todo el día. Hubo una copia cada noche y todas sirven."]
    legal = [
        "Las estipulaciones contractuales anteriormente mencionadas constituyen responsabilidades ineludibles cuya "
        "inobservancia injustificada ocasionará consecuencias administrativas y jurisdiccionales pertinentes."
    ]
    assert perspicuity(sentences(legal)) < 0 < FAIRLY_EASY < perspicuity(sentences(easy))
