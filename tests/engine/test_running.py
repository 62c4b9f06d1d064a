"""Running: durations, ends, predicates, spikes from outside, states read and set, recording, buffers that grow."""

import math

import numpy as np
import pytest

import eventsim as es

from .running import assert_same_spikes, assert_same_states, simulator, states

# Period 10 ln((v_inf - v_reset)/(v_inf - v_thresh)) = 10 ln 2 of a neuron that fires by itself.
PACEMAKER = {"tau_m": 10.0, "v_rest": 30.0, "v_thresh": 15.0, "v_reset": 0.0, "t_ref": 0.0}
PERIOD = 10.0 * math.log(2.0)


def pacemaker(engine, n=1):
    net = es.Network()
    net.population(n, es.LIF(**PACEMAKER), name="cells")
    return es.Simulator(net, engine=engine)


def relay(times, engine, delay=1.0, **more):
    """A source that makes a neuron at rest (0 mV, threshold 15 mV) fire at each of its spikes."""
    net = es.Network()
    cell = net.population(1, es.LIF(**{"v_rest": 0.0, "v_reset": 0.0, "v_thresh": 15.0, "t_ref": 0.0, **more}), name="cell")
    stim = net.population(1, es.SpikeSource([times]), name="stim")
    net.connect(stim, cell, es.AllToAll(), weight=20.0, delay=delay)
    return simulator(net, engine=engine)


def busy(seed=5):
    """A network with everything in it that fires some thousand times a second."""
    net = es.Network(seed=seed)
    a = net.population(40, es.LIF(tau_m=10.0, t_ref=2.0, v_rest=-51.0), name="a")
    b = net.population(10, es.LIFExp(t_ref=1.0), name="b")
    a.set(v=es.Uniform(-65.0, -50.0))
    noise = net.population(10, es.Poisson(50.0), name="noise")
    net.connect(a, b, es.FixedProbability(0.3), weight=es.Normal(300.0, 50.0), delay=es.Uniform(0.0, 5.0))
    net.connect(b, a, es.FixedInDegree(3), weight=-1.0, delay=1.5)
    net.connect(noise, a, es.AllToAll(), weight=0.5, delay=0.8)
    net.drive(a, 1500.0, 0.7)
    return net


# -- durations and ends -----------------------------------------------------------------------------------------------


def test_run_goes_on_from_now(engine):
    sim = pacemaker(engine)
    assert sim.now == 0.0
    sim.run(12.5)
    sim.run(0.0)
    sim.run(7.5)
    assert sim.now == 20.0
    sim.run(until=20.0)
    sim.run(until=33)
    assert sim.now == 33.0
    assert len(sim.spikes) == int(33.0 / PERIOD) == 4
    np.testing.assert_allclose(sim.spikes.time, PERIOD * np.arange(1, 5), rtol=1e-14)


def test_what_happens_at_the_end_belongs_to_the_next_run(engine):
    sim = relay([1.0, 2.0], engine)
    sim.run(until=1.0)
    assert len(sim.spikes) == 0
    sim.run(until=2.0)  # the source at 1, not the neuron at 2 nor the source at 2
    assert sim.spikes.address.tolist() == [1]
    sim.run(until=math.nextafter(2.0, 3.0))
    assert sim.spikes.time.tolist() == [1.0, 2.0, 2.0]
    assert sim.spikes.address.tolist() == [1, 0, 1]


def test_runs_join_without_a_seam(engine):
    whole = simulator(busy(), engine=engine)
    whole.run(50.0)
    assert len(whole.spikes) > 100
    pieces = simulator(busy(), engine=engine)
    ends = np.unique(np.concatenate([np.linspace(0.0, 50.0, 37), whole.spikes.time[::7], np.nextafter(whole.spikes.time[::11], 99.0)]))
    for end in [*ends, 50.0]:
        pieces.run(until=float(end))
    assert_same_spikes(pieces.spikes, whole.spikes)
    assert_same_states(states(pieces), states(whole))


# -- predicates -------------------------------------------------------------------------------------------------------


def test_predicate_is_asked_after_each_instant_with_a_spike(engine):
    sim = relay([1.0, 1.0, 4.0, 6.0], engine, delay=2.0)
    asked = []
    sim.run(until=lambda sim: asked.append((sim.now, len(sim.spikes))) or sim.now > 6.0)
    after = [math.nextafter(t, math.inf) for t in (1.0, 3.0, 4.0, 6.0)]
    # Two spikes of the source at 1, one of the neuron at 3 (15 mV are passed once), at 6 source and neuron together.
    assert asked == list(zip(after, [2, 3, 4, 6], strict=True))
    assert sim.now == after[-1]


