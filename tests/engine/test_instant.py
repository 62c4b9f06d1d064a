"""What happens at one instant: every clause of the specification's tie rule, by hand, on every engine.

The neurons here do not leak (tau_m = 1e300 ms) or move by themselves, unless said otherwise: resting and reset potential
0 mV, threshold 15 mV, so sums of weights can be done in the head.
"""

import math

import numpy as np
import pytest

import eventsim as es

JUST_BELOW = math.nextafter(15.0, 0.0)


def lif(**parameters):
    """A LIF neuron that stands at 0 mV and has its threshold at 15 mV."""
    return es.LIF(**{"tau_m": 1e300, "v_rest": 0.0, "v_reset": 0.0, "v_thresh": 15.0, "t_ref": 2.0, **parameters})


class Bench:
    """One source per input, and neurons to test: a list of (time, weight) or (time, weight, delay) for each of them."""

    def __init__(self, engine, neurons, inputs, **options):
        self.net = es.Network()
        self.neurons = self.net.population(len(inputs), neurons, name="neurons")
        events = [(k, *e, *[1.0][len(e) - 2 :]) for k, own in enumerate(inputs) for e in own]
        if events:
            sources = self.net.population(len(events), es.SpikeSource(times=[[t] for _, t, _, _ in events]), name="sources")
            post, _, weight, delay = zip(*events, strict=True)
            self.net.connect(sources, self.neurons, es.Explicit(range(len(events)), post), weight=weight, delay=delay)
        self.engine, self.options = engine, options

    def loop(self, pre, post, weight, delay=0.0):
        """Connect the neurons among themselves."""
        self.net.connect(self.neurons, self.neurons, es.Explicit(pre, post), weight=weight, delay=delay)
        return self

    def run(self, duration):
        """(time, address) of the neurons' spikes, as a list; the simulator stays in self.sim."""
        self.sim = es.Simulator(self.net, engine=self.engine, **self.options)
        self.sim.run(duration)
        return self.spikes

    @property
    def spikes(self):
        return list(zip(self.sim.spikes.time.tolist(), self.sim.spikes.address.tolist(), strict=True))

    def v(self):
        return self.sim.get(self.neurons, "v").tolist()


# -- delivery ----------------------------------------------------------------------------------------------------------


def test_a_spike_is_delivered_at_one_addition_of_time_and_delay(engine):
    bench = Bench(engine, lif(), [[(0.1, 15.0, 0.2)], [(0.7, 15.0, 0.1)]])
    assert bench.run(2.0) == [(0.1 + 0.2, 0), (0.7 + 0.1, 1)]  # neither is the decimal sum


def test_a_delay_that_the_time_swallows_counts_as_zero(engine):
    bench = Bench(engine, lif(t_ref=0.0), [[(1024.0, 15.0, 1e-14)], []]).loop([0], [1], weight=15.0, delay=1e-14)
    assert 1024.0 + 1e-14 == 1024.0
    assert bench.run(2000.0) == [(1024.0, 0), (1024.0, 1)]


# -- 1 crossings and sources come before deliveries --------------------------------------------------------------------


def test_a_neuron_at_threshold_fires_at_zero_before_inhibition_can_act(engine):
    bench = Bench(engine, lif(), [[(0.0, -10.0, 0.0)], []])
    bench.neurons.set(v=[15.0, JUST_BELOW])
    assert bench.run(1.0) == [(0.0, 0)]
    assert bench.v()[0] == 0.0  # the inhibition fell into refractoriness


def test_a_crossing_precedes_deliveries_at_the_same_time(engine):
    """A neuron that crosses on its own at exactly the time of an inhibitory delivery fires, and the delivery is lost."""
    model = lif(tau_m=10.0, v_rest=30.0)
    alone = Bench(engine, model, [[]]).run(8.0)
    assert len(alone) == 1
    crossing = alone[0][0]
    assert crossing == pytest.approx(10.0 * math.log(2.0), rel=1e-15)
    assert Bench(engine, model, [[(crossing, -10.0, 0.0)]]).run(8.0) == alone
    before = math.nextafter(crossing, 0.0)
    assert Bench(engine, model, [[(before, -10.0, 0.0)]]).run(8.0) == []


