"""The benchmarks of Brette et al. 2007: their structure and equations as published, their rates as another simulator has them."""

import runpy
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eventsim as es
from eventsim.analysis import mean_rate
from eventsim.published import brette2007, vogels_abbott2005, vogels_abbott2005_currents
from eventsim.published.brette2007 import BENCHMARKS

EXAMPLE = Path(__file__).parent.parent / "examples" / "brette2007.py"


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_benchmarks_have_the_published_size(benchmark):
    net = brette2007(benchmark)
    assert (len(net["exc"]), len(net["inh"])) == (3200, 800)
    recurrent = [p for p in net.projections if p.pre in (net["exc"], net["inh"])]
    assert len(recurrent) == 4
    assert {p.rule.p for p in recurrent} == {0.02}
    weights = {1: (6.0, -67.0), 2: (1.62, -9.0), 3: (6.0, -67.0), 4: (0.25, -2.25)}[benchmark]
    assert tuple({p.weight for p in recurrent if p.pre is net[name]}.pop() for name in ("exc", "inh")) == weights
    assert {p.delay for p in net.projections} == {0.1}
    potentials = np.concatenate([net[name].get("v") for name in ("exc", "inh")])
    assert potentials.min() >= -60.0
    assert potentials.max() < -50.0
    # uniform: mean -55, standard deviation of the mean of 4,000 is 0.046
    assert potentials.mean() == pytest.approx(-55.0, abs=0.25)


@pytest.mark.parametrize(("benchmark", "builder"), [(2, vogels_abbott2005_currents), (4, vogels_abbott2005)])
def test_benchmarks_2_and_4_are_those_of_vogels_and_abbott(benchmark, builder):
    runs = []
    for net in (brette2007(benchmark, seed=3, scale=0.1), builder(seed=3, scale=0.1, delay=0.1)):
        sim = es.Simulator(net)
        sim.run(100.0)
        runs.append(sim.spikes)
    assert len(runs[0]) == len(runs[1]) > 100
    assert np.array_equal(runs[0].time, runs[1].time)


def slopes(benchmark):
    """The equations of appendix 2, per ms, in mV and nS; 200 pF. State: v, m, h, n."""

    def conductances(t):
        # 6 nS at 1 and 1.5 ms and 67 nS at 4 ms, the leak being 10 nS
        g_exc = sum(6.0 * np.exp(-(t - at) / 5.0) for at in (1.0, 1.5) if t >= at)
        return g_exc, 67.0 * np.exp(-(t - 4.0) / 10.0) if t >= 4.0 else 0.0

    def passive(t, v):
        g_exc, g_inh = conductances(t)
        return 10.0 * (-60.0 - v) + g_exc * (0.0 - v) + g_inh * (-80.0 - v)

    def leaky(t, y):
        return [passive(t, y[0]) / 200.0, 0.0, 0.0, 0.0]

    def traub(t, y):
        v, m, h, n = y
        u = v + 63.0
        sodium, potassium = 20000.0 * m**3 * h * (50.0 - v), 6000.0 * n**4 * (-90.0 - v)
        return [
            (passive(t, v) + sodium + potassium) / 200.0,
            0.32 * (13.0 - u) / np.expm1((13.0 - u) / 4.0) * (1.0 - m) - 0.28 * (u - 40.0) / np.expm1((u - 40.0) / 5.0) * m,
            0.128 * np.exp((17.0 - u) / 18.0) * (1.0 - h) - 4.0 / (1.0 + np.exp((40.0 - u) / 5.0)) * h,
            0.032 * (15.0 - u) / np.expm1((15.0 - u) / 5.0) * (1.0 - n) - 0.5 * np.exp((10.0 - u) / 40.0) * n,
        ]

    return {1: leaky, 3: traub}[benchmark]


