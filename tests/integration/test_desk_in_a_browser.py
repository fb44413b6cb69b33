"""The operators' page as people use it: in a browser, by mouse and by keyboard, in both themes and at two widths."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import psycopg
import pytest

from sandbox.demo import PUBLISH_DAG
from sandbox.postgres import dsn
from service_reports import register
from service_reports.register import IssueKey
from tests.integration.desk_world import APPROVED, CORRECTED, STOPPED, Desk

pytestmark = [pytest.mark.integration, pytest.mark.system]
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("chromium is not installed: apt-get install chromium", allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe  # noqa: E402 (they need a browser)
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright  # noqa: E402

WIDE, TELEPHONE = (1280, 900), (390, 844)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OURS = "[data-desk]"
"""What of a page of Airflow the script draws."""
SERIOUS = ("serious", "critical")
OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
MOST = {
    "what is closed, late or has findings": 1,
    "the PDF of version 2": 3,
    "why a report stopped": 3,
    "correct, or issue by hand": 6,
    "approve": 3,
    "settle a doubt": 3,
    "results of checks, with the rows that were left out": 3,
    "collect old days": 4,
    "what is out of date": 3,
}
"""How many clicks a job of an operator may take at the most."""
expect.set_options(timeout=30_000)


def told_clicks() -> dict[str, int]:
    """The jobs of the documentation with the clicks that it says."""
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| [^|]+ \|$", OPERATIONS.read_text(encoding="utf-8"), re.M)
    return {job: int(clicks) for job, clicks in rows}


class Hand:
    """Somebody at the page's first view who clicks, one job at a time; what they type where they are is no click."""

    def __init__(self, page: Page, desk: Desk) -> None:
        self.page, self._home, self.clicks = page, f"{desk.url}/", 0

    def from_home(self) -> None:
        show_home(self.page, self._home)
        self.clicks = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def did(self, job: str) -> None:
        """The job is done: in as many clicks as the documentation says, and no more than it may take."""
        assert self.clicks == told_clicks()[job] <= MOST.get(job, self.clicks), job

    def row(self, number: str) -> Locator:
        """A report at the top of the first view."""
        return self.page.locator(OURS).get_by_role("listitem").filter(has=self.link(number))

    def link(self, number: str) -> Locator:
        return self.page.get_by_role("link", name=re.compile(f"{number}$"))


@pytest.fixture
def hand(page: Page, desk: Desk) -> Hand:
    hand = Hand(page, desk)
    hand.from_home()
    return hand


def show_home(page: Page, address: str) -> None:
    """Show Airflow's first page: by its menu, where it is open already, which spares a load of all its scripts."""
    in_menu = page.locator("a[href='/']").first
    if page.url.startswith(address) and in_menu.is_visible():
        in_menu.click()
    else:
        page.goto(address)
    expect(page.get_by_role("heading", name="Informes que necesitan a alguien")).to_be_visible()


