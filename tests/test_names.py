"""docs/names.md: every name of ours exists, and the table turns PyNN's defaults into ours."""

import re
from pathlib import Path

import pytest

import eventsim as es
from eventsim.neurons import ALL_MODELS, BOUNDED_MODELS
from eventsim.synapses import RULES

TEXT = (Path(__file__).parent.parent / "docs" / "names.md").read_text(encoding="utf-8")


def tables(heading):
    """The rows of the first table below a heading, without its head, as lists of cells."""
    section = re.split(r"^#+ ", TEXT.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def code(cell):
    """What a cell has in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def exists(name):
    """Whether a name, an attribute or a call of the package works."""
    try:
        eval(name, {"abs": abs}, vars(es))
    except NameError:
        return False
    return True


@pytest.mark.parametrize("heading", ["Models", "Sources", "Connections", "Synapses", "Running"])
def test_our_names_exist(heading):
    rows = tables(heading)
    names = [name for row in rows for name in code(row[0])]
    assert len(rows) >= 4
    assert len(names) >= len(rows)
    for name in names:
        assert name in ("receptor=", "i_offset") or exists(name), name


def test_a_name_that_does_not_exist_is_seen():
    assert not exists("LIFExpo")
    with pytest.raises(AttributeError):
        exists("Simulator.runn")


def test_all_models_rules_and_sources_are_listed():
    named = {
        re.split(r"[(.]", name)[0]
        for heading in ("Models", "Sources", "Connections", "Synapses")
        for row in tables(heading)
        for name in code(row[0])
    }
    rules = {"AllToAll", "OneToOne", "FixedProbability", "FixedInDegree", "FixedOutDegree", "FixedTotalNumber", "Explicit", "CSR"}
    synapses = {"Static", *(rule.name for rule in RULES)}
    sources = {"Poisson", "Regular", "GammaProcess", "InhomogeneousPoisson", "SpikeSource"}
    assert named >= {model.name for model in ALL_MODELS + BOUNDED_MODELS} | rules | sources | synapses


def test_state_variables_exist():
    known = {variable for model in ALL_MODELS + BOUNDED_MODELS for variable in model.variables}
    names = {name for row in tables("State variables") for name in code(row[0])}
    assert {"v", "i_exc", "g_inh", "w", "u", "m", "h", "n"} <= names <= known


INTEGRATE, EXPONENTIAL, IZHIKEVICH, HODGKIN = "Integrate-and-fire", "Exponential integrate-and-fire", "Izhikevich", "Hodgkin-Huxley"
OURS = {
    INTEGRATE: ("LIF", "IF", "QIF", "LIFExp", "LIFAlpha", "LIFBiexp", "LIFAdapt", "LIFCond"),
    EXPONENTIAL: ("EIF", "AdEx"),
    IZHIKEVICH: ("Izhikevich",),
    HODGKIN: ("HodgkinHuxley",),
}


@pytest.mark.parametrize("heading", OURS)
def test_parameters_exist_with_their_units(heading):
    models = [model for model in ALL_MODELS + BOUNDED_MODELS if model.name in OURS[heading]]
    units = {parameter.name: parameter.unit for model in models for parameter in model.parameters}
    for row in tables(heading):
        (name,) = code(row[0])
        assert name in units
        # b of Izhikevich has no unit in the model: mV/ms per mV and ms is 1/ms, as PyNN has it.
        assert units[name] == row[1].split(" ")[0]


# Default values of PyNN 0.13.0, pyNN/standardmodels/cells.py (attribute default_parameters of each class), in its own units.
_LEAKY = {"v_rest": -65.0, "cm": 1.0, "tau_m": 20.0, "tau_refrac": 0.1, "i_offset": 0.0, "v_reset": -65.0, "v_thresh": -50.0}
_REVERSAL = {"e_rev_E": 0.0, "e_rev_I": -70.0}
_ADAPTING = {
    "v_rest": -70.6,
    "cm": 0.281,
    "tau_m": 9.3667,
    "tau_refrac": 0.1,
    "i_offset": 0.0,
    "v_reset": -70.6,
    "v_thresh": -50.4,
    "v_spike": -40.0,
    "delta_T": 2.0,
    "a": 4.0,
    "b": 0.0805,
    "tau_w": 144.0,
    "e_rev_E": 0.0,
    "e_rev_I": -80.0,
    "tau_syn_E": 5.0,
    "tau_syn_I": 5.0,
}
_HODGKIN = {
    "gbar_Na": 20.0,
    "gbar_K": 6.0,
    "g_leak": 0.01,
    "cm": 0.2,
    "v_offset": -63.0,
    "e_rev_Na": 50.0,
    "e_rev_K": -90.0,
    "e_rev_leak": -65.0,
    "i_offset": 0.0,
    "e_rev_E": 0.0,
    "e_rev_I": -80.0,
    "tau_syn_E": 0.2,
    "tau_syn_I": 2.0,
}
PYNN = {
    "IF_curr_delta": (es.LIF(), INTEGRATE, {name: value for name, value in _LEAKY.items() if name != "cm"}),
    "IF_curr_exp": (es.LIFExp(), INTEGRATE, {**_LEAKY, "tau_syn_E": 5.0, "tau_syn_I": 5.0}),
    "IF_curr_alpha": (es.LIFAlpha(), INTEGRATE, {**_LEAKY, "tau_syn_E": 0.5, "tau_syn_I": 0.5}),
    "IF_cond_exp": (es.LIFCond(), INTEGRATE, {**_LEAKY, **_REVERSAL, "tau_syn_E": 5.0, "tau_syn_I": 5.0}),
    "IF_cond_alpha": (es.LIFCond(shape="alpha"), INTEGRATE, {**_LEAKY, **_REVERSAL, "tau_syn_E": 0.3, "tau_syn_I": 0.5}),
    "EIF_cond_exp_isfa_ista": (es.AdEx(), EXPONENTIAL, _ADAPTING),
    "Izhikevich": (es.Izhikevich(), IZHIKEVICH, {"a": 0.02, "b": 0.2, "c": -65.0, "d": 2.0, "i_offset": 0.0}),
    "HH_cond_exp": (es.HodgkinHuxley(), HODGKIN, _HODGKIN),
}


@pytest.mark.parametrize("cell", PYNN)
def test_our_defaults_are_those_of_pynn(cell):
    neuron, heading, defaults = PYNN[cell]
    row_of = {code(row[3])[0]: row for row in tables(heading) if row[4]}
    model_row = next(row for row in tables("Models") if code(row[2]) == [cell] and "with" not in row[2])
    assert code(model_row[0])[0].startswith(neuron.model.name)
    translated = set()
    for theirs, value in defaults.items():
        row = row_of[theirs]
        ours, factor = code(row[0])[0], float(row[4])
        assert neuron.values[ours] == pytest.approx(value * factor, rel=1e-12), f"{theirs} of {cell}"
        translated.add(ours)
    # What PyNN does not have: how fine the integration is, and thresholds and starts that are fixed there.
    assert set(neuron.values) - translated <= {"tolerance", "r_m", "v_rest", "v_thresh", "t_ref"}


def test_the_initial_potential_and_recovery_are_those_of_pynn():
    # default_initial_values: v -65 mV (-70.6 of EIF, -70 of Izhikevich, whose u is -14)
    net = es.Network()
    for cell, (neuron, _, _) in PYNN.items():
        population = net.population(1, neuron, name=cell)
        assert population.get("v")[0] == {"EIF_cond_exp_isfa_ista": -70.6, "Izhikevich": -70.0}.get(cell, -65.0)
    assert net["Izhikevich"].get("u")[0] == -14.0
