"""The squid's giant axon under constant current: Hodgkin & Huxley 1952, as a membrane without extent.

Source
    Hodgkin & Huxley 1952, doi 10.1113/jphysiol.1952.sp004764, table 3 and eqs. 12-26, at 6.3 degrees; potentials as they are given today,
    resting at -65 mV.
"""

import numpy as np

from .. import _cast
from ..network.network import Network
from ..neurons import HodgkinHuxley

AREA = 2e-4  # cm2, of the membrane that `HodgkinHuxley(kinetics="squid")` describes: 200 pF at 1 uF/cm2
PICOAMPERES = 1e6 * AREA  # pA for 1 uA/cm2


def hodgkin_huxley1952(currents, tolerance=1e-9):
    """A network of unconnected membranes of the squid's giant axon, population "axon", each with a constant current from time 0 on.

    They begin at rest (-65 mV). A spike is the crossing of 0 mV upwards.

    Parameters
    ----------
    currents : float or array (n,), uA/cm2
        Outward through the membrane, that is depolarising.
    tolerance : float
        Of a step of the integration, 1e-13 to 1e-3.

    Returns
    -------
    Network

    Raises
    ------
    ParameterError
        Where a current is no finite number, or there is none.

    Examples
    --------
    >>> import eventsim as es
    >>> sim = es.Simulator(es.published.hodgkin_huxley1952([5.0, 10.0]), engine="reference")
    >>> sim.run(50.0)
    >>> [int((sim.spikes.address == k).sum()) for k in (0, 1)]  # one spike at the onset; and a train
    [1, 4]
    """
    currents = np.atleast_1d(_cast.floats(currents, "currents", "uA/cm2"))
    net = Network()
    neuron = HodgkinHuxley(kinetics="squid", i_offset=PICOAMPERES * currents, tolerance=tolerance)
    net.population(len(currents), neuron, name="axon").set(v=-65.0)
    return net
