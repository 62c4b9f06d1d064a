"""LIFEscape: rescaled intervals are unit exponential, renewal densities and rates are those of theory, the noise can be made to vanish."""

import math
from collections import namedtuple
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

import eventsim as es
from eventsim import errors
from eventsim.neurons import EXACT, LIF_ESCAPE, RANDOM_MODELS
from eventsim.numerics.random import FIRING, derive_key, unit_exponential

from ..exact import ulp

MEMBRANE = {"tau_m": 20.0, "v_rest": -65.0, "v_reset": -70.0, "v_thresh": -50.0, "t_ref": 2.0}
P_VALUE = 1e-3  # seeds are fixed: a test that passes goes on passing; of a new seed one in a thousand fails


def hazard_of(v, rate_at_threshold, delta_v):
    """Spikes per ms at a potential, from the definition."""
    return 1e-3 * rate_at_threshold * np.exp((v + 50.0) / delta_v)


def hazard_left_by(times, v_inf, rate_at_threshold, delta_v, start=-70.0):
    """Integral of the hazard from the end of refractoriness on, by quadrature."""

    def at(t):
        return hazard_of(v_inf + (start - v_inf) * math.exp(-t / 20.0), rate_at_threshold, delta_v)

    return np.array([integrate.quad(at, 0.0, t, epsabs=0.0, epsrel=1e-11)[0] for t in times])


def alone(n, duration, engine="sequential", seed=5, **parameters):
    """A simulator with n neurons without input that has run."""
    net = es.Network(seed=seed)
    net.population(n, es.LIFEscape(**{**MEMBRANE, **parameters}), name="cells")
    sim = es.Simulator(net, engine=engine)
    sim.run(duration)
    return sim


def intervals_of(sim):
    """Interspike intervals of all neurons, ms."""
    order = np.lexsort((sim.spikes.time, sim.spikes.address))
    time, address = sim.spikes.time[order], sim.spikes.address[order]
    return np.diff(time)[np.diff(address) == 0]


# -- the model as functions ----------------------------------------------------------------------------------------------


@st.composite
def neurons(draw):
    """Constants and a state before its spike."""
    values = {**MEMBRANE, "r_m": 1.0, "i_offset": draw(st.sampled_from((0.0, 10.0, 20.0, -5.0)))}
    values |= {"rate_at_threshold": draw(st.sampled_from((1.0, 100.0, 1e4))), "delta_v": draw(st.sampled_from((0.1, 1.0, 4.0, 50.0)))}
    c = LIF_ESCAPE.prepare(LIF_ESCAPE.parameter_type(**values))
    c = c._replace(key0=float(draw(st.integers(0, 2**32 - 1))), key1=float(draw(st.integers(0, 2**32 - 1))))
    number = draw(st.integers(0, 2**40))
    limit = unit_exponential(number, int(c.key0), int(c.key1))
    return c, LIF_ESCAPE.state_type(draw(st.floats(-90.0, -45.0)), limit * draw(st.floats(0.0, 0.999)), float(number), 0.0, 0.0)


def test_the_model_is_described():
    assert RANDOM_MODELS == (LIF_ESCAPE,)
    assert LIF_ESCAPE.exactness == EXACT
    assert LIF_ESCAPE.variables == ("v", "hazard", "number")
    assert "in distribution" in LIF_ESCAPE.documentation


@given(neurons())
def test_at_the_crossing_the_integral_is_the_exponential_number(drawn):
    c, s = drawn
    limit = unit_exponential(int(s.number), int(c.key0), int(c.key1))
    crossing = LIF_ESCAPE.next_crossing(c, s)
    assert 0.0 < LIF_ESCAPE.crossing_bound(c, s) <= crossing
    if crossing < math.inf:
        assert LIF_ESCAPE.flow(c, s, crossing).hazard == pytest.approx(limit, rel=1e-11)
        assert not LIF_ESCAPE.above(c, LIF_ESCAPE.flow(c, s, (1.0 - 1e-9) * crossing))