def test_predicate_stops_behind_the_instant_and_the_run_goes_on_from_there(engine):
    sim, whole = (simulator(busy(), engine=engine) for _ in range(2))
    whole.run(until=40.0)
    stops = 0
    while sim.now < 30.0:
        before = len(sim.spikes)
        sim.run(until=lambda sim: True)
        stops += 1
        last = sim.spikes.time[-1]
        assert sim.now == math.nextafter(last, math.inf)
        assert len(sim.spikes) > before
        assert (sim.spikes.time[before:] == last).all()
    assert stops == len(np.unique(sim.spikes.time)) > 50
    sim.run(until=40.0)
    assert_same_spikes(sim.spikes, whole.spikes)
    assert_same_states(states(sim), states(whole))


def test_spikes_that_are_not_recorded_are_asked_about_too(engine):
    net = es.Network()
    net.population(1, es.LIF(**PACEMAKER))
    sim = es.Simulator(net, engine=engine, record_spikes=False)
    sim.run(until=lambda sim: sim.stats["spikes"] == 3)
    assert sim.now == pytest.approx(3 * PERIOD, rel=1e-14)
    assert len(sim.spikes) == 0


def test_predicate_that_raises_leaves_a_usable_simulator(engine):
    sim = pacemaker(engine)

    def fails(sim):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sim.run(until=fails)
    sim.run(until=5 * PERIOD + 1.0)
    assert len(sim.spikes) == 5


def test_silent_network_is_no_place_for_predicates(engine):
    sim = relay([1.0], engine)
    with pytest.raises(es.SimulationError, match="nothing is queued after"):
        sim.run(until=lambda sim: False)
    assert len(sim.spikes) == 2
    sim.run(until=10.0)
    assert sim.now == 10.0


# -- spikes from outside ----------------------------------------------------------------------------------------------


def test_inject_at_exactly_now_is_in_time(engine):
    sim = relay([], engine, delay=0.0)
    source = sim.network["stim"].addresses[0]
    sim.inject(0.0, source)
    sim.run(5.0)
    sim.inject([5.0, 7.5, 5.0], [source] * 3)
    sim.run(5.0)
    found = list(zip(sim.spikes.time, sim.spikes.address, strict=True))
    assert len(found) == 7
    # Three pairs source, neuron: at 5 two spikes of the source arrive together and make one.
    assert found == [(0.0, 1), (0.0, 0), (5.0, 1), (5.0, 1), (5.0, 0), (7.5, 1), (7.5, 0)]


def test_closed_loop_by_hand(engine):
    """Each spike of the neuron is answered from outside, 2 ms later, by one that makes it fire after a further 1 ms."""
    sim = relay([1.0], engine)
    cell, stim = sim.network["cell"], sim.network["stim"]

    def answer(sim):
        if sim.spikes.address[-1] == cell.addresses[0]:
            sim.inject(sim.spikes.time[-1] + 2.0, stim.addresses[0])
        return sim.now > 13.0

    sim.run(until=answer)
    assert sim.spikes.of(cell).time.tolist() == [2.0, 5.0, 8.0, 11.0, 14.0][: len(sim.spikes.of(cell))]
    assert sim.spikes.of(stim).time.tolist() == [1.0, 4.0, 7.0, 10.0, 13.0]
    sim.run(until=20.0)
    assert sim.spikes.of(cell).time.tolist() == [2.0, 5.0, 8.0, 11.0, 14.0]


def test_predicate_may_inject_at_now_itself(engine):
    sim = relay([1.0], engine, delay=0.0)
    source = sim.network["stim"].addresses[0]
    sim.run(until=lambda sim: sim.inject(sim.now, source) or len(sim.spikes) >= 10)
    times = np.unique(sim.spikes.time)
    assert len(sim.spikes) == 10
    assert len(times) == 5
    assert (times[1:] == np.nextafter(times[:-1], math.inf)).all()


def test_injected_spikes_equal_given_ones(engine):
    given = relay([1.0, 2.5, 2.5, 9.0], engine)
    injected = relay([2.5], engine)
    injected.inject([9.0, 1.0, 2.5], injected.network["stim"].addresses)
    for sim in (given, injected):
        sim.run(20.0)
    assert len(given.spikes) == 7
    assert_same_spikes(injected.spikes, given.spikes)


