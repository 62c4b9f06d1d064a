"""What a user can get wrong, and what each mistake answers: class, argument, value, and what would be right.

`python -m tests.test_errors` writes the table into docs/errors.md; a test holds the two to each other.
"""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest

import eventsim as es

from .mistakes_with_changes import CHANGES, changed
from .mistakes_with_files import FILES, checkpoints

DOCUMENT = Path(__file__).parent.parent / "docs" / "errors.md"

# Each mistake: the call, the error, and what its message has to contain: the argument, the value, what would be right.
NETWORK = [
    ("es.Network(seed=-1)", es.ParameterError, "seed", "-1", ">= 0"),
    ("es.Network(seed=2**64)", es.ParameterError, "seed", "18446744073709551616", "< 2**64"),
    ("es.Network(seed=1.5)", es.ParameterError, "seed", "1.5", "whole number"),
    ("es.Network(seed='abc')", es.ParameterError, "seed", "'abc'", "whole number"),
    ("es.Network(seed=True)", es.ParameterError, "seed", "True", "whole number"),
    ("net['ecx']", es.ParameterError, "'ecx'", "did you mean 'exc'? There is"),
    ("net.population(0, es.LIF())", es.ParameterError, "size of population", "0", ">= 1"),
    ("net.population(2.5, es.LIF())", es.ParameterError, "size of population", "2.5", "whole number"),
    ("net.population('ten', es.LIF())", es.ParameterError, "size of population", "'ten'", "whole number"),
    ("net.population(10, es.LIF)", es.ParameterError, "model of population", "NeuronModel", "es.LIF()"),
    ("net.population(10, 'lif')", es.ParameterError, "model of population", "'lif'", "es.LIF()"),
    ("net.population(10, es.LIF(), name='exc')", es.ParameterError, "'exc'", "already"),
    ("net.population(10, es.LIF(), name=7)", es.ParameterError, "name", "7", "string"),
    ("net.population(2**31, es.LIF())", es.CapacityError, "2**31 - 1", "2147483753"),
]
PARAMETERS = [
    ("es.LIF(tau=10.0)", es.ParameterError, "'tau'", "did you mean 'tau_m'?"),
    ("es.LIF(20.0)", es.ParameterError, "LIF takes its parameters by name", "LIF(tau_m=20.0)", "got 20.0"),
    ("es.LIFExp(20.0, [1.0, 2.0])", es.ParameterError, "LIFExp takes its parameters by name", "LIFExp(tau_m=20.0)", "got 20.0, [1.0, 2.0]"),
    ("es.LIFExp(20.0, tau_syn=[1.0])", es.ParameterError, "LIFExp takes its parameters by name", "LIFExp(tau_m=20.0)", "got 20.0"),
    ("es.LIF(tau_m=0.0)", es.ParameterError, "tau_m", "0.0", "> 0 ms"),
    ("es.LIF(tau_m=float('nan'))", es.ParameterError, "tau_m", "nan", "finite"),
    ("es.LIF(v_rest=float('-inf'))", es.ParameterError, "v_rest", "-inf", "finite"),
    ("es.LIF(t_ref=-0.1)", es.ParameterError, "t_ref", "-0.1", ">= 0 ms"),
    ("es.LIF(tau_m='20 ms')", es.ParameterError, "tau_m", "'20 ms'", "number (ms)"),
    ("es.LIF(tau_m=True)", es.ParameterError, "tau_m", "True", "number (ms)"),
    ("es.LIF(tau_m=1 + 2j)", es.ParameterError, "tau_m", "(1+2j)", "number (ms)"),
    ("es.LIF(tau_m=None)", es.ParameterError, "tau_m", "None", "number (ms)"),
    ("es.LIF(tau_m=[[1.0, 2.0]])", es.ParameterError, "tau_m", "(1, 2)", "one-dimensional"),
    ("es.LIF(tau_m=[1.0, [2.0, 3.0]])", es.ParameterError, "tau_m", "[1.0, [2.0, 3.0]]", "number or an array"),
    ("es.LIF(tau_m=[10.0, -5.0])", es.ParameterError, "tau_m", "-5 at index 1", "> 0 ms"),
    ("es.LIF(tau_m=es.Normal(20.0, 5.0))", es.ParameterError, "tau_m", "Normal(", "> 0 ms", "low="),
    ("net.population(3, es.LIF(tau_m=[10.0, 20.0]))", es.ParameterError, "tau_m", "(2,)", "(3,)"),
    ("net.population(3, es.LIF(v_reset=-40.0))", es.ParameterError, "v_reset", "-40", "v_reset must be < v_thresh"),
    ("es.LIFExp(tau_syn=[])", es.ParameterError, "tau_syn", "[]", "one time constant"),
    ("es.LIFExp(tau_syn=5.0)", es.ParameterError, "tau_syn", "5.0", "sequence"),
    ("es.LIFExp(tau_syn=[1.0, -2.0])", es.ParameterError, "tau_syn_1", "-2.0", "> 0 ms"),
    ("es.LIFExp(tau_syn=[1.0], tau_syn_exc=2.0)", es.ParameterError, "tau_syn", "tau_syn_exc", "not both"),
    ("exc.set(v=[1.0, 2.0])", es.ParameterError, "v of population 'exc'", "(2,)", "(80,)"),
    ("exc.set(v=np.inf)", es.ParameterError, "v of population 'exc'", "inf", "finite"),
    ("exc.set(w=0.0)", es.ParameterError, "'w'", "there is", "'v'"),
    ("exc.set(tau_n=1.0)", es.ParameterError, "'tau_n'", "did you mean 'tau_m'?"),
    ("exc.set()", es.ParameterError, "set needs", "v=-55.0"),
    ("exc.get('i_exc')", es.ParameterError, "'i_exc'", "there is"),
    ("stim.set(v=0.0)", es.ParameterError, "'v'", "none"),
    ("es.Normal(1.0, -1.0)", es.ParameterError, "Normal std", "-1.0", ">= 0"),
    ("es.Normal(0.0, 1.0, low=50.0)", es.ParameterError, "[50, inf]", "hardly ever"),
    ("es.Normal(0.0, 1.0, low=2.0, high=1.0)", es.ParameterError, "low must be <= high", "[2, 1]"),
    ("es.Uniform(2.0, 1.0)", es.ParameterError, "low must be <= high", "[2, 1]"),
    ("es.LogNormal(1000.0, 1.0)", es.ParameterError, "LogNormal(1000, 1)", "of the logarithm"),
    ("es.Exponential(0.0)", es.ParameterError, "Exponential mean", "0.0", "> 0"),
    ("es.Poisson(rate=-5.0)", es.ParameterError, "rate", "-5.0", ">= 0 Hz"),
    ("es.Poisson(rate=1e300)", es.ParameterError, "rate", "1e+300", "<= 1e+09 Hz"),
    ("es.Poisson(rate='fast')", es.ParameterError, "rate", "'fast'", "number (Hz)"),
    ("es.Poisson(rate=20.0, dead_time=50.0)", es.ParameterError, "dead_time", "dead_time = 50", "< 1000 / rate"),
    ("es.Poisson(rate=es.Normal(20.0, 5.0))", es.ParameterError, "rate", "can be less", "low="),
    ("es.Regular()", es.ParameterError, "rate= (Hz) or period= (ms)", "neither"),
    ("es.Regular(rate=10.0, period=100.0)", es.ParameterError, "one of them", "rate = 10.0 and period = 100.0"),
    ("es.Regular(period=0.0)", es.ParameterError, "period", "0.0", ">= 1e-06 ms"),
    ("es.Regular(rate=10.0, phase=-1.0)", es.ParameterError, "phase", "-1.0", ">= 0 ms"),
    ("es.GammaProcess(rate=10.0, shape=0.0)", es.ParameterError, "shape", "0.0", ">= 0.001"),
    ("es.GammaProcess(rate=10.0, shape=1e10)", es.ParameterError, "shape", "1e+10", "<= 1e+09"),
    ("es.InhomogeneousPoisson(20.0)", es.ParameterError, "rate=array with times=", "rate = 20.0, times = None"),
    ("es.InhomogeneousPoisson([5.0, 9.0], times=[0.0])", es.ParameterError, "rate", "(1,) or (n, 1)", "shape (2,)"),
    ("es.InhomogeneousPoisson([5.0, 9.0], times=[10.0, 10.0])", es.ParameterError, "times", "[10.0, 10.0]", "ascending"),
    ("es.InhomogeneousPoisson(np.sin)", es.ParameterError, "max_rate= (Hz)", "max_rate = None"),
    ("es.InhomogeneousPoisson(lambda t: 5.0 if t < 1.0 else 0.0, max_rate=5.0)", es.ParameterError, "array of times", "ValueError"),
    ("es.InhomogeneousPoisson(lambda t: t[:1], max_rate=5.0)", es.ParameterError, "shape (2,)", "shape (1,)"),
    ("net.population(3, es.InhomogeneousPoisson([[5.0], [9.0]], times=[0.0]))", es.ParameterError, "3 rows of rates", "got 2"),
    ("es.SpikeSource([[1.0, 9.0]], period=9.0)", es.ParameterError, "period", "9.0 ms", "> all times"),
    ("es.SpikeSource([[1.0, 9.0]], jitter=-0.1)", es.ParameterError, "jitter", "-0.1", ">= 0 ms"),
    ("noise.set(rate=5.0)", es.ParameterError, "'noise'", "given when it is made", "rate=10.0"),
    ("es.SpikeSource(times=5.0)", es.ParameterError, "times", "5.0", "sequence of spike trains"),
    ("es.SpikeSource(times=[[1.0, -2.0]])", es.ParameterError, "times[0]", "-2 at index 1", ">= 0 ms"),
    ("es.SpikeSource(times=[[1.0], 2.0])", es.ParameterError, "times[1]", "2.0", "sequence of times"),
    ("net.population(2, es.SpikeSource(times=[[1.0]]))", es.ParameterError, "2 trains", "got 1"),
    ("exc[80]", es.errors.SelectionError, "'exc'", "80 members", "asked for 80"),
    ("exc[[1, 1]]", es.errors.SelectionError, "'exc'", "member 1 2 times", "once"),
    ("exc[1.5]", es.errors.SelectionError, "'exc'", "1.5", "whole number"),
    ("exc['v']", es.errors.SelectionError, "'exc'", "'v'", "whole number"),
    ("exc + inh", es.ParameterError, "'exc'", "added", "one population or view at a time"),
    ("exc[np.ones(3, bool)]", es.errors.SelectionError, "'exc'", "80 members", "array([ True,  True,  True])"),
]
CONNECTIONS = [
    ("net.connect(exc, inh, 0.1, weight=1.0, delay=1.0)", es.ConnectivityError, "rule", "0.1", "es.FixedProbability(0.1)"),
    ("net.connect(exc, inh, es.AllToAll, weight=1.0, delay=1.0)", es.ConnectivityError, "rule", "AllToAll", "one of"),
    ("net.connect('exc', inh, es.AllToAll(), weight=1.0, delay=1.0)", es.ConnectivityError, "pre", "'exc'", "population or a view"),
    ("net.connect(exc, None, es.AllToAll(), weight=1.0, delay=1.0)", es.ConnectivityError, "post", "None", "population or a view"),
    ("net.connect(exc, foreign, es.AllToAll(), weight=1.0, delay=1.0)", es.ConnectivityError, "post", "'foreign'", "another network"),
    ("net.connect(exc, stim, es.AllToAll(), weight=1.0, delay=1.0)", es.ConnectivityError, "'stim'", "receives nothing"),
    ("net.connect(exc, inh, es.AllToAll(), weight=1.0)", es.DelayError, "delay is required", "'exc -> inh'"),
    ("net.connect(exc, inh, es.AllToAll(), delay=1.0)", es.ParameterError, "weight is required", "'exc -> inh'"),
    ("net.connect(exc, inh, es.AllToAll(), weight=1.0, delay=-0.5)", es.DelayError, "delay", "-0.5", ">= 0 ms"),
    ("net.connect(exc, inh, es.AllToAll(), weight=1.0, delay=np.nan)", es.DelayError, "delay", "nan", "finite"),
    ("net.connect(exc, inh, es.AllToAll(), weight=np.inf, delay=1.0)", es.ParameterError, "weight", "inf", "finite"),
    ("net.connect(exc, inh, es.AllToAll(), weight='strong', delay=1.0)", es.ParameterError, "weight", "'strong'", "number"),
    (
        "net.connect(exc, inh, es.Explicit([0, 1], [0, 1]), weight=1.0, delay=[1.0, -0.5])",
        es.DelayError,
        "delay",
        "-0.5 at synapse 1 of 'exc -> inh'",
        ">= 0 ms",
    ),
    ("net.connect(exc, inh, es.Explicit([0], [0]), weight=[1.0, 2.0], delay=1.0)", es.ParameterError, "weight", "(2,)", "(1,)"),
    (
        "net.connect(exc, inh, es.FixedProbability(0.1), weight=[1.0, 2.0], delay=1.0)",
        es.ParameterError,
        "weight",
        "FixedProbability",
        "es.Normal",
    ),
    ("net.connect(exc, inh, es.FixedInDegree(2), weight=1.0, delay=np.ones(40))", es.DelayError, "delay", "FixedInDegree", "es.Normal"),
    ("net.connect(exc, inh, es.OneToOne(), weight=1.0, delay=1.0)", es.ConnectivityError, "OneToOne", "80", "20"),
    (
        "net.connect(exc, inh, es.Explicit([0, 80], [0, 1]), weight=1.0, delay=1.0)",
        es.ConnectivityError,
        "Explicit pre",
        "80 at index 1",
        "[0, 80)",
    ),
    (
        "net.connect(exc, inh, es.Explicit([0], [-1]), weight=1.0, delay=1.0)",
        es.ConnectivityError,
        "Explicit post",
        "-1 at index 0",
        "[0, 20)",
    ),
    ("es.Explicit([0, 1], [0])", es.ConnectivityError, "pre and post", "2 and 1", "one length"),
    ("es.Explicit([0.5], [0])", es.ConnectivityError, "Explicit pre", "[0.5]", "whole numbers"),
    ("es.CSR([0, 2, 1], [0])", es.ConnectivityError, "indptr", "[0, 2, 1]", "ascend from 0 to 1"),
    ("net.connect(exc, inh, es.CSR([0, 1], [0]), weight=1.0, delay=1.0)", es.ConnectivityError, "indptr", "(2,)", "(81,)"),
    ("es.FixedProbability(1.5)", es.ConnectivityError, "p", "1.5", "[0, 1]"),
    ("es.FixedProbability(float('nan'))", es.ConnectivityError, "p", "nan", "finite"),
    ("es.FixedProbability(0.1, autapses='no')", es.ParameterError, "autapses", "'no'", "True or False"),
    ("es.FixedInDegree(-1)", es.ConnectivityError, "k", "-1", ">= 0"),
    ("es.FixedOutDegree(2.5)", es.ConnectivityError, "FixedOutDegree k", "2.5", "whole number"),
    (
        "net.connect(exc, inh, es.FixedInDegree(81, multapses=False), weight=1.0, delay=1.0)",
        es.ConnectivityError,
        "81",
        "of 80",
        "multapses=False",
    ),
    ("net.connect(exc[:0], inh, es.FixedInDegree(1), weight=1.0, delay=1.0)", es.ConnectivityError, "FixedInDegree(1)", "of 0"),
    (
        "net.connect(exc, inh, es.FixedTotalNumber(1601, multapses=False), weight=1.0, delay=1.0)",
        es.ConnectivityError,
        "1601",
        "1600 pairs",
    ),
    ("net.connect(exc, inh, es.AllToAll(), weight=1.0, delay=1.0, synapse=es.Static(1.0, 1.0))", es.ParameterError, "synapse=", "weight="),
    ("net.connect(exc, inh, es.AllToAll(), 1.0, 1.0, weight_dtype='f16')", es.ParameterError, "weight_dtype", "'f16'", "np.float32"),
    ("net.connect(exc, inh, es.AllToAll(), 1e39, 1.0, weight_dtype='float32')", es.ParameterError, "weight", "1e+39", "3.4e38"),
    (
        "net.connect(exc, inh, es.FixedInDegree(2), 1.0, 1.0, procedural=True)",
        es.ConnectivityError,
        "procedural",
        "FixedInDegree",
        "FixedProbability, FixedOutDegree, AllToAll, OneToOne",
    ),
    ("net.connect(exc, exc, es.OneToOne(), np.ones(80), 1.0, procedural=True)", es.ConnectivityError, "weight", "(80,)", "distribution"),
    ("net.connect(exc, inh, es.AllToAll(), 1.0, es.Normal(1.0, 1.0), procedural=True)", es.DelayError, "delay", "Normal(", "low=0"),
    (
        "net.connect(exc, inh, es.AllToAll(), es.Uniform(0, 1e39), 1.0, weight_dtype='float32', procedural=True)",
        es.ParameterError,
        "weight",
        "1e+39",
        "finite",
    ),
    ("net.connect(exc, inh, es.AllToAll(), 1.0, 1.0, procedural=1)", es.ParameterError, "procedural", "1", "True or False"),
    ("net.connect(exc, inh, es.AllToAll(), synapse='static')", es.ParameterError, "synapse", "'static'", "es.Static"),
    ("net.connect(exc, inh, es.AllToAll(), es.Static(1.0, 1.0))", es.ParameterError, "weight", "synapse=", "Static"),
    ("es.STDP(1.0, 1.0)", es.ParameterError, "STDP", "a_plus=, a_minus= and w_max="),
    ("es.STDP(1.0, 1.0, a_plus=0.1, w_max=2.0)", es.ParameterError, "STDP", "a_minus"),
    ("es.STDP(1.0, 1.0, a_plus=0.1, a_minus=0.1, Wmax=2.0)", es.ParameterError, "STDP", "'Wmax'", "did you mean 'w_max'?", "tau_plus"),
    ("es.STDP(1.0, 1.0, a_plus=0.1, a_minus=0.1, w_max=2.0, tau_plus=0.0)", es.ParameterError, "tau_plus", "> 0", "got 0.0"),
    ("es.STDP(1.0, 1.0, a_plus=np.nan, a_minus=0.1, w_max=2.0)", es.ParameterError, "a_plus", "finite", "nan"),
    ("es.STDP(1.0, 1.0, a_plus=0.1, a_minus=0.1, w_min=-1.0, w_max=2.0)", es.ParameterError, "w_min", "w_max", "one sign"),
    ("es.STDP(1.0, 1.0, a_plus=0.1, a_minus=0.1, w_max=2.0, pairing='some')", es.ParameterError, "pairing", "'nearest'", "'some'"),
    ("es.STDP(1.0, 1.0, a_plus=0.1, a_minus=0.1, w_max=2.0, backprop_delay=-1.0)", es.ParameterError, "backprop_delay", ">= 0", "-1.0"),
    (
        "net.connect(exc, inh, es.AllToAll(), synapse=es.STDP(5.0, 1.0, a_plus=0.1, a_minus=0.1, w_max=2.0))",
        es.ParameterError,
        "weight",
        "between 0 and 2",
        "got 5",
    ),
    (
        "net.connect(exc, inh, es.AllToAll(), procedural=True, synapse=es.STDP(1.0, 1.0, a_plus=0.1, a_minus=0.1, w_max=2.0))",
        es.ConnectivityError,
        "procedural",
        "plastic",
    ),
    ("es.RewardSTDP(1.0, 1.0, None, a_plus=0.1, a_minus=0.1, w_max=2.0)", es.ParameterError, "RewardSTDP", "modulator", "es.Modulator"),
    (
        "es.RewardSTDP(1.0, 1.0, 'dopamine', a_plus=0.1, a_minus=0.1, w_max=2.0)",
        es.ParameterError,
        "modulator of RewardSTDP",
        "es.Modulator",
        "'dopamine'",
    ),
    ("es.Modulator(tau=0.0)", es.ParameterError, "Modulator tau", "> 0 ms", "0.0"),
    ("es.Modulator(tau=[100.0, 200.0])", es.ParameterError, "Modulator tau", "number (ms)", "[100.0, 200.0]"),
    ("es.TsodyksMarkram(1.0, 1.0, U=1.5)", es.ParameterError, "U", "1.5"),
    ("es.TsodyksMarkram(1.0, 1.0, U=[0.5, [0.5]])", es.ParameterError, "U", "number or an array", "[0.5, [0.5]]"),
    (
        "net.connect(exc, inh, es.AllToAll(), weight=1.0, delay=1.0, receptor='ampa')",
        es.ConnectivityError,
        "receptor",
        "'ampa'",
        "'exc', 'inh'",
    ),
    ("net.connect(exc, inh, es.AllToAll(), weight=1.0, delay=1.0, receptor=2)", es.ConnectivityError, "receptor", "2", "below 2"),
    ("net.connect(exc, inh, es.AllToAll(), weight=1.0, delay=1.0, label=5)", es.ParameterError, "label", "5", "string"),
    ("net.drive(stim, rate=10.0, weight=1.0)", es.ConnectivityError, "'stim'", "receives nothing"),
    ("net.drive(exc, rate=-10.0, weight=1.0)", es.ParameterError, "rate", "-10.0", ">= 0 Hz"),
    ("net.drive(exc, rate=[1.0, 2.0], weight=1.0)", es.ParameterError, "rate", "(2,)", "(80,)"),
    ("net.drive(exc, rate=10.0, weight=es.Normal(1.0, 0.1))", es.ParameterError, "weight", "Normal(", "number"),
    ("net.drive(exc, rate=1e12, weight=1.0)", es.ParameterError, "rate", "1e+12", "<= 1e+09 Hz"),
    ("net.inject_current('exc', es.StepCurrent([1.0], [5.0]))", es.ConnectivityError, "neurons", "'exc'", "population"),
    ("net.inject_current(exc, 500.0)", es.ParameterError, "'exc'", "500.0", "StepCurrent"),
    ("net.inject_current(exc, es.StepCurrent)", es.ParameterError, "'exc'", "StepCurrent", "such as es.StepCurrent("),
    ("net.inject_current(stim, es.StepCurrent([1.0], [5.0]))", es.ParameterError, "'stim'", "receives nothing"),
    ("net.inject_current(exc, es.StepCurrent([1.0, 2.0], [[5.0, 3.0], [0.0, 0.0]]))", es.ParameterError, "values", "(2, 80)", "(2, 2)"),
    ("net.inject_current(exc, es.SineCurrent([1.0, 2.0], 40.0))", es.ParameterError, "amplitude", "(80,)", "(2,)"),
    ("es.StepCurrent([2.0, 1.0], [5.0, 0.0])", es.ParameterError, "times", "ascending", "[2.0, 1.0]"),
    ("es.StepCurrent([-1.0], [5.0])", es.ParameterError, "times", ">= 0 ms", "-1"),
    ("es.StepCurrent([1.0], [float('nan')])", es.ParameterError, "values", "finite", "nan"),
    ("es.StepCurrent([1.0, 2.0], [5.0])", es.ParameterError, "values", "(2,) or (2, n)", "(1,)"),
    ("es.RampCurrent([0.0, 1e-300], [0.0, 1e10])", es.ParameterError, "values", "finite slope"),
    ("es.SineCurrent(100.0, float('inf'))", es.ParameterError, "frequency", "finite", "inf"),
    ("es.SineCurrent(100.0, 1e7)", es.ParameterError, "frequency", "<= 1e+06 Hz", "10000000.0"),
    ("es.SineCurrent(100.0, 0.0)", es.ParameterError, "frequency", ">= 1e-06 Hz", "0.0"),
    ("es.SineCurrent(100.0, 40.0, start=5.0, stop=5.0)", es.ParameterError, "stop", "> start", "5"),
    ("es.NoisyCurrent(0.0, -1.0, 0.5)", es.ParameterError, "std", ">= 0 pA", "-1.0"),
    ("es.NoisyCurrent(0.0, 1.0, -0.5)", es.ParameterError, "interval", ">= 1e-06 ms", "-0.5"),
    (
        "huge.connect(many, many, es.AllToAll(), weight=1.0, delay=1.0) and es.Simulator(huge)",
        es.CapacityError,
        "GiB",
        "free",
        "4 bytes a synapse",
    ),
    (
        "far.connect(cells, cells, es.AllToAll(), weight=1.0, delay=es.Normal(0.0, 1.0)) and es.Simulator(far)",
        es.DelayError,
        "delay",
        "-",
        "low=0",
    ),
]
SIMULATION = [
    ("es.Simulator('net')", es.ParameterError, "network", "'net'", "Network"),
    ("es.Simulator(net, threads=0)", es.ParameterError, "threads", "0", ">= 1"),
    ("es.Simulator(net, engine='fast')", es.ParameterError, "engine", "'fast'", "'sequential'"),
    ("es.Simulator(net, seed=-1)", es.ParameterError, "seed", "-1", ">= 0"),
    ("es.Simulator(net, micro_steps=-1)", es.ParameterError, "micro_steps", "-1", ">= 0"),
    ("es.Simulator(net, record_spikes=3)", es.ParameterError, "record_spikes", "3", "True, False or a list"),
    ("es.Simulator(net, record_spikes=['exc'])", es.ParameterError, "'exc'", "population or a view"),
    ("es.Simulator(net, audit=0)", es.ParameterError, "audit", "0", ">= 1"),
    ("es.Simulator(net, audit=101)", es.ParameterError, "audit", "101", "number of neurons, 100"),
    ("es.Simulator(net, audit=True)", es.ParameterError, "audit", "True", "number of neurons, or a list"),
    ("es.Simulator(net, audit=['exc'])", es.ParameterError, "'exc'", "population or a view"),
    ("es.Simulator(net, audit=[])", es.ParameterError, "audit", "[]", "at least one neuron"),
    ("es.Simulator(net, audit=stim)", es.ParameterError, "audit", "'stim'", "of neurons"),
    ("es.Simulator(loop.network, audit=1)", es.ParameterError, "audit", "neuron 1 of 'LIF0'", "without delay", "micro-steps"),
    ("sim.run()", es.ParameterError, "duration or until=", "neither"),
    ("sim.run(5.0, until=10.0)", es.ParameterError, "duration or until=", "5.0", "10.0"),
    ("sim.run(-1)", es.ParameterError, "duration", "-1", ">= 0 ms"),
    ("sim.run(float('nan'))", es.ParameterError, "duration", "nan", "finite"),
    ("sim.run(float('inf'))", es.ParameterError, "duration", "inf", "finite"),
    ("sim.run('1 s')", es.ParameterError, "duration", "'1 s'", "number (ms)"),
    ("sim.run(until=1.0)", es.ParameterError, "until", "1.0", ">= sim.now = 2.0 ms"),
    ("sim.run(until=lambda sim: True, limit=1.0)", es.ParameterError, "limit", "1.0", ">= sim.now = 2.0 ms"),
    ("sim.run(until=lambda sim: True, limit='1 s')", es.ParameterError, "limit", "'1 s'", "number (ms)"),
    ("sim.run(5.0, limit=10.0)", es.ParameterError, "limit", "10.0", "until=predicate"),
    ("windows.run(until=1e16)", es.ParameterError, "until", "1e+16", "<= 9007199254740992.0 ms", "engine='sequential'"),
    ("nested.run(until=lambda sim: sim.run(1.0))", es.SimulationError, "run was called from within a run", "predicate"),
    ("silent.run(until=lambda sim: True)", es.SimulationError, "nothing is queued", "predicate would never be asked"),
    ("sim.record('u', exc, at=[3.0])", es.ParameterError, "'u'", "there is 'v'"),
    ("sim.record('v', exc)", es.RecordingError, "at=", "'v'", "np.arange"),
    ("sim.record('v', exc, at=[1.0])", es.ParameterError, "at", "1.0", ">= sim.now = 2.0 ms"),
    ("sim.record('v', exc, at=[[3.0]])", es.ParameterError, "at", "(1, 1)", "one-dimensional"),
    ("sim.record('v', exc, at=['soon'])", es.ParameterError, "at", "['soon']", "numbers (ms)"),
    ("sim.record('v', stim, at=[3.0])", es.ParameterError, "'stim'", "'v'", "none"),
    ("sim.record('spikes', exc, at=[3.0])", es.RecordingError, "at=", "every spike"),
    ("sim.record('v', 'exc', at=[3.0])", es.ParameterError, "selection", "'exc'", "population, a view", "projection"),
    ("sim.spikes.of(stim)", es.RecordingError, "'stim'", "sim.record('spikes', stim)"),
    ("sim.spikes.of(foreign)", es.ParameterError, "'foreign'", "not part of the simulated network", "'exc'"),
    ("sim.spikes.of('exc')", es.ParameterError, "selection", "'exc'", "population or a view"),
    ("es.analysis.mean_rate(sim.spikes, exc, end=3.0)", es.ParameterError, "end", "3.0", "<= 2.0 ms", "simulated"),
    ("es.analysis.mean_rate(sim.spikes, exc, begin=1.0, end=1.0)", es.ParameterError, "end", "1 ms", "> begin"),
    ("sim.record('weight', net.projections[0], synapses=[0])", es.RecordingError, "static", "sim.weights"),
    ("es.analysis.weight_histogram([2.0], (0.0, 1.0))", es.ParameterError, "weights", "2.0", "bounds = (0, 1)"),
    ("es.analysis.weight_histogram([1.0, 1.0000000000000002])", es.ParameterError, "bins", "40 from 1.0", "float64"),
    ("es.analysis.weight_histogram([-1e308, 1e308])", es.ParameterError, "bins", "40 from -1e+308", "float64"),
    ("sim.get(foreign, 'v')", es.ParameterError, "'foreign'", "not part of the simulated network"),
    ("sim.get(exc, 'w')", es.ParameterError, "'w'", "there is 'v'"),
    ("sim.set(exc, w=1.0)", es.ParameterError, "'w'", "there is 'v'"),
    ("sim.set(exc, tau_m=1.0)", es.ParameterError, "tau_m", "parameter", "fixed once the simulator is made"),
    ("sim.set(exc, v=np.nan)", es.ParameterError, "v of 'exc'", "nan", "finite"),
    ("sim.set(exc[:3], v=[1.0, 2.0])", es.ParameterError, "v of 'exc (3 of 80)'", "(2,)", "(3,)"),
    ("sim.set(exc)", es.ParameterError, "set needs", "v=-55.0"),
    ("sim.set(stim, v=1.0)", es.ParameterError, "'stim'", "'v'", "none"),
    ("sim.inject(1.0, stim.addresses[0])", es.ParameterError, "times", "1.0", ">= sim.now = 2.0 ms"),
    ("sim.inject(3.0, exc.addresses[0])", es.ParameterError, "address 0", "SpikeSource"),
    ("sim.inject(3.0, noise.addresses[0])", es.ParameterError, "address 102", "SpikeSource"),
    ("sim.inject(3.0, 1000)", es.ParameterError, "addresses", "1000", "[0, 105)"),
    ("sim.inject(3.0, 100.5)", es.ParameterError, "addresses", "100.5", "whole number"),
    ("sim.inject(np.nan, stim.addresses[0])", es.ParameterError, "times", "nan", "finite"),
    ("sim.inject([3.0, 4.0, 5.0], stim.addresses)", es.ParameterError, "times and addresses", "(3,)", "(2,)"),
    ("sim.audit()", es.RecordingError, "nothing was kept to audit", "before the run", "audit=20"),
    ("audited.audit(3)", es.ParameterError, "neurons", "3", "<= 2"),
    ("audited.audit(0)", es.ParameterError, "neurons", "0", ">= 1"),
    ("audited.audit(2, seed=-1)", es.ParameterError, "seed", "-1", ">= 0"),
    ("sim.weights(None)", es.ParameterError, "projection", "None", "'stim -> exc'"),
    ("explosion.run(10.0)", es.NumericalError, "address 0", "not finite", "too large", "neuron 0 of 'cell'"),
    ("loop.run(10.0)", es.ZeroDelayLoopError, "1.0 ms", "addresses in the loop: 0, 1", "a delay", "neuron 1 of 'LIF0'"),
]
TABLE = {
    "Networks and populations": NETWORK,
    "Parameters, initial states, sources, views": PARAMETERS,
    "Connections, drives and injected currents": CONNECTIONS,
    "Changes of plastic synapses": CHANGES,
    "Running, recording, reading": SIMULATION,
    "Checkpoints": FILES,
}
CASES = [case for cases in TABLE.values() for case in cases]


