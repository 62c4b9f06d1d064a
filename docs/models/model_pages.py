"""Which neuron models have a page, and what each of their pictures shows. A page more is an entry more in PAGES."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

import eventsim as es

BOUNDED_METHOD = "Runge-Kutta of order 8, error control"
LOWER_BOUNDS = "lower bounds from the left"


class Page(NamedTuple):
    """A family of models.

    Parameters
    ----------
    name : str
        Of the class and of the files.
    method : str
        How the first crossing is found, in a few words, for the index.
    current : float, pA
        The constant current of the left part of the picture.
    currents : (float, float), pA
        The range of the f-I curve.
    options : tuple of dict
        What chooses the variants, such as `synapses="current"`; the first is the default and is the one drawn.
    shown : mapping
        Parameters of the picture that are not the defaults.
    weights : tuple of float
        Of two spikes that arrive in the left part, where the model has synaptic currents or conductances worth seeing.
    adapts : bool
        Whether the f-I curve shows the first interval beside the last ones.
    compared : bool
        Whether it shows every variant, and not the default alone.
    rate : (i_offset, get) -> Hz, optional
        The f-I curve in theory; get(name) is a parameter.
    duration : float, ms
        Of the left part.
    longest : float, ms
        How long neurons run for the f-I curve.
    """

    name: str
    method: str
    current: float
    currents: tuple
    options: tuple = ({},)
    shown: Mapping = MappingProxyType({})
    weights: tuple = ()
    adapts: bool = False
    compared: bool = False
    rate: Callable | None = None
    duration: float = 200.0
    longest: float = 3000.0

    def neuron(self, k=0, **parameters):
        """The k-th variant with these parameters."""
        return getattr(es, self.name)(**self.options[k], **parameters)

    def model(self, k=0):
        """The `NeuronModel` of the k-th variant."""
        return self.neuron(k).model

    def call(self, k=0):
        """How the k-th variant is asked for."""
        given = ", ".join(f'{name}="{value}"' for name, value in self.options[k].items())
        return f"{self.name}({given})"


def _perfect(i, get):
    charge = get("c_m") * (get("v_thresh") - get("v_reset"))
    return 1e3 * i / (charge + i * get("t_ref")) if i > 0.0 else 0.0


def _leaky(i, get):
    """1 / (t_ref + tau_m ln((v_inf - v_reset) / (v_inf - v_thresh))), v_inf being what the current holds."""
    try:
        resistance = get("r_m")
    except KeyError:
        resistance = get("tau_m") / get("c_m")
    v_inf = get("v_rest") + resistance * i
    if v_inf <= get("v_thresh"):
        return 0.0
    return 1e3 / (get("t_ref") + get("tau_m") * math.log((v_inf - get("v_reset")) / (v_inf - get("v_thresh"))))


def _quadratic(i, get):
    """Above the saddle-node: the time a tangent takes from reset to threshold."""
    centre, curvature = 0.5 * (get("v_rest") + get("v_crit")), get("curvature")
    drive = curvature * get("r_m") * i - (0.5 * curvature * (get("v_crit") - get("v_rest"))) ** 2
    if drive <= 0.0:
        return 0.0
    root = math.sqrt(drive)
    turned = math.atan(curvature * (get("v_thresh") - centre) / root) - math.atan(curvature * (get("v_reset") - centre) / root)
    return 1e3 / (get("t_ref") + get("tau_m") * turned / root)


def _escaping(i, get):
    """Renewal theory: the mean interval is t_ref and the integral of the probability that no spike has come yet."""
    tau, v_inf = get("tau_m"), get("v_rest") + get("r_m") * i
    t = np.linspace(0.0, 40.0 * tau, 20_001)
    v = v_inf + (get("v_reset") - v_inf) * np.exp(-t / tau)
    hazard = 1e-3 * get("rate_at_threshold") * np.exp((v - get("v_thresh")) / get("delta_v"))
    step = t[1]
    survived = np.exp(-np.concatenate([[0.0], np.cumsum(0.5 * step * (hazard[1:] + hazard[:-1]))]))
    return 1e3 / (get("t_ref") + np.trapezoid(survived, t) + survived[-1] / hazard[-1])


_SYNAPSES = ({"synapses": "conductance"}, {"synapses": "current"})

PAGES = (
    Page("IF", "one division", 300.0, (0.0, 2000.0), rate=_perfect),
    Page("LIF", "one logarithm", 18.0, (0.0, 60.0), rate=_leaky),
    Page("LIFExp", LOWER_BOUNDS, 800.0, (0.0, 3000.0), weights=(1500.0, -1500.0), rate=_leaky),
    Page(
        "LIFAlpha",
        LOWER_BOUNDS,
        800.0,
        (0.0, 3000.0),
        shown={"tau_syn_exc": 5.0, "tau_syn_inh": 5.0},
        weights=(1000.0, -1000.0),
        rate=_leaky,
    ),
    Page(
        "LIFBiexp",
        LOWER_BOUNDS,
        800.0,
        (0.0, 3000.0),
        shown={"tau_rise_exc": 2.0, "tau_rise_inh": 2.0},
        weights=(1000.0, -1000.0),
        rate=_leaky,
    ),
    Page("LIFAdapt", "bracketed on the first rise", 1200.0, (0.0, 3000.0), adapts=True, duration=300.0),
    Page("LIFEscape", "exponential integrals, Newton's method from a lower bound", 14.0, (0.0, 30.0), rate=_escaping, longest=60_000.0),
    Page("QIF", "arc tangent or logarithm", 6.0, (0.0, 30.0), rate=_quadratic),
    Page(
        "LIFCond", BOUNDED_METHOD, 800.0, (0.0, 3000.0), ({"shape": "exponential"}, {"shape": "alpha"}), weights=(25.0, -150.0), rate=_leaky
    ),
    Page("EIF", BOUNDED_METHOD, 650.0, (0.0, 2000.0), _SYNAPSES, weights=(8.0, -30.0)),
    Page("AdEx", BOUNDED_METHOD, 900.0, (0.0, 2000.0), _SYNAPSES, adapts=True, duration=300.0),
    Page("Izhikevich", BOUNDED_METHOD, 10.0, (0.0, 30.0), adapts=True),
    Page(
        "HodgkinHuxley", BOUNDED_METHOD, 400.0, (0.0, 3000.0), ({"kinetics": "traub"}, {"kinetics": "squid"}), compared=True, duration=60.0
    ),
)