# -- states -----------------------------------------------------------------------------------------------------------


def test_get_is_the_state_just_before_now_and_changes_nothing(engine):
    sim, other = (simulator(busy(), engine=engine) for _ in range(2))
    for stop in np.linspace(1.0, 30.0, 50):
        sim.run(until=float(stop))
        states(sim)
    other.run(until=30.0)
    assert len(sim.spikes) > 50
    assert_same_spikes(sim.spikes, other.spikes)
    assert_same_states(states(sim), states(other))


def test_get_is_the_solution_of_the_equation(engine):
    sim = pacemaker(engine)
    sim.run(3.0)
    assert sim.get(sim.network["cells"], "v")[0] == pytest.approx(30.0 * -math.expm1(-0.3), rel=1e-15)


@pytest.mark.parametrize("v", [15.0, 15.5, 1e308])
def test_set_to_threshold_fires_now(engine, v):
    sim = relay([], engine)
    sim.run(3.0)
    sim.set(sim.network["cell"], v=v)
    assert sim.get(sim.network["cell"], "v").tolist() == [v]
    sim.run(0.0)
    assert len(sim.spikes) == 0
    sim.run(1.0)
    assert sim.spikes.time.tolist() == [3.0]
    assert sim.get(sim.network["cell"], "v").tolist() == [0.0]


def test_set_below_threshold_relaxes_from_there(engine):
    sim = relay([], engine)
    sim.run(3.0)
    sim.set(sim.network["cell"], v=math.nextafter(15.0, 0.0))
    sim.run(20.0)
    assert len(sim.spikes) == 0
    assert sim.get(sim.network["cell"], "v")[0] == pytest.approx(15.0 * math.exp(-1.0), rel=1e-14)


@pytest.mark.parametrize(("v", "expected"), [(20.0, [2.0, 7.0]), (10.0, [2.0])])
def test_set_in_refractoriness_is_clamped_and_fires_at_its_end(engine, v, expected):
    sim = relay([1.0], engine, t_ref=5.0)
    sim.run(until=4.0)
    sim.set(sim.network["cell"], v=v)
    sim.run(until=6.5)
    assert sim.get(sim.network["cell"], "v").tolist() == [v]
    sim.run(until=20.0)
    spikes = sim.spikes.of(sim.network["cell"])
    assert spikes.time.tolist() == expected


def test_set_is_not_undone_by_an_older_prediction(engine):
    sim = pacemaker(engine)
    sim.run(until=0.9 * PERIOD)
    sim.set(sim.network["cells"], v=0.0)
    sim.run(until=1.8 * PERIOD)
    assert len(sim.spikes) == 0
    sim.run(until=1.95 * PERIOD)
    assert sim.spikes.time.tolist() == [pytest.approx(1.9 * PERIOD, rel=1e-14)]


def test_set_disturbs_no_other_neuron(engine):
    sim, other = (pacemaker(engine, n=6) for _ in range(2))
    for one in (sim, other):
        one.set(one.network["cells"], v=np.arange(6.0))
        one.run(3.0)
    sim.set(sim.network["cells"][[4, 1]], v=[14.0, 3.0])
    assert sim.get(sim.network["cells"][[1, 4]], "v").tolist() == [3.0, 14.0]
    for one in (sim, other):
        one.run(until=50.0)
    rest = [0, 2, 3, 5]
    assert len(other.spikes.of(other.network["cells"][rest])) == 4 * 7
    assert_same_spikes(sim.spikes.of(sim.network["cells"][rest]), other.spikes.of(other.network["cells"][rest]))
    first = sim.spikes.of(sim.network["cells"][[4]]).time[0]
    assert first == pytest.approx(3.0 + 10.0 * math.log(16.0 / 15.0), rel=1e-14)


def test_set_of_currents_is_a_delivery(engine):
    found = []
    for by_set in (True, False):
        net = es.Network()
        cell = net.population(1, es.LIFExp(v_thresh=-64.0), name="cell")
        stim = net.population(1, es.SpikeSource())
        net.connect(stim, cell, es.AllToAll(), weight=800.0, delay=0.0)
        sim = es.Simulator(net, engine=engine)
        sim.run(2.0)
        if by_set:
            sim.set(cell, i_exc=800.0)
        else:
            sim.inject(2.0, stim.addresses)
        sim.run(30.0)
        found.append(sim.spikes.time.tolist())
    assert len(found[0]) > 0
    assert found[0] == found[1]


