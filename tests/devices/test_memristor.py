"""Memristive synapses: pulses from spikes, pairs, counts and energy, checkpoints, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eventsim as es
from eventsim.synapses.memristor import RULES

from .pulses import PERIOD, R_OFF, R_ON, SCALE, nominal, programmed, pulse_time, simulator, trajectory

PLAIN = {"r_on": R_ON, "r_off": R_OFF}
STEP = es.devices.Linear(levels=11, **PLAIN)


def synapse(pre, post, end=200.0, engine="sequential", **options):
    """The synapse after arrivals and postsynaptic spikes at these times (ms); it begins in the middle."""
    net = es.Network()
    source = net.population(1, es.SpikeSource([pre]), name="source")
    neuron = net.population(1, es.LIF(), name="neuron")
    teacher = net.population(1, es.SpikeSource([post]), name="teacher")
    j = net.connect(source, neuron, es.OneToOne(), synapse=es.Memristor(nominal(0.5), 0.0, STEP, scale=SCALE, **options))
    net.connect(teacher, neuron, es.OneToOne(), weight=20.0, delay=0.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(end)
    assert len(sim.spikes) == len(post)
    return sim.weights(j)[0]


def counts(s):
    return s["reads"], s["sets"], s["resets"]


# -- pulses from spikes -----------------------------------------------------------------------------------------------


def test_window_potentiates_what_has_arrived_lately_and_depresses_the_rest(engine):
    for arrival, sets in ((10.0, 0), (29.0, 0), (30.0, 1), (49.0, 1), (50.0, 1), (51.0, 0)):  # the spike is at 50 ms, the window 20 ms
        s = synapse([arrival], [50.0], engine=engine)
        assert counts(s) == (1, sets, 1 - sets)
        assert s["x"] == pytest.approx(0.6 if sets else 0.4, rel=1e-15)
    assert counts(synapse([], [50.0], engine=engine)) == (0, 0, 1)


def test_stdp_depresses_what_arrives_after_the_spike(engine):
    options = {"protocol": "stdp", "window": 20.0, "window_minus": 30.0, "engine": engine}
    for arrival, sets, resets in ((29.0, 0, 0), (30.0, 1, 0), (50.0, 1, 0), (51.0, 0, 1), (80.0, 0, 1), (81.0, 0, 0)):
        assert counts(synapse([arrival], [50.0], **options)) == (1, sets, resets)


def test_what_comes_first_at_one_time_may_be_chosen(engine):
    options = {"protocol": "stdp", "backprop_delay": 10.0, "engine": engine}
    assert counts(synapse([60.0], [50.0], **options)) == (1, 1, 0)
    assert counts(synapse([60.0], [50.0], post_first=True, **options)) == (1, 0, 1)


def test_an_arrival_delivers_the_weight_that_it_finds(engine):
    net = es.Network()
    source = net.population(1, es.SpikeSource([[60.0]]), name="source")
    cells = net.population(1, es.LIF(tau_m=10.0, v_rest=0.0, v_reset=0.0, v_thresh=10.0), name="cells")
    teacher = net.population(1, es.SpikeSource([[50.0]]), name="teacher")
    device = es.devices.Linear(levels=3, **PLAIN)
    j = net.connect(source, cells, es.OneToOne(), synapse=es.Memristor(1.0, 0.0, device, scale=R_ON, protocol="stdp"))
    net.connect(teacher, cells, es.OneToOne(), weight=20.0, delay=0.0)
    sim = es.Simulator(net, engine=engine)
    trace = sim.record("v", cells, at=[60.5])
    sim.run(70.0)
    assert trace.value[0, 0] == pytest.approx(np.exp(-0.05), rel=1e-14)
    assert sim.weights(j)["x"][0] == 0.5


@given(
    st.lists(st.integers(1, 60), unique=True, max_size=15),
    st.lists(st.integers(1, 60), unique=True, max_size=15),
    st.sampled_from(("window", "stdp")),
)
@settings(max_examples=30)
def test_pulses_are_those_that_counting_by_hand_gives(pre, post, protocol):
    pre, post = sorted(5.0 * t for t in pre), sorted(5.0 * t for t in post)
    events = sorted([(t, 0) for t in pre] + [(t, 1) for t in post])  # arrivals first
    x, sets, resets = Fraction(1, 2), 0, 0
    for t, side in events:
        if side == 1:
            recent = any(t - 20.0 <= a <= t for a in pre)
            pulse = 1 if recent else (-1 if protocol == "window" else 0)
        else:
            last = max((f for f in post if f < t), default=-1e9)
            pulse = -1 if protocol == "stdp" and t - last <= 20.0 else 0
        sets, resets = sets + (pulse == 1), resets + (pulse == -1)
        x = min(max(x + Fraction(pulse, 10), Fraction(0)), Fraction(1))
    s = synapse(pre, post, end=400.0, protocol=protocol)
    assert counts(s) == (len(pre), sets, resets)
    assert s["x"] == pytest.approx(float(x), rel=1e-15)


# -- pairs ------------------------------------------------------------------------------------------------------------


def test_a_pair_learns_both_ways_with_set_pulses_alone(engine):
    device = es.devices.PhaseChange(levels=11, drift=0.0, **PLAIN)
    s = programmed(device, "SSSRSR", pair=True, engine=engine)[0]
    assert s["plus"] == pytest.approx(0.4)
    assert s["minus"] == pytest.approx(0.2)
    assert counts(s) == (8, 6, 0)  # two devices are read by each of four arrivals
    assert s["weight"] == pytest.approx(SCALE * 0.2 * (1.0 / R_ON - 1.0 / R_OFF), rel=1e-13)


def test_a_pair_begins_at_its_weight_of_either_sign():
    for start in (-1.0, -0.3, 0.0, 0.3, 1.0):
        s = programmed(STEP, "", start=start, pair=True)[0]
        assert s["plus"] - s["minus"] == pytest.approx(start, abs=1e-15)
        assert min(s["plus"], s["minus"]) == 0.0


def test_a_pair_is_refreshed_when_a_device_is_full():
    device = es.devices.PhaseChange(levels=6, drift=0.0, **PLAIN)
    pulses = "SSRSSS"  # plus 2, minus 1, plus 5 of 5: both are reset, and plus programmed to 4
    plus, minus = (trajectory(device, pulses, variable, pair=True)[:, 0] * 5 for variable in ("plus", "minus"))
    np.testing.assert_allclose(plus, [0, 1, 2, 2, 3, 4, 4], rtol=1e-15)
    np.testing.assert_allclose(minus, [0, 0, 0, 1, 1, 1, 0], rtol=1e-15)
    s = programmed(device, pulses, pair=True)[0]
    assert counts(s) == (10, 6 + 4, 2)
    assert s["draws"] == 10


def test_a_refresh_may_come_earlier_and_changes_the_weight_by_no_more_than_a_step():
    device = es.devices.Exponential(up=0.1, beta_up=1.0, **PLAIN)
    weight = trajectory(device, "SRSSRSSSSSSS", "weight", pair=True, refresh=0.4)[:, 0]
    resets = trajectory(device, "SRSSRSSSSSSS", "resets", pair=True, refresh=0.4)[:, 0]
    assert resets[-1] >= 2
    steps = np.diff(weight) / (nominal(1.0) - nominal(0.0))
    assert np.abs(steps).max() <= 0.2 + 1e-12


# -- counts and energy ------------------------------------------------------------------------------------------------


def test_energy_is_what_the_pulses_cost():
    sim = simulator(STEP, "SSRSR", n=3)
    j = sim.network.projections[0]
    sim.run(pulse_time(5) - 0.5 * PERIOD)
    found = es.devices.energy(sim, j, read=0.25, set=3.0, reset=7.0)
    assert (found.reads, found.sets, found.resets) == (9, 9, 6)
    np.testing.assert_array_equal(found.synapses, np.full(3, 3 * 0.25 + 3 * 3.0 + 2 * 7.0))
    assert found.total == 9 * 0.25 + 9 * 3.0 + 6 * 7.0


def test_a_pulse_costs_what_it_costs_where_nothing_switches():
    s = programmed(es.devices.Binary(p_set=0.0, p_reset=0.0, **PLAIN), "SSR")[0]
    assert (s["x"], *counts(s)) == (0.0, 2, 2, 1)


def test_energy_is_that_of_memristive_synapses():
    net = es.Network()
    cells = net.population(2, es.LIF(), name="cells")
    j = net.connect(cells, cells, es.AllToAll(), weight=1.0, delay=1.0)
    with pytest.raises(es.ParameterError, match=r"memristive synapses \(es.Memristor\)"):
        es.devices.energy(es.Simulator(net), j, read=1.0, set=1.0, reset=1.0)
    sim = simulator(STEP, "S")
    with pytest.raises(es.ParameterError, match="energy of sets must be >= 0 pJ"):
        es.devices.energy(sim, sim.network.projections[0], read=1.0, set=-1.0, reset=1.0)


# -- checkpoints ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", [False, True])
@pytest.mark.parametrize("drift", [0.0, 0.1])
def test_a_saved_run_goes_on_as_it_would_have(tmp_path, pair, drift):
    device = es.devices.Exponential(up=0.3, down=0.2, cycle=0.3, gain=es.Normal(1.0, 0.2, low=0.1), drift=drift, **PLAIN)
    whole, cut = (simulator(device, "SRSSRS", n=4, pair=pair) for _ in range(2))
    cut.run(pulse_time(2) + 1.0)
    cut.save(tmp_path / "cut")
    loaded = es.Simulator.load(tmp_path / "cut")
    j = whole.network.projections[0]
    for sim in (whole, loaded):
        sim.run(until=pulse_time(7))
    np.testing.assert_array_equal(whole.weights(j), loaded.weights(j))
    assert whole.weights(j)["draws"].min() >= 6


def test_all_variants_are_known_to_checkpoints():
    assert len({r.variant for r in RULES}) == len(RULES) == 4
    assert set(RULES) <= set(es.synapses.RULES)


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: es.Memristor(1.0, 1.0, "linear", scale=1.0), "device must be a device such as"),
        (lambda: es.Memristor(1.0, 1.0, es.devices.Device(), scale=1.0), "make one of the kinds"),
        (lambda: es.Memristor(1.0, 1.0, STEP, scale=0.0), "scale must be > 0"),
        (lambda: es.Memristor(1.0, 1.0, STEP, scale=1.0, protocol="hebb"), "protocol must be one of 'window', 'stdp'"),
        (lambda: es.Memristor(1.0, 1.0, STEP, scale=1.0, window=-1.0), "Memristor window must be > 0 ms, got -1.0"),
        (lambda: es.Memristor(1.0, 1.0, STEP, scale=1.0, window_minus=9.0), "window_minus is for protocol='stdp'"),
        (lambda: es.Memristor(1.0, 1.0, STEP, scale=1.0, refresh=0.5), "refresh is for pair=True"),
        (lambda: es.Memristor(1.0, 1.0, STEP, scale=1.0, pair=True, refresh=1.5), "refresh must be <= 1"),
        (lambda: es.devices.Linear(levels=2, r_on=1.0, r_off=0.5), "Linear r_off must be > r_on, got r_off=0.5 and r_on=1 GOhm"),
        (lambda: es.devices.PhaseChange(levels=2, r_on=0.0), "PhaseChange r_on must be > 0 GOhm"),
        (lambda: es.devices.Binary(cycle=np.nan), "Binary cycle must be finite"),
        (lambda: es.devices.Windowed(t0="late"), "Windowed t0 must be a number"),
        (lambda: es.devices.Linear(levels=2, retention=0.0), "Linear retention must be > 0 ms"),
        (lambda: es.devices.Linear(levels=2, gain=[1.0, np.nan]), "Linear gain must be finite"),
        (lambda: es.devices.Linear(levels=2, drift="x"), "Linear drift must be a number"),
        (lambda: es.devices.Linear(levels=2, gain=es.Normal(1.0, 1.0)), "Linear gain must be >= 0, .* give it low="),
        (lambda: es.Memristor(1.0, 1.0, es.devices.Exponential(up=-0.1), scale=1.0), "up must be >= 0"),
        (lambda: es.devices.Linear(levels=1), "levels must be a whole number >= 2|levels must be >= 2"),
        (lambda: es.devices.Linear(), "needs levels=, or up= and down="),
        (lambda: es.devices.Linear(levels=3, up=0.1), "half the distance of 3 levels"),
        (lambda: es.devices.Binary(p_set=1.5), "p_set must be <= 1"),
        (lambda: es.devices.Windowed(window="hann"), "window must be one of"),
        (lambda: es.devices.Windowed(order=1.5), "order must be a whole number"),
    ],
)
def test_what_is_wrong_is_named(make, message):
    with pytest.raises(es.ParameterError, match=message):
        make()


def test_weights_lie_between_off_and_on():
    net = es.Network()
    cells = net.population(2, es.LIF(), name="cells")
    for weight, pair in ((1.5 * SCALE / R_ON, False), (0.0, False), (-1.5 * SCALE / R_ON, True)):
        with pytest.raises(es.ParameterError, match=r"must lie between .* the bounds of Memristor"):
            net.connect(cells, cells, es.AllToAll(), synapse=es.Memristor(weight, 1.0, STEP, scale=SCALE, pair=pair))