# -- what the calls refer to ------------------------------------------------------------------------------------------


def prepared(folder):
    """The names that the calls use: a network, its simulator at 2 ms, and troublesome ones beside."""
    net = es.Network(seed=1)
    exc = net.population(80, es.LIF(), name="exc")
    inh = net.population(20, es.LIFExp(), name="inh")
    stim = net.population(2, es.SpikeSource(times=[[1.0], [3.0]]), name="stim")
    noise = net.population(3, es.Poisson(10.0), name="noise")
    net.connect(stim, exc, es.AllToAll(), weight=0.1, delay=0.5)
    sim = es.Simulator(net, engine="reference")
    sim.run(2.0)
    huge, far = es.Network(), es.Network()
    return {
        "es": es, "np": np, "net": net, "exc": exc, "inh": inh, "stim": stim, "noise": noise, "sim": sim,
        "foreign": es.Network().population(10, es.LIF(), name="foreign"),
        "huge": huge, "many": huge.population(10_000_000, es.LIF()),
        "far": far, "cells": far.population(5, es.LIF()),
        **changed(),
        "silent": es.Simulator(es.Network(), engine="reference"),
        "windows": es.Simulator(es.Network(), engine="windowed"),
        "nested": es.Simulator(net, engine="reference"), "audited": es.Simulator(net, engine="reference", audit=2), "explosion": _explosion(), "loop": _loop(),
        "folder": folder, **checkpoints(sim, folder),
    }  # fmt: skip


