"""Published firing patterns: what each is known by, and the scripts of Izhikevich's papers step by step."""

import importlib.util
import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eventsim as es
from eventsim.published import hodgkin_huxley1952, izhikevich2004, naud2008
from eventsim.published.izhikevich2004 import PATTERNS as TWENTY
from eventsim.published.naud2008 import PATTERNS as EIGHT

pytest.importorskip("matplotlib")


def _script(name):
    path = Path(__file__).parent.parent / "docs" / "figures" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"figure_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# -- Naud et al. 2008 ------------------------------------------------------------------------------------------------------


def _periodic(intervals, most=8, within=1.0):
    """Whether intervals repeat themselves with a period of up to `most` of them."""
    return any(np.abs(intervals[p:] - intervals[:-p]).max() < within for p in range(1, most + 1))


ADEX_SIGNATURES = {
    "tonic spiking": lambda t, i: len(t) > 50 and np.ptp(i[10:]) < 0.1,
    "adaptation": lambda t, i: np.all(np.diff(i) > -1e-6) and i[-1] > 5.0 * i[0],
    "initial burst": lambda t, i: np.all(i[:2] < 10.0) and np.all(i[2:] > 50.0) and np.ptp(i[4:]) < 0.1,
    "regular bursting": lambda t, i: np.all(i[3::2] < 10.0) and np.all(i[2::2] > 100.0) and _periodic(i[4:], 2),
    "delayed accelerating": lambda t, i: t[0] > 30.0 and np.all(np.diff(i) < 0.0) and i[-1] < 0.6 * i[0],
    "delayed regular bursting": lambda t, i: t[0] > 50.0 and np.all((i > 50.0) == (np.arange(len(i)) % 4 == 3)) and _periodic(i[4:], 4),
    "transient spiking": lambda t, i: len(t) >= 1 and t[-1] < 60.0,
    "irregular spiking": lambda t, i: len(t) > 25 and not _periodic(i[5:]) and i.std() > 0.3 * i.mean(),
}


@pytest.mark.parametrize("pattern", EIGHT)
def test_patterns_of_the_adaptive_exponential_neuron(pattern):
    sim = es.Simulator(naud2008(pattern), engine="reference")
    sim.run(600.0)
    times = sim.spikes.time
    own = [name for name, holds in ADEX_SIGNATURES.items() if len(times) >= 8 and holds(times, np.diff(times))]
    if pattern == "transient spiking":
        assert ADEX_SIGNATURES[pattern](times, np.diff(times))
        assert own == []
    else:
        assert own == [pattern]  # and no signature fits another pattern's spikes


def test_no_other_pattern_is_known():
    for builder in (naud2008, izhikevich2004):
        with pytest.raises(es.ParameterError, match=r"pattern must be one of 'tonic spiking', .*, got 'chaos'"):
            builder("chaos")


# -- Izhikevich 2004 -------------------------------------------------------------------------------------------------------

figure = _script("izhikevich2004")


def transcribed(p):
    """Steps at whose end the script has a spike: its update equations, its currents by condition on t."""
    v, u, spikes = p.v, p.recovery(), []
    for k in range(round(p.duration / p.step)):
        t = k * p.step
        current = p.base
        for pulse in p.pulses:
            if t > pulse.begin and t < pulse.end:
                current = pulse.current + pulse.slope * (t - pulse.begin)
        v = v + p.step * (0.04 * v**2 + p.slope * v + p.constant - u + current)
        if p.decay == 0.0:
            u = u + p.step * p.a * (p.b * (v + 65.0))
        else:
            u = u + p.step * p.a * (p.b * v - u)
        if v > 30.0:
            spikes.append(k + 1)
            v, u = p.c, u + p.d
    return spikes


@pytest.mark.parametrize("pattern", TWENTY)
def test_spikes_of_the_twenty_patterns_are_those_of_the_script(pattern):
    times, _ = figure.published(pattern, "reference")
    steps = [k for k in transcribed(TWENTY[pattern]) if k * TWENTY[pattern].step < TWENTY[pattern].duration]
    assert len(times) == len(steps) > 0
    np.testing.assert_allclose(times, np.array(steps) * TWENTY[pattern].step, rtol=0.0, atol=1e-9)


SIGNATURES = {  # of times t and intervals i
    "tonic spiking": lambda t, i: len(t) >= 5 and np.ptp(i[-2:]) < 2.0,
    "phasic spiking": lambda t, i: len(t) == 1 and 20.0 < t[0] < 60.0,
    "tonic bursting": lambda t, i: np.sum(i > 15.0) >= 2 and np.sum(i < 6.0) > 3 * np.sum(i > 15.0),
    "phasic bursting": lambda t, i: len(t) > 4 and t[-1] < 80.0,
    "mixed mode": lambda t, i: np.all(i[:2] < 6.0) and np.all(i[2:] > 20.0),
    "spike frequency adaptation": lambda t, i: np.all(np.diff(i[:4]) > 0.0) and i[-1] > 8.0 * i[0],
    "class 1 excitable": lambda t, i: i[0] > 35.0 and i[0] > 2.0 * i[-1],
    "class 2 excitable": lambda t, i: i[0] < 25.0 and t[0] > 90.0,
    "spike latency": lambda t, i: len(t) == 1 and t[0] > 16.0,  # the pulse ends at 13
    "subthreshold oscillations": lambda t, i: len(t) == 1,
    "resonator": lambda t, i: len(t) == 1 and 320.0 < t[0] < 345.0,  # to the doublet of its own period alone
    "integrator": lambda t, i: len(t) == 1 and t[0] < 25.0,  # to the close doublet alone
    "rebound spike": lambda t, i: len(t) == 1 and t[0] > 25.0,
    "rebound burst": lambda t, i: len(t) > 4 and t[0] > 25.0,
    "threshold variability": lambda t, i: len(t) == 1 and t[0] > 80.0,  # after inhibition the same pulse does fire it
    "bistability": lambda t, i: t[0] > 37.5 and len(t) > 3 and t[-1] < 221.0,  # switched on, switched off
    "depolarizing after-potential": lambda t, i: len(t) == 1,
    "accommodation": lambda t, i: len(t) == 1 and t[0] > 300.0,  # to the steep ramp alone, which is half as high
    "inhibition-induced spiking": lambda t, i: len(t) >= 3 and t[0] > 50.0 and t[-1] < 260.0,
    "inhibition-induced bursting": lambda t, i: t[0] > 50.0 and t[-1] < 250.0 and np.sum(i > 50.0) == 1 and np.sum(i < 5.0) > 5,
}

