"""Song, Miller & Abbott 2000: additive plasticity makes synapses compete, multiplicative gathers them; the output rate hardly depends on the input's."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

import eventsim as es
from eventsim.published import song_miller_abbott2000
from eventsim.published.song_miller_abbott2000 import G_MAX, RATIO, TAU_STDP

DOCS = Path(__file__).parent.parent / "docs"


def run(rate, dependence, scale, duration, record=()):
    """A simulator that has run, and the weights as parts of the largest."""
    net = song_miller_abbott2000(rate, dependence, scale)
    sim = es.Simulator(net, record_spikes=[net["cell"], *(net[name] for name in record)])
    sim.run(duration)
    return sim, sim.weights(net.projections[0])["weight"] * scale / G_MAX


def modes(weights):
    """Parts of the weights that are near 0, in the middle, and near the maximum: of fifths the first, third and last."""
    low, _, middle, _, high = np.histogram(weights, 5, (0.0, 1.0))[0] / len(weights)
    return low, middle, high


def test_size_and_amounts_are_the_published_ones():
    net = song_miller_abbott2000(rate=15.0)
    assert [len(net[name]) for name in ("exc", "inh", "cell")] == [1000, 200, 1]
    values = net.projections[0].synapse.values
    assert values["w_max"] == 0.015
    assert values["a_plus"] == 0.005 * 0.015
    assert values["a_minus"] / values["a_plus"] == pytest.approx(1.05, rel=1e-12)


def test_additive_is_bimodal():
    """A tenth of the afferents, each ten times as strong: two modes, and next to nothing between them."""
    _, weights = run(40.0, "additive", 0.1, 75_000.0)
    low, middle, high = modes(weights)
    assert low > 0.5
    assert high > 0.1
    assert middle < 0.06


def test_multiplicative_is_unimodal_at_the_fixed_point_of_its_drift():
    """Weights gather where potentiation by all pairs of spikes, a_plus (1 - w), is balanced by depression, a_minus w: the sums are of the recorded spikes."""
    sim, weights = run(10.0, "multiplicative", 0.1, 150_000.0, record=["exc"])
    pre, post = (sim.spikes.of(sim.network[name]).time for name in ("exc", "cell"))
    assert len(pre) == pytest.approx(100 * 10 * 150, rel=0.02)
    pre, post = pre[pre > 50_000.0], post[post > 50_000.0]
    potentiation, depression = pairs(pre, post), pairs(post, pre)
    fixed = potentiation / (potentiation + RATIO * depression)
    assert fixed > 1.04 / (1.0 + RATIO)  # more than where afferents do not cause spikes
    assert weights.mean() == pytest.approx(fixed, rel=0.015)
    assert weights.std() < 0.05
    assert modes(weights)[1] == 1.0


def pairs(first, second):
    """The sum of exp(-lag / TAU_STDP) over all pairs of a spike of one train and a later one of the other."""
    before = np.searchsorted(first, second)
    total = trace = last = 0.0
    k = 0
    for t, n in zip(second, before, strict=True):
        while k < n:
            trace = trace * np.exp((last - first[k]) / TAU_STDP) + 1.0
            last = first[k]
            k += 1
        total += trace * np.exp((last - t) / TAU_STDP)
    return total


@pytest.mark.slow
def test_full_size():
    """2,000 s at 10 Hz and 500 s at 40 Hz: bimodal both, and four times the input rate makes less than twice the output rate."""
    rates = []
    for rate in (10.0, 40.0):
        end = 20_000.0 / rate * 1e3
        sim, weights = run(rate, "additive", 1.0, end)
        low, middle, high = modes(weights)
        assert low > 3.0 * middle
        assert high > 1.5 * middle
        rates.append(es.analysis.mean_rate(sim.spikes, sim.network["cell"], begin=0.9 * end, end=end))
    assert rates[1] < 2.0 * rates[0]


def test_what_is_not_there_is_refused():
    with pytest.raises(es.ParameterError, match=r"dependence must be one of 'additive', 'multiplicative', got 'power'"):
        song_miller_abbott2000(dependence="power")
    with pytest.raises(es.ParameterError, match=r"rate must be > 0 Hz, got 0"):
        song_miller_abbott2000(0.0)
    with pytest.raises(es.ParameterError, match=r"scale must be >= 0.01, got 0.001"):
        song_miller_abbott2000(scale=0.001)


def test_table_of_the_page_is_that_of_the_numbers():
    pytest.importorskip("matplotlib")
    spec = importlib.util.spec_from_file_location("song_figure", DOCS / "figures" / "song_miller_abbott2000.py")
    figure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(figure)
    held = json.loads(figure.RESULTS.read_text())
    assert figure.table(held) in (DOCS / "published.md").read_text(encoding="utf-8")
    additive = [run for run in held["runs"] if run["dependence"] == "additive"]
    assert [run["rate_hz"] for run in additive] == list(figure.RATES)
    outputs = [run["output_hz"] for run in additive]
    assert max(outputs) < 1.5 * min(outputs)
    assert held["fixed_hz"][-1] > 4.0 * held["fixed_hz"][1]
