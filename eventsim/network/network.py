"""The network: ordered containers of populations, projections, drives and injected currents."""

import itertools

from .. import _cast
from ..errors import CapacityError, ConnectivityError, ParameterError
from ..synapses import Static, Synapse
from .changes import Rewiring, Scaling
from .currents import Injection
from .population import Population, PopulationView
from .projection import Drive, Projection
from .rules import RULES


class Network:
    """A network of spiking neurons: data, until a `Simulator` draws and lowers it.

    Parameters
    ----------
    seed : int, 0 <= seed < 2**64
        Of all random streams. The same network and seed give the same spikes, bit for bit.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> exc = net.population(80, es.LIF(tau_m=20.0), name="exc")
    >>> _ = net.connect(exc, exc, es.FixedProbability(0.1), weight=0.5, delay=1.5)
    >>> net["exc"]
    <Population 'exc': 80 LIF, addresses 0..79>
    """

    def __init__(self, seed=0):
        self.seed = _cast.seed(seed)
        self.populations = []
        self.restored = False  # by `Simulator.load`: without its connections
        self.projections = []
        self.drives = []
        self.injections = []
        self.changes = []  # of synapses, at given times

    @property
    def size(self):
        """Number of addresses: neurons and sources."""
        return sum(p.n for p in self.populations)

    def population(self, n, model, name=None):
        """Add n neurons of a model, or n sources.

        Parameters
        ----------
        n : int, >= 1
        model : Neuron or source
            `es.LIF(...)`, `es.LIFExp(...)`, `es.Poisson(rate)`, `es.SpikeSource(times)`, ... Parameters are scalars,
            arrays of length n, or distributions.
        name : str, optional
            Unique; by default the model's name and a number.

        Returns
        -------
        Population

        Raises
        ------
        ParameterError
            Where a size, a name or the shape of a parameter is wrong.
        CapacityError
            Where there would be 2**31 addresses or more.
        """
        if name is None:
            name = self._free_name(model)
        _cast.text(name, "name")
        if any(p.name == name for p in self.populations):
            raise ParameterError(f"there is a population named {name!r} already")
        population = Population(n, model, name, self.size, len(self.populations), self.seed)
        if self.size + population.n >= 2**31:
            raise CapacityError(f"a network has at most 2**31 - 1 addresses, population {name!r} would bring {self.size + population.n}")
        self.populations.append(population)
        return population

    def connect(
        self, pre, post, rule, weight=None, delay=None, *, synapse=None, receptor=None, label=None, weight_dtype=None, procedural=False
    ):
        """Connect two selections by a rule.

        Parameters
        ----------
        pre, post : Population or view
        rule : AllToAll, OneToOne, FixedProbability, FixedInDegree, FixedOutDegree, FixedTotalNumber, Explicit or CSR
        weight : float, distribution, or array where the rule is deterministic
            In the unit of the postsynaptic model: mV for jumps (LIF, LIFAdapt, IF, QIF), pA for currents.
        delay : as weight, ms, >= 0
        synapse : Static or a plastic synapse such as STDP(...), optional
            Instead of weight and delay.
        receptor : str or int, optional
            Overrides the choice by the weight's sign; required with `tau_syn=[...]`.
        label : str, optional
            For messages and reports; "pre -> post" by default.
        weight_dtype : np.float64 or np.float32, optional
            np.float32: weights are rounded to the nearest float32, and individual ones take 4 bytes instead of 8.
        procedural : bool
            Store no synapses: they are drawn again whenever their source spikes, the very same ones as would be stored.
            For rules that draw by source: FixedProbability, FixedOutDegree, AllToAll, OneToOne; no arrays.

        Returns
        -------
        Projection

        Raises
        ------
        ConnectivityError, DelayError, ParameterError
        """
        for side, selection in (("pre", pre), ("post", post)):
            self._check_selection(selection, side)
        if not isinstance(rule, RULES):
            names = ", ".join(r.__name__ for r in RULES)
            raise ConnectivityError(f"rule must be one of {names}, such as es.FixedProbability(0.1), got {_cast.short(rule)}")
        if isinstance(weight, (Static, Synapse)):
            raise ParameterError(
                f"weight must be a number, a distribution or an array; hand a description of synapses over as synapse=, got {_cast.short(weight)}"
            )
        if synapse is None:
            synapse = Static(weight, delay, "float64" if weight_dtype is None else weight_dtype)
        elif weight is not None or delay is not None or weight_dtype is not None:
            given = "weight" if weight is not None else "delay" if delay is not None else "weight_dtype"
            raise ParameterError(f"connect takes synapse= or weight= and delay=, got both synapse= and {given}=")
        elif not isinstance(synapse, (Static, Synapse)):
            raise ParameterError(
                f"synapse must be a synapse rule such as es.Static(weight, delay) or es.STDP(weight, delay, ...), got {_cast.short(synapse)}"
            )
        if getattr(synapse, "modulator", None) is not None:
            self._check_selection(synapse.modulator, "modulator")
        projection = Projection(pre, post, rule, synapse, receptor, label, len(self.projections), procedural)
        self.projections.append(projection)
        return projection

    def drive(self, post, rate, weight, *, receptor=None):
        """Drive every member of a selection with a Poisson stream of its own.

        There is no source neuron and no delay; events act on the neuron directly.

        Parameters
        ----------
        post : Population or view
        rate : float or array (len(post),), Hz, >= 0
        weight : float or array (len(post),)
            In the unit of the postsynaptic model.
        receptor : str or int, optional

        Returns
        -------
        Drive
        """
        self._check_selection(post, "driven selection")
        drive = Drive(post, rate, weight, receptor, len(self.drives))
        self.drives.append(drive)
        return drive

    def inject_current(self, post, current):
        """Inject a current that depends on time into every member of a selection.

        It adds to i_offset and to other injected currents, and is a state variable of the neurons, in pA: "i_ext0" that of a
        population's first injection, "i_ext1" that of its second, ...; it may be recorded and, until its next change, set. Any model with
        a parameter i_offset takes steps and noise; ramps and sines are for leaky and perfect membranes and for models that are integrated.

        Parameters
        ----------
        post : Population or view
        current : StepCurrent, RampCurrent, SineCurrent or NoisyCurrent
            In pA, in the unit of the model's i_offset.

        Returns
        -------
        Injection
            Its `variable` is the name of the state variable.

        Raises
        ------
        ConnectivityError
            Where post is no selection of this network.
        ParameterError
            Where the model takes no such current, or values are not given for this number of neurons.

        Examples
        --------
        >>> import eventsim as es
        >>> net = es.Network(seed=1)
        >>> cells = net.population(3, es.LIF(), name="cells")
        >>> net.inject_current(cells[:2], es.StepCurrent(times=[10.0, 50.0], values=[20.0, 0.0])).variable
        'i_ext0'
        """
        self._check_selection(post, "neurons that a current is injected into")
        injection = Injection(post, current, len(self.injections))
        self.injections.append(injection)
        return injection

    def scale(self, projection, *, total=None, target_rate=None, gain=None, tau=10_000.0, every=None, at=None):
        """Scale the synapses onto each neuron by a common factor, at given times: homeostasis.

        With `total`, weights w_i of a neuron's synapses become w_i total / sum |w_i|: normalisation. With `target_rate` they are what

            dw_i/dt = gain w_i (target_rate - a)         tau da/dt = -a + (the neuron's spikes)

        makes of them between two changes: they are multiplied by the exponential of gain times the integral of target_rate - a, which is exact. Bounds
        of the rule are kept: a weight that would pass one stays there. What a change finds are the weights that `sim.weights` gives at its time,
        and it comes before everything else that happens then.

        Parameters
        ----------
        projection : Projection
            With plastic synapses. Synapses of other projections are neither counted nor changed.
        total : float or array (len(post),), unit of the weight, > 0
            The sum of the magnitudes of the weights onto a neuron. Where all of them are 0 they stay.
        target_rate : float or array (len(post),), Hz, >= 0
        gain : float, 1, >= 0
            With target_rate: the relative change of the weights per spike too few.
        tau : float, ms, > 0
            With target_rate: time constant of the trace a of a neuron's spikes, which begins at 0.
        every : float, ms, >= 1e-6
            A change at every multiple of it, from the first on.
        at : float or array (m,), ms, >= 0
            Changes at these times; with `every`, at these too.

        Returns
        -------
        Scaling

        Raises
        ------
        ConnectivityError
            Where synapses are static, or devices whose weight follows from their state.
        ParameterError

        Notes
        -----
        Normalisation as in Diehl & Cook 2015, doi 10.3389/fncom.2015.00099; scaling by rate: van Rossum, Bi & Turrigiano 2000, doi 10.1523/JNEUROSCI.20-23-08812.2000,
        equation 3 without its second term; Turrigiano 2008, doi 10.1016/j.cell.2008.10.008.

        Examples
        --------
        >>> import eventsim as es
        >>> net = es.Network(seed=1)
        >>> inputs = net.population(4, es.Poisson(rate=20.0), name="inputs")
        >>> cells = net.population(2, es.LIF(), name="cells")
        >>> learning = net.connect(inputs, cells, es.AllToAll(), synapse=es.STDP(es.Uniform(0.0, 1.0), 1.0, a_plus=0.01, a_minus=0.01, w_max=5.0))
        >>> _ = net.scale(learning, total=3.0, at=[0.0, 500.0])
        >>> sim = es.Simulator(net)
        >>> sim.run(1.0)
        >>> weights = sim.weights(learning)
        >>> [round(float(weights["weight"][weights["post"] == k].sum()), 12) for k in range(2)]
        [3.0, 3.0]
        """
        self._check_projection(projection, "scaling")
        scaling = Scaling(projection, total, target_rate, gain, tau, every, at, len(self.changes))
        self.changes.append(scaling)
        return scaling

    def rewire(self, projection, *, below=None, turnover=None, sprout=None, weight=None, delay=None, every=None, at=None):
        """Prune synapses of a projection and sprout new ones, at given times: structural plasticity.

        First synapses are pruned, then new ones sprout. A synapse is there from its first change on: whatever arrives at this time or later, of spikes emitted before too,
        goes through the synapses that there are when it arrives. A new synapse begins as the rule's synapses do: without a trace of earlier arrivals, but with that
        of its neuron's spikes, which is the neuron's.

        Parameters
        ----------
        projection : Projection
            With plastic synapses.
        below : float, unit of the weight, >= 0
            Synapses whose weight is smaller in magnitude are pruned.
        turnover : float, in [0, 1]
            Probability with which a synapse is pruned whatever its weight.
        sprout : FixedInDegree, FixedOutDegree, FixedTotalNumber or FixedProbability
            How many new synapses there are. The rules that fix a number: as many as are lacking (where there are more than that, none is pruned for it), their partners drawn uniformly.
            FixedProbability: each pair that is not connected becomes so with this probability, at every change. `autapses` and `multapses` of the rule hold for new synapses.
        weight, delay : float or distribution
            Of new synapses; by default as those of the projection. Parameters that synapses have of their own are always drawn as those of the projection.
        every : float, ms, >= 1e-6
            A change at every multiple of it, from the first on.
        at : float or array (m,), ms, >= 0
            Changes at these times; with `every`, at these too.

        Returns
        -------
        Rewiring

        Raises
        ------
        ConnectivityError, DelayError, ParameterError

        Notes
        -----
        Butz & van Ooyen 2013, doi 10.1371/journal.pcbi.1003259 (pruning and formation of synapses as updates at intervals); Bogdan, Rowley, Rhodes & Furber 2018,
        doi 10.3389/fnins.2018.00434 (pruning by weight, with STDP).

        Examples
        --------
        >>> import eventsim as es
        >>> net = es.Network(seed=1)
        >>> inputs = net.population(50, es.Poisson(rate=20.0), name="inputs")
        >>> cells = net.population(4, es.LIF(), name="cells")
        >>> synapse = es.STDP(es.Uniform(0.0, 1.0), es.Uniform(0.5, 5.0), a_plus=0.01, a_minus=0.01, w_max=1.0)
        >>> learning = net.connect(inputs, cells, es.FixedInDegree(10, multapses=False), synapse=synapse)
        >>> _ = net.rewire(learning, below=0.2, sprout=es.FixedInDegree(10, multapses=False), weight=0.5, every=100.0)
        >>> sim = es.Simulator(net)
        >>> sim.run(1000.0)
        >>> weights = sim.weights(learning)
        >>> [int((weights["post"] == k).sum()) for k in range(4)]
        [10, 10, 10, 10]
        """
        self._check_projection(projection, "rewiring")
        rewiring = Rewiring(projection, below, turnover, sprout, weight, delay, every, at, len(self.changes))
        self.changes.append(rewiring)
        return rewiring

    def _check_projection(self, projection, what):
        if isinstance(projection, Projection) and not any(j is projection for j in self.projections):
            raise ConnectivityError(f"{what}: projection '{projection.label}' belongs to another network")

    def _check_selection(self, selection, side):
        if not isinstance(selection, (Population, PopulationView)):
            raise ConnectivityError(f"{side} must be a population or a view of one, got {_cast.short(selection)}")
        if not any(p is selection.population for p in self.populations):
            raise ConnectivityError(f"{side}: population {selection.population.name!r} belongs to another network")

    def _free_name(self, model):
        """The model's name and the first free number, beginning with the population's own."""
        label = getattr(getattr(model, "model", model), "name", "population")
        taken = {p.name for p in self.populations}
        return next(n for n in (f"{label}{k}" for k in itertools.count(len(self.populations))) if n not in taken)

    def __getitem__(self, name):
        names = [p.name for p in self.populations]
        if not isinstance(name, str) or name not in names:
            raise ParameterError(f"no population is named {_cast.short(name)}; {_cast.meant(name, names)}")
        return self.populations[names.index(name)]

    def __iter__(self):
        return iter(self.populations)

    def __repr__(self):
        return f"<Network: {len(self.populations)} populations, {self.size} addresses, {len(self.projections)} projections, {len(self.drives)} drives>"