# Where the equation, solved, does something else than the script.
OF_THE_STEP_ALONE = ("bistability", "depolarizing after-potential", "inhibition-induced bursting")


@pytest.mark.parametrize("pattern", TWENTY)
def test_what_the_twenty_patterns_are_known_by(pattern):
    times, _ = figure.published(pattern, "reference")
    assert SIGNATURES[pattern](times, np.diff(times))


@pytest.mark.parametrize("pattern", TWENTY)
def test_what_the_equation_makes_of_the_twenty_patterns(pattern):
    times, _ = figure.continuous(pattern, "reference")
    assert SIGNATURES[pattern](times, np.diff(times)) == (pattern not in OF_THE_STEP_ALONE)


def test_a_burst_by_inhibition_does_not_end_where_it_is_solved():
    """Each spike lowers u (d < 0), which brings the next one nearer."""
    times, _ = figure.continuous("inhibition-induced bursting", "reference")
    assert len(times) == figure.MOST
    intervals = np.diff(times)
    assert np.all(np.diff(intervals) < 0.0)
    assert intervals[0] == pytest.approx(1.1, abs=0.05)
    assert intervals[-1] == pytest.approx(0.15, abs=0.01)


def test_the_currents_in_pieces_are_the_currents():
    for p in TWENTY.values():
        parts = list(figure.pieces(p))
        assert parts[0][0] == 0.0
        assert parts[-1][1] == p.duration
        assert all(a[1] == b[0] for a, b in itertools.pairwise(parts))
        for begin, end, current, slope in parts:
            for x in (0.25, 0.75):
                t = begin + x * (end - begin)
                assert current + slope * (t - begin) == pytest.approx(p.current(t), abs=1e-12)


# -- Hodgkin & Huxley 1952 ---------------------------------------------------------------------------------------------------


def squid(current, end, at):
    """v (mV, from rest at -65) by solve_ivp of the equations as they were published, V being the depolarisation."""

    def ratio(x):
        return 1.0 - x / 2.0 if abs(x) < 1e-7 else x / np.expm1(x)

    def rates(v):
        m = ratio((25.0 - v) / 10.0), 4.0 * np.exp(-v / 18.0)
        h = 0.07 * np.exp(-v / 20.0), 1.0 / (np.exp((30.0 - v) / 10.0) + 1.0)
        return m, h, (0.1 * ratio((10.0 - v) / 10.0), 0.125 * np.exp(-v / 80.0))

    def equations(t, y):
        v, m, h, n = y
        ionic = 120.0 * m**3 * h * (v - 115.0) + 36.0 * n**4 * (v + 12.0) + 0.3 * (v - 10.613)
        return [current - ionic, *[a * (1.0 - x) - b * x for x, (a, b) in zip((m, h, n), rates(v), strict=True)]]

    start = [0.0, *[a / (a + b) for a, b in rates(0.0)]]
    return solve_ivp(equations, (0.0, end), start, "DOP853", rtol=1e-11, atol=1e-11, t_eval=at).y[0] - 65.0


def test_the_action_potential_has_the_shape_of_an_independent_solution():
    axon = _script("hodgkin_huxley1952")
    t, v = axon.action_potential(end=10.0, step=0.02, engine="reference")
    other = squid(10.0, 10.0, t)
    np.testing.assert_allclose(v, other, rtol=0.0, atol=1e-5)
    peak, undershoot, width = axon.shape(t, v)
    assert (peak, undershoot, width) == pytest.approx(axon.shape(t, other), abs=1e-4)
    assert 35.0 < peak < 45.0
    assert -77.0 < undershoot < -73.0  # not below the equilibrium of potassium
    assert 0.8 < width < 1.6


def test_the_axon_begins_to_fire_at_a_rate_of_its_own():
    """Class 2: one spike below an onset between 6 and 7 uA/cm2, and at once a train of 50 Hz or more above it."""
    sim = es.Simulator(hodgkin_huxley1952([6.0, 6.6, 10.0]), engine="reference")
    sim.run(250.0)
    trains = [sim.spikes.time[sim.spikes.address == k] for k in range(3)]
    assert trains[0][-1] < 30.0
    assert [len(t) for t in trains[1:]] == [14, 17]
    for train, rate in zip(trains[1:], (55.9, 68.3), strict=True):
        assert 1000.0 / np.diff(train[3:]).mean() == pytest.approx(rate, abs=0.3)
