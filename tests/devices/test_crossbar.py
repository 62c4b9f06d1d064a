"""Crossbars: beside hand-solved networks, a nodal analysis in 40 digits, and the limits of series and parallel devices."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import eventsim as es
from eventsim.devices import Crossbar, Mapping, mismatched

CONDUCTANCES = st.integers(1, 4).flatmap(
    lambda rows: st.integers(1, 4).flatmap(lambda columns: arrays(float, (rows, columns), elements=st.floats(0.01, 100.0)))
)


def nodal(conductance, wire):
    """Effective conductances by Kirchhoff's law at all nodes, in 40 digits; the second half of the nodes is on column wires."""
    rows, columns = conductance.shape
    size = rows * columns
    with mpmath.workdps(40):
        segment = 1 / mpmath.mpf(wire)
        matrix, sources = mpmath.zeros(2 * size), mpmath.zeros(2 * size, rows)

        def link(p, q, g):
            for a, b in ((p, q), (q, p)):
                matrix[a, a] += g
                matrix[a, b] -= g

        for i in range(rows):
            for j in range(columns):
                k = i * columns + j
                link(k, size + k, mpmath.mpf(float(conductance[i, j])))
                if j + 1 < columns:
                    link(k, k + 1, segment)
                if i + 1 < rows:
                    link(size + k, size + k + columns, segment)
            matrix[i * columns, i * columns] += segment
            sources[i * columns, i] = segment
        for j in range(columns):
            matrix[2 * size - columns + j, 2 * size - columns + j] += segment
        potentials = [mpmath.lu_solve(matrix, sources[:, i]) for i in range(rows)]
        return np.array([[float(segment * p[2 * size - columns + j]) for j in range(columns)] for p in potentials])


@given(CONDUCTANCES, st.sampled_from((1e-9, 1e-4, 0.01, 1.0, 10.0)))
@settings(max_examples=40)
def test_currents_obey_kirchhoff_at_all_nodes(conductance, wire):
    np.testing.assert_allclose(Crossbar(conductance, wire).effective, nodal(conductance, wire), rtol=1e-12)


def test_two_by_two_as_solved_by_hand():
    """All devices and segments of 1 nS. With row 0 at 1 mV and row 1 at 0, potentials in 1/44 mV that obey Kirchhoff at each node are

    on the row wires 27 20 (row 0) and 4 5 (row 1), on the column wires 17 13 and 7 6: at the first crossing 3 * 27 = 44 + 20 + 17, and so on.
    With row 1 at 1 mV they are 4 5, 23 15 and 7 6, 10 7. The readers get the last two.
    """
    row, column = np.array([[27, 20], [4, 5]]), np.array([[17, 13], [7, 6]])
    assert 3 * row[0, 0] == 44 + row[0, 1] + column[0, 0]
    assert 2 * row[0, 1] == row[0, 0] + column[0, 1]
    assert 3 * row[1, 0] == row[1, 1] + column[1, 0]
    assert 2 * row[1, 1] == row[1, 0] + column[1, 1]
    np.testing.assert_array_equal(2 * column[0], row[0] + column[1])
    np.testing.assert_array_equal(3 * column[1], row[1] + column[0])
    np.testing.assert_allclose(Crossbar(np.ones((2, 2)), wire=1.0).effective * 44.0, [[7.0, 6.0], [10.0, 7.0]], rtol=1e-14)


def test_ideal_wires_multiply():
    rng = np.random.default_rng(1)
    conductance, v = rng.uniform(0.0, 10.0, (7, 3)), rng.normal(0.0, 1.0, (5, 7))
    np.testing.assert_allclose(Crossbar(conductance).read(v), v @ conductance, rtol=1e-14)
    np.testing.assert_array_equal(Crossbar(conductance).effective, conductance)


@pytest.mark.parametrize("wire", [1e-3, 1.0, 50.0])
def test_one_device_is_in_series_with_two_segments(wire):
    assert Crossbar([[4.0]], wire).read([1.0])[0] == pytest.approx(1.0 / (0.25 + 2.0 * wire), rel=1e-14)


@pytest.mark.parametrize("wire", [1e-3, 1.0])
def test_a_single_device_in_a_crossbar_is_in_series_with_the_segments_on_its_way(wire):
    for i in range(4):
        for j in range(3):
            conductance = np.zeros((4, 3))
            conductance[i, j] = 2.0
            expected = np.zeros((4, 3))
            expected[i, j] = 1.0 / (0.5 + (j + 1 + 4 - i) * wire)
            np.testing.assert_allclose(Crossbar(conductance, wire).effective, expected, rtol=1e-13, atol=1e-15)