def test_sources_emit_in_order_of_address_and_all_of_their_spikes(engine):
    net = es.Network()
    source = net.population(2, es.SpikeSource(times=[[1.0, 1.0, 2.0], [1.0, 0.5]]))
    sim = es.Simulator(net, engine=engine, record_spikes=[source])
    sim.run(3.0)
    assert len(sim.spikes) == 5
    assert sim.spikes.time.tolist() == [0.5, 1.0, 1.0, 1.0, 2.0]
    assert sim.spikes.address.tolist() == [1, 0, 0, 1, 0]


def test_touching_the_threshold_is_crossing_it(engine):
    bench = Bench(engine, lif(), [[(1.0, 15.0, 0.5)], [(1.0, JUST_BELOW, 0.5)]])
    assert bench.run(3.0) == [(1.5, 0)]


# -- 2 refractoriness is half-open -------------------------------------------------------------------------------------


def test_a_delivery_at_the_very_end_of_refractoriness_counts(engine):
    first = (1.0, 15.0, 0.0)  # fires at 1, refractory until 3
    late = math.nextafter(3.0, 0.0)
    bench = Bench(engine, lif(), [[first, (3.0, 7.0, 0.0)], [first, (late, 7.0, 0.0)], [first, (2.0, 15.0, 1.0)]])
    assert bench.run(4.0) == [(1.0, 0), (1.0, 1), (1.0, 2), (3.0, 2)]
    assert bench.v()[:2] == [7.0, 0.0]


def test_refractoriness_ends_at_one_addition_of_spike_and_t_ref(engine):
    first = (0.1, 15.0, 0.0)
    end = 0.1 + 0.2
    assert end != 0.3
    bench = Bench(engine, lif(t_ref=0.2), [[first, (0.3, 15.0, 0.0)], [first, (end, 15.0, 0.0)]])
    assert bench.run(1.0) == [(0.1, 0), (0.1, 1), (end, 1)]


def test_the_membrane_is_clamped_and_jumps_are_lost_in_refractoriness(engine):
    bench = Bench(engine, lif(v_reset=-5.0, v_rest=1.0, tau_m=10.0), [[(1.0, 15.0, 0.0), (2.0, 40.0, 0.0)]])
    assert bench.run(2.5) == [(1.0, 0)]
    assert bench.v() == [-5.0]
    assert bench.sim.stats["deliveries"] == 2
    bench.sim.run(1.0)  # until 3.5, half a millisecond after the end of refractoriness
    assert bench.v() == [pytest.approx(1.0 - 6.0 * math.exp(-0.05), rel=1e-15)]


def test_currents_accumulate_and_decay_in_refractoriness(engine):
    model = es.LIFExp(
        tau_m=10.0, c_m=250.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=4.0, tau_syn_exc=2.0, tau_syn_inh=3.0, i_offset=0.0
    )
    bench = Bench(engine, model, [[(1.0, 300.0, 0.0), (1.5, -100.0, 0.0)]])
    bench.neurons.set(v=15.0)  # fires at 0, refractory until 4
    assert bench.run(3.0) == [(0.0, 0)]
    assert bench.v() == [0.0]
    sim, neurons = bench.sim, bench.neurons
    assert sim.get(neurons, "i_exc")[0] == pytest.approx(300.0 * math.exp(-2.0 / 2.0), rel=1e-15)
    assert sim.get(neurons, "i_inh")[0] == pytest.approx(-100.0 * math.exp(-1.5 / 3.0), rel=1e-15)
    sim.run(2.0)  # until 5, a millisecond after the end

    def charged(i, tau):  # what the current still there at 4 ms has left on the membrane 1 ms later
        return i / 250.0 * 10.0 * tau / (10.0 - tau) * (math.exp(-0.1) - math.exp(-1.0 / tau))

    expected = charged(300.0 * math.exp(-1.5), 2.0) + charged(-100.0 * math.exp(-2.5 / 3.0), 3.0)
    assert bench.v()[0] == pytest.approx(expected, rel=1e-13)


