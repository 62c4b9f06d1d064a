"""LIFAdapt as homeostasis: a threshold that jumps with each spike and relaxes, and the rates it leads to."""

import math

import mpmath
import numpy as np
import pytest

import eventsim as es

C_M, TAU_M = 1000.0, 20.0  # pF, ms: 0.02 GOhm


@pytest.mark.parametrize("tau", [50.0, 1e7])
def test_it_is_a_threshold_that_jumps_and_relaxes(engine, tau):
    """tau_m dv/dt = v_rest - v, tau dtheta/dt = -theta, fires at v = v_thresh + theta, then theta + delta and reset 15 mV below that: v - theta in 40 digits."""
    delta = 0.5  # mV
    net = es.Network(seed=2)
    b = C_M * delta * (1.0 / TAU_M - 1.0 / tau)
    cell = net.population(1, es.LIFAdapt(a=0.0, b=b, tau_w=tau, c_m=C_M, tau_m=TAU_M, t_ref=0.0), name="cell")
    arrivals = np.sort(np.random.default_rng(1).uniform(0.0, 200.0, 120))
    kicks = net.population(1, es.SpikeSource([arrivals]), name="kicks")
    net.connect(kicks, cell, es.AllToAll(), weight=3.0, delay=0.0)
    sim = es.Simulator(net, engine=engine)
    times = np.linspace(0.5, 210.0, 300)
    trace = sim.record("v", cell, at=times)
    sim.run(220.0)
    fired = set(sim.spikes.time.tolist())
    assert len(fired) > 5
    assert fired <= set(arrivals.tolist())  # there is no other input
    with mpmath.workdps(40):
        v, theta, now = mpmath.mpf(-65), mpmath.mpf(0), mpmath.mpf(0)
        for t, what in sorted([(t, "sample") for t in times] + [(t, "kick") for t in arrivals]):
            dt, now = mpmath.mpf(t) - now, mpmath.mpf(t)
            v, theta = -65 + (v + 65) * mpmath.exp(-dt / TAU_M), theta * mpmath.exp(-dt / mpmath.mpf(tau))
            if what == "sample":
                assert trace.value[np.searchsorted(times, t), 0] == pytest.approx(float(v - theta), rel=1e-13)
                continue
            v += 3
            assert (v >= -50 + theta) == (t in fired)
            if v >= -50 + theta:
                theta += mpmath.mpf(delta)
                v = -65 + theta


def rate_of(drive):
    """Rate of a leaky neuron with 15 mV from reset and rest to threshold, driven to `drive` mV, without refractoriness, Hz."""
    return 0.0 if drive <= 15.0 else 1e3 / (TAU_M * math.log(drive / (drive - 15.0)))


def settled(drive, b, tau_w):
    """The rate at which it fires with the adaptation that this rate leads to, by halves, Hz."""
    low, high = 0.0, rate_of(drive)
    for _ in range(100):
        middle = 0.5 * (low + high)
        adaptation = b * tau_w * middle * 1e-3 * TAU_M / C_M  # mV
        low, high = (middle, high) if rate_of(drive - adaptation) > middle else (low, middle)
    return low


def test_rates_settle_where_adaptation_and_drive_balance():
    """Currents that differ three times: rates are those of the fixed point, which tends to (drive - threshold) / (what a spike adds) as adaptation gets stronger."""
    currents = np.linspace(1000.0, 3000.0, 41)  # pA: 20 to 60 mV
    b, tau_w = 20.0, 5000.0
    net = es.Network(seed=1)
    cells = net.population(41, es.LIFAdapt(a=0.0, b=b, tau_w=tau_w, c_m=C_M, tau_m=TAU_M, t_ref=0.0, i_offset=currents), name="cells")
    sim = es.Simulator(net)
    sim.run(60_000.0)
    rates = es.analysis.firing_rates(sim.spikes, cells, begin=40_000.0, end=60_000.0)
    expected = np.array([settled(i * TAU_M / C_M, b, tau_w) for i in currents])
    assert rates.min() > 2.0
    np.testing.assert_allclose(rates, expected, rtol=0.01, atol=0.1 + 0.05)  # half of what a spike adds, and one spike
    before = np.array([rate_of(i * TAU_M / C_M) for i in currents])
    assert before.max() - before.min() > 100.0
    assert rates.max() - rates.min() < 25.0


def test_a_slow_threshold_brings_rates_of_neurons_with_unequal_weights_together():
    """As in Diehl & Cook 2015, doi 10.3389/fncom.2015.00099: theta grows by 0.05 mV at a spike and decays over 1e7 ms, so neurons that fire more than others lose their advantage."""
    net = es.Network(seed=3)
    inputs = net.population(100, es.Poisson(rate=20.0), name="inputs")
    weights = np.repeat(np.linspace(0.5, 1.0, 40)[None], 100, 0)
    spread = {}
    for delta in (0.0, 0.05):
        cells = net.population(40, es.LIFAdapt(a=0.0, b=C_M * delta * (1.0 / TAU_M - 1e-7), tau_w=1e7, t_ref=2.0), name=f"cells{delta}")
        net.connect(inputs, cells, es.AllToAll(), weight=weights, delay=1.0)
    sim = es.Simulator(net)
    sim.run(20_000.0)
    for delta in (0.0, 0.05):
        rates = es.analysis.firing_rates(sim.spikes, net[f"cells{delta}"], begin=10_000.0, end=20_000.0)
        assert rates.min() > 0.1
        spread[delta] = rates.max() - rates.min()
    assert spread[0.0] > 40.0  # Hz
    assert spread[0.05] < 12.0
