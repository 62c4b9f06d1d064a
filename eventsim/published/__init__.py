"""Published networks and neurons, ready to run: each builder names its source, and what the source says about its activity."""

from .brette2007 import brette2007
from .brunel2000 import brunel2000, brunel2000_mean_field
from .hodgkin_huxley1952 import hodgkin_huxley1952
from .izhikevich2004 import izhikevich2004
from .izhikevich2007 import izhikevich2007, izhikevich2007_run
from .masquelier2008 import masquelier2008, masquelier2008_latencies, masquelier2008_outcome, masquelier2008_stimulus
from .naud2008 import naud2008
from .oja1982 import oja1982, oja1982_angle, oja1982_correlations
from .pfister_gerstner2006 import pfister_gerstner2006
from .potjans_diesmann2014 import potjans_diesmann2014, potjans_diesmann2014_rates
from .song_miller_abbott2000 import song_miller_abbott2000
from .tsodyks_pawelzik_markram1998 import tsodyks_pawelzik_markram1998, tsodyks_pawelzik_markram1998_stationary
from .vogels2011 import vogels2011, vogels2011_neuron, vogels2011_signals
from .vogels_abbott2005 import vogels_abbott2005, vogels_abbott2005_currents

__all__ = [
    "brette2007",
    "brunel2000",
    "brunel2000_mean_field",
    "hodgkin_huxley1952",
    "izhikevich2004",
    "izhikevich2007",
    "izhikevich2007_run",
    "masquelier2008",
    "masquelier2008_latencies",
    "masquelier2008_outcome",
    "masquelier2008_stimulus",
    "naud2008",
    "oja1982",
    "oja1982_angle",
    "oja1982_correlations",
    "pfister_gerstner2006",
    "potjans_diesmann2014",
    "potjans_diesmann2014_rates",
    "song_miller_abbott2000",
    "tsodyks_pawelzik_markram1998",
    "tsodyks_pawelzik_markram1998_stationary",
    "vogels2011",
    "vogels2011_neuron",
    "vogels2011_signals",
    "vogels_abbott2005",
    "vogels_abbott2005_currents",
]
