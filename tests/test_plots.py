"""Pictures hold what they say: as many dots as spikes, exact samples, marks at the exact times."""

import sys

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import eventsim as es
from eventsim import plots


@pytest.fixture(autouse=True)
def _no_figures_left():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def run():
    net = es.Network(seed=3)
    neuron = es.LIF(tau_m=10.0, v_rest=0.0, v_reset=0.0, v_thresh=10.0, t_ref=1.0)
    exc = net.population(40, neuron, name="exc")
    inh = net.population(10, neuron, name="inh")
    for population in (exc, inh):
        net.drive(population, rate=900.0, weight=1.5)
    sim = es.Simulator(net)
    samples = sim.record("v", exc[[3, 7]], at=np.arange(0.0, 100.0, 0.25))
    sim.run(100.0)
    assert len(sim.spikes) > 100
    return sim, exc, inh, samples


def dots(ax):
    return [line.get_xydata() for line in ax.lines]


def test_raster_has_a_dot_for_every_spike(run):
    sim, exc, inh, _ = run
    ax = plots.raster(sim.spikes, [exc, inh])
    first, second = dots(ax)
    assert len(first) == len(sim.spikes.of(exc))
    assert len(second) == len(sim.spikes.of(inh))
    assert np.array_equal(first[:, 0], sim.spikes.of(exc).time)
    assert np.array_equal(np.floor(first[:, 1]), sim.spikes.of(exc).local)
    assert second[:, 1].min() > first[:, 1].max()  # the bands do not overlap
    assert [label.get_text() for label in ax.get_yticklabels()] == ["exc\n40", "inh\n10"]


def test_rates_below_the_raster_add_up_to_the_spikes(run):
    sim, exc, inh, _ = run
    ax = plots.raster(sim.spikes, [exc, inh], end=100.0, bin=2.0)
    rates = ax.figure.axes[1]
    assert rates.get_xlabel() == "time (ms)"
    assert rates.get_ylabel() == "rate (Hz)"
    for patch, population in zip(rates.patches, (exc, inh), strict=True):
        values = patch.get_data().values
        assert len(values) == 50
        assert values.sum() * len(population) * 2e-3 == pytest.approx(len(sim.spikes.of(population)))


def test_raster_of_a_sample_says_so_and_shows_all_their_spikes(run):
    sim, exc, inh, _ = run
    ax = plots.raster(sim.spikes, [exc, inh], neurons=10)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["exc\n8 of 40", "inh\n2 of 10"]
    chosen = exc[np.linspace(0, 39, 8).round().astype(int)]
    assert len(dots(ax)[0]) == len(sim.spikes.of(chosen))


def test_raster_shows_a_window(run):
    sim, exc, _, _ = run
    ax = plots.raster(sim.spikes, exc, begin=20.0, end=40.0)
    time = sim.spikes.of(exc).time
    assert len(dots(ax)[0]) == np.count_nonzero((time >= 20.0) & (time < 40.0)) > 0
    assert ax.get_xlim() == (20.0, 40.0)


def test_axes_that_are_given_are_used(run):
    sim, exc, _, samples = run
    figure, (a, b, c) = plt.subplots(3)
    assert plots.raster(sim.spikes, exc, ax=a) is a
    assert plots.rate(sim.spikes, exc, ax=b) is b
    assert plots.trace(samples, ax=c) is c
    assert len(figure.axes) == 3
    assert a.get_xlabel() == "time (ms)"


def test_raster_without_populations_shows_all(run):
    sim = run[0]
    assert sum(len(xy) for xy in dots(plots.raster(sim.spikes))) == len(sim.spikes)


def test_rates_are_drawn_as_far_as_was_simulated():
    net = es.Network()
    stim = net.population(1, es.SpikeSource(times=[[1.0, 9.0]]), name="stim")
    sim = es.Simulator(net, record_spikes=[stim], engine="reference")
    sim.run(10.0)
    ax = plots.rate(sim.spikes, stim, end=50.0)
    assert ax.get_xlim() == (0.0, 50.0)
    assert ax.patches[0].get_data().edges[-1] == 10.0
    assert not plots.rate(sim.spikes, stim, begin=20.0, end=50.0).patches


def test_pictures_of_silence():
    net = es.Network()
    quiet = net.population(3, es.LIF(), name="quiet")
    sim = es.Simulator(net)
    sim.run(10.0)
    for ax in (plots.raster(sim.spikes, quiet), plots.raster(sim.spikes)):
        assert sum(len(xy) for xy in dots(ax)) == 0
        ax.figure.canvas.draw()


