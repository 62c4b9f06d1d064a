"""Published networks: their structure as published, their rates as mean-field theory and other simulators have them."""

import numpy as np
import pytest

import eventsim as es
from eventsim.analysis import mean_cv, mean_rate, power_spectrum
from eventsim.published import brunel2000, brunel2000_mean_field, vogels_abbott2005, vogels_abbott2005_currents
from eventsim.published.brunel2000 import external_rate


def run(net, duration):
    sim = es.Simulator(net)
    sim.run(duration)
    return sim


@pytest.mark.parametrize(("panel", "rate"), [("A", 327.0), ("B", 55.8), ("C", 37.95), ("D", 6.5)])
def test_mean_field_rates_of_brunel(panel, rate):
    # The values were computed independently, by another program, to the digits given.
    assert brunel2000_mean_field(panel) == pytest.approx(rate, abs=0.05)


@pytest.mark.parametrize(("panel", "rate"), [("A", 20_000.0), ("B", 40_000.0), ("C", 20_000.0), ("D", 9_000.0)])
def test_external_rates_of_brunel(panel, rate):
    # nu_thr = theta / (J C_E tau) = 10 Hz, from 1,000 sources
    assert external_rate(panel) == pytest.approx(rate)
    assert brunel2000(panel).drives[0].rate == pytest.approx(rate)


def test_brunel_has_the_published_size():
    net = brunel2000("C")
    assert (len(net["exc"]), len(net["inh"])) == (10_000, 2_500)
    assert sum(p.rule.expected(p.pre, p.post) for p in net.projections) == 12_500 * 1_250
    assert {p.delay for p in net.projections} == {1.5}
    assert {p.weight for p in net.projections} == {0.1, -0.5}


def test_every_neuron_of_brunel_has_its_inputs_from_different_others():
    net = brunel2000("B", scale=0.1)
    sim = es.Simulator(net)
    for projection in net.projections:
        inputs = 100 if projection.pre is net["exc"] else 25
        rows = sim.weights(projection)
        assert np.all(np.bincount(rows["post"], minlength=len(projection.post)) == inputs)
        assert len(np.unique(rows[["pre", "post"]])) == len(rows)
        if projection.pre is projection.post:
            assert np.all(rows["pre"] != rows["post"])
        # Each pair is there with probability p = 0.1, so out-degrees are binomial: their variance is n p (1 - p).
        out = np.bincount(rows["pre"], minlength=len(projection.pre))
        assert out.var() == pytest.approx(len(projection.post) * 0.1 * 0.9, rel=0.35)


def test_brunel_keeps_its_mean_input_at_every_scale():
    for scale in (0.05, 0.2, 1.0):
        net = brunel2000("C", scale=scale)
        exc, inh = (next(p for p in net.projections if p.pre is net[name]) for name in ("exc", "inh"))
        assert exc.rule.k * exc.weight == pytest.approx(100.0)
        assert inh.rule.k * inh.weight == pytest.approx(-125.0, rel=0.05)
        assert net.drives[0].rate * net.drives[0].weight == pytest.approx(2_000.0)


@pytest.mark.parametrize(
    ("panel", "tolerance", "cv"),
    # Over seeds, rates of runs this short have standard deviations of 0.6 % (A), 3 % (B) and 4 % (C), about means within
    # 2 % of mean field, which is the limit of many weak jumps. The bounds are three standard deviations and the 2 %.
    [("A", 0.04, (0.0, 0.2)), ("B", 0.12, (0.8, 2.0)), ("C", 0.15, (0.8, 1.5))],
)
def test_small_brunel_against_mean_field(panel, tolerance, cv):
    net = brunel2000(panel, scale=0.2)
    duration = 150.0 if panel == "A" else 500.0
    sim = run(net, duration)
    rate = mean_rate(sim.spikes, net.populations, begin=50.0, end=duration)
    assert rate == pytest.approx(brunel2000_mean_field(panel, 0.2), rel=tolerance)
    assert cv[0] <= mean_cv(sim.spikes, net.populations, begin=50.0) < cv[1]