@pytest.fixture(scope="module")
def browser(desk: Desk) -> Iterator[Browser]:
    assert CHROMIUM is not None, "apt-get install chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def page(browser: Browser, desk: Desk) -> Page:
    """Airflow's first page after a log-in by its form, in Colombian Spanish."""
    width, height = WIDE
    context = browser.new_context(viewport={"width": width, "height": height}, locale="es-CO", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{desk.url}/")
    page.locator("input[name=username]").fill(desk.installation.airflow.user)
    page.locator("input[name=password]").fill(desk.installation.airflow.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Informes que necesitan a alguien")).to_be_visible()
    return page


def menu(page: Page) -> Locator:
    """The page in Airflow's menu."""
    return page.get_by_role("link", name="Informes", exact=True).first


def serious(page: Page) -> list[str]:
    """What axe finds in what is ours."""
    found = Axe().run(page, context=OURS)
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found.response["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


def test_the_documentation_tells_every_job_that_a_desk_is_for() -> None:
    assert told_clicks().keys() >= MOST.keys()


def test_what_is_closed_late_or_has_findings_is_seen_at_once(hand: Hand) -> None:
    hand.click(menu(hand.page))
    for number, state in ((CORRECTED, "Emitido"), (STOPPED, "Detenido")):
        row = hand.page.get_by_role("row").filter(has=hand.page.get_by_role("link", name=number, exact=True))
        expect(row).to_contain_text(state)
        expect(row.get_by_role("cell").nth(4)).to_have_text(re.compile(r"\w"))
    hand.did("what is closed, late or has findings")


def test_an_operator_reads_why_a_report_stopped(hand: Hand) -> None:
    hand.click(hand.link(STOPPED).first)
    expect(hand.page.get_by_role("heading", name=f"Informe {STOPPED}")).to_be_visible()
    expect(hand.page.get_by_text("dispare «Recolectar métricas de OCI»").first).to_be_visible()
    hand.click(hand.page.get_by_role("link", name="Se detuvo en «Verificar»"))
    expect(hand.page).to_have_url(re.compile(r"/runs/.*/tasks/report\.gate/mapped/0"))
    hand.did("why a report stopped")


def test_from_a_task_that_stopped_a_link_leads_back_to_its_report(page: Page, desk: Desk) -> None:
    path = f"/api/v2/dags/{PUBLISH_DAG}/dagRuns/{desk.stopped}/taskInstances/report.gate/links?map_index=0"
    link = json.loads(desk.ask(path, desk.operator()).body)["extra_links"]["Ver en Informes"]
    page.goto(f"{desk.url}/{link}")
    expect(page.get_by_role("heading", name=f"Informe {STOPPED}")).to_be_visible()


def test_the_results_of_checks_stand_on_the_page_of_the_report(hand: Hand) -> None:
    hand.click(menu(hand.page))
    hand.click(hand.page.get_by_role("link", name=STOPPED, exact=True).first)
    checks = hand.page.get_by_role("region", name="Comprobaciones que no pasaron")
    expect(checks.get_by_text("dispare «Recolectar métricas de OCI»").first).to_be_visible()
    hand.did("results of checks, with the rows that were left out")


def test_an_operator_opens_the_pdf_of_version_2(hand: Hand) -> None:
    home = hand.page
    hand.click(menu(home))
    hand.click(home.get_by_role("link", name=CORRECTED, exact=True).first)
    second = home.get_by_role("link", name="Informe Técnico").first
    with home.context.expect_page() as opening:
        hand.click(second)
    hand.did("the PDF of version 2")
    address = opening.value.url
    opening.value.close()
    answer = home.request.get(address)
    assert "/versions/2/documents/" in address
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    assert b"/ETSI.CAdES.detached" in answer.body()


def test_what_changed_in_a_version_is_told_where_it_is_listed(hand: Hand) -> None:
    hand.click(menu(hand.page))
    hand.click(hand.page.get_by_role("link", name=CORRECTED, exact=True).first)
    hand.click(hand.page.get_by_role("button", name="Qué cambió"))
    hand.did("what changed in a version")
    expect(hand.page.get_by_role("region", name="Cifras que cambian en la versión 2")).to_contain_text("Antes")


def test_the_form_of_a_correction_is_filled_in_but_its_reason(hand: Hand, desk: Desk) -> None:
    home = hand.page
    hand.click(menu(home))
    hand.click(home.get_by_role("link", name=CORRECTED, exact=True).first)
    hand.click(home.get_by_role("button", name="Corregir este informe"))
    form = home.get_by_role("form", name="Corregir este informe")
    expect(form.get_by_label("Contrato")).to_have_value(desk.contract)
    expect(form.get_by_label("Informe", exact=True)).to_have_value(CORRECTED)
    expect(form.get_by_label("Motivo")).to_be_focused()
    form.get_by_role("button", name="Iniciar").click()
    expect(form).to_be_visible()  # nothing starts without a reason
    form.get_by_label("Motivo").fill("Una corrección sin cambios")
    hand.click(form.get_by_role("button", name="Iniciar"))
    expect(home).to_have_url(re.compile("/dags/publish_service_reports/runs/"))
    hand.did("correct, or issue by hand")
    [run] = desk.installation.query(
        "select conf, content as note from dag_run left join dag_run_note on dag_run_id = id"
        " where dag_id = 'publish_service_reports' order by queued_at desc limit 1",
        "airflow",
    )
    assert run["note"] == f"Corregir este informe: {desk.contract} {CORRECTED}: Una corrección sin cambios"
    reason = "Una corrección sin cambios"
    assert run["conf"] == {"contrato": desk.contract, "informe": CORRECTED, "motivo": reason, "enviar": True}


def test_the_days_that_are_lacking_are_collected_again_by_a_form_that_names_them(
    hand: Hand, desk: Desk, paused_collection: str
) -> None:
    home = hand.page
    hand.click(hand.link(STOPPED).first)
    hand.click(home.get_by_role("button", name="Recolectar estos días: métricas de OCI"))
    form = home.get_by_role("form", name="Recolectar de nuevo: métricas de OCI")
    expect(form.get_by_label("Contrato")).to_have_value(desk.contract)
    expect(form.get_by_label("Desde")).to_have_value("2026-01-24")
    expect(form.get_by_label("Hasta")).to_have_value("2026-01-24")
    hand.click(form.get_by_role("button", name="Iniciar"))
    expect(home).to_have_url(re.compile(f"/dags/{paused_collection}/runs/"))
    hand.did("collect old days")


@pytest.fixture
def paused_collection(desk: Desk) -> Iterator[str]:
    """A collection whose runs wait while it is paused, and are over then: nothing is collected for this test."""
    airflow, dag_id = desk.installation.airflow, "ingest_oci_metrics"
    airflow.pause(dag_id, True)
    yield dag_id
    for run in airflow.get(f"/dags/{dag_id}/dagRuns?state=queued&state=running")["dag_runs"]:
        airflow.patch(f"/dags/{dag_id}/dagRuns/{run['dag_run_id']}", {"state": "failed"})
    airflow.pause(dag_id, False)


@pytest.fixture
def outdated(desk: Desk) -> Iterator[str]:
    """A report of which the review found that a figure would be another one now; it is current again after the test."""
    socket = desk.installation.sandbox.endpoints.postgres_socket_folder
    with psycopg.connect(dsn(socket, "warehouse"), autocommit=True) as db:
        version = register.latest_registered(db, desk.contract, CORRECTED)
        assert version is not None
        key = IssueKey(desk.contract, CORRECTED, version)
        register.set_changes(db, key, ["usage.day/2026-01-22/x: 1 → 2"])
        yield CORRECTED
        register.set_changes(db, key, [])


def test_what_is_out_of_date_stands_at_the_top_of_home(outdated: str, hand: Hand) -> None:
    expect(hand.row(outdated)).to_contain_text("Desactualizado")
    hand.click(hand.link(outdated).first)
    expect(hand.page.get_by_text("Desactualizada")).to_be_visible()
    hand.did("what is out of date")


@pytest.fixture
def asked(desk: Desk, page: Page) -> Iterator[str]:
    """A run that asks for the approval of a report, and whose message the mail server takes without saying so."""
    page.goto("about:blank")  # a page that is open asks all the time
    installation = desk.installation
    run_id = desk.ask_for_approval()
    installation.sandbox.set_faults({"kind": "mail_dropped", "at": "answer", "times": 1})
    yield run_id
    installation.sandbox.clear_faults()


def test_a_report_is_approved_and_a_doubt_about_its_message_is_settled(asked: str, hand: Hand, desk: Desk) -> None:
    installation, home = desk.installation, hand.page
    hand.click(hand.row(APPROVED).get_by_role("link", name="Responder"))
    hand.click(home.get_by_role("button", name="Aprobar", exact=True))
    hand.did("approve")
    expect(home.get_by_role("button", name="Aprobar", exact=True)).to_be_disabled()
    home.goto("about:blank")
    assert "¿Llegó el informe" in installation.airflow.question(PUBLISH_DAG, asked)["subject"]
    hand.from_home()
    hand.click(hand.row(APPROVED).get_by_role("link", name="Responder"))
    hand.click(home.get_by_role("button", name="Sí llegó: darlo por enviado"))
    hand.did("settle a doubt")
    expect(home.get_by_role("button", name="Sí llegó: darlo por enviado")).to_be_disabled()
    home.goto("about:blank")
    assert installation.wait(PUBLISH_DAG, asked) == "success", installation.logs(PUBLISH_DAG, asked)


def test_a_page_signed_by_hand_that_an_operator_registers_stands_below_its_document(page: Page, desk: Desk) -> None:
    store = desk.installation.sandbox.archive()
    store.client.put_object(Bucket=store.bucket, Key="returned/firmado.pdf", Body=b"%PDF-1.4 a scanned page")
    [document] = desk.installation.query(
        f"select file_name from register.document where report_number = '{CORRECTED}' and version = 2 and position = 1"
    )
    form = {"contrato": desk.contract, "informe": CORRECTED, "codigo": Path(document["file_name"]).stem}
    said = {"archivo": "firmado.pdf", "motivo": "Lo entregó en papel"}
    run_id, state = desk.installation.run("register_countersigned", **form, **said)
    assert state == "success", desk.installation.logs("register_countersigned", run_id)
    page.goto(f"{desk.url}/plugin/informes/{desk.contract}/{CORRECTED}")
    below = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Informe de Gestión"))
    expect(below.first).to_contain_text(f"Copia firmada a mano, registrada por {desk.installation.airflow.user} el ")


@pytest.fixture
def refused(desk: Desk) -> Iterator[int]:
    """The number of a batch that a check refused; it is gone after the test, for whoever collects in this Airflow."""
    [batch] = desk.installation.query(
        "insert into raw.batch (source, scope, name, archive_key, sha256, size_bytes, run_id, state, reason)"
        f" values ('hour_bank', '{desk.contract}', 'hour_bank', 'nowhere', repeat('0', 64), 2, 'refused',"
        " 'quarantined', 'hour_bank.hours_not_negative: No cumplen 1 de 2 filas: fila 2, -8.') returning batch_id"
    )
    yield batch["batch_id"]
    desk.installation.query(f"delete from raw.batch where batch_id = {batch['batch_id']} returning 1")


def test_a_batch_that_was_refused_is_released_by_a_form_that_asks_for_the_reason(
    page: Page, desk: Desk, refused: int
) -> None:
    page.goto(f"{desk.url}/plugin/informes/{desk.contract}/{STOPPED}")
    expect(page.get_by_text("hour_bank.hours_not_negative: No cumplen 1 de 2 filas")).to_be_visible()
    page.get_by_role("button", name=f"Decidir sobre el lote {refused}").click()
    form = page.get_by_role("form", name=f"Decidir sobre el lote {refused}")
    expect(form.get_by_label("Lote")).to_have_value(str(refused))
    form.get_by_label("Decisión").select_option(label="Liberarlo: darlo por bueno y cargarlo")
    expect(form.get_by_label("Decisión")).to_have_value("liberar")
    form.get_by_role("button", name="Iniciar").click()
    expect(form).to_be_visible()  # nobody releases it without a reason


def test_a_report_is_found_by_keyboard_alone(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/plugin/informes")
    search = page.get_by_label("Contrato o informe")
    search.focus()
    page.keyboard.type(CORRECTED)
    expect(page.get_by_text("1 informe", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.textContent")
    assert focused == CORRECTED
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Informe {CORRECTED}")).to_be_visible()


def test_who_is_not_logged_in_gets_the_login(browser: Browser, desk: Desk) -> None:
    stranger = browser.new_context().new_page()
    stranger.goto(f"{desk.url}/plugin/informes")
    expect(stranger.locator("input[name=username]")).to_be_visible()
    assert stranger.request.get(f"{desk.url}/service-reports/api/reports").status == 401


@pytest.mark.parametrize("view", ["", f"/{STOPPED}", f"/{CORRECTED}"])
def test_a_view_holds_for_axe_and_fits_in_both_themes_and_at_both_widths(page: Page, desk: Desk, view: str) -> None:
    page.goto(f"{desk.url}/plugin/informes{view and f'/{desk.contract}{view}'}")
    for theme, size in product(THEMES, (WIDE, TELEPHONE)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        expect(page.locator("html")).to_have_class(re.compile(theme))
        if view:
            expect(page.get_by_role("region", name="Días y fuentes")).to_be_visible()
            expect(page.get_by_text("sirve hasta el")).to_be_visible()
        else:
            expect(page.get_by_role("link", name=re.compile(STOPPED)).locator("visible=true").first).to_be_visible()
        assert serious(page) == [], (theme, size)
        assert page.locator(OURS).evaluate("drawn => drawn.scrollWidth <= drawn.clientWidth"), (theme, size)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def test_the_panel_above_home_holds_for_axe(hand: Hand) -> None:
    expect(hand.link(STOPPED)).to_be_visible()
    assert serious(hand.page) == []
