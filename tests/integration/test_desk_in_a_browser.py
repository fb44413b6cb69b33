"""The operators' page as people use it: in a browser, by mouse and by keyboard, in both themes and at two widths."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from itertools import product
from typing import Literal

import pytest

from tests.integration.desk_world import CORRECTED, STOPPED, Desk

pytestmark = [pytest.mark.integration, pytest.mark.system]
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("chromium is not installed: apt-get install chromium", allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe  # noqa: E402 (they need a browser)
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

WIDE, TELEPHONE = (1280, 900), (390, 844)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OURS = "[data-desk]"
"""What of a page of Airflow the script draws."""
SERIOUS = ("serious", "critical")
expect.set_options(timeout=30_000)


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


@pytest.fixture
def home(page: Page, desk: Desk) -> Page:
    page.goto(f"{desk.url}/")
    return page


def serious(page: Page) -> list[str]:
    """What axe finds in what is ours."""
    found = Axe().run(page, context=OURS)
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found.response["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


def test_in_two_clicks_from_home_an_operator_reads_why_a_report_stopped(home: Page, desk: Desk) -> None:
    home.get_by_role("link", name=re.compile(f"{STOPPED}$")).first.click()
    expect(home.get_by_role("heading", name=f"Informe {STOPPED}")).to_be_visible()
    expect(home.get_by_text("dispare «Recolectar métricas de OCI»").first).to_be_visible()
    home.get_by_role("link", name="Se detuvo en «Verificar»").click()
    expect(home).to_have_url(re.compile(r"/runs/.*/tasks/report\.gate/mapped/0"))


def test_in_three_clicks_an_operator_opens_the_pdf_of_version_2(home: Page, desk: Desk) -> None:
    home.get_by_role("link", name="Informes", exact=True).first.click()
    home.get_by_role("link", name=CORRECTED, exact=True).first.click()
    second = home.get_by_role("link", name="Informe Técnico").first
    with home.context.expect_page() as opening:
        second.click()
    address = opening.value.url
    opening.value.close()
    answer = home.request.get(address)
    assert "/versions/2/documents/" in address
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    assert b"/ETSI.CAdES.detached" in answer.body()


def test_what_changed_in_a_version_is_told_where_it_is_listed(home: Page, desk: Desk) -> None:
    home.goto(f"{desk.url}/plugin/informes/{desk.contract}/{CORRECTED}")
    home.get_by_role("button", name="Qué cambió").click()
    expect(home.get_by_role("region", name="Cifras que cambian en la versión 2")).to_contain_text("Antes")


def test_the_form_of_a_correction_is_filled_in_but_its_reason(home: Page, desk: Desk) -> None:
    home.goto(f"{desk.url}/plugin/informes/{desk.contract}/{CORRECTED}")
    home.get_by_role("button", name="Corregir este informe").click()
    form = home.get_by_role("form", name="Corregir este informe")
    expect(form.get_by_label("Contrato")).to_have_value(desk.contract)
    expect(form.get_by_label("Informe", exact=True)).to_have_value(CORRECTED)
    expect(form.get_by_label("Motivo")).to_be_focused()
    form.get_by_role("button", name="Iniciar").click()
    expect(form).to_be_visible()  # nothing starts without a reason
    form.get_by_label("Motivo").fill("Una corrección sin cambios")
    form.get_by_role("button", name="Iniciar").click()
    expect(home).to_have_url(re.compile("/dags/publish_service_reports/runs/"))
    [run] = desk.installation.query(
        "select conf from dag_run where dag_id = 'publish_service_reports' order by queued_at desc limit 1", "airflow"
    )
    reason = "Una corrección sin cambios"
    assert run["conf"] == {"contrato": desk.contract, "informe": CORRECTED, "motivo": reason, "enviar": True}


def test_the_days_that_are_lacking_are_collected_again_by_a_form_that_names_them(home: Page, desk: Desk) -> None:
    home.goto(f"{desk.url}/plugin/informes/{desk.contract}/{STOPPED}")
    home.get_by_role("button", name="Recolectar estos días: métricas de OCI").click()
    form = home.get_by_role("form", name="Recolectar de nuevo: métricas de OCI")
    expect(form.get_by_label("Contrato")).to_have_value(desk.contract)
    expect(form.get_by_label("Desde")).to_have_value("2026-01-24")
    expect(form.get_by_label("Hasta")).to_have_value("2026-01-24")


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
    home: Page, desk: Desk, refused: int
) -> None:
    home.goto(f"{desk.url}/plugin/informes/{desk.contract}/{STOPPED}")
    expect(home.get_by_text("hour_bank.hours_not_negative: No cumplen 1 de 2 filas")).to_be_visible()
    home.get_by_role("button", name=f"Decidir sobre el lote {refused}").click()
    form = home.get_by_role("form", name=f"Decidir sobre el lote {refused}")
    expect(form.get_by_label("Lote")).to_have_value(str(refused))
    form.get_by_label("Decisión").select_option(label="Liberarlo: darlo por bueno y cargarlo")
    expect(form.get_by_label("Decisión")).to_have_value("liberar")
    form.get_by_role("button", name="Iniciar").click()
    expect(form).to_be_visible()  # nobody releases it without a reason


def test_a_report_is_found_by_keyboard_alone(home: Page, desk: Desk) -> None:
    home.goto(f"{desk.url}/plugin/informes")
    search = home.get_by_label("Contrato o informe")
    search.focus()
    home.keyboard.type(CORRECTED)
    expect(home.get_by_text("1 informe", exact=True)).to_be_visible()
    home.keyboard.press("Tab")
    home.keyboard.press("Tab")
    focused = home.evaluate("document.activeElement.textContent")
    assert focused == CORRECTED
    home.keyboard.press("Enter")
    expect(home.get_by_role("heading", name=f"Informe {CORRECTED}")).to_be_visible()


def test_who_is_not_logged_in_gets_the_login(browser: Browser, desk: Desk) -> None:
    stranger = browser.new_context().new_page()
    stranger.goto(f"{desk.url}/plugin/informes")
    expect(stranger.locator("input[name=username]")).to_be_visible()
    assert stranger.request.get(f"{desk.url}/service-reports/api/reports").status == 401


@pytest.mark.parametrize("view", ["", f"/{STOPPED}", f"/{CORRECTED}"])
def test_a_view_holds_for_axe_and_fits_in_both_themes_and_at_both_widths(home: Page, desk: Desk, view: str) -> None:
    home.goto(f"{desk.url}/plugin/informes{view and f'/{desk.contract}{view}'}")
    for theme, size in product(THEMES, (WIDE, TELEPHONE)):
        home.emulate_media(color_scheme=theme)
        home.set_viewport_size({"width": size[0], "height": size[1]})
        expect(home.locator("html")).to_have_class(re.compile(theme))
        if view:
            expect(home.get_by_role("region", name="Días y fuentes")).to_be_visible()
            expect(home.get_by_text("sirve hasta el")).to_be_visible()
        else:
            expect(home.get_by_role("link", name=re.compile(STOPPED)).locator("visible=true").first).to_be_visible()
        assert serious(home) == [], (theme, size)
        assert home.locator(OURS).evaluate("drawn => drawn.scrollWidth <= drawn.clientWidth"), (theme, size)
    home.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def test_the_panel_above_home_holds_for_axe(home: Page) -> None:
    expect(home.get_by_role("heading", name="Informes que necesitan a alguien")).to_be_visible()
    expect(home.get_by_role("link", name=re.compile(f"{STOPPED}$"))).to_be_visible()
    assert serious(home) == []