def test_currents_held_back_by_refractoriness_fire_after_its_end(engine):
    """Much current arrives in refractoriness: the neuron fires after its end, later than the end itself."""
    model = es.LIFExp(tau_m=10.0, c_m=250.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=4.0, tau_syn_exc=5.0)
    bench = Bench(engine, model, [[(1.0, 5000.0, 0.0)]])
    bench.neurons.set(v=15.0)
    spikes = bench.run(8.0)
    assert len(spikes) == 2
    assert 4.0 < spikes[1][0] < 6.0


def test_without_refractoriness_every_instant_can_have_a_spike(engine):
    """Two deliveries at 2 ms in one micro-step are one sum and one spike; in two micro-steps they are two."""
    together = Bench(engine, lif(t_ref=0.0), [[(1.0, 15.0, 0.0), (1.0, 15.0, 1.0), (1.5, 15.0, 0.5)]])
    assert together.run(3.0) == [(1.0, 0), (2.0, 0)]
    apart = Bench(engine, lif(t_ref=0.0), [[(1.0, 15.0, 0.0), (1.0, 15.0, 1.0), (2.0, 15.0, 0.0)]])
    assert apart.run(3.0) == [(1.0, 0), (2.0, 0), (2.0, 0)]
    assert together.v() == apart.v() == [0.0]


# -- 3 deliveries act together -----------------------------------------------------------------------------------------


def test_inhibition_and_excitation_that_arrive_together_act_together(engine):
    bench = Bench(engine, lif(), [[(1.0, 20.0), (1.0, -6.0)], [(1.0, -6.0), (1.0, 20.0)], [(1.0, 20.0), (1.0, -5.0)]])
    assert bench.run(3.0) == [(2.0, 2)]
    assert bench.v()[:2] == [14.0, 14.0]


def test_deliveries_of_different_delays_meet(engine):
    bench = Bench(engine, lif(), [[(1.0, 20.0, 1.0), (0.5, -6.0, 1.5)]])
    assert bench.run(3.0) == []
    assert bench.v() == [14.0]


def test_three_simultaneous_jumps_of_5_mV_reach_15_mV(engine):
    bench = Bench(engine, lif(), [[(1.0, 5.0)] * 3, [(1.0, 5.0)] * 2 + [(1.0, 5.0 - math.ulp(10.0))]])
    assert 10.0 + (5.0 - math.ulp(10.0)) == JUST_BELOW
    assert bench.run(3.0) == [(2.0, 0)]


def test_three_simultaneous_jumps_fire_however_they_travel(engine):
    """By multapses of one source, by shared and by individual delays, by two projections."""
    net = es.Network()
    source = net.population(1, es.SpikeSource(times=[1.0]))
    neurons = net.population(3, lif())
    net.connect(source, neurons, es.Explicit([0, 0, 0], [0, 0, 0]), weight=5.0, delay=1.0)
    net.connect(source, neurons, es.Explicit([0, 0, 0, 0], [1, 1, 1, 2]), weight=[5.0, 5.0, 5.0, 5.0], delay=[1.0, 1.0, 1.0, 1.0])
    net.connect(source, neurons[[2]], es.Explicit([0, 0], [0, 0]), weight=5.0, delay=[1.0, 1.5 - 0.5])
    sim = es.Simulator(net, engine=engine)
    sim.run(3.0)
    assert sim.spikes.address.tolist() == [1, 2, 3]
    assert sim.spikes.time.tolist() == [2.0, 2.0, 2.0]


def canonical_sum(engine, order_of_declaration):
    """v after deliveries whose float64 sum depends on their order: 1e16, 1, -1e16 by source address."""
    net = es.Network()
    sources = net.population(3, es.SpikeSource(times=[[1.0], [1.0], [1.0]]))
    neuron = net.population(1, lif(v_thresh=1e17))
    weights = [1e16, 1.0, -1e16]
    for k in order_of_declaration:
        net.connect(sources[[k]], neuron, es.OneToOne(), weight=weights[k], delay=1.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(3.0)
    return sim.get(neuron, "v")[0]


def test_deliveries_are_added_by_source_address_whatever_is_declared_first(engine):
    assert [(1e16 + 1.0) - 1e16, (1e16 - 1e16) + 1.0] == [0.0, 1.0]  # the order can be seen
    assert [canonical_sum(engine, order) for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2))] == [0.0, 0.0, 0.0]