def test_trace_is_the_samples_and_marks_are_the_spikes(run):
    sim, exc, _, samples = run
    ax = plots.trace(samples, sim.spikes, threshold=10.0)
    lines = [line for line in ax.lines if len(line.get_xdata()) == 400]
    assert len(lines) == 2
    for k, line in enumerate(lines):
        assert np.array_equal(line.get_xdata(), samples.time)
        assert np.array_equal(line.get_ydata(), samples.value[:, k])
    assert len(ax.collections) == 2
    for marks, index in zip(ax.collections, (3, 7), strict=True):
        segments = np.array(marks.get_segments())
        times = sim.spikes.of(exc[index]).time
        times = times[times <= samples.time[-1]]
        assert len(segments) == len(times) > 0
        assert np.array_equal(segments[:, 0, 0], times)
        assert np.all(segments[:, 0, 1] == 10.0)
    assert ax.get_ylabel() == "membrane potential (mV)"
    assert ax.get_xlabel() == "time (ms)"


def test_traces_of_synapses_are_not_drawn_as_neurons():
    net = es.Network(seed=1)
    pre, post = net.population(1, es.SpikeSource(times=[[1.0]])), net.population(1, es.LIF())
    j = net.connect(pre, post, es.OneToOne(), synapse=es.STDP(1.0, 1.0, a_plus=0.1, a_minus=0.1, w_max=2.0))
    sim = es.Simulator(net, engine="reference")
    followed = sim.record("weight", j), sim.record("weight", j, at=[0.5])
    sim.run(2.0)
    for of_synapses in followed:
        with pytest.raises(es.ParameterError, match="trace must be that of neurons"):
            plots.trace(of_synapses)


def test_trace_of_an_unfinished_run_ends_where_the_run_is():
    net = es.Network()
    neuron = net.population(1, es.LIF(), name="one")
    sim = es.Simulator(net)
    samples = sim.record("v", neuron, at=np.arange(0.0, 10.0))
    with pytest.raises(es.EventsimError, match="no samples yet"):
        plots.trace(samples)
    sim.run(4.5)
    (line,) = plots.trace(samples).lines
    assert line.get_xdata().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_large_networks_are_drawn_by_a_sample():
    rng = np.random.default_rng(0)
    net = es.Network()
    exc = net.population(10_000, es.SpikeSource(times=list(rng.uniform(0.0, 100.0, (10_000, 4)))), name="exc")
    inh = net.population(2_500, es.SpikeSource(times=list(rng.uniform(0.0, 100.0, (2_500, 4)))), name="inh")
    sim = es.Simulator(net, record_spikes=[exc, inh])
    sim.run(100.0)
    ax = plots.raster(sim.spikes, [exc, inh])
    assert [len(xy) for xy in dots(ax)] == [1600, 400]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["exc\n400 of 10,000", "inh\n100 of 2,500"]


def test_without_matplotlib_the_message_names_the_extra(run, monkeypatch):
    sim, exc, _, samples = run
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    for draw in (lambda: plots.raster(sim.spikes, exc), lambda: plots.rate(sim.spikes, exc), lambda: plots.trace(samples)):
        with pytest.raises(es.errors.MissingExtraError, match=r"pip install matplotlib .the extra 'plot'"):
            draw()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"neurons": 0}, "neurons must be >= 1"),
        ({"begin": 5.0, "end": 5.0}, "end must be > begin"),
        ({"ax": "here"}, "ax must be a matplotlib Axes"),
        ({"populations": ["exc"]}, "populations must be populations"),
        ({"populations": []}, "at least one population"),
        ({"bin": 0.0}, "bin must be > 0"),
    ],
)
def test_wrong_arguments_say_what_is_right(run, arguments, message):
    sim, exc, _, _ = run
    with pytest.raises(es.EventsimError, match=message):
        plots.raster(sim.spikes, **{"populations": exc, **arguments})


def test_sources_that_are_not_recorded_are_refused():
    net = es.Network()
    noise = net.population(2, es.Poisson(rate=100.0), name="noise")
    sim = es.Simulator(net)
    sim.run(10.0)
    with pytest.raises(es.errors.RecordingError, match="not recorded"):
        plots.raster(sim.spikes, noise)


