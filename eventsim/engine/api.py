"""The Simulator: draws and lowers a network, runs it, and gives the results."""

import time

import numpy as np

from .. import _cast, _jit
from ..errors import NumericalError, ParameterError, RecordingError, SimulationError, ZeroDelayLoopError
from ..lowering import lower, rules_of
from ..lowering.program import SPIKE, SPIKE_SOURCE, records
from ..network.network import Network
from ..network.population import Population, PopulationView, members
from ..network.projection import Projection
from ..neurons.model import Neuron
from ..numerics.compensation import RESIDUE
from ..recording import Spikes
from .changes import Changes
from .choice import check_engine, make_engine
from .ends import end_of_run
from .progress import Interruption, ProgressBar
from .status import Status
from .thinning import Thinning
from .tracing import of_neurons, of_synapses, sample


class Simulator:
    """Runs a network, exactly and by events.

    Parameters
    ----------
    network : Network
        Drawn and lowered here; later changes to it have no effect.
    threads : int, >= 1
        Threads to use, at most; results never depend on it. The windowed engine uses as many as have enough to do in a
        window (`sim.stats["threads_used"]`), the others one.
    engine : str
        "sequential" (event by event), "windowed" (many deliveries at a time: spikes agree to 1e-9 ms, for linear
        membranes whose neurons share time constants, without zero delay), "reference" (plain
        Python, slow, the bits of "sequential"), or "auto": "windowed" where the network suits it and a window holds
        enough events to pay, else "sequential". The choice depends on the network alone; `sim.stats` tells it.
    seed : int, optional
        Of the noise (drives, random sources, noisy currents); the structure stays that of the network's own seed.
    record_spikes : bool or list of populations and views
        Whose spikes to record. True: all neurons; sources are recorded on request.
    micro_steps : int
        An instant with more than this number plus N micro-steps counts as a loop without delay.
    audit : int, population, view or list of them, optional
        Neurons (that many, drawn at random, or these) that `audit` can replay after the run.

    Examples
    --------
    >>> import eventsim as es
    >>> net = es.Network(seed=1)
    >>> neuron = net.population(1, es.LIF(tau_m=10.0, r_m=0.04, i_offset=1000.0, v_rest=0.0, v_reset=0.0, v_thresh=15.0))
    >>> sim = es.Simulator(net)
    >>> sim.run(5.0)
    >>> sim.spikes.time
    array([4.70003629])
    """

    def __init__(self, network, threads=1, engine="auto", *, seed=None, record_spikes=True, micro_steps=1000, audit=None):
        if not isinstance(network, Network):
            raise ParameterError(f"network must be a Network, got {_cast.short(network)}")
        if network.restored:
            raise ParameterError(
                "network must not be that of a loaded simulator: it names the populations, but its connections are in that simulator alone; build it again"
            )
        self.threads = _cast.integer(threads, "threads", low=1)
        self._adopt(network, [j.label for j in network.projections])
        self.seed = network.seed if seed is None else _cast.seed(seed)
        self._thinning = Thinning(self._described, self.seed)
        self._changes = Changes.of(network)
        micro_steps = _cast.integer(micro_steps, "micro_steps", low=0)
        begin, compiling = time.perf_counter(), _jit.seconds()
        check_engine(engine)
        program, models = lower(network, self.seed, self.threads)
        mask, kept = self._record_mask(record_spikes), None
        if audit is not None:
            from ..audit.fixed import mpmath
            from ..audit.kept import keep

            mpmath()  # now, not after the run
            kept = keep(audit, self._populations, program, self._known, mask)
            mask = kept.mask(mask)
        rules = rules_of(network)
        self._engine = make_engine(engine, program, models, mask, micro_steps, self.threads, rules)
        self._start(time.perf_counter() - begin, _jit.seconds() - compiling, kept)

    def _adopt(self, network, labels, restored=False):
        """Take the network as it is now: what is added or set in it later is not simulated."""
        self.network = network
        self._populations = tuple(network.populations)
        self._described = tuple(p.snapshot() for p in self._populations)
        self._labels = tuple(labels)  # of its projections
        self._restored = restored

    def _start(self, seconds, compiling, kept):
        self._traces = []
        self._kept = kept  # for an audit, or None
        self._wall, self._compile, self._build = 0.0, compiling, seconds - compiling
        self._running = False
        self._failure = None

    # -- what to record ------------------------------------------------------------------------------------------------

    def _record_mask(self, wanted):
        mask = np.zeros(self.network.size, np.uint8)
        if isinstance(wanted, (Population, PopulationView)):
            wanted = [wanted]
        if isinstance(wanted, (bool, np.bool_)):
            wanted = [p for p in self.network.populations if not p.is_source] if wanted else []
        try:
            selections = list(wanted)
        except TypeError:
            raise ParameterError(
                f"record_spikes must be True, False or a list of populations and views, got {_cast.short(wanted)}"
            ) from None
        for selection in selections:
            mask[self._known(selection).addresses] = 1
        return mask

    def _known(self, selection, right="a population or a view of one"):
        """The selection, if it belongs to the network that is simulated.

        After `load`, selections of the network that was saved are as good: they are known by name and place.
        """
        if not isinstance(selection, (Population, PopulationView)):
            raise ParameterError(f"selection must be {right}, got {_cast.short(selection)}")
        p = selection.population
        for own in self._populations:
            if own is p or (self._restored and (own.name, own.first, own.n) == (p.name, p.first, p.n)):
                return selection
        names = ", ".join(repr(own.name) for own in self._populations) or "none"
        raise ParameterError(f"population {p.name!r} is not part of the simulated network; its populations are {names}")

    def record(self, what, selection, *, at=None, synapses=None):
        """Record from now on.

        Parameters
        ----------
        what : str
            "spikes", or the name of a state variable such as "v"; of plastic synapses "weight", or another variable of theirs.
        selection : Population, view or plastic Projection
        at : array (m,), ms, >= sim.now
            Times of exact samples of a state variable; left limits. Asking for samples changes no result. Of plastic synapses, without it:
            every event at them.
        synapses : array (n,) of int, optional
            Of a projection: which synapses, by their places in `sim.weights(projection)`; all by default.

        Returns
        -------
        Trace, Trajectories or None
            For a variable a trace whose `time` (m,) and `value` (m, n) fill as the run goes on; for synapses without `at` the `Trajectories` with times and values of each.

        Raises
        ------
        RecordingError
            Where what is asked for can not be recorded: no times for neurons, synapses that do not change.
        CapacityError
            Where there is no memory for it, or, while running, for the events at synapses.
        """
        if isinstance(selection, Projection):
            trace = of_synapses(self, what, selection, at, synapses)
            return trace if at is None else self._traced(trace)
        selection = self._known(selection, "a population, a view of one or the projection that net.connect(...) gave")
        if synapses is not None:
            raise RecordingError(f"synapses= is for projections, {selection.name!r} is a population")
        if what == "spikes":
            if at is not None:
                raise RecordingError("record('spikes', ...) takes no at=: every spike is recorded")
            self._engine.record_from_now(selection.addresses)
            if self._kept is not None:
                self._kept.show(selection.addresses, self.now)
            return None
        self._check_variable(selection, what)
        return self._traced(of_neurons(self, what, selection, at))

    def _traced(self, trace):
        self._traces.append(trace)
        return trace

    def _check_variable(self, selection, name):
        p = self._described[selection.population.ordinal]
        known = p.model.model.variables if isinstance(p.model, Neuron) else ()
        if not isinstance(name, str) or name not in known:
            fixed = f"{name} is a parameter, and fixed once the simulator is made; " if p.has_parameter(name) else ""
            raise ParameterError(f"population {p.name!r} has no state variable {_cast.short(name)}; {fixed}{_cast.meant(name, known)}")

    # -- running -------------------------------------------------------------------------------------------------------

    @property
    def now(self):
        """Time up to which the simulation has come, ms: every event before it has happened, none at it."""
        return self._engine.now

    def run(self, duration=None, *, until=None, limit=None, progress=False):
        """Go on for a duration, up to a time, or until a predicate says stop.

        Parameters
        ----------
        duration : float, ms, >= 0
            From sim.now. Events at the very end belong to the next run: runs join without a seam.
        until : float (ms, >= sim.now) or callable
            Absolute time; or a predicate called with the simulator after each instant that had a spike.
            When it is true, sim.now is the next float64 after that instant.
        limit : float, ms, >= sim.now, optional
            With a predicate: the time at which to stop where it has not become true, as until=limit would. Without, a
            predicate that never becomes true lets a network run for ever that is driven or changed `every` so often.
        progress : bool
            Draw a bar on standard error.

        Raises
        ------
        ZeroDelayLoopError, NumericalError
            The instant can not be finished: sim.now stays there (in windows: at the last edge before it), the simulator
            may be read, and answers with the same error to anything else.
        SimulationError
            Where a predicate without limit could never be asked again, because nothing is queued any more. sim.now is the
            next float64 after the last event, such as a delivery; or where the run began, or its last sample, if none came.
        KeyboardInterrupt
            On Ctrl-C, between two events: the simulator stays usable.
        """
        self._check_whole()
        if self._running:
            raise SimulationError("run was called from within a run; a predicate may read, set and inject, but not run")
        end, predicate = end_of_run(self._engine, duration, until, limit)
        begin, compiling = time.perf_counter(), _jit.seconds()
        self._running = True
        try:
            with Interruption() as interruption, ProgressBar(self.now, end, progress) as bar:
                self._run_to(end, predicate, interruption, bar)
        except (NumericalError, ZeroDelayLoopError) as error:
            self._failure = type(error)(f"{error} ({members(self._populations, error.addresses)})")
            raise self._failure from None
        finally:
            self._running = False
            compiled = _jit.seconds() - compiling
            self._compile += compiled
            self._wall += time.perf_counter() - begin - compiled

    def _check_whole(self):
        """An instant that failed can not be finished: what it left can be looked at, but not go on."""
        if self._failure is not None:
            raise self._failure

    def _run_to(self, end, predicate, interruption, bar):
        while True:
            if self._changes.next_time() <= self.now < end:
                self._sample()
                self._changes.make(self._engine)
            stop = min([end, self._changes.next_time(), *(trace.next_time() for trace in self._traces)])
            stop = self._thinning.reach(self._engine, stop)
            status = Status.DONE if stop <= self.now else self._engine.advance(stop, predicate is not None)
            if status is Status.DONE:
                self._sample()
                if stop >= end:
                    return
            elif status is Status.SPIKED:
                if predicate(self):
                    self._sample()
                    return
            elif status is Status.SILENT:
                raise SimulationError(f"nothing is queued after {self.now!r} ms, so the predicate would never be asked again")
            interruption.check()
            bar.show(self.now)

    def _sample(self):
        """Take the samples that are due up to now."""
        for trace in self._traces:
            while trace.next_time() <= self.now:
                trace.take(sample(self, trace))

    # -- states --------------------------------------------------------------------------------------------------------

    def _read(self, selection, name):
        p = self._described[selection.population.ordinal]
        states = self._engine.read(p.ordinal, selection.index)
        return states[:, p.model.model.variables.index(name)].copy()

    def get(self, selection, name):
        """Values of a state variable at sim.now, or of a parameter.

        Parameters
        ----------
        selection : Population or view
        name : str

        Returns
        -------
        float64 array (len(selection),)
            A copy, in the order of the selection.
        """
        selection = self._known(selection)
        described = self._described[selection.population.ordinal]
        if described.has_parameter(name):
            return described.get(name)[selection.index]
        self._check_variable(selection, name)
        return self._read(selection, name)

    def set(self, selection, **values):
        """Set state variables, as an event at sim.now.

        A neuron set to threshold or above fires at sim.now; in refractoriness the membrane stays clamped at the
        value set, and it fires at the end.

        Parameters
        ----------
        selection : Population or view
        **values : float or array (len(selection),)
        """
        self._check_whole()
        selection = self._known(selection)
        if not values:
            raise ParameterError("set needs the variables to set, such as sim.set(exc, v=-55.0)")
        clean = {}
        for name, value in values.items():
            self._check_variable(selection, name)
            what = f"{name} of {selection.name!r}"
            scalar = _cast.dimensions(value, what) == 0
            clean[name] = _cast.number(value, what) if scalar else _cast.floats(value, what, shape=(len(selection),))
        p = self._described[selection.population.ordinal]
        states = self._engine.read(p.ordinal, selection.index)
        fields = p.model.model.state_type._fields
        for name, value in clean.items():
            states[:, fields.index(name)] = value
            if name + RESIDUE in fields:
                states[:, fields.index(name + RESIDUE)] = 0.0
        self._engine.write(p.ordinal, selection.index, states)
        if self._kept is not None:
            self._kept.note(self.now, selection, clean)

    def inject(self, times, addresses):
        """Add spikes from outside to SpikeSource populations.

        Parameters
        ----------
        times : float or array (m,), ms, >= sim.now
        addresses : int, array (m,), Population or view
            Of sources, as `population.addresses` gives them.
        """
        self._check_whole()
        times = np.atleast_1d(_cast.floats(times, "times", "ms"))
        if isinstance(addresses, (Population, PopulationView)):
            addresses = self._known(addresses).addresses
        one = _cast.dimensions(addresses, "addresses") == 0
        addresses = _cast.indices(
            [_cast.integer(addresses, "addresses")] if one else addresses, "addresses", self._engine.program.n_addresses
        )
        if times.ndim != 1 or (len(times) != len(addresses) and 1 not in (len(times), len(addresses))):
            raise ParameterError(f"times and addresses must have one length, got shapes {times.shape} and {addresses.shape}")
        times, addresses = np.broadcast_arrays(times, addresses)
        early = times < self.now
        if early.any():
            raise ParameterError(f"times must be >= sim.now = {self.now!r} ms, got {float(times[early][0])!r}")
        fabric = self._engine.program.fabric
        wrong = fabric.populations.kind[fabric.of_address[addresses]] != SPIKE_SOURCE
        if wrong.any():
            raise ParameterError(f"address {int(addresses[wrong][0])} is not in a SpikeSource population; inject feeds those only")
        spikes = records(SPIKE, len(times))
        spikes.time, spikes.address = times, addresses
        self._engine.inject(spikes)

    # -- results -------------------------------------------------------------------------------------------------------

    @property
    def spikes(self):
        """Recorded spikes so far: `Spikes` with time (ms) and address."""
        recorded, asked_for = self._engine.spikes(), self._engine.record.astype(bool)
        if self._kept is not None:
            recorded, asked_for = self._kept.shown(recorded), self._kept.asked_for
        return Spikes(np.array(recorded.time), np.array(recorded.address), asked_for, self._known, self.now)

    def audit(self, neurons=None, *, seed=0):
        """Replay neurons in more than 40 digits, from what they received, and compare their spikes.

        Parameters
        ----------
        neurons : int, optional
            How many of those that `Simulator(net, audit=...)` keeps; all by default.
        seed : int
            Of the choice, where it is not all of them.

        Returns
        -------
        AuditReport
            Print it. `passed` says whether no spike is missed or invented, and all are within 1e-9 ms.

        Raises
        ------
        RecordingError
            Where the simulator was made without audit=.
        MissingExtraError
            Without mpmath.
        """
        self._check_whole()
        if self._kept is None:
            raise RecordingError("nothing was kept to audit; ask for it before the run: Simulator(net, audit=20)")
        from ..audit.certify import certify

        return certify(self._engine, self._described, self._kept, neurons, seed)

    def weights(self, projection):
        """Pre and post (local indices in their populations), weight and delay of every synapse, in canonical order.

        Those of a procedural projection are drawn again for it.

        Parameters
        ----------
        projection : Projection

        Returns
        -------
        structured array (m,) with fields pre, post, weight, delay
            A copy.
        """
        from ..aer.synapses import synapses_of

        self._check_projection(projection)
        return synapses_of(self._engine, projection.ordinal, projection.pre.population.first)

    def _check_projection(self, projection):
        """Refuse what is no projection of the simulated network (after `load`: has no label and place as there)."""
        if isinstance(projection, Projection) and projection.ordinal < len(self._labels):
            own = self.network.projections
            if self._restored and self._labels[projection.ordinal] == projection.label:
                return
            if projection.ordinal < len(own) and own[projection.ordinal] is projection:
                return
        names = ", ".join(map(repr, self._labels)) or "none"
        raise ParameterError(f"projection must be one of the simulated network ({names}), got {_cast.short(projection)}")

    @property
    def stats(self):
        """What the run did: a dict of counters and seconds.

        spikes, source_spikes, deliveries (synaptic, lost ones in refractoriness included), drive_events, current_changes
        (of injected currents, at one neuron each), neuron_updates (states brought forward and committed), queue_peak (most entries in the queue), wall_s,
        build_s, compile_s, engine, engine_reason, exactness (class by population), threads (at most), threads_used, memory_bytes (of the Program); from the
        reference engine also margin (smallest distance of a decision from threshold in mV, or of two events at one
        neuron in ms).
        """
        exactness = {p.name: p.model.model.exactness for p in self._populations if isinstance(p.model, Neuron)}
        return {
            "threads_used": 1,
            **self._engine.counts(),
            "wall_s": self._wall,
            "build_s": self._build,
            "compile_s": self._compile,
            "engine": self._engine.name,
            "engine_reason": self._engine.reason,
            "threads": self.threads,
            "exactness": exactness,
            "memory_bytes": self._engine.program.nbytes,
        }

    @property
    def routing(self):
        """Fan-out and delay statistics of the AER router: a dict (see `eventsim.aer.synapses.routing_statistics`)."""
        from ..aer.synapses import routing_statistics

        return routing_statistics(self._engine.program)

    def save(self, path):
        """Write a checkpoint: program, state, events in flight, random streams, recorded spikes.

        Written to a temporary file and renamed, so a kill leaves the old file or the new one whole. Traces are not
        part of it.

        Parameters
        ----------
        path : str or path of a file
        """
        self._check_whole()
        from .checkpoint import save

        save(self, path)

    @classmethod
    def load(cls, path, models=(), threads=1, rates=None, rules=()):
        """Read a checkpoint; the simulator goes on bit for bit as the saved one would have.

        Parameters
        ----------
        path : path of a file
        models : neuron models of the user's own that the network contains
        threads : int, >= 1
            As for a new simulator; not that of the saved one.
        rates : dict, optional
            By name of the population, the functions that were the rates of `InhomogeneousPoisson` sources.
        rules : rules of plasticity of the user's own that the network contains
        """
        from .checkpoint import load

        return load(cls, path, models, _cast.integer(threads, "threads", low=1), rates, rules)

    def __repr__(self):
        return f"<Simulator of {self.network!r} at {self.now:g} ms, {self._engine.name} engine>"