def test_deliveries_of_one_source_are_added_by_projection_then_by_place(engine):
    def v(*bundles):
        net = es.Network()
        source = net.population(1, es.SpikeSource(times=[1.0]))
        neuron = net.population(1, lif(v_thresh=1e17))
        for weight, delay in bundles:
            net.connect(source, neuron, es.Explicit([0] * len(weight), [0] * len(weight)), weight=weight, delay=delay)
        sim = es.Simulator(net, engine=engine)
        sim.run(3.0)
        return sim.get(neuron, "v")[0]

    own = [1.0, 1.0]  # individual delays of one value
    assert v(([1e16], 1.0), ([1.0], 1.0), ([-1e16], 1.0)) == 0.0
    assert v(([1e16], 1.0), ([-1e16], 1.0), ([1.0], 1.0)) == 1.0
    assert v(([1e16], 1.0), ([-1e16, 1.0], own)) == 1.0
    assert v(([1e16, 1.0], own), ([-1e16], 1.0)) == 0.0
    assert v(([1e16, 1.0, -1e16], 1.0)) == 0.0
    assert v(([1e16, -1e16, 1.0], 1.0)) == 1.0
    # Rows are sorted by delay first: an arrival at the same float64 time by a longer delay comes later.
    longer = math.nextafter(1.0, 2.0)
    assert 1.0 + longer == 2.0
    assert v(([-1e16, 1e16, 1.0], [longer, 1.0, 1.0])) == 0.0
    assert v(([1.0, 1e16, -1e16], [longer, 1.0, 1.0])) == 1.0


# -- 4 threshold -------------------------------------------------------------------------------------------------------


def test_a_touched_neuron_fires_once_however_much_arrives(engine):
    bench = Bench(engine, lif(t_ref=0.0), [[(1.0, 100.0), (1.0, 100.0)]])
    assert bench.run(3.0) == [(2.0, 0)]
    assert bench.v() == [0.0]


def test_spikes_of_an_instant_are_in_order_of_address(engine):
    """Crossings, deliveries and sources at one time; the order of declaration of the synapses does not matter."""
    net = es.Network()
    source = net.population(2, es.SpikeSource(times=[[0.0], [0.0]]))
    neurons = net.population(6, lif())
    late = net.population(1, es.SpikeSource(times=[0.0]))
    neurons.set(v=[15.0, 0.0, 15.0, 0.0, 15.0, 0.0])
    net.connect(source, neurons, es.Explicit([1, 0], [5, 1]), weight=15.0, delay=0.0)
    sim = es.Simulator(net, engine=engine, record_spikes=[source, neurons, late])
    sim.run(1.0)
    assert sim.spikes.time.tolist() == [0.0] * 8
    # Micro-step 0: sources 0, 1, neurons 2, 4, 6 and source 8; micro-step 1: neurons 3 and 7.
    assert sim.spikes.address.tolist() == [0, 1, 2, 4, 6, 8, 3, 7]


# -- 5 zero delay ------------------------------------------------------------------------------------------------------


def test_a_chain_without_delay_is_one_instant_of_many_micro_steps(engine):
    """Addresses fall along the chain, so that order of address and order of micro-step differ."""
    chain = [4, 2, 3, 0, 1]
    bench = Bench(engine, lif(), [[(1.0, 15.0)] if k == 4 else [] for k in range(5)])
    bench.loop(chain[:-1], chain[1:], weight=15.0)
    assert bench.run(3.0) == [(2.0, k) for k in chain]


def test_a_micro_step_tests_what_is_new(engine):
    """Inhibition one micro-step after excitation comes too late; in the same micro-step it acts."""
    late = Bench(engine, lif(), [[(1.0, 15.0)], [(1.0, 20.0)]]).loop([0], [1], weight=-10.0)
    assert late.run(3.0) == [(2.0, 0), (2.0, 1)]
    together = Bench(engine, lif(), [[(1.0, 15.0)], [], [(1.0, 15.0)]]).loop([0, 2], [1, 1], weight=[-10.0, 20.0])
    assert together.run(3.0) == [(2.0, 0), (2.0, 2)]
    assert together.v()[1] == 10.0


