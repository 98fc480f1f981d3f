"""What a failure shows: a plot of text that fits, and a page that needs nothing from outside."""

import re
import xml.etree.ElementTree as ET

import pytest

from pytest_letsbe.checks.perf import page, plot
from pytest_letsbe.checks.perf.chart import Chart, Series, curve, number, spread

LAG = Chart("lag", "event", "ms", (curve("direct", [0.1, 0.1, 0.2]), curve("proxied", [300, 150, 1])), 100)
GROWTH = Chart("cost", "bytes", "ms", (Series("proxy", ((16384, 1), (32768, 4), (65536, 16))),), log=True)
EMPTY = Chart("nothing", "x", "y", (Series("none", ()),))
FLAT = Chart("flat", "x", "y", (curve("one", [5, 5, 5]),))


@pytest.mark.parametrize("chart", [LAG, GROWTH, EMPTY, FLAT], ids=lambda chart: chart.title)
def test_a_plot_fits_a_terminal_of_80_columns(chart):
    lines = plot.draw(chart)
    assert max(map(len, lines)) < 80
    assert len(lines) == plot.HEIGHT + 4


def test_a_plot_shows_what_is_above_the_limit_above_it():
    lines = plot.draw(LAG)
    limit = next(index for index, line in enumerate(lines) if "╌╌╌╌" in line)
    assert any("○" in line for line in lines[1:limit])
    assert not any("●" in line for line in lines[1:limit])


def rendered(chart):
    return page.render(
        case="perf::growth[upload/<script>]", statement="It's <so>.", sentence="over & above", chart=chart,
        facts=["p50: 1 ms", "ratio: 2 & more"], foot={"load": "1.0"},
    )  # fmt: skip


@pytest.mark.parametrize("chart", [LAG, GROWTH, EMPTY, FLAT], ids=lambda chart: chart.title)
def test_a_page_is_well_formed_and_asks_for_nothing(chart):
    html = rendered(chart)
    assert "http" not in html
    assert "<script" not in html
    assert "src=" not in html
    svg = re.search(r"<svg.*?</svg>", html, re.S)[0]
    root = ET.fromstring(svg)
    _, _, width, height = map(float, root.get("viewBox").split())
    for circle in root.iter("circle"):
        assert 0 <= float(circle.get("cx")) <= width
        assert 0 <= float(circle.get("cy")) <= height


def test_what_comes_from_names_is_escaped():
    html = rendered(LAG)
    assert "&lt;script&gt;" in html
    assert "over &amp; above" in html


def test_a_page_has_colours_for_light_and_dark():
    assert "prefers-color-scheme: dark" in rendered(LAG)


def test_a_spread_goes_from_the_least_to_the_largest():
    points = spread("s", [3.0, 1.0, 2.0]).points
    assert points[0] == (0.0, 1.0)
    assert points[-1] == (100.0, 3.0)


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (0.0123, "0.0123"), (12.345, "12.3"), (1234.5, "1,234")])
def test_numbers_are_short(value, text):
    assert number(value) == text
