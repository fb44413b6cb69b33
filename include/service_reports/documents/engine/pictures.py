"""Drawings and images with the words that say what they show to whoever does not see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.graphics.shapes import Drawing
from reportlab.platypus import Image

from service_reports.documents.engine.tags import TaggedCanvas


class Picture(Drawing):
    """A drawing; ``alternative`` says what it shows, an empty one is decoration.

    ``names`` are the figures whose values it draws: they have no other place on the page.
    """

    def __init__(self, width: float, height: float, alternative: str = "", names: Sequence[str] = ()) -> None:
        super().__init__(width, height)
        # a drawing takes no attributes but those of its kind
        self.__dict__.update(alternative=alternative, names=tuple(names))

    def draw(self, *settings: Any) -> None:
        """Draw it as one figure of the structure."""
        canvas: Any = self.canv
        alternative: str = self.__dict__["alternative"]
        if isinstance(canvas, TaggedCanvas) and alternative:
            with canvas.figure(alternative, self.width, self.height, self.__dict__["names"]):
                super().draw(*settings)
        else:
            super().draw(*settings)


class TaggedImage(Image):
    """An image of a file; ``alternative`` says what it shows."""

    alternative = ""

    def draw(self) -> None:
        """Draw it as one figure of the structure."""
        canvas: Any = self.canv
        if isinstance(canvas, TaggedCanvas) and self.alternative:
            with canvas.figure(self.alternative, self.drawWidth, self.drawHeight):
                super().draw()
        else:
            super().draw()
