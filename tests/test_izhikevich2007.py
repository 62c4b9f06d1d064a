"""The distal reward problem (Izhikevich 2007): its closed forms, what is rewarded, and that the rewarded synapse alone is learned."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import eventsim as es
from eventsim.published import izhikevich2007, izhikevich2007_run
from eventsim.published.izhikevich2007 import DELAY, LEARNING, RELEASE, REWARD_AFTER, TAU_DOPAMINE, TONIC, W_MAX, paired

ALPHA, BETA, TAU, TAU_E = LEARNING["a_plus"], LEARNING["a_minus"], LEARNING["tau_plus"], LEARNING["tau_e"]


def test_network_is_that_of_the_paper():
    net = izhikevich2007(seed=2)
    assert [len(net[name]) for name in ("exc", "inh", "dopamine", "reward")] == [800, 200, 1, 1]
    sim = es.Simulator(net)
    rewarded, to_exc, to_inh, inhibition = (sim.weights(p) for p in net.projections[:4])
    assert [len(s) for s in (rewarded, to_exc, to_inh, inhibition)] == [1, 64_000, 16_000, 20_000]
    assert rewarded[0].tolist()[:4] == (0, 1, 0.0, DELAY)
    for synapses, weight in ((to_exc, 1.0), (to_inh, 1.0), (inhibition, -1.0)):
        assert set(synapses["weight"]) == {weight}
    sim.run(500.0)
    assert (
        1.2 < sim.stats["spikes"] / 1000 / 0.5 < 2.8
    )  # about 2 Hz; the mean of 1,000 neurons over 500 ms has a standard deviation of some 0.1 Hz


@given(
    st.lists(st.integers(0, 60), unique=True).map(sorted),
    st.lists(st.integers(0, 60), unique=True).map(sorted),
    st.integers(1, 30),
)
def test_pairs_are_spikes_within_the_window_after_the_last_one(pre, post, window):
    expected = [s for s in post if any(0 < s - t < window for t in pre)]
    assert paired(pre, post, float(window)).tolist() == expected


def weight_by_hand(pre, post, rewards, end):
    """Weight and eligibility of one synapse at `end`, from event to event in floats: between events e and dopamine are exponentials, so w is monotone and clipped at most once."""
    events = sorted([(t + DELAY, 0) for t in pre] + [(t, 1) for t in post] + [(t, 2) for t in rewards])
    now = w = e = x = y = level = 0.0
    for t, kind in [*events, (end, 3)]:
        if t >= end:
            t, kind = end, 3
        dt = t - now
        both = 1.0 / TAU_E + 1.0 / TAU_DOPAMINE
        w += e * (TONIC * TAU_E * -math.expm1(-dt / TAU_E) + level * -math.expm1(-dt * both) / both)
        w = min(max(w, 0.0), W_MAX)
        e, level = e * math.exp(-dt / TAU_E), level * math.exp(-dt / TAU_DOPAMINE)
        x, y = x * math.exp(-dt / TAU), y * math.exp(-dt / TAU)
        if kind == 0:
            e, x = e - BETA * y, x + 1.0
        elif kind == 1:
            e, y = e + ALPHA * x, y + 1.0
        elif kind == 2:
            level += RELEASE
        else:
            return w, e
        now = t


def test_rewarded_synapse_follows_its_closed_form_and_a_divided_run_is_the_same():
    """A wide window, so that there are rewards soon."""
    end, window, found = 12_000.0, 300.0, []
    for stops in ((end,), (1.5, 4_321.0, end)):
        net = izhikevich2007(seed=3, scale=0.05)
        sim = es.Simulator(net, record_spikes=[net["exc"][:2]])
        for stop in stops:
            rewards = izhikevich2007_run(sim, stop, seed=4, window=window)
        pre, post = (sim.spikes.of(net["exc"][k : k + 1]).time for k in (0, 1))
        pairs = paired(pre, post, window)
        assert len(rewards) == len(pairs) > 3
        assert np.all((rewards - pairs >= REWARD_AFTER[0]) & (rewards - pairs < REWARD_AFTER[1]))
        synapse = sim.weights(net.projections[0])[0]
        w, e = weight_by_hand(pre, post, rewards, end)
        assert synapse["weight"] == pytest.approx(w, rel=1e-10)
        assert synapse["e"] == pytest.approx(e, rel=1e-10)
        assert sim.get(net["dopamine"], "v")[0] > TONIC
        assert w > 0.0
        found.append((sim.spikes.time, sim.spikes.address, rewards, synapse["weight"], synapse["e"]))
    assert len(found[0][0]) == len(found[1][0])
    for one, other in zip(*found, strict=True):
        assert np.array_equal(one, other)


def independent_pairs(n, rate, seed):
    """n synapses between neurons that fire as independent Poisson processes (Hz), whatever the weights do; the first is to be rewarded. They begin amid wide bounds."""
    net = es.Network(seed=seed)
    noise = net.population(2 * n, es.Poisson(rate=rate), name="noise")
    exc = net.population(2 * n, es.LIF(t_ref=0.0, v_thresh=1000.0), name="exc")
    dopamine = net.population(1, es.Modulator(tau=TAU_DOPAMINE, baseline=TONIC), name="dopamine")
    reward = net.population(1, es.SpikeSource(), name="reward")
    synapse = es.RewardSTDP(50.0, DELAY, dopamine, w_max=100.0, **LEARNING)
    pre = np.arange(0, 2 * n, 2)
    plastic = net.connect(exc, exc, es.Explicit(pre, pre + 1), synapse=synapse)
    net.connect(noise, exc, es.OneToOne(), weight=1e6, delay=0.0)
    net.connect(reward, dopamine, es.OneToOne(), weight=RELEASE, delay=0.0)
    return net, plastic


def test_gain_by_reward_and_drift_without_are_in_closed_form():
    """Independent spikes: every synapse drifts by the mean of eligibility times dopamine; the rewarded one gains more by what its pairs leave until dopamine comes.

    False alarms: 4.5 standard errors, 7e-6 each.
    """
    n, rate, window, duration = 100, 2.0, 10.0, 1_000_000.0
    net, plastic = independent_pairs(n, rate, seed=5)
    sim = es.Simulator(net, record_spikes=[net["exc"][:2]])
    rewards = izhikevich2007_run(sim, duration, seed=6, window=window)
    gains = sim.weights(plastic)["weight"] - 50.0
    count = np.sum(rewards < duration - 2_000.0)
    assert abs(count - duration * rate * rate * window * 1e-6) < 4.5 * math.sqrt(count)
    per_ms = rate / 1000.0
    mean_e = per_ms * per_ms * (ALPHA - BETA) * TAU * TAU_E
    mean_level = TONIC + len(rewards) / duration * RELEASE * TAU_DOPAMINE
    drift = mean_e * mean_level * duration
    others, error = gains[1:].mean(), gains[1:].std() / math.sqrt(n - 1)
    assert abs(others - drift) < 4.5 * error
    # What a pair leaves: its distance is uniform in the window, the arrival comes `DELAY` later, and both spikes have neighbours of their own.
    pair = TAU / window * (ALPHA * -math.expm1(-(window - DELAY) / TAU) + BETA * math.expm1(-DELAY / TAU))
    pair += 2.0 * per_ms * (ALPHA - BETA) * TAU
    low, high = REWARD_AFTER
    left = TAU_E * (math.exp(-low / TAU_E) - math.exp(-high / TAU_E)) / (high - low)
    gain = pair * left * RELEASE / (1.0 / TAU_E + 1.0 / TAU_DOPAMINE)
    spread = math.hypot(gains[1:].std(), math.sqrt(count) * gain)  # of the others; of pairs and of delays
    assert abs(gains[0] - (others + count * gain)) < 4.5 * spread
    assert gains[0] > others + 2.5 * gains[1:].std()


@pytest.mark.slow
def test_rewarded_synapse_is_learned_and_others_are_not():
    net = izhikevich2007(seed=1, scale=0.1)
    sim = es.Simulator(net, record_spikes=[net["exc"][:2]])
    rewards = izhikevich2007_run(sim, 800_000.0, seed=1)
    assert len(rewards) > 20
    others = np.concatenate([sim.weights(p)["weight"] for p in net.projections[1:3]])
    assert sim.weights(net.projections[0])["weight"][0] > 0.95 * W_MAX
    assert np.mean(others > 0.95 * W_MAX) < 0.02
    assert others.mean() < 1.0


def test_what_is_not_there_is_refused():
    with pytest.raises(es.ParameterError, match=r"scale must be >= 0.05, got 0.01"):
        izhikevich2007(scale=0.01)
    net = izhikevich2007(scale=0.05)
    sim = es.Simulator(net, record_spikes=False, engine="reference")
    with pytest.raises(es.RecordingError, match=r"not recorded"):
        izhikevich2007_run(sim, 10.0)
    with pytest.raises(es.ParameterError, match=r"window must be > 0 ms, got 0"):
        izhikevich2007_run(sim, 20.0, window=0.0)
    with pytest.raises(es.ParameterError, match=r"until must be >= sim.now = 10.0 ms, got 5.0"):
        izhikevich2007_run(sim, 5.0)
    with pytest.raises(es.ParameterError, match=r"seed must be >= 0, got -1"):
        izhikevich2007_run(sim, 20.0, seed=-1)
