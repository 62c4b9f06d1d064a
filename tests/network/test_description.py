"""Populations, defaults, receptors, labels, addresses, sources: the description as docs and PyNN have it."""

import numpy as np
import pytest

import eventsim as es

from .drawing import synapses

# -- addresses and names ----------------------------------------------------------------------------------------------


def test_addresses_are_contiguous_in_order_of_creation():
    net = es.Network()
    made = [net.population(n, model) for n, model in ((3, es.LIF()), (1, es.Poisson(1.0)), (4, es.LIFExp()), (2, es.SpikeSource()))]
    assert np.concatenate([p.addresses for p in made]).tolist() == list(range(10))
    assert all(p.addresses.dtype == np.int64 for p in made)
    assert [len(p) for p in made] == [3, 1, 4, 2]
    assert net.size == 10


def test_names_find_populations_and_are_made_up_where_none_is_given():
    net = es.Network()
    first = net.population(1, es.LIF(), name="LIF1")
    second = net.population(1, es.LIF())
    assert net["LIF1"] is first
    assert second.name != "LIF1"
    assert net[second.name] is second


def test_labels_are_given_or_name_both_sides():
    net = es.Network()
    a, b = (net.population(4, es.LIF(), name=name) for name in "ab")
    assert net.connect(a, b[:2], es.AllToAll(), weight=1.0, delay=1.0).label == "a -> b"
    assert net.connect(a, b, es.AllToAll(), weight=1.0, delay=1.0, label="feedback").label == "feedback"


def test_population_size_and_labels_need_the_right_kind():
    net = es.Network()
    a = net.population(4, es.LIF(), name="a")
    with pytest.raises(es.ParameterError, match="label must be a string that is not empty, got 5"):
        net.connect(a, a, es.AllToAll(), weight=1.0, delay=1.0, label=5)


# -- defaults ---------------------------------------------------------------------------------------------------------

# PyNN's standard cells, pyNN/standardmodels/cells.py: cm in nF and r = tau_m/cm there.
IF_CURR = {"v_rest": -65.0, "v_reset": -65.0, "v_thresh": -50.0, "t_ref": 0.1, "i_offset": 0.0, "tau_m": 20.0}


@pytest.mark.parametrize(
    ("model", "more"), [(es.LIF(), {"r_m": 1.0}), (es.LIFExp(), {"c_m": 1000.0, "tau_syn_exc": 5.0, "tau_syn_inh": 5.0})]
)
def test_defaults_are_those_of_pynn_in_our_units(model, more):
    population = es.Network().population(2, model)
    for name, value in {**IF_CURR, **more}.items():
        assert population.get(name).tolist() == [value, value]


def test_initial_v_is_v_rest_below_threshold_else_v_reset():
    population = es.Network().population(3, es.LIF(v_rest=[-70.0, -49.0, -50.0], v_reset=-60.0))
    assert population.get("v").tolist() == [-70.0, -60.0, -60.0]
    assert es.Network().population(1, es.LIFExp()).get("i_exc").tolist() == [0.0]


def test_parameters_are_shared_or_each_neurons_own():
    population = es.Network().population(3, es.LIF(tau_m=[1.0, 2.0, 3.0], t_ref=2.0))
    assert population.get("tau_m").tolist() == [1.0, 2.0, 3.0]
    assert population[1:].get("t_ref").tolist() == [2.0, 2.0]


def test_set_takes_parameters_that_are_in_order_only_together():
    population = es.Network().population(3, es.LIF())
    population.set(v_reset=-40.0, v_thresh=-30.0)
    assert population.get("v_reset").tolist() == [-40.0] * 3


def test_a_refused_set_changes_nothing():
    population = es.Network().population(3, es.LIF())
    with pytest.raises(es.ParameterError):
        population.set(v=-51.0, tau_m=-1.0)
    assert population.get("v").tolist() == [-65.0] * 3
    with pytest.raises(es.ParameterError, match="v_reset must be < v_thresh"):
        population.set(tau_m=5.0, v_reset=-50.0)
    assert population.get("tau_m").tolist() == [20.0] * 3


def test_what_is_set_after_the_simulator_is_made_has_no_effect():
    net = es.Network()
    population = net.population(3, es.LIF())
    sim = es.Simulator(net, engine="reference")
    population.set(tau_m=1.0, v=-55.0)
    late = net.population(1, es.LIF())
    assert sim.get(population, "tau_m").tolist() == [20.0] * 3
    assert sim.get(population, "v").tolist() == [-65.0] * 3
    with pytest.raises(es.ParameterError, match="not part of the simulated network"):
        sim.get(late, "v")


# -- receptors --------------------------------------------------------------------------------------------------------


def _currents(receptor, weight, model=None):
    """Currents of a neuron just after one delivery."""
    net = es.Network()
    stim = net.population(1, es.SpikeSource([[1.0]]))
    cell = net.population(1, model or es.LIFExp())
    net.connect(stim, cell, es.AllToAll(), weight=weight, delay=1.0, receptor=receptor)
    sim = es.Simulator(net, engine="reference")
    sim.run(until=np.nextafter(2.0, 3.0))
    names = cell.model.model.variables[1:]
    return [float(sim.get(cell, name)[0]) for name in names]


