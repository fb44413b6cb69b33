"""The contract files of the project: they hold, and the sample one says what the sample month needs."""

import unicodedata
from pathlib import Path

import pytest

from service_reports.contracts import Contract, contracts_folder, load_contract, read_contract_files

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
SCENARIO = ROOT / "sandbox" / "scenarios" / "jamundi-2026-01" / "contract.yaml"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(PUBLISHED)


def test_every_contract_of_the_project_holds() -> None:
    files = read_contract_files(ROOT / "include" / "contracts")
    assert [file.error for file in files if file.error] == []
    assert PUBLISHED in [file.path for file in files]


def test_the_contracts_folder_is_the_projects_own_unless_the_environment_names_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SERVICE_REPORTS_CONTRACTS", raising=False)
    assert contracts_folder() == PUBLISHED.parent
    monkeypatch.setenv("SERVICE_REPORTS_CONTRACTS", str(tmp_path))
    assert contracts_folder() == tmp_path


def test_the_scenario_runs_the_published_contract() -> None:
    assert SCENARIO.read_bytes() == PUBLISHED.read_bytes()


def test_the_platform_has_fourteen_modules_in_printed_order(contract: Contract) -> None:
    sizes = [[len(module.capabilities) for module in product.modules] for product in contract.platform]
    assert sizes == [[8, 10, 4, 8, 5, 1, 6, 4, 2, 2], [5, 7], [2, 1]]


def test_the_obligations_are_numbered_as_in_the_contract(contract: Contract) -> None:
    assert [obligation.number for obligation in contract.obligations] == list(range(1, 22))


def test_what_no_source_measures_rests_on_a_confirmation(contract: Contract) -> None:
    unattested = [each.number for each in contract.obligations if "attestation" not in each.depends_on]
    assert unattested == [1, 2, 3, 5, 9, 13, 16, 17, 19, 21]


def test_both_reports_have_their_recommendations(contract: Contract) -> None:
    assert (len(contract.recommendations.management), len(contract.recommendations.technical)) == (6, 5)


def test_the_glossary_is_in_alphabetical_order_and_defines_the_acronyms(contract: Contract) -> None:
    terms = [term.term for term in contract.glossary]
    plain = [unicodedata.normalize("NFD", term).encode("ascii", "ignore").lower() for term in terms]
    assert plain == sorted(plain)
    assert len(set(plain)) == len(plain)
    acronyms = "AMSO ANS DBaaS ICA IGAC NICSP NIT OCI OCPU PSE ReteICA RIT SAM SAT SIF TIC UTC VPN WAF"
    assert {*acronyms.split(), "GB Months", "Modelo SaaS", "Release"} <= set(terms)


def test_one_company_one_entity_and_no_praise_without_data() -> None:
    text = PUBLISHED.read_text(encoding="utf-8")
    for wrong in ("SMART TMT SAS", "SMART TMT S.A.S\n", "Smart TMT", "Municipio de Jamundí", "oportun", "diligente"):
        assert wrong not in text
