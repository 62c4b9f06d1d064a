"""Memristive synapses: the function that makes them from a device and a way to make pulses from spikes."""

from . import memristor_pair, memristor_single
from .rule import known_by_name

PROTOCOLS = ("window", "stdp")  # in the order of the parameter at_arrival

RULES = (*memristor_single.RULES, *memristor_pair.RULES)


@known_by_name
def Memristor(
    weight,
    delay,
    device,
    scale,
    protocol="window",
    window=20.0,
    window_minus=None,
    pair=False,
    refresh=1.0,
    backprop_delay=0.0,
    post_first=False,
):
    """Synapses that are memristive devices: arrivals read their conductance, and programming pulses made from spikes move it.

    Parameters
    ----------
    weight : float, array or distribution, in the unit of the postsynaptic model
        In which the synapses begin, between scale / r_off and scale / r_on; with pair=True between minus and plus their difference. Devices begin in the
        state that is nearest, their own variations left aside, and have just been programmed then.
    delay : float, array or distribution, ms, >= 0
        From the presynaptic spike to the synapse, where it is delivered.
    device : Device
        Such as es.devices.Linear(levels=16).
    scale : float, unit of the weight per nS, > 0
        weight = scale * conductance. For weights in pA it is the read voltage in mV.
    protocol : str
        "window" (Querlioz et al. 2011): a postsynaptic spike potentiates where the last arrival is at most `window` ms old, and depresses all other synapses.
        "stdp": it potentiates those, and an arrival at most `window_minus` ms after the last postsynaptic spike depresses.
    window, window_minus : float, ms, > 0
        window_minus is for "stdp" alone, and is `window` by default.
    pair : bool
        Two devices a synapse, whose weight is the difference of their conductances (Bichler et al. 2012): a SET pulse of the one potentiates, of the other depresses.
    refresh : float, in (0, 1]
        With pair=True: the state at which a device leads to both being reset and the difference being programmed anew.
    backprop_delay : float, ms, >= 0
        From the postsynaptic spike to the synapse.
    post_first : bool
        At the very same time, a postsynaptic spike that has happened comes before an arrival, not after it.

    Returns
    -------
    Synapse
        The description to hand to `Network.connect(..., synapse=)`. Its variables are weight, x (of a pair plus, minus), age (ms since the last programming pulse), reads, sets,
        resets (how many pulses), number, draws (of random numbers), and what is its own: gain, up_factor, down_factor, drift.

    Raises
    ------
    ParameterError
        Where a parameter is out of range.

    Notes
    -----
    Querlioz, Bichler & Gamrat 2011, doi 10.1109/IJCNN.2011.6033439; Bichler et al. 2012, IEEE Trans. Electron Devices 59, 2206. The equations are in `eventsim.synapses.device`.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> pre = net.population(1, es.SpikeSource(times=[[10.0, 60.0]]), name="pre")
    >>> post = net.population(1, es.LIF(), name="post")
    >>> teacher = net.population(1, es.SpikeSource(times=[[15.0]]), name="teacher")
    >>> device = es.devices.Linear(levels=11, r_on=0.01, r_off=1.0)  # 1 to 100 nS
    >>> j = net.connect(pre, post, es.OneToOne(), synapse=es.Memristor(0.505, 1.0, device, scale=0.01))
    >>> _ = net.connect(teacher, post, es.OneToOne(), weight=20.0, delay=1.0)
    >>> sim = es.Simulator(net)
    >>> sim.run(100.0)  # arrivals at 11 and 61 ms, a postsynaptic spike at 16 ms: one SET pulse
    >>> synapse = sim.weights(j)[0]
    >>> float(synapse["x"]), round(float(synapse["weight"]), 12), float(synapse["reads"]), float(synapse["sets"])
    (0.6, 0.604, 2.0, 1.0)
    """
    from .. import _cast
    from ..devices.device import Device
    from ..errors import ParameterError

    if not isinstance(device, Device):
        raise ParameterError(f"Memristor device must be a device such as es.devices.Linear(levels=16), got {_cast.short(device)}")
    stdp = float(PROTOCOLS.index(_cast.choice(protocol, "Memristor protocol", PROTOCOLS)))
    if window_minus is not None and not stdp:
        raise ParameterError(f"Memristor window_minus is for protocol='stdp', got {_cast.short(window_minus)} with protocol='window'")
    if not _cast.flag(pair, "Memristor pair") and refresh != 1.0:
        raise ParameterError(f"Memristor refresh is for pair=True, got {_cast.short(refresh)} with pair=False")
    window = _cast.number(window, "Memristor window", "ms", 0.0, low_open=True)
    own = device.own()
    if pair:
        own |= {f"{name}_minus": value for name, value in own.items()}
    rule = (memristor_pair if pair else memristor_single).rule(device.changes)
    spikes = {"at_arrival": stdp, "window_plus": window, "window_minus": window if window_minus is None else window_minus}
    how = {"backprop_delay": backprop_delay, "post_first": post_first}
    return rule(weight, delay, **how, scale=scale, refresh=refresh, **spikes, **device.parameters(), **own)
