"""The pages of the neuron models: written from the models, one for each, and their curves are those of the closed forms."""

import importlib
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from eventsim.neurons import ALL_MODELS, BOUNDED_MODELS, PUBLISHED_MODELS, RANDOM_MODELS

pytest.importorskip("matplotlib")
FOLDER = Path(__file__).parent.parent / "docs" / "models"


def _module(name):
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(FOLDER))


build, pictures = _module("build"), _module("model_pictures")
PAGES = {page.name: page for page in build.PAGES}


def test_every_model_has_a_page_and_every_page_a_model():
    assert len(PAGES) == len(build.PAGES)
    assert set(PAGES) == {model.name for model in ALL_MODELS + BOUNDED_MODELS + RANDOM_MODELS + PUBLISHED_MODELS}
    drawn = {model for page in build.PAGES for model in (page.model(k) for k in range(len(page.options)))}
    assert set(BOUNDED_MODELS) <= drawn


@pytest.mark.parametrize("name", build.texts())
def test_pages_are_those_that_the_models_give(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == build.texts()[name], "python docs/models/build.py --text writes it anew"


def test_there_are_no_other_files():
    pages = {path.name for path in FOLDER.glob("*.md")}
    assert pages == set(build.texts())
    assert {path.stem for path in FOLDER.glob("*.png")} == set(PAGES)
    for path in FOLDER.glob("*.png"):
        assert path.stat().st_size < 200_000, path.name


@pytest.mark.parametrize("name", PAGES)
def test_pages_name_every_parameter_with_its_default(name):
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    for k in range(len(PAGES[name].options)):
        model = PAGES[name].model(k)
        for parameter in model.parameters:
            row = next(line for line in text.splitlines() if line.startswith(f"| `{parameter.name}` |"))
            cells = [cell.strip() for cell in row.strip("|").split("|")]
            assert cells[1] == (parameter.unit or "-")
            assert float(cells[3 + k]) == pytest.approx(parameter.default, rel=1e-5)
        assert all(f"`{variable}`" in text for variable in model.variables)
        assert re.search(r"10\.\d+/\S+?(?=[,;]|$)", model.source)[0] in text


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.rate is not None and not page.model().random])
def test_curves_are_those_of_the_closed_forms(name):
    page = PAGES[name]
    currents, first, last = pictures.rates(page, number=8)
    get = page.neuron().values.__getitem__
    expected = np.array([page.rate(current, get) for current in currents])
    assert np.array_equal(last > 0.0, expected > 0.0)
    assert 4 <= (expected > 0.0).sum() < 8
    tolerance = 1e-12 if page.model().exactness == "exact" else 1e-8
    np.testing.assert_allclose(last, expected, rtol=tolerance)
    np.testing.assert_allclose(first, expected, rtol=tolerance)


def test_the_curve_of_escape_noise_is_that_of_renewal_theory():
    """Rates within four standard errors: intervals vary by their mean at most, so that of n is known to one part in sqrt(n)."""
    page = PAGES["LIFEscape"]
    currents, _, last = pictures.rates(page, number=8)
    expected = np.array([page.rate(current, page.neuron().values.__getitem__) for current in currents])
    spikes = expected * (page.longest - 1000.0) * 1e-3
    often = spikes > 20.0
    assert often.sum() >= 6
    np.testing.assert_array_less(np.abs(last / expected - 1.0)[often], 4.0 / np.sqrt(spikes[often]))


def test_the_drawn_neuron_fires_and_every_shown_variable_moves():
    for name in ("LIFExp", "LIFAdapt"):
        sim, traces = pictures.respond(PAGES[name])
        assert len(sim.spikes) > 2
        assert traces["v"].value.max() == pytest.approx(-50.0, abs=1e-12)  # sampled where it crosses
        assert all(np.ptp(trace.value) > 0.0 for trace in traces.values())
