"""The arithmetic of the audit, held to mpmath and to the tests' own oracle."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

import eventsim as es
from eventsim.audit.fixed import BITS, ONE, fixed, logarithm, make_decay
from eventsim.audit.membranes import membrane_class
from eventsim.audit.received import drive_events
from eventsim.lowering import lower
from eventsim.numerics.drive import BLOCK, event, event_count

from ..oracle import neuron_of

PRECISION = mpf(10) ** -48  # of numbers up to 1,000


@given(st.floats(0.0, 200.0) | st.floats(0.0, 1e-3) | st.floats(0.0, 1e-13))
@settings(max_examples=200)
def test_the_exponential_is_right_to_50_digits(z):
    with mpmath.workdps(70):
        exact = mpmath.exp(-mpf(z))
        assert abs(mpf(make_decay()(fixed(z))) / ONE - exact) < mpf(10) ** -56


@given(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9))
def test_the_logarithm_is_right_to_50_digits(a, b):
    with mpmath.workdps(90):
        exact = mpmath.log(mpf(a) / mpf(b))
        assert abs(mpf(logarithm(fixed(a), fixed(b))) / ONE - exact) < mpf(10) ** -42  # of 1e-9 there are 48 digits


@given(st.floats(1e-6, 1e12))
def test_a_float64_is_taken_exactly(x):
    numerator, denominator = x.as_integer_ratio()
    assert fixed(x) * denominator == numerator << BITS


TAUS = st.sampled_from((20.0, 10.0, 5.0, 2.0, math.nextafter(10.0, 11.0), 10.001, 0.5))


@given(
    st.sampled_from((-65.0, 0.0)),
    st.lists(TAUS, min_size=1, max_size=3),
    st.lists(st.floats(-4000.0, 4000.0), min_size=3, max_size=3),
    st.floats(-20.0, 14.9),
    st.floats(0.0, 900.0),
    st.floats(0.01, 30.0),
)
@settings(max_examples=100)
def test_currents_agree_with_the_oracle(rest, taus, currents, above_rest, offset, dt):
    """State after an interval, and first crossing: sums of exponentials with roots isolated by Rolle's theorem say the same."""
    net = es.Network()
    cell = es.LIFExp(tau_m=10.0, c_m=250.0, tau_syn=taus, v_rest=rest, v_reset=rest, v_thresh=rest + 15.0, i_offset=offset)
    population = net.population(1, cell)
    ours = membrane_class(cell.model)(lambda name: float(population.get(name)[0]), cell.model.ports)
    theirs = neuron_of(population, 0)
    values = [rest + above_rest, *currents[: len(taus)]]
    x, held = ours.start(values)
    after, held_after, crossing = ours.step(x, held, fixed(dt), ours.theta)
    v, exact = mpf(values[0]), [mpf(i) for i in values[1:]]
    v_after, currents_after = theirs.after(v, exact, mpf(dt))
    assert abs(mpf(after) / ONE + theirs.v_inf - v_after) < mpf(10) ** -30  # the oracle has 50 digits, and near-equal tau take 16 twice
    for mine, other in zip(held_after, currents_after, strict=True):
        assert abs(mpf(mine) / ONE - other * theirs.resistance) < PRECISION * 100
    expected = theirs.first_crossing(v, exact, mpf(dt))
    assert (crossing is None) == (expected is None)
    if crossing is not None:
        assert abs(mpf(crossing) / ONE - expected) < mpf(10) ** -20


def test_a_neuron_that_just_touches_is_seen():
    """One postsynaptic potential that peaks a part in 10**20 above threshold fires, as much below does not."""
    cell = es.LIFExp(tau_m=10.0, c_m=250.0, tau_syn=[2.0], v_rest=0.0, v_reset=-1.0, v_thresh=15.0)
    ours = membrane_class(cell.model)(cell.values.__getitem__, cell.model.ports)
    x, held = ours.start([0.0, 3000.0])
    peak_at = mpmath.log(mpf(5)) / (mpf(1) / 2 - mpf(1) / 10)
    peak = ours.step(x, held, int(peak_at * ONE), 1 << 300)[0]
    for part, fires in ((-(10**20), True), (10**20, False)):
        crossing = ours.step(x, held, fixed(30.0), peak + peak // part)[2]
        assert (crossing is not None) == fires
    early = ours.step(x, held, fixed(30.0), peak - peak // 10**20)[2]
    assert 0 < peak_at - mpf(early) / ONE < 1e-9


def test_a_jump_neuron_crosses_where_the_formula_says():
    cell = es.LIF(tau_m=20.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0, i_offset=16.0)
    ours = membrane_class(cell.model)(cell.values.__getitem__, cell.model.ports)
    x, held = ours.start([0.0])
    assert ours.step(x, held, fixed(50.0), ours.theta)[2] is None
    with mpmath.workdps(60):
        assert abs(mpf(ours.step(x, held, fixed(60.0), ours.theta)[2]) / ONE - 20 * mpmath.log(16)) < mpf(10) ** -50


@pytest.mark.parametrize("rate", [300.0, np.linspace(0.0, 800.0, 1500)])
def test_drive_events_are_those_of_the_streams(rate):
    net = es.Network(seed=4)
    p = net.population(1500, es.LIF())
    q = net.population(10, es.LIFExp())
    net.drive(q, 100.0, -3.0)
    net.drive(p, rate, np.linspace(0.5, 1.0, 1500) if np.ndim(rate) else 0.7)
    program, _ = lower(net, 4)
    chosen, until = np.array([3, 1030, 1499, 1505]), 30.0
    found = drive_events(program, chosen, until)
    plain = []
    for drive in program.drives.drives:
        for index in range(math.ceil(until / drive.bin)):
            for b in range(drive.block_end - drive.block):
                own = program.drives.blocks[drive.block + b]
                table = program.drives.cumulative[own.table : own.table + own.length].tolist()
                first = int(drive.member) + b * BLOCK
                size = min(BLOCK, int(drive.member_end) - first)
                key = int(drive.key0), int(drive.key1)
                for i in range(event_count(table, len(table), b, index, *key)):
                    t, m, u = event(i, b, size, index, float(drive.bin), *key)
                    members = program.drives.members[first : first + size]
                    m = m if u < members[m].accept else int(members[m].alias)
                    address = int(program.fabric.populations.first[drive.population] + members[m].target)
                    port = int(drive.port) if drive.port >= 0 else int(members[m].weight < 0.0)
                    if address in chosen and t < until:
                        plain.append((int(np.searchsorted(chosen, address)), port, t, float(members[m].weight)))
    assert len(found) == len(plain) > 20
    assert sorted(found.tolist()) == sorted(plain)
