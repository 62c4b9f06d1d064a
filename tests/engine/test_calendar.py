"""The calendar of looks against a plain dict of times, and engines on networks that make it work."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eventsim as es
from eventsim.engine.compiled import state as places
from eventsim.engine.compiled.calendar import EDGE, START, WIDTH, file_look, new_year, open_page, page_of, year_over
from eventsim.engine.compiled.queues import set_wake
from eventsim.engine.compiled.state import FAR, FREE_BLOCK, PAGE, QUEUED, SIZE, WAKES, new_state
from eventsim.lowering import lower
from eventsim.lowering.program import WAKE

from .running import assert_same_spikes, assert_same_states, simulator, states

# -- by itself --------------------------------------------------------------------------------------------------------


class Diary:
    """A calendar of n addresses, run as plain Python, beside a dict of what should be in it."""

    def __init__(self, n):
        net = es.Network()
        net.population(n, es.LIF())
        self.program = lower(net)[0]
        self.state = new_state(self.program, np.zeros(n, np.uint8))
        self.agreed = {}
        self.planned = {}  # what looking ahead finds, where it is not what had been agreed
        self.opened = self.years = 0

    @property
    def edge(self):
        return self.state.calendar.span[EDGE]

    @property
    def first(self):
        """Time of the earliest look in the heap."""
        return self.state.queue.wakes[0].time if self.state.counters[WAKES] else math.inf

    def file(self, address, time):
        s = self.state
        with np.errstate(over="ignore"):  # what is beyond any page may be infinitely many pages away
            file_look(s.calendar, s.queue.wakes, s.queue.place, s.counters, address, time)
        self.agreed[address] = time

    def open(self):
        s, fabric = self.state, self.program.fabric
        before = s.counters[PAGE]
        arguments = fabric.populations, fabric.of_address, self.program.constants, s.rows, s.patience
        with np.errstate(over="ignore"):
            if year_over(s.calendar, s.counters):
                new_year(s.calendar, s.queue.place, s.counters)
            open_page(*arguments, s.calendar, s.queue.wakes, s.queue.place, s.counters, [self._plan])
        self.opened += 1
        self.years += s.counters[PAGE] <= before

    def _plan(self, begin, rows, constants, offsets, first, end):
        width = self.program.fabric.populations[0].width
        for k in range(first, end):
            address = int(offsets[k].row) // width
            self.agreed[address] = max(begin, self.planned.pop(address, self.agreed[address]))
            rows[offsets[k].row + WAKE] = self.agreed[address]
        return end

    def drain(self):
        """All looks in the order in which they come up."""
        out = []
        s = self.state
        while s.counters[WAKES] or s.counters[FAR]:
            if s.counters[FAR] and self.edge <= self.first:
                self.open()
                if self.opened % 8 == 0:
                    self.check()
            else:
                address = int(s.queue.wakes[0].address)
                out.append((float(self.first), address))
                set_wake(s.queue.wakes, s.queue.place, s.counters, address, math.inf)
                del self.agreed[address]
        return out

    def check(self):
        """Every look is in one place, the right one, and nothing else is anywhere."""
        calendar, counters, place = self.state.calendar, self.state.counters, self.state.queue.place
        found, used = {}, 0
        for page, own in enumerate(calendar.pages):
            block, count = own.block, own.count
            while block >= 0:
                assert calendar.blocks[block].page == page
                assert 1 <= count <= SIZE
                for e in range(block * SIZE, block * SIZE + count):
                    entry = calendar.entries[e]
                    assert place[entry.address] == -2 - e
                    assert entry.time >= self.edge
                    with np.errstate(over="ignore"):
                        assert page == page_of(calendar, entry.time) > counters[PAGE]
                    found[int(entry.address)] = entry.time
                block, count, used = calendar.blocks[block].next, SIZE, used + 1
        assert counters[FAR] == len(found)
        for k in range(counters[WAKES]):
            entry = self.state.queue.wakes[k]
            assert place[entry.address] == k
            assert entry.time < self.edge
            assert int(entry.address) not in found
            found[int(entry.address)] = entry.time
        assert found == {a: t for a, t in self.agreed.items() if t < math.inf}
        assert counters[QUEUED] == len(found) == np.count_nonzero(place != -1)
        free, block = 0, counters[FREE_BLOCK]
        while block < len(calendar.blocks):
            block, free = calendar.blocks[block].next, free + 1
        assert free + used == len(calendar.blocks)


TIMES = st.one_of(
    st.sampled_from((0.0, 1.0, 1.0, 2.5, 2.5, math.inf, 1e6, 1e18, 1e300, 1.7e308, 5e-324)),
    st.floats(0.0, 40.0),
    st.integers(0, 64).map(lambda k: k / 16.0),  # edges of pages
)


@given(st.data())
@settings(max_examples=30)
def test_calendar_is_a_dict_of_times(data):
    n = data.draw(st.sampled_from((1, 7, 40, 70)))
    diary = Diary(n)
    for _ in range(data.draw(st.integers(1, 30))):
        what = data.draw(st.sampled_from(("file", "file", "many", "open")))
        if what == "file":
            diary.file(data.draw(st.integers(0, n - 1)), data.draw(TIMES))
        elif what == "many":
            time = data.draw(TIMES)
            for address in range(n):
                diary.file(address, time)
        elif diary.state.counters[FAR]:
            # Looking ahead only finds the same time or a later one, or that there is nothing to look for.
            for address, time in diary.agreed.items():
                if time >= diary.edge and data.draw(st.booleans()):
                    diary.planned[address] = time + data.draw(TIMES)
            diary.open()
        diary.check()
    looks = diary.drain()
    assert looks == sorted(looks, key=lambda look: look[0])
    assert not diary.agreed or set(diary.agreed.values()) == {math.inf}


def test_ties_fill_one_page_and_come_up_together():
    diary = Diary(1000)
    for address in range(1000):
        diary.file(address, 7.25)
    diary.check()
    assert diary.state.counters[FAR] == 1000
    assert [t for t, _ in diary.drain()] == [7.25] * 1000


def test_looks_in_the_past_come_first():
    diary = Diary(40)
    for address in range(40):
        diary.file(address, 5.0 + address)
    diary.open()
    assert diary.edge > 5.0
    diary.file(20, 1.0)
    diary.file(21, diary.state.calendar.span[START] - 1e9)
    diary.check()
    assert [a for _, a in diary.drain()][:3] == [21, 20, 0]


def test_far_looks_wait_for_another_year_and_do_not_stretch_it():
    diary = Diary(200)
    for address in range(200):
        diary.file(address, 1.0 + address / 256.0 if address < 190 else 1e9 * (address - 189))
    diary.open()
    assert diary.state.calendar.span[WIDTH] < 100.0
    diary.check()
    looks = diary.drain()
    assert [a for _, a in looks] == list(range(200))
    assert diary.years >= 2


def test_the_look_at_the_edge_is_in_the_next_page():
    diary = Diary(40)
    for address in range(40):
        diary.file(address, 1.0 + address / 8.0)
    diary.open()
    edge = float(diary.edge)
    diary.file(0, edge)
    diary.file(1, math.nextafter(edge, 0.0))
    diary.check()
    assert diary.state.queue.place[0] < -1
    assert diary.state.queue.place[1] >= 0


def test_pages_are_never_shorter_than_the_spacing_of_times():
    diary = Diary(40)
    for address in range(40):
        diary.file(address, 1e15 + 0.125 * address)
    diary.open()
    assert diary.state.calendar.span[WIDTH] >= 2.0**-40 * 1e15
    diary.check()
    assert [a for _, a in diary.drain()] == list(range(40))


# -- in the engine ----------------------------------------------------------------------------------------------------


def pulses(n, outputs, weight, drive=1.1, phases=None, seed=1, delay=0.0, kind=None, **values):
    """Identical neurons that fire by themselves and reach each other, without delay if none is given."""
    net = es.Network(seed=seed)
    neuron = es.LIF(**{"tau_m": 10.0, "v_rest": drive, "v_thresh": 1.0, "v_reset": 0.0, "t_ref": 0.0, **values})
    population = net.population(n, neuron, name="pulses")
    phase = np.random.default_rng(seed).random(n) if phases is None else phases
    population.set(v=0.999 * np.asarray(phase))
    net.connect(population, population, es.FixedOutDegree(outputs), weight=weight, delay=delay, **(kind or {}))
    return net


def compare(net, *ends):
    """Both engines to each of the times in turn; the number of spikes."""
    sequential, reference = simulator(net), simulator(net, "reference")
    for end in ends:
        sequential.run(until=end)
        reference.run(until=end)
        assert_same_spikes(sequential.spikes, reference.spikes)
        assert_same_states(states(sequential), states(reference))
    return len(reference.spikes)


@given(
    n=st.sampled_from((20, 150)),
    outputs=st.sampled_from((3, 63, 64, 65, 130)),
    weight=st.sampled_from((-0.1, -1e-3, -3.0, -1e-14, -1e-17, 0.0)),
    drive=st.sampled_from((1.1, 1.0 + 1e-9, 1.5, 1.0, 0.9)),
    phase=st.sampled_from((None, 0.0, 0.5)),
    t_ref=st.sampled_from((0.0, 2.0)),
    seed=st.integers(0, 1000),
)
@settings(max_examples=25)
def test_inhibition_without_delay(n, outputs, weight, drive, phase, t_ref, seed):
    phases = None if phase is None else np.full(n, phase)
    compare(pulses(n, outputs, weight, drive, phases, seed, t_ref=t_ref), 15.0, 40.0)


@given(weights=st.lists(st.sampled_from((-0.1, -0.02, 0.03, 0.01, -1e-16, 0.0)), min_size=1, max_size=3), seed=st.integers(0, 1000))
@settings(max_examples=12)
def test_mixed_signs_without_delay(weights, seed):
    net = es.Network(seed=seed)
    neuron = es.LIF(tau_m=10.0, v_rest=1.1, v_thresh=1.0, v_reset=0.0, t_ref=1.0)
    population = net.population(80, neuron, name="pulses")
    population.set(v=0.999 * np.random.default_rng(seed).random(80))
    for k, weight in enumerate(weights):
        net.connect(population, population, es.FixedOutDegree(66), weight=weight, delay=0.5 * (k == 1))
    own = es.Uniform(-0.02, 0.01)
    net.connect(population, population, es.FixedOutDegree(20), weight=own, delay=0.0)
    compare(net, 4.0, 8.0)


@pytest.mark.parametrize("delay", [0.0, 0.5, es.Uniform(0.0, 1.0)])
@pytest.mark.parametrize("weight", [-0.01, es.Uniform(-0.02, 0.0), es.Uniform(-0.02, 0.01)])
@pytest.mark.parametrize("kind", [{"procedural": True}, {"weight_dtype": "float32"}, {"procedural": True, "weight_dtype": "float32"}])
def test_rows_that_are_not_stored_are_delivered_in_batches(kind, weight, delay):
    net = pulses(150, 130, weight, delay=delay, kind=kind)
    excites = getattr(weight, "high", weight) > 0.0
    assert simulator(net)._engine.state.patience.tolist() == [0.5 if excites else 0.0]
    assert compare(net, 15.0, 40.0) > 50


def test_all_neurons_are_looked_at_in_one_instant():
    assert compare(pulses(300, 70, -0.1, phases=np.zeros(300)), 100.0) >= 300


def test_neurons_that_wait_for_years():
    """Intervals from 10 to 400 time constants in one population; parameters of their own."""
    net = es.Network(seed=1)
    drive = 1.0 + 10.0 ** -np.linspace(0.3, 16.0, 64)
    net.population(64, es.LIF(tau_m=10.0, v_rest=drive, v_thresh=1.0, v_reset=0.0, t_ref=0.0), name="slow")
    assert compare(net, 1.0, 50.0, 400.0) > 200


@pytest.mark.parametrize("weight", [-0.05, 0.002])
def test_states_that_are_set_move_looks(weight):
    net = pulses(100, 70, weight)
    runs = simulator(net), simulator(net, "reference")
    for end, v in ((3.0, 0.999), (6.0, -5.0), (9.0, 1.0), (12.0, 0.5), (15.0, -1e6), (30.0, None)):
        for sim in runs:
            sim.run(until=end)
            if v is not None:
                sim.set(sim.network["pulses"][20:60], v=v)
        assert_same_spikes(runs[0].spikes, runs[1].spikes)
        assert_same_states(states(runs[0]), states(runs[1]))


def test_room_grows_where_it_has_run_out_and_nowhere_else():
    net = pulses(100, 70, -0.01, drive=2.0)
    sim, reference = simulator(net), simulator(net, "reference")
    before = len(sim._engine.state.spikes), len(sim._engine.state.queue.slices)
    sim.run(200.0)
    reference.run(200.0)
    assert len(sim.spikes) > before[0]
    assert_same_spikes(sim.spikes, reference.spikes)
    assert len(sim._engine.state.queue.slices) == before[1]
    assert len(sim._engine.state.calendar.pages) <= places.MOST_PAGES + 1
