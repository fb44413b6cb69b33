"""Whatever lies in the contracts folder stops only itself, in bounded time, and is told in Spanish with its name."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from service_reports import bounded_yaml
from service_reports.contracts import ContractError, find_contract, load_contract, read_contract_files
from service_reports.contracts.loader import SCALARS

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
GOOD = "alcaldia-de-jamundi-34-14-08-0016"
CPU_SECONDS, SECONDS = 30, 120
LIMITS = (
    "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31));"
    f" resource.setrlimit(resource.RLIMIT_CPU, ({CPU_SECONDS}, {CPU_SECONDS}))\n"
)
"""For all of them together, with the imports: some of them took minutes, one ended the process, one never ended."""


def sample(old: str, new: str) -> bytes:
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1).replace(f"id: {GOOD}", "id: another", 1).encode()


def bomb(inside: str, levels: int = 12) -> bytes:
    lines = ["x0: &x0 [lol]"] + [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join([*lines, inside.format(f"*x{levels - 1}"), ""]).encode()


CONTENTS = {
    "alias-bomb": bomb("id: {0}\nnumber: {0}\nentity: {{name: {0}}}\nreports: {0}"),
    "alias-bomb-in-the-listed-lines": b"id:\n"
    + bomb("", 12).replace(b"x0:", b"  x0:").replace(b"\nx", b"\n  x")
    + b"number: *x11\nentity: {name: *x11}\nreports: *x11\n",
    "merge-bomb": b"a: &a {k: 1}\nb: &b {<<: [*a, *a]}\n"
    + b"".join(f"c{n}: &c{n} {{<<: [{', '.join([f'*c{n - 1}' if n else '*b'] * 10)}]}}\n".encode() for n in range(9)),
    "holds-itself": b"id: &a [*a]\n",
    "nested-lists": b"[" * 200_000,
    "nested-lists-that-end": b"id: " + b"[" * 100_000 + b"]" * 100_000,
    "nested-mappings": b"{a: " * 100_000,
    "nested-blocks": b"- " * 100_000 + b"a",
    "nested-questions": b"? " * 100_000,
    "nested-in-the-listed-lines": b"id: x\nnumber: x\nentity: x\nreports: " + b"[" * 100_000 + b"\n",
    "broken": b"id: [",
    "empty": b"",
    "a-list": b"- a\n",
    "not-utf-8": "entity: Alcaldía".encode("latin-1"),
    "utf-16": "id: a\n".encode("utf-16"),
    "nul": b"id: a\0b\n",
    "zeros": bytes(500_000),
    "huge": b"# x\n" * 1_000_000,
    "many-keys": "".join(f"k{n}: 1\n" for n in range(100_000)).encode(),
    "long-number": sample("year: 2026", "year: " + "9" * 200_000),
    "long-base-60": sample("year: 2026", "year: 1" + ":1" * 200_000),
    "long-title": sample("  - Servicio de Paquete", f"  - {'a.' * 200_000}b.\n  - Servicio de Paquete"),
    "many-problems": b"".join(f"k{n}: 1\n".encode() for n in range(20_000)),
    "year-9999": sample("report_date: 2026-02-23", "report_date: 9999-12-31"),
    "year-9999-at-night": sample("report_date: 2026-02-23", "report_date: 9999-12-31").replace(b'"06:00"', b'"23:00"'),
    "year-1": sample("valid_from: 2026", "valid_from: 0001"),
    "a-period-of-decades": sample("valid_to: 2026-12-31", "valid_to: 2099-12-31").replace(
        b"period_to: 2026-12-31", b"period_to: 2099-12-31"
    ),
    "pattern-of-powers": sample(r"^SGI_ALCJAM40-(?P<day>", "((a{99}){99}){99}(?P<day>"),
    "pattern-with-a-look-ahead": sample(r"^SGI_ALCJAM40-(?P<day>", "^(?=a)(?P<day>"),
    "pattern-of-brackets": sample(r"^SGI_ALCJAM40-(?P<day>", "(" * 5_000 + "(?P<day>"),
    "code-of-a-gigabyte": sample("{sequence}", "{sequence:0>999999999}"),
    "hours-beyond-all-numbers": sample("contracted_hours: 200", "contracted_hours: 1e300000"),
    "picture-that-is-a-device": sample("id:", "brand: {logo: device.png}\nid:"),
    "picture-outside": sample("id:", "brand: {logo: ../../x.png}\nid:"),
    "picture-that-loops": sample("id:", "brand: {logo: loop.png}\nid:"),
    "the-same-id": SAMPLE.read_bytes() + b"\n",
}


def pipe(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path.name)


SPECIAL: dict[str, Callable[[Path], None]] = {
    "a-pipe": pipe,
    "a-loop": loop,
    "a-folder": Path.mkdir,
    "a-device": lambda path: path.symlink_to("/dev/zero"),
    "a-terminal": lambda path: path.symlink_to("/dev/tty"),
    "dangling": lambda path: path.symlink_to("nowhere"),
    os.fsdecode(b"name-\xff"): lambda path: path.write_bytes(b"id: ["),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One contract that holds, and everything else."""
    folder = tmp_path_factory.mktemp("contracts")
    (folder / "a-good-one.yaml").write_bytes(SAMPLE.read_bytes())
    for name, content in CONTENTS.items():
        (folder / f"{name}.yaml").write_bytes(content)
    for name, make in SPECIAL.items():
        make(folder / f"{name}.yaml")
    pipe(folder / "device.png")
    loop(folder / "loop.png")
    return folder


