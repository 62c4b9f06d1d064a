"""RewardSTDP against a sum over events in 40-digit arithmetic, and its laws."""

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import eventsim as es
from eventsim.synapses import reward
from eventsim.synapses.reward import Constants, State

TAU_PLUS, TAU_MINUS, TAU_E, TAU_Z = 15.0, 25.0, 300.0, 120.0
A_PLUS, A_MINUS = 0.3, 0.4


def integrated(arrivals, spikes, rewards, begin, baseline, end, w):
    """The weight at `end`: e and z are exponentials between events, so w gains a sum of exponentials in each piece. rewards: (time, amount)."""
    kinds = [(t, 0, 0.0) for t in arrivals] + [(t, 1, 0.0) for t in spikes] + [(t, 2, a) for t, a in rewards]
    x = y = e = mpf(0)
    z, t, w = mpf(begin), mpf(0), mpf(w)
    for time, kind, amount in [*sorted(kinds), (end, 3, 0.0)]:
        dt = mpf(time) - t
        rate = 1 / mpf(TAU_E) + 1 / mpf(TAU_Z)
        w += e * baseline * TAU_E * (1 - mpmath.exp(-dt / TAU_E)) + e * (z - baseline) * (1 - mpmath.exp(-dt * rate)) / rate
        x, y, e = x * mpmath.exp(-dt / TAU_PLUS), y * mpmath.exp(-dt / TAU_MINUS), e * mpmath.exp(-dt / TAU_E)
        z = baseline + (z - baseline) * mpmath.exp(-dt / TAU_Z)
        t = mpf(time)
        if kind == 0:
            e, x = e - A_MINUS * y, x + 1
        elif kind == 1:
            e, y = e + A_PLUS * x, y + 1
        elif kind == 2:
            z += amount
    return w


@pytest.mark.parametrize("engine", ["reference", "sequential"])
@pytest.mark.parametrize(("baseline", "rewards_per_s", "w"), [(0.0, 5.0, 2e3), (0.2, 300.0, 4e4)])
def test_reward_modulated_weights_to_twelve_digits(engine, baseline, rewards_per_s, w):
    """Axonal delays of each synapse's own, a dendritic delay, and more rewards than a ring of levels holds."""
    rng = np.random.default_rng(7)
    end, n, back = 1500.0, 4, 3.25
    trains = [np.sort(rng.uniform(0.0, 1400.0, 30)) for _ in range(n)]
    teacher = np.sort(rng.uniform(0.0, 1400.0, 40))
    given = np.sort(rng.uniform(0.0, 1490.0, int(rewards_per_s * 1.5)))
    net = es.Network(seed=1)
    pre = net.population(n, es.SpikeSource(times=trains), name="pre")
    post = net.population(1, es.LIF(v_thresh=1e7, t_ref=0.0), name="post")
    substance = net.population(1, es.Modulator(tau=TAU_Z, baseline=baseline), name="substance")
    teaching = net.population(1, es.SpikeSource(times=[teacher]), name="teacher")
    rewarding = net.population(1, es.SpikeSource(times=[given]), name="rewards")
    delays = [1.0, 2.5, 7.125, 30.0]
    rule = es.RewardSTDP(
        w,
        delays,
        substance,
        tau_plus=TAU_PLUS,
        tau_minus=TAU_MINUS,
        a_plus=A_PLUS,
        a_minus=A_MINUS,
        tau_e=TAU_E,
        w_max=1e5,
        backprop_delay=back,
    )
    j = net.connect(pre, post, es.AllToAll(), synapse=rule)
    net.connect(teaching, post, es.OneToOne(), weight=1e9, delay=1.0)
    net.connect(rewarding, substance, es.OneToOne(), weight=0.5, delay=2.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(end)
    spikes = sim.spikes.time
    assert len(spikes) == 40
    expected = []
    with mpmath.workdps(40):
        for train, d in zip(trains, delays, strict=True):
            rewards = [(float(t) + 2.0, 0.5) for t in given]
            expected.append(integrated(train + d, spikes + back, rewards, baseline, baseline, end, w))
    found = sim.weights(j)
    order = np.argsort(found["pre"])
    assert min(expected) > 0.0  # no bound is met, or the sum would not hold
    assert max(abs(got / right - 1) for got, right in zip(found["weight"][order].tolist(), expected, strict=True)) < 1e-12


def constants(baseline, low=0.0, high=10.0):
    """Constants of a synapse."""
    return Constants(0.05, 0.05, 0.1, 0.1, 300.0, low, high, 120.0, baseline)


@pytest.mark.parametrize("baseline", [0.0, 0.3, -0.3])
@pytest.mark.parametrize("z", [1.0, -1.0])
def test_a_way_may_be_divided_anywhere(baseline, z):
    """Also where the level changes its sign on the way, with bounds and without."""
    for low, high in ((-1e9, 1e9), (0.0, 5.0)):
        c = constants(baseline, low, high)
        whole = reward.flow(c, State(2.0, 0.1), None, None, z, 400.0)
        for part in (1.0, 100.0, 144.0, 166.3, 399.0):
            s = reward.flow(c, State(2.0, 0.1), None, None, z, part)
            middle = baseline + (z - baseline) * np.exp(-part / 120.0)
            s = reward.flow(c, s, None, None, middle, 400.0 - part)
            assert s.w == pytest.approx(whole.w, rel=1e-12)
            assert s.e == pytest.approx(whole.e, rel=1e-12)


def test_a_bound_that_is_met_on_the_way_is_left_again():
    """The level is positive, then negative: w rises to its bound, stays, and falls from there, not from where it would have come."""
    c = constants(-0.3, 0.0, 5.0)
    s = reward.flow(c, State(4.9, 0.1), None, None, 1.0, 1000.0)
    turn = 120.0 * np.log1p(1.0 / 0.3)
    e = 0.1 * np.exp(-turn / 300.0)
    assert s.w == pytest.approx(5.0 + reward.gained(c, e, 0.0, 1000.0 - turn), rel=1e-12)


def test_who_is_no_modulator_is_refused():
    net = es.Network()
    cells, two = net.population(3, es.LIF(), name="cells"), net.population(2, es.Modulator(), name="two")
    source = net.population(1, es.Poisson(rate=1.0), name="source")
    for wrong in (cells, two, cells[0:1], source, "dopamine"):
        with pytest.raises(es.EventsimError, match="modulator"):
            net.connect(cells, cells, es.AllToAll(), synapse=es.RewardSTDP(1.0, 1.0, wrong, a_plus=0.1, a_minus=0.1, w_max=2.0))
    with pytest.raises(es.ParameterError, match="modulator"):
        es.RewardSTDP(1.0, 1.0, None, a_plus=0.1, a_minus=0.1, w_max=2.0)
    with pytest.raises(es.ParameterError, match="drive"):
        net.drive(two, rate=10.0, weight=1.0)
    with pytest.raises(es.ParameterError, match="current"):
        net.inject_current(two, es.StepCurrent(times=[1.0], values=[1.0]))