def test_starting_at_threshold_fires_at_zero(engine):
    net = es.Network()
    cells = net.population(4, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0))
    cells.set(v=[15.0, math.nextafter(15.0, 0.0), 16.0, 0.0])
    sim = es.Simulator(net, engine=engine)
    sim.run(0.0)
    assert len(sim.spikes) == 0
    sim.run(5.0)
    assert sim.spikes.address.tolist() == [0, 2]
    assert sim.spikes.time.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("threads", [1, 3])
def test_one_thread_is_used_where_there_is_no_other(engine, threads):
    stats = es.Simulator(busy(), threads=threads, engine=engine).stats
    assert (stats["threads"], stats["threads_used"]) == (threads, 1)


# -- recording --------------------------------------------------------------------------------------------------------


def test_neurons_are_recorded_unless_told_otherwise_and_sources_on_request(engine):
    everything = simulator(busy(), engine=engine)
    everything.run(30.0)
    default = es.Simulator(busy(), engine=engine)
    default.run(30.0)
    net = everything.network
    assert len(everything.spikes.of(net["noise"])) > 5
    neurons = everything.spikes.address < 50
    assert default.spikes.time.tolist() == everything.spikes.time[neurons].tolist()
    with pytest.raises(es.RecordingError):
        default.spikes.of(default.network["noise"])


@pytest.mark.parametrize("wanted", [False, [], "view", "population"])
def test_recording_part_is_part_of_the_recording(engine, wanted):
    whole, net = simulator(busy(), engine=engine), busy()
    selection = {"view": [net["a"][::3], net["noise"][2]], "population": net["b"]}.get(str(wanted), wanted)
    sim = es.Simulator(net, engine=engine, record_spikes=selection)
    for one in (whole, sim):
        one.run(30.0)
    kept = np.zeros(net.size, bool)
    for s in selection if isinstance(selection, list) else [selection] if selection else []:
        kept[s.addresses] = True
    keep = kept[whole.spikes.address]
    assert keep.sum() > 5 or not wanted or wanted == []
    assert sim.spikes.time.tolist() == whole.spikes.time[keep].tolist()
    assert sim.spikes.address.tolist() == whole.spikes.address[keep].tolist()
    assert_same_states(states(sim), states(whole))


def test_recording_begins_when_it_is_asked_for(engine):
    sim = relay([1.0, 5.0, 9.0], engine)
    net = sim.network
    late = es.Simulator(net, engine=engine, record_spikes=False)
    late.run(until=5.0)
    late.record("spikes", net["stim"])
    late.run(until=20.0)
    assert late.spikes.of(net["stim"]).time.tolist() == [5.0, 9.0]


def test_samples_are_left_limits_in_the_order_asked_for(engine):
    sim = relay([1.0, 5.0], engine)
    cell = sim.network["cell"]
    times = [7.0, 2.0, math.nextafter(2.0, 3.0), 0.0, 2.0, 1e6]
    sim.set(cell, v=4.0)
    trace = sim.record("v", cell, at=times)
    sim.run(until=10.0)
    assert trace.time.tolist() == times
    at_two = 4.0 * math.exp(-0.1)
    assert trace.value[:5, 0] == pytest.approx([0.0, at_two, 0.0, 4.0, at_two], rel=1e-14, abs=0.0)
    assert np.isnan(trace.value[5, 0])


def test_sampling_changes_no_bit(engine):
    sim, plain = (simulator(busy(), engine=engine) for _ in range(2))
    traces = [sim.record(x, sim.network[p], at=np.arange(0.0, 30.0, 0.37)) for p, x in (("a", "v"), ("b", "i_exc"))]
    for one in (sim, plain):
        one.run(30.0)
    assert all(np.isfinite(t.value).all() for t in traces)
    assert_same_spikes(sim.spikes, plain.spikes)
    assert_same_states(states(sim), states(plain))


# -- buffers ----------------------------------------------------------------------------------------------------------

CAPACITY = 256  # with which the compiled engine begins (engine/compiled/state.py)


def test_records_grow_without_loss(engine):
    """Many times as many spikes as there is room for at first, of neurons whose spikes are known."""
    n = 40
    sim = pacemaker(engine, n=n)
    sim.run(200.5 * PERIOD)
    assert len(sim.spikes) == n * 200 > 20 * CAPACITY
    assert sim.spikes.address.tolist() == list(range(n)) * 200
    np.testing.assert_allclose(sim.spikes.time[::n], PERIOD * np.arange(1, 201), rtol=1e-13)