def test_wires_that_conduct_well_change_little():
    """To first order the loss is that of the devices' own currents on the way: proportional to the resistance of a segment."""
    conductance = np.random.default_rng(2).uniform(1.0, 10.0, (6, 5))
    losses = [1.0 - Crossbar(conductance, wire).effective / conductance for wire in (1e-7, 1e-8)]
    assert np.all(losses[0] > 0.0)
    np.testing.assert_allclose(losses[0] / losses[1], 10.0, rtol=1e-3)


def test_wires_that_hardly_conduct_decide_alone():
    """Row 0 to column 0 through devices that conduct perfectly: two of them in parallel ways are the wires' own network."""
    effective = Crossbar(np.full((1, 2), 1e9), wire=1.0).effective[0]
    # The first crossing is 1 GOhm from the driver, 1 from its reader, and 2 from the second reader: 1 / (1 + 2/3) nS, which 2:1 divide.
    np.testing.assert_allclose(effective, [0.4, 0.2], rtol=1e-6)


@given(CONDUCTANCES, st.sampled_from((1e-3, 0.1)))
@settings(max_examples=30)
def test_reading_backwards_is_reading_the_transposed_crossbar(conductance, wire):
    """Reciprocity: drive a reader and read a driver, and the current is the same; rows become columns, last ones first."""
    there = Crossbar(conductance, wire).effective
    back = Crossbar(conductance[::-1, ::-1].T, wire).effective
    np.testing.assert_allclose(there, back[::-1, ::-1].T, rtol=1e-12)


# -- weights ----------------------------------------------------------------------------------------------------------

WEIGHTS = arrays(float, (3, 4), elements=st.floats(-2.0, 2.0))


@given(WEIGHTS)
def test_weights_come_back(weights):
    mapping = Mapping(w_max=2.0, r_on=0.01, r_off=1.0)
    conductance = mapping.conductances(weights)
    assert conductance.shape == (3, 8)
    assert conductance.min() >= 1.0
    assert conductance.max() <= 100.0
    np.testing.assert_allclose(mapping.weights(conductance), weights, atol=1e-14)


@given(WEIGHTS, st.integers(2, 40))
def test_quantised_weights_are_the_nearest_levels(weights, levels):
    found = Mapping(w_max=2.0, r_on=0.01, r_off=1.0, levels=levels)
    found = found.weights(found.conductances(weights)) * (levels - 1) / 2.0
    np.testing.assert_allclose(found, np.round(found), atol=1e-11)
    assert np.abs(found - weights * (levels - 1) / 2.0).max() <= 0.5 + 1e-11


def test_a_crossbar_multiplies_by_weights():
    rng = np.random.default_rng(3)
    weights, v = rng.uniform(-1.0, 1.0, (8, 5)), rng.uniform(0.0, 1.0, 8)
    mapping = Mapping(w_max=1.0)
    np.testing.assert_allclose(mapping.weights(Crossbar(mapping.conductances(weights)).read(v)), v @ weights, rtol=1e-12)


def test_mismatch_has_its_standard_deviation_and_no_negative_conductance():
    found = mismatched(np.full((200, 200), 4.0), 0.2, seed=1)
    assert found.mean() == pytest.approx(4.0, abs=6 * 0.8 / 200)
    assert found.std() == pytest.approx(0.8, rel=6 / 200)
    assert mismatched(np.ones(20_000), 1.0, seed=1).min() >= 0.0
    np.testing.assert_array_equal(mismatched(np.ones((3, 3)), 0.3, seed=7), mismatched(np.ones((3, 3)), 0.3, seed=7))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Crossbar([1.0, 2.0]), r"shape \(rows, columns\)"),
        (lambda: Crossbar(np.ones((0, 2))), r"at least \(1, 1\)"),
        (lambda: Crossbar([[1.0, -2.0]]), r"conductance must be >= 0 nS, got -2 at index \(0, 1\)"),
        (lambda: Crossbar([[np.nan]]), "must be finite"),
        (lambda: Crossbar([[1.0]], wire=-1.0), "wire must be >= 0 GOhm"),
        (lambda: Crossbar([[1.0], [2.0]]).read([1.0]), r"must have shape \(2,\) or \(reads, 2\), got shape \(1,\)"),
        (lambda: Mapping(w_max=0.0), "w_max must be > 0"),
        (lambda: Mapping(w_max=1.0, r_on=2.0, r_off=1.0), "r_off must be > r_on"),
        (lambda: Mapping(w_max=1.0, levels=1), "levels"),
        (lambda: Mapping(w_max=1.0).conductances([[0.5, 1.5]]), r"w_max = 1 of 0, got 1.5 at index \(0, 1\)"),
        (lambda: Mapping(w_max=1.0).weights([1.0, 2.0, 3.0]), "2 columns"),
        (lambda: mismatched([[1.0]], 1.5, seed=1), "std of mismatched must be <= 1"),
    ],
)
def test_what_is_wrong_is_named(make, message):
    with pytest.raises(es.ParameterError, match=message):
        make()