def seen_by(program: str, folder: Path) -> object:
    """What a fresh process prints, which must not take long, nor need much memory."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{LIMITS}{program}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env={
            "PYTHONPATH": f"{PROJECT / 'include'}:{PROJECT / 'plugins'}",
            "PATH": "",
            "HOME": str(folder.parent),
            "SERVICE_REPORTS_CONTRACTS": str(folder),
            "AIRFLOW_HOME": str(folder.parent / "airflow"),
        },
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout.splitlines()[-1])


def test_every_file_is_told_by_its_name_and_stops_no_other(folder: Path) -> None:
    told = seen_by(
        "import json\nfrom service_reports.contracts import read_contract_files\n"
        "print(json.dumps([[f.contract and f.contract.id, f.error] for f in read_contract_files()]))",
        folder,
    )
    assert isinstance(told, list)
    assert [contract_id for contract_id, _ in told if contract_id] == [GOOD]
    errors = sorted(error for _, error in told if error)
    names = sorted(os.fsencode(path.name).decode(errors="replace") for path in folder.glob("*.yaml"))
    assert [error.split(":")[0] for error in errors] == sorted(set(names) - {"a-good-one.yaml"})
    for error in errors:
        assert len(error) < 20_000, error[:200]
        error.encode()


def test_form_and_timetable_go_on_with_the_contract_that_holds(folder: Path) -> None:
    seen = seen_by(
        "import json\nfrom service_reports_airflow.dag_parts.forms import report_form\n"
        "from service_reports_airflow.timetable import CutOffTimetable\n"
        "print(json.dumps([report_form()['contrato'].schema['enum'],"
        " [each.isoformat() for each in CutOffTimetable._cut_offs()]]))",
        folder,
    )
    assert isinstance(seen, list)
    listed, cut_offs = seen
    assert GOOD in listed
    assert cut_offs[0] == "2026-02-23T11:00:00+00:00"
    assert len(cut_offs) == 4


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("alias-bomb", r"tiene más de 50000 valores, con sus alias \(`\*`\) desplegados: redúzcalo"),
        ("nested-lists", "tiene más de 20 niveles, en la línea 1: quítelos"),
        ("holds-itself", "no es YAML legible; .*el ancla &a no existe"),
        ("huge", "tiene más de 1048576 bytes: redúzcalo"),
        ("year-9999", "report_date tiene '9999-12-31': debe ser 2100-12-31 o menos"),
        ("a-period-of-decades", "hay más de 731 días: corrija las fechas"),
        ("pattern-with-a-look-ahead", r"file_pattern .*no es una expresión regular de RE2 \(invalid perl operator"),
        ("pattern-of-brackets", "tiene 5036 caracteres, y el máximo es 500: acórtelo"),
        ("code-of-a-gigabyte", "solo puede usar {entity}, {date}"),
        ("hours-beyond-all-numbers", "contracted_hours tiene .*: debe ser 1000000 o menos"),
        ("a-pipe", "no es un archivo sino una carpeta, una tubería o un dispositivo: quítelo de allí"),
        ("a-device", "no es un archivo sino"),
        ("a-folder", "no es un archivo sino"),
        ("a-loop", r"no se puede leer \(Too many levels of symbolic links\): revise el archivo"),
        ("picture-that-is-a-device", "brand.logo tiene 'device.png': no es un archivo sino"),
        ("picture-that-loops", "brand.logo tiene 'loop.png': es un enlace que lleva a sí mismo"),
    ],
)
def test_the_error_says_what_is_wrong_and_what_to_do(folder: Path, name: str, told: str) -> None:
    with pytest.raises(ContractError, match=told):
        load_contract(folder / f"{name}.yaml")


def test_a_contract_is_found_among_them_without_parsing_the_others(folder: Path) -> None:
    found = find_contract(GOOD, folder)
    assert found is not None
    assert found.contract is not None
    assert (found.path.name, found.contract.id) == ("a-good-one.yaml", GOOD)
    assert found.sha256 == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    assert find_contract("nobody", folder) is None


def test_a_file_that_changed_is_read_again_and_one_that_did_not_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(SAMPLE.read_bytes())
    [first] = read_contract_files(tmp_path)
    [again] = read_contract_files(tmp_path)
    assert again.contract is first.contract
    path.write_bytes(sample('number: "34-14-08-0016"', 'number: "34-14-08-0017"'))
    [changed] = read_contract_files(tmp_path)
    assert changed.contract is not None
    assert changed.contract.number == "34-14-08-0017"
    path.write_bytes(b"id: [")
    assert read_contract_files(tmp_path)[0].contract is None
    path.unlink()
    assert read_contract_files(tmp_path) == ()


def test_a_contract_that_was_found_is_not_looked_for_again_until_its_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "b.yaml"
    path.write_bytes(SAMPLE.read_bytes())
    (tmp_path / "a.yaml").write_bytes(sample(GOOD, "another"))
    first = find_contract(GOOD, tmp_path)
    with monkeypatch.context() as one_by_one:
        one_by_one.delattr(Path, "iterdir")
        assert find_contract(GOOD, tmp_path) == first
    path.rename(tmp_path / "c.yaml")
    moved = find_contract(GOOD, tmp_path)
    assert moved is not None
    assert moved.path.name == "c.yaml"
    moved.path.write_bytes(sample(GOOD, "renamed"))
    read_contract_files(tmp_path)
    assert find_contract(GOOD, tmp_path) is None


def test_of_two_files_with_one_id_a_process_that_knew_one_takes_the_same_as_one_that_begins(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_bytes(SAMPLE.read_bytes())
    assert find_contract(GOOD, tmp_path) is not None
    (tmp_path / "a.yaml").write_bytes(SAMPLE.read_bytes() + b"\n")
    found = find_contract(GOOD, tmp_path)
    [holds] = [file for file in read_contract_files(tmp_path) if file.contract is not None]
    assert found == holds
    assert holds.path.name == "a.yaml"


def test_anchors_and_aliases_of_a_usual_size_are_written_out(tmp_path: Path) -> None:
    listed = "uses: [capacitaciones, desarrollos, consultorías]\n  modality: remota o presencial, sin viáticos"
    aliased = "uses: [capacitaciones, &word desarrollos]\n  modality: *word"
    (tmp_path / "a.yaml").write_bytes(sample(listed, aliased))
    assert read_contract_files(tmp_path)[0].error is None


@pytest.mark.parametrize(
    "word",
    [
        "1",
        "-1",
        "0x1F",
        "010",
        "1_000",
        "1.5",
        ".5",
        "1e3",
        "1.0e+3",
        ".inf",
        "yes",
        "No",
        "true",
        "~",
        "null",
        "''",
        '"1"',
        "a",
        "2026-01-01",
        "12:30",
        "! x",
        "'yes'",
    ],
)
def test_words_mean_what_they_mean_in_pyyaml_but_dates_stay_text(word: str) -> None:
    expected = yaml.load(f"a: {word}", Loader=yaml.SafeLoader)["a"]
    expected = word if word == "2026-01-01" else expected
    assert bounded_yaml.load(f"a: {word}", SCALARS.value) == {"a": expected}