@pytest.mark.parametrize("delay", ["shared", "own"])
def test_queues_grow_without_loss_in_a_burst(engine, delay):
    """A thousand neurons fire at once; all their spikes are in flight together, through lanes or slices."""
    n = 1000
    net = es.Network(seed=1)
    cells = net.population(n, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=1.0), name="cells")
    sink = net.population(7, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=1e9, tau_m=1e9), name="sink")
    cells.set(v=15.0)
    for k in range(2):
        delays = 5.0 + k if delay == "shared" else np.linspace(5.0, 6.0, 7 * n)
        net.connect(cells, sink, es.AllToAll(), weight=1.0, delay=delays)
    sim = es.Simulator(net, engine=engine)
    sim.run(until=1.0)
    assert len(sim.spikes) == n
    assert sim.spikes.address.tolist() == list(range(n))
    assert sim.stats["deliveries"] == 0
    sim.run(until=10.0)
    assert sim.stats["deliveries"] == 2 * 7 * n
    assert sim.get(sink, "v") == pytest.approx([2.0 * n] * 7, rel=1e-6)


def test_a_burst_without_delay_grows_too(engine):
    n = 900
    net = es.Network()
    cells = net.population(n, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=1.0))
    relays = net.population(n, es.LIF(v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=1.0))
    cells.set(v=15.0)
    net.connect(cells, relays, es.OneToOne(), weight=15.0, delay=0.0)
    net.connect(cells, relays, es.OneToOne(), weight=0.0, delay=[0.0] * n)
    sim = es.Simulator(net, engine=engine)
    sim.run(1.0)
    assert len(sim.spikes) == 2 * n
    assert sim.spikes.address.tolist() == list(range(2 * n))
    assert set(sim.spikes.time.tolist()) == {0.0}


def test_growing_in_the_midst_of_things_changes_no_bit():
    """Long delays keep thousands of spikes in flight; the reference has no buffers that could be full."""
    found = []
    for engine in ("reference", "sequential"):
        net = es.Network(seed=2)
        a = net.population(60, es.LIF(**{**PACEMAKER, "v_rest": es.Uniform(20.0, 40.0)}), name="a")
        net.connect(a, a, es.FixedInDegree(2), weight=es.Normal(0.0, 0.5), delay=es.Uniform(30.0, 90.0))
        net.connect(a, a, es.FixedInDegree(2), weight=0.25, delay=70.0)
        sim = es.Simulator(net, engine=engine)
        sim.run(150.0)
        found.append(sim)
    assert len(found[0].spikes) > 4 * CAPACITY
    assert_same_spikes(found[1].spikes, found[0].spikes)
    assert_same_states(states(found[1]), states(found[0]))


# -- runs that fail --------------------------------------------------------------------------------------------------------


def exploding(engine, model, weight):
    """A neuron whose state leaves the numbers at 1 ms, and one beside it that fires every millisecond."""
    net = es.Network()
    neuron = net.population(1, model(v_rest=0.0, v_reset=0.0, v_thresh=15.0), name="cell")
    source = net.population(2, es.SpikeSource(times=[[1.0], [1.0]]))
    net.connect(source, neuron, es.AllToAll(), weight=weight, delay=0.0)
    return es.Simulator(net, engine=engine)


@pytest.mark.parametrize("weight", [1.7e308, -1.7e308])
@pytest.mark.parametrize("model", [es.LIF, es.LIFExp])
def test_a_state_that_is_no_number_stops_the_run(engine, model, weight):
    sim = exploding(engine, model, weight)
    with pytest.raises(es.NumericalError, match="neuron 0 of 'cell'"):
        sim.run(100.0)


def test_a_run_that_failed_stays_failed(engine, tmp_path):
    """Whatever would go on from the half-done instant answers with the same error; reading is allowed."""
    sim = exploding(engine, es.LIF, -1.7e308)
    with pytest.raises(es.NumericalError) as first:
        sim.run(100.0)
    (cell,) = [p for p in sim.network.populations if p.name == "cell"]
    for again in (
        lambda: sim.run(1.0),
        lambda: sim.run(until=lambda sim: True),
        lambda: sim.set(cell, v=0.0),
        lambda: sim.inject([200.0], [1]),
        lambda: sim.save(tmp_path / "checkpoint.npz"),
    ):
        with pytest.raises(es.NumericalError) as raised:
            again()
        assert str(raised.value) == str(first.value)
    assert list(tmp_path.iterdir()) == []
    assert len(sim.spikes) == 0
    assert sim.stats["spikes"] == 0