def test_deliveries_of_sources_without_delay_come_after_deliveries_with_delay(engine):
    bench = Bench(engine, lif(), [[(0.0, 16.0, 1.0), (1.0, -10.0, 0.0)]])
    assert bench.run(2.0) == [(1.0, 0)]  # micro-step 0 has the excitation, micro-step 1 the inhibition, which is lost


def test_a_loop_without_delay_ends_by_refractoriness(engine):
    bench = Bench(engine, lif(), [[(1.0, 15.0)], []]).loop([0, 1], [1, 0], weight=15.0)
    assert bench.run(10.0) == [(2.0, 0), (2.0, 1)]
    assert bench.v() == [0.0, 0.0]


def test_an_autapse_without_delay_ends_by_refractoriness(engine):
    bench = Bench(engine, lif(), [[(1.0, 15.0)]]).loop([0], [0], weight=15.0)
    assert bench.run(10.0) == [(2.0, 0)]


def test_a_loop_without_delay_ends_where_what_goes_round_dies_out(engine):
    """Without refractoriness: each round adds 10 mV to the other, so that neuron 0 fires, then 1 from 5 mV, then none."""
    bench = Bench(engine, lif(t_ref=0.0), [[(1.0, 15.0)], []]).loop([0, 1], [1, 0], weight=10.0)
    bench.neurons.set(v=[0.0, 5.0])
    assert bench.run(10.0) == [(2.0, 0), (2.0, 1)]
    assert bench.v() == [10.0, 0.0]


def test_a_loop_without_delay_and_refractoriness_is_an_error_that_names_it(engine):
    inputs = [[], [], [], [(1.0, 15.0)], []]
    bench = Bench(engine, lif(t_ref=0.0), inputs).loop([3, 4], [4, 3], weight=15.0)
    with pytest.raises(es.ZeroDelayLoopError) as raised:
        bench.run(10.0)
    message = str(raised.value)
    assert "2.0 ms" in message
    named = message.split("loop: ")[1].split(".")[0].split(", ")
    assert set(named) <= {"3", "4"}
    assert named


def test_the_error_names_members_of_the_loop_not_bystanders(engine):
    """Neuron 0 fires with each round, but nothing leaves it: it does not keep the loop going."""
    bench = Bench(engine, lif(t_ref=0.0), [[], [(1.0, 15.0)]]).loop([1, 1], [1, 0], weight=15.0)
    with pytest.raises(es.ZeroDelayLoopError) as raised:
        bench.run(10.0)
    assert str(raised.value).split("loop: ")[1].split(".")[0] == "1"


@pytest.mark.parametrize(("rounds", "ends"), [(32, True), (33, False)])
def test_the_limit_of_micro_steps_is_N_plus_the_argument(engine, rounds, ends):
    """A chain of 33 neurons that are made to fire one after the other by synapses without delay has 33 micro-steps.

    The source's spike is micro-step 0; N = 34, so with micro_steps=0 the chain may be passed once; a loop may not.
    """
    n = 33
    bench = Bench(engine, lif(t_ref=0.0), [[(1.0, 15.0, 0.0)]] + [[] for _ in range(n - 1)], micro_steps=0)
    pre, post = list(range(rounds)), [(k + 1) % n for k in range(rounds)]
    bench.loop(pre, post, weight=15.0)
    if ends:
        assert len(bench.run(2.0)) == n
    else:
        with pytest.raises(es.ZeroDelayLoopError):
            bench.run(2.0)


# -- the half-open run -------------------------------------------------------------------------------------------------


def test_a_run_makes_nothing_at_its_end_happen(engine):
    bench = Bench(engine, lif(), [[(1.0, 7.0)], [(1.0, 15.0)]])
    assert bench.run(2.0) == []
    assert bench.sim.now == 2.0
    assert bench.v() == [0.0, 0.0]  # the limit from the left
    assert bench.sim.stats["deliveries"] == 0
    bench.sim.run(until=math.nextafter(2.0, 3.0))
    assert bench.spikes == [(2.0, 1)]
    assert bench.v() == [7.0, 0.0]