def _explosion():
    net = es.Network()
    cell = net.population(1, es.LIFExp(v_thresh=1e300), name="cell")
    stim = net.population(1, es.SpikeSource([[1.0, 2.0]]))
    net.connect(stim, cell, es.AllToAll(), weight=1.5e308, delay=0.5)
    return es.Simulator(net, engine="reference")


def _loop():
    net = es.Network()
    cells = net.population(2, es.LIF(t_ref=0.0))
    stim = net.population(1, es.SpikeSource([[1.0]]))
    net.connect(stim, cells, es.AllToAll(), weight=20.0, delay=0.0)
    net.connect(cells, cells, es.AllToAll(), weight=20.0, delay=0.0)
    return es.Simulator(net, engine="reference")


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    return prepared(tmp_path_factory.mktemp("folder"))


# -- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("call", "error", "fragments"), [(c, e, f) for c, e, *f in CASES], ids=[c[0] for c in CASES])
def test_mistake_is_answered(call, error, fragments, names):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(error) as answer:
            eval(call, dict(names))
    assert type(answer.value) is error
    message = str(answer.value)
    for fragment in fragments:
        assert fragment in message
    assert "\n" not in message


def test_a_mistake_leaves_no_trace(names):
    """None of the wrong calls above has added anything, and the simulator still runs."""
    own = prepared(names["folder"])
    before = (len(own["net"].populations), len(own["net"].projections), len(own["net"].drives))
    for call, error, *_ in [*NETWORK, *PARAMETERS, *CONNECTIONS, *CHANGES, *SIMULATION]:
        if "huge" not in call and "far" not in call:
            with pytest.raises(error):
                eval(call, dict(own))
    assert (len(own["net"].populations), len(own["net"].projections), len(own["net"].drives)) == before
    untouched = prepared(names["folder"])["sim"]
    for sim in (own["sim"], untouched):
        sim.run(10.0)
    assert sim.now == 12.0
    assert own["sim"].get(own["exc"], "v").tolist() == untouched.get(untouched.network["exc"], "v").tolist()