@pytest.fixture(scope="module")
def learnt():
    net = es.Network(seed=3)
    inputs = net.population(50, es.Poisson(rate=20.0), name="inputs")
    cells = net.population(4, es.LIF(tau_m=20.0, v_rest=0.0, v_reset=0.0, v_thresh=5.0), name="cells")
    amounts = {"a_plus": 0.02, "a_minus": 0.021, "w_max": 1.0}
    j = net.connect(inputs, cells[:3], es.AllToAll(), synapse=es.STDP(es.Uniform(0.2, 0.9), 1.0, **amounts))
    sim = es.Simulator(net)
    weight = sim.record("weight", j, synapses=[0, 1, 2])
    with pytest.raises(es.EventsimError, match="trajectories have not begun"):
        plots.trajectories(weight)
    sim.run(300.0)
    assert len(sim.spikes) > 10
    return sim, j, weight


def test_histogram_has_a_bar_for_every_bin(learnt):
    sim, j, _ = learnt
    ax = plots.weight_histogram(sim.weights(j), j, bins=10)
    (steps,) = ax.patches
    count, edges = es.analysis.weight_histogram(sim.weights(j), j, bins=10)
    assert steps.get_data().values.tolist() == count.tolist()
    assert steps.get_data().edges.tolist() == edges.tolist()
    assert [line.get_xdata()[0] for line in ax.lines] == [0.0, 1.0]


def test_trajectories_have_a_corner_at_every_event(learnt):
    sim, j, weight = learnt
    ax = plots.trajectories(weight, sim.spikes, bounds=j)
    lines, bounds = ax.lines[:3], ax.lines[3:]
    for k, line in enumerate(lines):
        assert line.get_drawstyle() == "steps-post"
        assert np.array_equal(line.get_xdata(), [*weight.time[k], 300.0])
        assert np.array_equal(line.get_ydata(), [*weight.value[k], weight.value[k][-1]])
    assert [line.get_ydata()[0] for line in bounds] == [0.0, 1.0]
    marks = ax.collections[0].get_segments()
    assert np.array_equal([m[0, 0] for m in marks], sim.spikes.time)


def test_trajectories_of_weights_that_always_change_are_joined():
    net = es.Network()
    cells = net.population(2, es.LIF())
    j = net.connect(cells, cells, es.AllToAll(), synapse=es.Oja(0.5, 1.0, eta=0.1))
    sim = es.Simulator(net)
    weight = sim.record("weight", j, synapses=[0])
    sim.run(10.0)
    (line,) = plots.trajectories(weight).lines
    assert line.get_drawstyle() == "default"


def test_matrix_is_white_where_there_is_no_synapse(learnt):
    sim, j, _ = learnt
    (image,) = plots.weight_matrix(sim, j).images
    shown = image.get_array()
    assert shown.shape == (50, 4)
    assert shown.mask[:, 3].all()
    assert not shown.mask[:, :3].any()
    assert np.array_equal(shown.data[:, :3].ravel(), sim.weights(j)["weight"])


def test_matrix_of_both_signs_is_white_at_zero():
    net = es.Network()
    cells = net.population(2, es.LIF())
    j = net.connect(cells, cells, es.AllToAll(), weight=[1.0, -2.0, 0.5, 0.25], delay=1.0)
    (image,) = plots.weight_matrix(es.Simulator(net), j).images
    assert image.get_clim() == (-2.0, 2.0)


def test_pictures_of_weights_refuse_what_they_can_not_show(learnt):
    sim, j, weight = learnt
    large = es.Network()
    many = large.population(3_000, es.LIF())
    wide = large.connect(many, many, es.OneToOne(), weight=1.0, delay=1.0)
    none = large.connect(many, many, es.FixedProbability(0.0), weight=1.0, delay=1.0)
    other = es.Simulator(large)
    for call, message in (
        (lambda: plots.weight_matrix(other, wide), "at most 2,000, got 3,000 by 3,000"),
        (lambda: plots.weight_matrix(other, none), "has none"),
        (lambda: plots.weight_matrix(large, wide), "sim must be a Simulator"),
        (lambda: plots.trajectories(weight, spikes=[1.0, 2.0]), "spikes must be what sim.spikes.of"),
        (lambda: plots.trajectories([1.0]), "trajectories must be those"),
        (lambda: plots.trajectories(weight, ax="here"), "ax must be a matplotlib Axes"),
        (lambda: plots.weight_histogram([2.0], (0.0, 1.0)), "weights must lie within"),
        (lambda: plots.trajectories(sim.record("weight", j, synapses=[])), "1 to 2,000 synapses, got 0"),
    ):
        with pytest.raises(es.EventsimError, match=message):
            call()
