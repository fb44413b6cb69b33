"""Drawings and images with the words that say what they show to whoever does not see them."""

from __future__ import annotations

from typing import Any

from reportlab.graphics.shapes import Drawing
from reportlab.platypus import Image

from service_reports.documents.engine.tags import TaggedCanvas


class Picture(Drawing):
    """A drawing; ``alternative`` says what it shows. An empty one is decoration."""

    def __init__(self, width: float, height: float, alternative: str = "") -> None:
        super().__init__(width, height)
        self.__dict__["alternative"] = alternative  # a drawing takes no attributes but those of its kind

    def draw(self, *settings: Any) -> None:
        """Draw it as one figure of the structure."""
        canvas: Any = self.canv
        alternative: str = self.__dict__["alternative"]
        if isinstance(canvas, TaggedCanvas) and alternative:
            with canvas.figure(alternative, self.width, self.height):
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