@pytest.mark.parametrize(
    ("receptor", "weight", "expected"),
    [
        (None, 3.0, [3.0, 0.0]),
        (None, -3.0, [0.0, -3.0]),
        (None, 0.0, [0.0, 0.0]),
        ("exc", -3.0, [-3.0, 0.0]),
        ("inh", 3.0, [0.0, 3.0]),
        (0, -3.0, [-3.0, 0.0]),
        (1, 3.0, [0.0, 3.0]),
        (np.int32(1), -3.0, [0.0, -3.0]),
    ],
)
def test_receptors_by_sign_by_name_and_by_index(receptor, weight, expected):
    assert _currents(receptor, weight) == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("receptor", [0, 1, 2, "2"])
def test_any_number_of_receptors_by_index(receptor):
    expected = [0.0] * 3
    expected[int(receptor)] = 2.0
    assert _currents(receptor, 2.0, es.LIFExp(tau_syn=[1.0, 2.0, 3.0])) == pytest.approx(expected, rel=1e-12, abs=0)


def test_several_receptors_have_to_be_named():
    with pytest.raises(es.ConnectivityError, match=r"receptor= is required, .* has 3 receptors"):
        _currents(None, 2.0, es.LIFExp(tau_syn=[1.0, 2.0, 3.0]))


def test_drive_takes_receptors_too():
    net = es.Network(seed=1)
    cells = net.population(50, es.LIFExp(v_thresh=1000.0))
    net.drive(cells, 1000.0, 1.0, receptor="inh")
    sim = es.Simulator(net, engine="reference")
    sim.run(20.0)
    assert (sim.get(cells, "i_exc") == 0.0).all()
    assert (sim.get(cells, "i_inh") > 0.0).any()


# -- sources ----------------------------------------------------------------------------------------------------------


def test_spike_sources_emit_their_trains_sorted():
    net = es.Network()
    stim = net.population(3, es.SpikeSource(times=[[5.0, 1.0], [], [2.5, 2.5]]))
    sim = es.Simulator(net, engine="reference", record_spikes=stim)
    sim.run(10.0)
    assert list(zip(sim.spikes.time, sim.spikes.local, strict=True)) == [(1.0, 0), (2.5, 2), (2.5, 2), (5.0, 0)]


@pytest.mark.parametrize("times", [[1.0, 3.0], [[1.0, 3.0]], np.array([3.0, 1.0]), (t for t in [1.0, 3.0])])
def test_one_source_takes_a_single_train(times):
    net = es.Network()
    stim = net.population(1, es.SpikeSource(times))
    sim = es.Simulator(net, engine="reference", record_spikes=stim)
    sim.run(10.0)
    assert sim.spikes.time.tolist() == [1.0, 3.0]


@pytest.mark.parametrize("times", [None, [], [[]]])
def test_a_source_may_be_silent(times):
    net = es.Network()
    stim = net.population(1, es.SpikeSource(times))
    sim = es.Simulator(net, engine="reference", record_spikes=stim)
    sim.run(10.0)
    assert len(sim.spikes) == 0


@pytest.mark.parametrize("rate", [0.0, 5e-324, [0.0, 1e-250]])
def test_a_rate_of_nothing_never_emits(rate, engine):
    net = es.Network(seed=1)
    noise = net.population(2, es.Poisson(rate))
    cells = net.population(2, es.LIF(v_thresh=-64.0))
    net.drive(cells, rate, 5.0)
    sim = es.Simulator(net, engine=engine, record_spikes=[noise, cells])
    sim.run(1e4)
    assert len(sim.spikes) == 0
    assert sim.stats["drive_events"] == 0


# -- empty and small --------------------------------------------------------------------------------------------------


def test_empty_views_connect_nothing_and_are_driven_by_nothing(engine):
    net = es.Network()
    a = net.population(3, es.LIF(), name="a")
    projection = net.connect(a[:0], a, es.AllToAll(), weight=1.0, delay=1.0)
    net.connect(a, a[:0], es.FixedInDegree(5), weight=1.0, delay=1.0)
    net.drive(a[:0], [], [])
    assert len(synapses(net, projection)) == 0
    sim = es.Simulator(net, engine=engine)
    sim.run(10.0)
    assert len(sim.spikes) == 0


def test_an_empty_network_runs(engine):
    sim = es.Simulator(es.Network(), engine=engine)
    sim.run(10.0)
    assert sim.now == 10.0
    assert len(sim.spikes) == 0


def test_values_are_not_assigned_as_attributes():
    net = es.Network()
    exc = net.population(4, es.LIF(), name="exc")
    for selection in (exc, exc[:2]):
        with pytest.raises(es.ParameterError, match=r"set\(v=\.\.\.\)"):
            selection.v = -55.0
    assert exc.get("v").tolist() == [-65.0] * 4
