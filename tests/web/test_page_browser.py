"""The page in a real browser: chromium, driven by Playwright; screenshots go to build/screenshots."""

import io
import re
import socket
import threading
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import parse_qs, urlsplit

import pytest

CHROMIUM = Path("/usr/bin/chromium")
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
SIZES = {"laptop": (1440, 900), "phone": (390, 844)}
WAIT_MS = 60_000
"""Longest time for a redraw: a loaded machine may be slow; how long it took is in build/screenshots."""
VIEWS = ("courses", "response", "why", "redcell", "safety", "evidence", "numbers")

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed at /usr/bin/chromium"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def address():
    """A server with the page and its usual headers."""
    import uvicorn

    from ivigsim.web.app import create_app
    from ivigsim.web.logs import make_log

    listening = socket.create_server(("127.0.0.1", 0))
    app = create_app(log=make_log(io.StringIO(), json=True))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    SHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visit:
    """One visitor's window."""

    def __init__(self, browser, address, size="laptop", scheme="light"):
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            has_touch=size == "phone",
            accept_downloads=True,
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.address, self.complaints, self.asked = address, [], []
        self.page.on("console", lambda m: m.type in ("error", "warning") and self.complaints.append(m.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, query=""):
        self.page.goto(f"{self.address}/{query}")
        self.wait(1)
        return self

    def wait(self, shown):
        """Wait until so many results have been shown."""
        self.page.locator(f'body[data-shown="{shown}"]').wait_for(timeout=WAIT_MS)

    @property
    def shown(self):
        return int(self.page.locator("body").get_attribute("data-shown"))

    def after(self, act):
        """Act, and return the seconds until the result is shown."""
        before, began = self.shown, perf_counter()
        act()
        self.wait(before + 1)
        return perf_counter() - began

    def field(self, name):
        return self.page.locator(f"#field-{name}")

    def phrase(self, letter, text):
        self.field(letter).fill(text)
        self.field(letter).press("Enter")

    def slide(self, id_, value):
        """Move a slider and let it go."""
        self.page.locator(f"#{id_}").evaluate(
            "(slider, value) => { slider.value = value; for (const kind of ['input', 'change'])"
            " slider.dispatchEvent(new Event(kind, {bubbles: true})); }",
            str(value),
        )

    def tab(self, view):
        return self.after(self.page.locator(f"#tab-{view}").click)

    def shot(self, name):
        self.page.wait_for_timeout(400)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def close(self):
        """Leave, and check what holds on every visit: no complaint, no request elsewhere."""
        self.context.close()
        assert self.complaints == []
        own = urlsplit(self.address).netloc
        assert [url for url in self.asked if urlsplit(url).netloc not in (own, "")] == []


@pytest.fixture
def visit(browser, address):
    """A function that opens a window; every window is checked when the test is over."""
    open_ = []

    def make(query="", **settings):
        open_.append(Visit(browser, address, **settings))
        return open_[-1].open(query)

    yield make
    for each in open_:
        each.close()


def key_numbers(window):
    return window.page.locator('[data-slot="key"] .about').all_text_contents()


def test_the_first_load_shows_two_regimens(visit):
    window = visit()
    assert window.page.title() == "ivigsim explorer"
    assert window.page.locator("#chart-platelets .main-svg").count()
    assert window.page.locator("#chart-haemoglobin .main-svg").count()
    assert len(key_numbers(window)) == 8
    assert "500 virtual patients" in window.page.locator("#status").text_content()
    assert "never for treatment decisions" in window.page.locator("header").text_content()
    assert "Regimen B" in window.page.locator("#say-platelets").text_content()
    window.shot("laptop")


def test_a_slider_redraws_and_writes_phrase_and_address(visit):
    window = visit()
    before = key_numbers(window)
    seconds = []
    for grams in (0.5, 1.5, 0.7, 1.8, 0.9):
        seconds.append(window.after(lambda grams=grams: window.slide("grams-a", grams)))
        assert window.field("a").input_value() == f"IVIG {grams:g} g/kg daily x2"
    assert parse_qs(urlsplit(window.page.url).query)["a"] == ["IVIG 0.9 g/kg daily x2"]
    assert key_numbers(window) != before
    report = ", ".join(f"{each:.2f}" for each in seconds)
    (SHOTS / "redraw.txt").write_text(f"500 patients, two regimens, s from release to redrawn: {report}\n")


def test_both_regimens_are_changed_by_phrase_and_by_box(visit):
    window = visit("?patients=100&days=21")
    window.after(lambda: window.phrase("b", "ivig 2g/kg"))
    assert "IVIG 2 g/kg" in window.page.locator("#command").text_content()
    window.page.locator("fieldset").nth(1).get_by_text("Combine with").click()
    window.after(window.page.get_by_label("dexamethasone").nth(1).check)
    assert window.field("b").input_value() == "IVIG 2 g/kg + dexamethasone 40 mg daily x4"
    window.after(lambda: window.phrase("b", ""))
    assert len(key_numbers(window)) == 4


def test_a_phrase_is_completed_after_a_plus(visit):
    window = visit("?patients=50&days=7")
    window.field("a").fill("IVIG 1 g/kg + dexa")
    options = window.page.locator("#phrases-a option").evaluate_all("each => each.map(o => o.value)")
    assert "IVIG 1 g/kg + dexamethasone 40 mg daily x4" in options


def test_comparing_shows_the_difference(visit):
    window = visit("?view=response&patients=100")
    heads = window.page.locator("#view-response thead th").all_text_contents()
    assert heads[-1] == "B − A"
    row = window.page.locator("#view-response tr", has_text="by day 7").first
    assert re.search(r"−?\d+\.\d \(−?\d+\.\d to −?\d+\.\d\)", row.text_content())
    window.shot("response")


def test_attribution_is_computed_when_its_tab_is_opened(visit):
    window = visit("?patients=50&days=14")
    window.tab("why")
    assert window.page.locator("#chart-why .main-svg").count()
    assert "Fc-gamma blockade" in window.page.locator("#view-why table").first.text_content()
    assert window.page.locator("#command").text_content().startswith("ivigsim explain")
    window.shot("why")


def test_a_link_reproduces_the_page(visit):
    window = visit()
    window.after(lambda: window.phrase("a", "IVIG 0.8 g/kg"))
    window.page.locator("aside").get_by_text("Mechanisms").click()
    window.after(window.page.locator("#switch-anti_idiotype").uncheck)
    window.after(lambda: window.field("splenectomised").select_option("no"))
    window.after(lambda: (window.field("weight_kg").fill("52.5"), window.field("weight_kg").press("Tab")))
    window.tab("response")
    window.page.get_by_role("button", name="Copy link").click()
    link = window.page.evaluate("navigator.clipboard.readText()")
    assert link == window.page.url
    other = visit(link.removeprefix(window.address).removeprefix("/"))
    assert (
        other.page.locator("#view-response").inner_text()
        == window.page.locator("#view-response").inner_text()
    )
    assert other.field("a").input_value() == "IVIG 0.8 g/kg"
    assert other.field("weight_kg").input_value() == "52.5"
    assert not other.page.locator("#switch-anti_idiotype").is_checked()
    assert other.page.locator("#command").text_content() == window.page.locator("#command").text_content()


def test_files_are_downloaded(visit):
    window = visit("?patients=20&days=7")
    found = {}
    for name in ("courses.csv", "courses.parquet", "patient-a.xml", "scenario.yaml"):
        window.page.get_by_role("button", name="Download").click()
        with window.page.expect_download() as download:
            window.page.locator(f'[data-file="{name}"]').click()
        found[name] = Path(download.value.path()).read_bytes()
    assert found["courses.csv"].startswith(b"arm,regimen,output,unit,time_d,p05")
    assert found["courses.parquet"][:4] == b"PAR1"
    assert b"<sbml" in found["patient-a.xml"]
    assert b"ivigsim trial" in found["scenario.yaml"]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_figure_is_saved(visit, kind):
    window = visit("?patients=20&days=7", scheme="dark")
    with window.page.expect_download() as download:
        window.page.get_by_role("button", name=f"Save Platelets (10⁹/L) as {kind.upper()}").click()
    assert download.value.suggested_filename == f"ivigsim-platelets.{kind}"
    content = Path(download.value.path()).read_bytes()
    assert b"<svg" in content[:200] if kind == "svg" else content[1:4] == b"PNG"


def test_a_bad_phrase_is_said_beside_its_box_and_the_curves_stay(visit):
    window = visit("?patients=50&days=7")
    before, shown = key_numbers(window), window.shown
    window.phrase("a", "IVIG 1 g/lb")
    problem = window.page.locator("#problem-a")
    problem.filter(has_text="g/lb").wait_for()
    assert "accepted" in problem.text_content()
    assert problem.get_attribute("aria-live") == "polite"
    assert window.field("a").get_attribute("aria-invalid") is not None
    assert (key_numbers(window), window.shown) == (before, shown)
    window.shot("bad-phrase")
    window.after(lambda: window.phrase("a", "IVIG 2 g/kg"))
    assert problem.text_content() == ""


def test_a_bad_address_is_said(browser, address):
    window = Visit(browser, address)
    window.page.goto(f"{address}/?population=adult-cronic&wieght=3")
    window.page.locator("#notice").filter(has_text="wieght").wait_for()
    window.page.locator("#problem-population").filter(has_text="adult-chronic").wait_for()
    window.close()


def test_a_value_tells_its_source_by_keyboard_alone(visit):
    window = visit("?patients=50&days=7")
    value = window.page.locator('[data-about="outcome:A:responded_by_day_7"]')
    value.focus()
    assert "Wilson" in window.page.locator("#tip").text_content()
    window.page.keyboard.press("Enter")
    dialog = window.page.locator("#detail")
    dialog.wait_for()
    for part in ("value", "unit", "spread", "source", "command", "code"):
        assert dialog.locator(f'[data-detail="{part}"]').text_content() not in ("", "-")
    window.shot("detail")
    dialog.get_by_role("button", name="Copy python").click()
    assert "compare" in window.page.evaluate("navigator.clipboard.readText()")
    window.page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert value.evaluate("each => each === document.activeElement")


def test_tabs_work_with_arrow_keys(visit):
    window = visit("?patients=20&days=7")
    window.page.locator("#tab-courses").focus()
    window.after(lambda: window.page.keyboard.press("ArrowRight"))
    assert window.page.locator("#view-response table").is_visible()


def test_a_long_run_shows_progress_and_can_be_cancelled(visit):
    window = visit("?patients=20&days=7")
    window.page.locator("aside").get_by_text("Run", exact=True).click()
    window.field("days").fill("120")
    window.field("days").press("Tab")
    window.field("patients").fill("10000")
    window.field("patients").press("Enter")
    window.field("patients").press("Tab")
    cancel = window.page.locator("#cancel")
    cancel.wait_for()
    assert window.page.locator("#progress").is_visible()
    cancel.click()
    window.page.locator("#status").filter(has_text="Cancelled").wait_for()
    assert not cancel.is_visible()
    assert len(key_numbers(window)) == 8


def test_one_point_tells_what_it_is(visit):
    window = visit("?patients=50&days=21")
    window.page.locator("#chart-platelets .plot").scroll_into_view_if_needed()
    box = window.page.locator("#chart-platelets .nsewdrag").first.bounding_box()
    window.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    window.page.locator("#chart-platelets .hoverlayer text").first.wait_for()
    window.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    window.page.locator("#detail").wait_for()
    assert "Platelets on day" in window.page.locator("#detail-title").text_content()


def violations(window):
    """What axe complains of; without its own loading of style sheets, which asks for files that are not."""
    # the package reads its script in the locale's encoding when it is imported, which fails under C
    (folder,) = find_spec("axe_playwright_python").submodule_search_locations
    window.page.evaluate(Path(folder, "axe.min.js").read_text(encoding="utf-8"))
    found = window.page.evaluate("options => axe.run(document, options)", {"preload": False})["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]


@pytest.mark.parametrize(("size", "scheme"), [("laptop", "light"), ("laptop", "dark"), ("phone", "light")])
def test_axe_finds_nothing(visit, size, scheme):
    window = visit("?patients=50&days=28&product=Privigen", size=size, scheme=scheme)
    found = {}
    for view in VIEWS:
        if view != "courses":
            window.tab(view)
        window.shot(f"{view}-{size}-{scheme}")
        found[view] = violations(window)
    window.page.locator("aside details").evaluate_all("each => each.forEach(part => (part.open = true))")
    found["choices"] = violations(window)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def test_axe_finds_nothing_in_the_details(visit):
    window = visit("?patients=20&days=7")
    window.page.locator('[data-slot="key"] .about').first.click()
    window.page.locator("#detail").wait_for()
    assert violations(window) == []


def test_numbers_by_day_are_a_table(visit):
    window = visit("?patients=20&days=7")
    window.page.get_by_text("Numbers by day").click()
    assert window.page.locator("#by-day table").count() == 5
    window.page.locator('#by-day [data-about="output:B:igg:7"]').click()
    window.page.locator("#detail").wait_for()
    assert "Total IgG on day 7, regimen B" in window.page.locator("#detail-title").text_content()


def test_nothing_is_wider_than_a_phone(visit):
    window = visit("?patients=20&days=14", size="phone")
    for view in VIEWS:
        if view != "courses":
            window.tab(view)
        assert window.page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"][0]


def test_dark_is_chosen_and_kept_in_the_address(visit):
    window = visit("?patients=20&days=7")
    window.page.locator("#theme").click()
    assert window.page.locator("html").get_attribute("data-bs-theme") == "dark"
    other = visit(window.page.url.removeprefix(window.address).removeprefix("/"))
    assert other.page.locator("html").get_attribute("data-bs-theme") == "dark"
