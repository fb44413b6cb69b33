"""How a contract's documents look: colours that can be read, and pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo, WithJsonSchema

from service_reports.contracts.model.fields import Frozen, Text

SRGB_TOE = 0.04045
LEAST_CONTRAST = 4.5
"""Contrast that text needs to be read by people with low vision: WCAG 2.2, level AA."""


def contrast_with_white(color: str) -> float:
    """The contrast ratio of ``#rrggbb`` against white paper, from 1 to 21, as WCAG 2.2 defines it.

    >>> contrast_with_white("#000000")
    21.0
    """
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= SRGB_TOE else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _can_be_read(color: str) -> str:
    contrast = contrast_with_white(color)
    if contrast < LEAST_CONTRAST:
        raise ValueError(
            f"su contraste con el blanco es {contrast:.2f}, y el mínimo es {LEAST_CONTRAST}: escoja un color más oscuro"
        )
    return color.upper()


PrintedColor = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(_can_be_read)]

MOST_PICTURE_BYTES = 512 * 1024
MOST_PICTURE_PIXELS = 2000


class Picture(Frozen):
    """A PNG picture of the brand: its file, named relative to the contract's, and its bytes."""

    file: Text
    content: bytes = Field(repr=False)


def _check_png(content: bytes) -> None:
    from PIL import Image, UnidentifiedImageError  # here: few contracts have a picture, and every DAG loads them all

    if len(content) > MOST_PICTURE_BYTES:
        raise ValueError(f"tiene {len(content)} bytes, y el máximo es {MOST_PICTURE_BYTES}: guárdela más pequeña")
    try:
        with Image.open(BytesIO(content), formats=["PNG"]) as picture:
            if max(picture.size) > MOST_PICTURE_PIXELS:
                raise ValueError(
                    f"tiene {picture.width} por {picture.height} pixeles; el máximo es {MOST_PICTURE_PIXELS}: redúzcala"
                )
            picture.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise ValueError("no es una imagen PNG completa: guárdela de nuevo como PNG") from error


def _read_picture(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    if not info.context or "read_file" not in info.context:
        raise ValueError("nombra un archivo, que solo lee load_contract")
    content: bytes = info.context["read_file"](value)
    _check_png(content)
    return {"file": value, "content": content}


PictureFile = Annotated[
    Picture,
    BeforeValidator(_read_picture),
    WithJsonSchema({"type": "string", "pattern": r"\.png$", "description": "PNG file, relative to this one."}),
]


class Brand(Frozen):
    """How the vendor looks in print: two colours that can be read on white, and its pictures."""

    primary: PrintedColor = Field(default="#1B4B72", title="Color de títulos y filetes")
    accent: PrintedColor = Field(default="#1F6FA8", title="Color de las series de las gráficas")
    header_text: Annotated[Text, StringConstraints(max_length=60)] | None = Field(
        default=None,
        title="Texto del encabezado",
        description="In the place of the vendor's legal name.",
    )
    logo: PictureFile | None = Field(default=None, title="Logotipo")
    seal: PictureFile | None = Field(
        default=None,
        title="Imagen del sello de certificación",
        description="Without one, contractor.certification_mark is set as a seal of text.",
    )