@given(neurons(), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_flow_composes(drawn, a, b):
    c, s = drawn
    span = min(LIF_ESCAPE.next_crossing(c, s), 100.0)
    first, whole = a * span, max(a, b) * span
    once, twice = LIF_ESCAPE.flow(c, s, whole), LIF_ESCAPE.flow(c, LIF_ESCAPE.flow(c, s, first), whole - first)
    assert abs(once.v - twice.v) <= 4 * ulp(100.0)
    assert once.hazard == pytest.approx(twice.hazard, rel=1e-11)
    assert LIF_ESCAPE.flow_refractory(c, s, whole) == s


@given(neurons(), st.floats(0.0, 50.0))
def test_excitation_brings_the_crossing_nearer_and_inhibition_puts_it_off(drawn, w):
    c, s = drawn
    before = LIF_ESCAPE.next_crossing(c, s)
    assert LIF_ESCAPE.next_crossing(c, LIF_ESCAPE.receive(c, s, 0, w)) <= before * (1.0 + 1e-9)
    assert LIF_ESCAPE.next_crossing(c, LIF_ESCAPE.receive(c, s, 0, -w)) >= before * (1.0 - 1e-9)


def test_a_random_model_has_the_constants_of_its_key():
    keyless = namedtuple("Constants", [name for name in LIF_ESCAPE.constant_type._fields if name != "key1"])
    with pytest.raises(es.ParameterError, match="key0 and key1"):
        replace(LIF_ESCAPE, constant_type=keyless)


@pytest.mark.parametrize("least", [{"rate_at_threshold": 5e-324}, {"tau_m": 1e-310, "rate_at_threshold": 1e-10}])
def test_a_hazard_that_underflows_is_none(least):
    for engine in ("reference", "sequential"):
        sim = alone(2, 5.0, engine, **least)
        assert len(sim.spikes) == 0


@pytest.mark.parametrize("weight", [1e3, 1e17, 1e300])
def test_a_hazard_beyond_all_numbers_fires_at_once(weight):
    net = es.Network(seed=1)
    source, cell = net.population(1, es.SpikeSource([[5.0, 20.0]])), net.population(1, es.LIFEscape())
    net.connect(source, cell, es.AllToAll(), weight=weight, delay=1.0)
    sim = es.Simulator(net, engine="reference")
    sim.run(50.0)
    assert sim.spikes.time.tolist() == pytest.approx([6.0, 21.0], abs=1e-12)


def test_a_hazard_as_steep_as_rounding_is_refused():
    with pytest.raises(es.ParameterError, match="delta_v"):
        es.LIFEscape(delta_v=1e-12)


# -- random numbers --------------------------------------------------------------------------------------------------------


def test_keys_are_those_of_seed_and_address():
    net = es.Network(seed=11)
    net.population(3, es.LIF())
    net.population(4, es.LIFEscape())
    program = es.Simulator(net, seed=2**40 + 7)._engine.program
    keys = program.constants[-4 * len(LIF_ESCAPE.constant_type._fields) :].reshape(4, -1)[:, -2:]
    np.testing.assert_array_equal(keys, [derive_key(2**40 + 7, FIRING, address) for address in range(3, 7)])


def test_exponential_numbers_are_positive_and_of_mean_one():
    numbers = [unit_exponential(k, 1, 2) for k in range(20_000)]
    assert min(numbers) > 0.0
    assert stats.kstest(numbers, "expon").pvalue > P_VALUE


def test_other_neurons_and_populations_change_nothing_and_seeds_do():
    def run(extra, seed=None):
        net = es.Network(seed=4)
        cells = net.population(5, es.LIFEscape(**MEMBRANE, i_offset=20.0))
        if extra:
            net.population(3, es.LIFEscape(**MEMBRANE, i_offset=30.0))
        sim = es.Simulator(net, seed=seed)
        sim.run(500.0)
        chosen = sim.spikes.address < len(cells)
        return sim.spikes.time[chosen]

    plain = run(False)
    assert len(plain) > 50
    np.testing.assert_array_equal(plain, run(True))
    assert len(np.intersect1d(plain, run(False, seed=9))) == 0
    np.testing.assert_array_equal(plain, run(False, seed=4))


# -- theory ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate_at_threshold", "delta_v", "i_offset"), [(100.0, 2.0, 14.0), (1000.0, 0.5, 14.0), (50.0, 10.0, 12.0)])
def test_intervals_under_constant_current_have_the_renewal_density(rate_at_threshold, delta_v, i_offset):
    """Rescaled by an integral from quadrature they are unit exponential; the rate is 1/(t_ref + mean of the survivor function)."""
    parameters = {"rate_at_threshold": rate_at_threshold, "delta_v": delta_v, "i_offset": i_offset}
    sim = alone(100, 1500.0, **parameters)
    intervals = intervals_of(sim)
    assert len(intervals) > 1000
    assert intervals.min() > MEMBRANE["t_ref"]
    # Of each neuron the first intervals alone, that none is left out for being long.
    order = np.lexsort((sim.spikes.time, sim.spikes.address))
    time, address = sim.spikes.time[order], sim.spikes.address[order]
    firsts = np.flatnonzero(np.r_[True, np.diff(address) > 0])
    few = 3
    kept = [np.diff(time[k : k + few + 1]) for k in firsts if (address == address[k]).sum() > few + 4]
    assert len(kept) == 100
    rescaled = hazard_left_by(np.concatenate(kept) - 2.0, -65.0 + i_offset, rate_at_threshold, delta_v)
    assert stats.kstest(rescaled, "expon").pvalue > P_VALUE
    grid = np.linspace(0.0, 3000.0, 300_001)
    rate = hazard_of(-65.0 + i_offset + (-5.0 - i_offset) * np.exp(-grid / 20.0), rate_at_threshold, delta_v)
    survivor = np.exp(-integrate.cumulative_trapezoid(rate, grid, initial=0.0))
    assert survivor[-1] < 1e-9
    mean, second = 2.0 + integrate.trapezoid(survivor, grid), 4.0 + integrate.trapezoid(2.0 * (2.0 + grid) * survivor, grid)
    expected = 100 * 1500.0 / mean
    spread = math.sqrt(100 * 1500.0 * (second - mean**2) / mean**3)
    assert abs(len(sim.spikes) - expected) < 4.0 * spread + 100.0


def test_rescaled_intervals_under_input_are_unit_exponential():
    """Deliveries in between: v is followed and the hazard integrated in NumPy, by Gauss-Legendre from event to event."""
    rng = np.random.default_rng(8)
    arrivals, end, n = np.sort(rng.uniform(0.0, 400.0, 120)), 400.0, 60
    net = es.Network(seed=21)
    cells = net.population(n, es.LIFEscape(**MEMBRANE, rate_at_threshold=200.0, delta_v=1.5))
    source = net.population(len(arrivals), es.SpikeSource(times=[[t] for t in arrivals]))
    weights = rng.normal(3.0, 4.0, len(arrivals))
    net.connect(source, cells, es.AllToAll(), weight=np.repeat(weights, n), delay=0.0)
    sim = es.Simulator(net)
    sim.run(end)
    nodes, gauss = np.polynomial.legendre.leggauss(30)
    rescaled, unfinished = [], 0
    for cell in range(n):
        v, t, total, free = -65.0, 0.0, 0.0, -1.0
        spikes = sim.spikes.time[sim.spikes.address == cell]
        steps = sorted(
            [(x, 0.0, 0) for x in spikes] + [(x + 2.0, 0.0, 2) for x in spikes] + list(zip(arrivals, weights, [1] * 120, strict=True))
        )
        for at, w, what in [*steps, (end, 0.0, 3)]:
            if at >= free:
                mid = 0.5 * (at - t)
                total += mid * np.sum(gauss * hazard_of(-65.0 + (v + 65.0) * np.exp(-mid * (nodes + 1.0) / 20.0), 200.0, 1.5))
                v = -65.0 + (v + 65.0) * math.exp(-(at - t) / 20.0)
            t = at
            if what == 0:
                rescaled.append(total)
                v, total, free = -70.0, 0.0, at + 2.0
            elif what == 1 and at >= free:
                v += w
        unfinished += 1
        rescaled.append(total + stats.expon.rvs(random_state=rng))  # what is cut off by the end has no memory
    assert len(rescaled) - unfinished == len(sim.spikes) > 300
    assert stats.kstest(rescaled, "expon").pvalue > P_VALUE


def test_at_rest_it_is_a_poisson_process_with_dead_time():
    sim = alone(200, 1000.0, v_reset=-65.0, rate_at_threshold=50.0 * math.exp(15.0 / 3.0), delta_v=3.0, t_ref=5.0)
    intervals = intervals_of(sim)
    assert intervals.min() > 5.0
    assert abs(len(sim.spikes) - 200 * 1000.0 / 25.0) < 4.0 * math.sqrt(200 * 1000.0 * 400.0 / 25.0**3) + 200.0
    first = sim.spikes.time[np.unique(sim.spikes.address, return_index=True)[1]]
    assert len(first) == 200
    assert stats.kstest(first / 20.0, "expon").pvalue > P_VALUE


def test_without_width_it_is_the_deterministic_neuron():
    """The spike comes where exp((v - v_thresh)/delta_v) explodes: some delta_v |log delta_v| from threshold."""
    rng = np.random.default_rng(2)
    arrivals, weights = np.sort(rng.uniform(0.0, 300.0, 300)), rng.normal(1.5, 3.0, 300)

    def run(model):
        net = es.Network(seed=6)
        cell = net.population(1, model)
        source = net.population(300, es.SpikeSource(times=[[t] for t in arrivals]))
        net.connect(source, cell, es.AllToAll(), weight=weights, delay=0.0)
        sim = es.Simulator(net, engine="sequential")
        sim.run(300.0)
        return sim.spikes.time

    exact = run(es.LIF(**MEMBRANE, i_offset=16.0))
    assert len(exact) > 8
    distances = []
    for delta_v in (1e-2, 1e-4, 1e-6):
        noisy = run(es.LIFEscape(**MEMBRANE, i_offset=16.0, rate_at_threshold=1e3, delta_v=delta_v))
        assert len(noisy) == len(exact)
        distances.append(np.abs(noisy - exact).max())
    assert distances[1] < 0.1 * distances[0]
    assert distances[2] < 0.1 * distances[1]
    assert distances[2] < 1e-3


# -- runs ------------------------------------------------------------------------------------------------------------------


def test_a_neuron_fires_whose_hazard_is_set_beyond_its_number(engine):
    net = es.Network(seed=1)
    cells = net.population(4, es.LIFEscape(**MEMBRANE))
    sim = es.Simulator(net, engine=engine)
    sim.run(10.0)
    assert len(sim.spikes) == 0
    assert (sim.get(cells, "hazard") > 0.0).all()
    sim.set(cells[1:3], hazard=40.0)
    sim.run(1.0)
    np.testing.assert_array_equal(sim.spikes.time, [10.0, 10.0])
    np.testing.assert_array_equal(sim.spikes.address, [1, 2])
    np.testing.assert_array_equal(sim.get(cells, "number"), [0.0, 1.0, 1.0, 0.0])
    np.testing.assert_array_equal(sim.get(cells[1:3], "hazard"), 0.0)


def test_no_hazard_in_refractoriness(engine):
    """Even at threshold: intervals are t_ref and an exponential number, and v stays where it was reset to."""
    sim = alone(1, 200.0, engine=engine, v_rest=-50.0, v_reset=-50.0, t_ref=10.0, rate_at_threshold=1e6)
    intervals = intervals_of(sim)
    assert len(intervals) == len(sim.spikes) - 1 >= 18
    assert ((intervals > 10.0) & (intervals < 10.1)).all()


def test_parameters_out_of_range_are_refused():
    for name in ("rate_at_threshold", "delta_v"):
        for value in (0.0, -1.0, math.nan, math.inf):
            with pytest.raises(errors.ParameterError, match=name):
                es.LIFEscape(**{name: value})


# -- injected currents -----------------------------------------------------------------------------------------------------


def test_a_step_from_the_beginning_is_a_constant_current(engine):
    """To the last bit, with the same random numbers."""
    constant = alone(20, 100.0, engine, i_offset=12.0)
    net = es.Network(seed=5)
    cells = net.population(20, es.LIFEscape(**MEMBRANE), name="cells")
    net.inject_current(cells, es.StepCurrent([0.0], [12.0]))
    sim = es.Simulator(net, engine=engine)
    sim.run(100.0)
    assert len(sim.spikes) == len(constant.spikes) > 10
    np.testing.assert_array_equal(sim.spikes.time, constant.spikes.time)
    np.testing.assert_array_equal(sim.spikes.address, constant.spikes.address)


def test_under_noise_engines_agree_and_ramps_are_refused():
    found = []
    for name in ("reference", "sequential"):
        net = es.Network(seed=5)
        cells = net.population(20, es.LIFEscape(**MEMBRANE), name="cells")
        net.inject_current(cells, es.NoisyCurrent(15.0, 20.0, interval=0.7))
        sim = es.Simulator(net, engine=name)
        sim.run(60.0)
        found.append(sim.spikes)
    assert len(found[0]) == len(found[1]) > 10
    np.testing.assert_array_equal(found[0].time, found[1].time)
    with pytest.raises(errors.ParameterError, match="not ramps or sines"):
        net.inject_current(cells, es.RampCurrent([0.0, 1.0], [0.0, 1.0]))
