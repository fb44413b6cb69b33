"""A contract's brand: colors that can be read, pictures that are read with the contract."""

import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import TypeAdapter, ValidationError

from service_reports.contracts import Contract, ContractError, load_contract, read_contract_files
from service_reports.contracts.model import Brand, PrintedColor, contrast_with_white

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
COLOR = TypeAdapter(PrintedColor)


def png(width: int = 60, height: int = 20, mode: str = "RGBA") -> bytes:
    file = BytesIO()
    Image.new(mode, (width, height), "#7A1F5C").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "brand").mkdir()
    (tmp_path / "brand" / "logo.png").write_bytes(png())
    return tmp_path


def with_brand(folder: Path, brand: str) -> Contract:
    path = folder / "contract.yaml"
    path.write_text(f"{SAMPLE.read_text(encoding='utf-8')}\nbrand: {brand}\n", encoding="utf-8")
    return load_contract(path)


@pytest.mark.parametrize(
    ("color", "ratio"),
    [("#FFFFFF", 1.0), ("#767676", 4.54), ("#777777", 4.48), ("#0000FF", 8.59), ("#FF0000", 4.00)],
)
def test_contrast_is_that_of_wcag(color: str, ratio: float) -> None:
    assert contrast_with_white(color) == pytest.approx(ratio, abs=0.005)


@given(st.integers(0, 0xFFFFFF))
def test_a_color_is_taken_if_and_only_if_text_in_it_can_be_read(value: int) -> None:
    color = f"#{value:06x}"
    if contrast_with_white(color) >= 4.5:
        assert COLOR.validate_python(color) == color.upper()
    else:
        with pytest.raises(ValidationError, match="contraste con el blanco"):
            COLOR.validate_python(color)


def test_a_contract_without_a_brand_has_the_default_one() -> None:
    assert load_contract(SAMPLE).brand == Brand()


def test_the_loader_reads_the_pictures_beside_the_contract(folder: Path) -> None:
    brand = with_brand(folder, '{primary: "#7a1f5c", logo: brand/logo.png}').brand
    assert brand.primary == "#7A1F5C"
    assert brand.logo is not None
    assert brand.logo.content == png()
    assert brand.seal is None
    assert "content" not in repr(brand.logo)


def test_a_contract_is_read_again_when_its_picture_changed_and_only_then(folder: Path) -> None:
    with_brand(folder, "{logo: brand/logo.png}")
    [first], [again] = read_contract_files(folder), read_contract_files(folder)
    assert first.contract is not None
    assert again.contract is first.contract
    (folder / "brand" / "logo.png").write_bytes(png(width=7))
    [changed] = read_contract_files(folder)
    assert changed.contract is not None
    assert changed.contract.brand.logo is not None
    assert changed.contract.brand.logo.content == png(width=7)
    (folder / "brand" / "logo.png").unlink()
    assert "brand.logo" in str(read_contract_files(folder)[0].error)


@pytest.mark.parametrize(
    ("brand", "message"),
    [
        (
            '{primary: "#9CC3E6"}',
            r"brand\.primary tiene '#9CC3E6': su contraste con el blanco es 1\.8\d, y el mínimo es 4\.5",
        ),
        ('{accent: "blue"}', r"brand\.accent tiene 'blue': no tiene la forma que pide contract\.schema\.json"),
        ("{logo: brand/none.png}", r"brand\.logo tiene 'brand/none\.png': no se puede leer \(No such file"),
        ("{logo: ../other/logo.png}", r"brand\.logo tiene .*: sale de la carpeta del contrato"),
        ("{logo: /etc/hostname}", r"brand\.logo tiene .*: sale de la carpeta del contrato"),
        ("{seal: contract.yaml}", r"brand\.seal tiene 'contract\.yaml': no es una imagen PNG completa"),
        ("{colour: red}", r"brand\.colour tiene 'red': .* quítelo o corrija su nombre"),
    ],
)
def test_a_brand_that_does_not_hold_says_what_and_why(folder: Path, brand: str, message: str) -> None:
    with pytest.raises(ContractError, match=message) as caught:
        with_brand(folder, brand)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (png()[:-30], "no es una imagen PNG completa"),
        (png().replace(b"IDAT", b"IDAX"), "no es una imagen PNG completa"),
        (png(3000, 2), "3000 por 2 pixeles; el máximo es 2000"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600_000), "tiene 600008 bytes"),
        (zlib.compress(b"no picture"), "no es una imagen PNG completa"),
    ],
)
def test_a_picture_that_cannot_be_printed_is_refused(folder: Path, content: bytes, message: str) -> None:
    (folder / "brand" / "logo.png").write_bytes(content)
    with pytest.raises(ContractError, match=message):
        with_brand(folder, "{logo: brand/logo.png}")