@pytest.mark.parametrize("error", [getattr(es.errors, n) for n in es.errors.__all__])
def test_every_error_is_one_of_eventsims(error):
    assert issubclass(error, es.EventsimError)
    assert error.__doc__


# -- the document -----------------------------------------------------------------------------------------------------


def document(folder):
    """docs/errors.md: what each wrong call answers."""
    names = prepared(folder)
    lines = [
        "# Mistakes and what they answer",
        "",
        "Every error is a subclass of `es.EventsimError` and is raised where the mistake is made. `ParameterError` (with `ConnectivityError`,",
        "`DelayError`, `SelectionError`) and `FormatError` are also `ValueError`s, `SelectionError` is also an `IndexError`, `RecordingError` a",
        "`LookupError`, `SimulationError` (with `NumericalError`, `ZeroDelayLoopError`) a `RuntimeError`, `CapacityError` a `MemoryError`,",
        "`MissingFileError` a `FileNotFoundError`.",
        "",
        "`exc` are 80 LIF neurons, `inh` 20 LIFExp neurons, `stim` two spike sources and `noise` three Poisson sources of the network `net`,",
        "whose simulator `sim` stands at 2 ms; `foreign` belongs to another network. `learning` and `devices` are plastic projections of `plastic`. Written by `python -m tests.test_errors`.",
    ]
    for title, cases in TABLE.items():
        lines += ["", f"## {title}", "", "| Call | Answer |", "|---|---|"]
        for call, error, *_ in cases:
            try:
                eval(call, dict(names))
            except error as answer:
                message = str(answer).replace(str(folder), "FOLDER").replace("|", "\\|")
                message = re.sub(r"0x[0-9a-f]+|[0-9.]+(?= GiB are free)", "...", message)
                lines.append(f"| `{call}` | `{type(answer).__name__}`: {message} |")
    return "\n".join(lines) + "\n"


def test_document_is_up_to_date(tmp_path):
    assert DOCUMENT.read_text() == document(tmp_path)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        DOCUMENT.write_text(document(Path(folder)))