def test_a_run_of_no_length_makes_nothing_happen(engine):
    bench = Bench(engine, lif(), [[]])
    bench.neurons.set(v=15.0)
    assert bench.run(0.0) == []
    bench.sim.run(0.0)
    assert bench.spikes == []
    bench.sim.run(until=math.nextafter(0.0, 1.0))
    assert bench.spikes == [(0.0, 0)]


def test_what_is_injected_at_now_is_in_time(engine):
    bench = Bench(engine, lif(), [[(0.0, 15.0, 1.0)]])
    assert bench.run(2.0) == [(1.0, 0)]
    bench.sim.run(until=5.0)
    source = bench.net["sources"].addresses
    bench.sim.inject([5.0], source)
    bench.sim.run(until=6.0)
    assert bench.spikes == [(1.0, 0)]
    bench.sim.run(until=6.5)
    assert bench.spikes == [(1.0, 0), (6.0, 0)]


# -- start and set -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [lif(), es.LIFExp(v_rest=0.0, v_reset=0.0, v_thresh=15.0, t_ref=2.0)], ids=["LIF", "LIFExp"])
def test_a_neuron_that_starts_at_or_above_threshold_fires_at_zero(engine, model):
    bench = Bench(engine, model, [[], [], [], []])
    bench.neurons.set(v=[15.0, JUST_BELOW, 400.0, 0.0])
    assert bench.run(1.0) == [(0.0, 0), (0.0, 2)]


def test_the_default_start_is_below_threshold(engine):
    """v_rest where that is below threshold, else v_reset: a neuron with v_rest above threshold does not fire at 0."""
    bench = Bench(engine, lif(tau_m=10.0, v_rest=30.0, v_reset=-1.0), [[]])
    spikes = bench.run(8.0)
    assert len(spikes) == 1
    assert spikes[0][0] == pytest.approx(10.0 * math.log(31.0 / 15.0), rel=1e-15)


def test_a_set_is_an_event_at_now(engine):
    bench = Bench(engine, lif(), [[], []])
    assert bench.run(3.0) == []
    bench.sim.set(bench.neurons[:1], v=15.0)
    bench.sim.run(0.0)
    assert bench.spikes == []
    bench.sim.run(1.0)
    assert bench.spikes == [(3.0, 0)]


def test_a_set_in_refractoriness_fires_at_its_end(engine):
    bench = Bench(engine, lif(), [[(1.0, 15.0, 0.0)]])
    assert bench.run(2.0) == [(1.0, 0)]
    bench.sim.set(bench.neurons, v=20.0)
    bench.sim.run(5.0)
    assert bench.spikes == [(1.0, 0), (3.0, 0)]


def test_v_reset_has_to_be_below_threshold():
    with pytest.raises(es.ParameterError, match="v_reset must be < v_thresh"):
        Bench("reference", lif(v_reset=15.0), [[]])


# -- drive comes last --------------------------------------------------------------------------------------------------


def test_background_is_delivered_after_synapses_of_the_same_instant(engine):
    """The time of a drive event is learned from a neuron that fires with it; then a synapse delivers at that very time."""

    def run(v_thresh, weight, times):
        net = es.Network(seed=11)
        neuron = net.population(1, lif(v_thresh=v_thresh, t_ref=0.0))
        net.drive(neuron, rate=1000.0, weight=weight)
        sources = net.population(2, es.SpikeSource(times=[times, times]))
        net.connect(sources, neuron, es.AllToAll(), weight=[1e16, 1.0], delay=0.25)
        sim = es.Simulator(net, engine=engine)
        sim.run(until=100.0 if not times else math.nextafter(times[0] + 0.25, math.inf))
        return sim, neuron

    events = run(15.0, 15.0, [])[0].spikes.time
    event = next(float(t) for t in events if t >= 0.25 and (t - 0.25) + 0.25 == t)
    sim, neuron = run(1e17, -1e16, [event - 0.25])
    assert sim.stats["deliveries"] == 2
    earlier = sim.stats["drive_events"] - 1
    assert earlier == np.count_nonzero(events < event)
    expected = -1e16 * earlier
    for weight in (1e16, 1.0, -1e16):
        expected += weight
    assert sim.get(neuron, "v")[0] == expected