@pytest.mark.parametrize("benchmark", [1, 3])
def test_neurons_solve_the_equations_of_the_benchmark(benchmark):
    net = es.Network()
    neuron = net.population(1, brette2007(benchmark)["exc"].model)
    neuron.set(v=-65.0)
    for weight, times in ((6.0, [1.0, 1.5]), (-67.0, [4.0])):
        net.connect(net.population(1, es.SpikeSource(times)), neuron, es.OneToOne(), weight=weight, delay=0.0)
    gates = [neuron.get(name)[0] for name in ("m", "h", "n")] if benchmark == 3 else [0.0, 0.0, 0.0]
    sim = es.Simulator(net)
    cuts = [0.0, 1.0, 1.5, 4.0, 12.0]  # the conductances jump there
    trace = sim.record("v", neuron, at=cuts[1:])
    sim.run(13.0)
    y, expected = np.array([-65.0, *gates]), []
    for begin, end in pairwise(cuts):
        inner = solve_ivp(slopes(benchmark), (begin, np.nextafter(end, 0.0)), y, method="DOP853", rtol=1e-11, atol=1e-11)
        y = inner.y[:, -1]
        expected.append(y[0])
    assert len(sim.spikes) == 0
    assert trace.value[:, 0] == pytest.approx(expected, abs=1e-6)
    assert np.ptp(expected) > 1.0


def test_the_stimulus_is_that_of_the_scripts():
    net = brette2007(1, seed=2)
    sim = es.Simulator(net, record_spikes=[net["stimulus"]])
    sim.run(60.0)
    spikes = sim.spikes.of(net["stimulus"])
    # 50 Poisson processes of 300 Hz for 50 ms: 750, standard deviation 27; five of them
    assert abs(len(spikes) - 750) < 137
    assert spikes.time.max() < 50.0
    rows = sim.weights(next(p for p in net.projections if p.pre is net["stimulus"]))
    assert np.array_equal(rows["post"], np.arange(50))


def test_conductances_keep_each_other_firing():
    # 14 to 21 Hz in windows of 50 ms at full size over several draws; 19 of 50 ms are 1,000 neurons' worth of noise.
    net = brette2007(1)
    sim = es.Simulator(net)
    sim.run(120.0)
    neurons = [net["exc"], net["inh"]]
    assert mean_rate(sim.spikes, neurons, begin=70.0, end=120.0) == pytest.approx(18.0, abs=5.0)
    assert sim.stats["exactness"] == {"exc": "bounded", "inh": "bounded"}


@pytest.mark.slow
def test_hodgkin_huxley_neurons_keep_each_other_firing():
    net = brette2007(3, scale=0.1)
    for name in ("exc", "inh"):
        net[name].set(tolerance=1e-6)
    sim = es.Simulator(net)
    sim.run(100.0)
    assert mean_rate(sim.spikes, [net["exc"], net["inh"]], begin=50.0, end=100.0) == pytest.approx(35.0, rel=0.4)


def test_the_example_runs_from_the_command_line(monkeypatch, capsys, tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "raster.png"
    monkeypatch.setattr(sys, "argv", ["brette2007.py", "4", "--duration", "60", "--scale", "0.1", "--plot", str(picture)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    printed = capsys.readouterr().out
    assert "benchmark 4: voltage jumps" in printed
    assert "windowed engine" in printed or "sequential engine" in printed
    assert picture.stat().st_size > 1000


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: brette2007(5), "benchmark must be 1, 2, 3 or 4, got 5"),
        (lambda: brette2007(True), "benchmark must be 1, 2, 3 or 4, got True"),
        (lambda: brette2007("COBA"), "benchmark must be 1, 2, 3 or 4, got 'COBA'"),
        (lambda: brette2007(1, scale=0.01), "more than 80 neurons"),
        (lambda: brette2007(3, delay=-1.0), "delay must be >= 0 ms"),
    ],
)
def test_wrong_arguments_say_what_is_right(call, message):
    with pytest.raises(es.EventsimError, match=message):
        call()