def test_small_brunel_oscillates_slowly_in_panel_d():
    net = brunel2000("D", scale=0.2)
    sim = run(net, 1000.0)
    frequency, power = power_spectrum(sim.spikes, net.populations, begin=200.0, end=1000.0)
    assert 10.0 <= frequency[2:][np.argmax(power[2:])] <= 60.0
    assert 10.0 < mean_rate(sim.spikes, net.populations, begin=200.0, end=1000.0) < 30.0


@pytest.mark.slow
def test_brunel_c_within_three_per_cent_of_mean_field():
    # The standard deviation over a second is 0.5 %; that 1,000 finite jumps are not white noise is worth 2 %.
    net = brunel2000("C")
    sim = run(net, 1100.0)
    assert mean_rate(sim.spikes, net.populations, begin=100.0, end=1100.0) == pytest.approx(37.95, rel=0.03)


def test_rate_of_vogels_abbott():
    # 9.4 to 9.6 Hz over ten seconds; over half a second the standard deviation is 0.2 Hz.
    net = vogels_abbott2005()
    assert mean_rate(run(net, 600.0).spikes, net.populations, begin=100.0, end=600.0) == pytest.approx(9.5, rel=0.12)


def test_rate_of_vogels_abbott_with_currents():
    # 5.3 to 5.8 Hz, by draw of the connections.
    net = vogels_abbott2005_currents()
    assert mean_rate(run(net, 600.0).spikes, net.populations, begin=100.0, end=600.0) == pytest.approx(5.55, rel=0.15)


def test_connections_of_vogels_abbott():
    net = vogels_abbott2005()
    sim = es.Simulator(net)
    assert {p.rule.p for p in net.projections} == {0.02}
    assert {p.weight for p in net.projections if p.pre is net["exc"]} == {0.25}
    assert {p.weight for p in net.projections if p.pre is net["inh"]} == {-2.25}
    synapses = sum(len(sim.weights(p)) for p in net.projections)
    # Binomial: mean 4,000 * 3,999 * 0.02 without the 4,000 autapses, standard deviation 560; five of them.
    assert abs(synapses - 4_000 * 3_999 * 0.02) < 2_800


@pytest.mark.parametrize(("weight", "tau"), [(1.62, 5.0), (-9.0, 10.0)])
def test_currents_solve_the_equations_of_the_benchmark(weight, tau):
    # tau_m dv/dt = (v_rest - v) + g, tau dg/dt = -g, g(0) = weight in mV: v in closed form.
    net = es.Network()
    neuron = net.population(1, vogels_abbott2005_currents()["exc"].model)
    neuron.set(v=-60.0)
    pulse = net.population(1, es.SpikeSource(times=[0.0]))
    net.connect(pulse, neuron, es.OneToOne(), weight=weight, delay=0.0)
    sim = es.Simulator(net)
    t = np.linspace(0.5, 20.0, 40)
    samples = sim.record("v", neuron, at=t)
    sim.run(21.0)
    expected = -49.0 - 11.0 * np.exp(-t / 20.0) + weight * tau / (20.0 - tau) * (np.exp(-t / 20.0) - np.exp(-t / tau))
    assert len(sim.spikes) == 0
    assert samples.value[:, 0] == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: brunel2000("E"), "panel must be one of 'A', 'B', 'C', 'D', got 'E'"),
        (lambda: brunel2000(["C"]), "panel must be one of"),
        (lambda: brunel2000(scale=0.001), "scale must be >= 0.01"),
        (lambda: vogels_abbott2005(scale=0.01), "more than 80 neurons"),
        (lambda: vogels_abbott2005(delay=-1.0), "delay must be >= 0 ms"),
    ],
)
def test_wrong_arguments_say_what_is_right(call, message):
    with pytest.raises(es.EventsimError, match=message):
        call()
