"""Wrong calls of `Network.scale` and `Network.rewire`, for tests/test_errors.py: call, error, what the message has to say."""

import eventsim as es

CHANGES = [
    ("plastic.scale(None, total=1.0, at=1.0)", es.ParameterError, "projection of scaling", "net.connect", "None"),
    ("net.scale(net.projections[0], total=1.0, at=1.0)", es.ConnectivityError, "'stim -> exc'", "static", "es.STDP"),
    ("net.scale(learning, total=1.0, at=1.0)", es.ConnectivityError, "'stim -> cells'", "another network"),
    ("plastic.scale(devices, total=1.0, at=1.0)", es.ConnectivityError, "'devices'", "Memristor", "can not be scaled"),
    ("plastic.scale(learning, total=1.0)", es.ParameterError, "'stim -> cells'", "every= or at="),
    ("plastic.scale(learning, at=1.0)", es.ParameterError, "total= or target_rate=", "neither"),
    ("plastic.scale(learning, total=1.0, target_rate=5.0, gain=0.1, at=1.0)", es.ParameterError, "one of them", "both"),
    ("plastic.scale(learning, target_rate=5.0, at=1.0)", es.ParameterError, "gain=", "None"),
    ("plastic.scale(learning, total=0.0, at=1.0)", es.ParameterError, "total", "> 0", "0.0"),
    ("plastic.scale(learning, total=[1.0, 2.0], at=1.0)", es.ParameterError, "total", "(5,)", "(2,)"),
    ("plastic.scale(learning, target_rate=np.nan, gain=0.1, at=1.0)", es.ParameterError, "target_rate", "finite (Hz)", "nan"),
    ("plastic.scale(learning, total=1.0, every=1e-300)", es.ParameterError, "every", ">= 1e-06 ms", "1e-300"),
    ("plastic.scale(learning, total=1.0, at=[1.0, -1.0])", es.ParameterError, "at", ">= 0", "-1 at index 1"),
    ("plastic.scale(learning, total=1.0, at=[[1.0]])", es.ParameterError, "at", "one-dimensional", "(1, 1)"),
    ("plastic.rewire(learning, every=1.0)", es.ParameterError, "below= or turnover=", "sprout="),
    ("plastic.rewire(learning, below=-1.0, every=1.0)", es.ParameterError, "below", ">= 0", "-1.0"),
    ("plastic.rewire(learning, turnover=1.5, every=1.0)", es.ParameterError, "turnover", "<= 1", "1.5"),
    ("plastic.rewire(learning, sprout=es.AllToAll(), every=1.0)", es.ConnectivityError, "sprout", "es.FixedInDegree(100)", "AllToAll"),
    ("plastic.rewire(learning, sprout=es.FixedInDegree(3, multapses=False), every=1.0)", es.ConnectivityError, "3 pre of 2", "'stim'"),
    ("plastic.rewire(learning, below=0.1, weight=0.5, every=1.0)", es.ParameterError, "weight", "goes with sprout=", "0.5"),
    (
        "plastic.rewire(learning, sprout=es.FixedInDegree(1), weight=[0.5], every=1.0)",
        es.ParameterError,
        "weight",
        "a number or a distribution",
    ),
    (
        "plastic.rewire(learning, sprout=es.FixedInDegree(1), weight=3.0, every=1.0)",
        es.ParameterError,
        "weight",
        "between 0 and 2",
        "got 3",
    ),
    ("plastic.rewire(learning, sprout=es.FixedInDegree(1), delay=-1.0, every=1.0)", es.DelayError, "delay", ">= 0 ms", "-1"),
    ("plastic.rewire(learning, sprout=es.FixedInDegree(1), delay=es.Normal(1.0, 1.0), every=1.0)", es.DelayError, "Normal", "low=0"),
    ("rewired.record('weight', learning, synapses=[0])", es.RecordingError, "'stim -> cells'", "net.rewire", "at="),
    ("rewired.record('weight', devices, at=[5.0])", es.RecordingError, "'devices'", "come and go", "sim.weights"),
]


def changed():
    """The names that the calls use beside those of tests/test_errors.py."""
    plastic = es.Network()
    cells = [plastic.population(2, es.SpikeSource(), name="stim"), plastic.population(5, es.LIF(), name="cells")]
    learning = plastic.connect(*cells, es.AllToAll(), synapse=es.STDP(1.0, 1.0, a_plus=0.1, a_minus=0.1, w_max=2.0))
    device = es.Memristor(0.5, 1.0, es.devices.Linear(r_on=1.0, r_off=10.0, levels=4), 1.0)
    devices = plastic.connect(*cells, es.AllToAll(), synapse=device, label="devices")
    plastic.rewire(devices, turnover=0.1, every=10.0)
    return {"plastic": plastic, "learning": learning, "devices": devices, "rewired": es.Simulator(plastic, engine="reference")}
