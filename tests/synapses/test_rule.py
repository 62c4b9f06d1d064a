"""A rule of one's own that is not one is refused when it is made, or when synapses are described by it."""

import math
from collections import namedtuple

import pytest

import eventsim as es
from eventsim.synapses.rule import unmoved

Parameters = namedtuple("Parameters", ("rate",))
State = namedtuple("State", ("w",))
Post = namedtuple("Post", ("fast", "slow"))


def same(p):
    return p


def flow(c, y, dt):
    return y


def jump(c, y):
    return Post(y.fast + 1.0, y.slow + 1.0)


def rule(**changed):
    """A rule that has what it needs, but for what is changed."""
    given = {
        "name": "Own",
        "documentation": "A rule.",
        "parameters": (es.Parameter("rate", 0.1, "1/ms"),),
        "parameter_type": Parameters,
        "constant_type": Parameters,
        "state_type": State,
        "prepare": same,
        "source": "here",
        "post_type": Post,
        "post_rates": ("rate", None),
        "jump_post": jump,
    }
    return es.SynapseRule(**given | changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"state_type": Post}, "must begin with the weight w"),
        ({"random": True}, "must have \\['draws', 'number'\\]"),
        ({"modulated": True}, "needs flow="),
        (
            {"post_rates": ("rate",)},
            "post_rates of rule Own must be as many as variables of the trace, \\('fast', 'slow'\\), got \\('rate',\\)",
        ),
        ({"post_rates": ("rate", "tau")}, "post_rates of rule Own must name constants, \\('rate',\\), or be None, got 'tau'"),
        ({"post_rates": "rate"}, "post_rates of rule Own must be a tuple of names of constants, such as \\('rate',\\), got 'rate'"),
        ({"post_rates": ["rate", None]}, "post_rates of rule Own must be a tuple .*, got \\['rate', None\\]"),
        ({"post_rates": 0.1}, "post_rates of rule Own must be a tuple .*, got 0.1"),
        ({"jump_post": unmoved}, "rule Own has post_type, so it needs jump_post"),
        ({"post_type": None, "post_rates": None}, "rule Own has jump_post, so it needs post_type"),
        ({"flow_pre": flow}, "rule Own has flow_pre, so it needs pre_type"),
        ({"parameter_type": State}, "rule Own has the parameters rate, so parameter_type must have these fields, in this order, got w"),
        ({"state_type": "w"}, "state_type of rule Own must be a named tuple class, such as .*, got 'w'"),
        ({"constant_type": dict}, "constant_type of rule Own must be a named tuple class"),
        ({"post_type": ("fast", "slow")}, "post_type of rule Own must be a named tuple class"),
        ({"flow_post": flow}, "needs post_type and takes no flow_post"),
        ({"pre_rates": ("rate",)}, "needs pre_type and takes no flow_pre"),
    ],
)
def test_what_no_rule_is(changed, message):
    with pytest.raises(es.ParameterError, match=message):
        rule(**changed)


@pytest.mark.parametrize("given", [0.25, (0.25,), State(0.25)])
def test_prepare_gives_constants(given):
    with pytest.raises(es.ParameterError, match="prepare of rule Own must return its constants, a Parameters\\(rate\\), got"):
        rule(prepare=lambda p: given)(1.0, 1.0)


def test_traces_do_not_grow():
    own = rule()
    assert own.rates(Parameters(0.25), "post") == (0.25, 0.0)
    assert own.rates(Parameters(0.25), "pre") is None
    own(1.0, 1.0, rate=0.0)
    for bad in (-0.1, float("nan")):
        changed = rule(prepare=lambda p, bad=bad: Parameters(bad))
        with pytest.raises(es.ParameterError, match="post_rates of rule Own: rate must be >= 0, got"):
            changed(1.0, 1.0)


@pytest.mark.parametrize("tau", [1e-300, 1e-3, 1e300])
def test_time_constants_beyond_all_measure(engine, tau):
    """A pair leaves nothing where the trace is gone at once, and all of it where it never fades."""
    net = es.Network(seed=1)
    pre = net.population(1, es.SpikeSource(times=[[1.0]]), name="pre")
    post = net.population(1, es.LIF(), name="post")
    teacher = net.population(1, es.SpikeSource(times=[[11.0, 400.0]]), name="teacher")
    j = net.connect(pre, post, es.OneToOne(), synapse=es.STDP(1.0, 1.0, a_plus=0.25, a_minus=0.25, w_max=3.0, tau_plus=tau, tau_minus=tau))
    net.connect(teacher, post, es.OneToOne(), weight=30.0, delay=1.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(1000.0)
    assert len(sim.spikes.of(post)) == 2
    assert sim.weights(j)["weight"].tolist() == ([1.0] if tau < 1.0 else [1.5])


@pytest.mark.parametrize("fast", [1e-3, 1e-14, 1e-16, 1e-300])
@pytest.mark.parametrize("since", [0.0, 1e9])
def test_a_slow_trace_beside_one_beyond_all_measure(engine, fast, since):
    """The shortest time constant says how long epochs are; a trace fades over them as its own says."""
    net = es.Network(seed=1)
    pre = net.population(1, es.SpikeSource(times=[[since + 10.0]]), name="pre")
    post = net.population(1, es.LIF(), name="post")
    teacher = net.population(1, es.SpikeSource(times=[[since + 50.0]]), name="teacher")
    rule = es.STDP(1.0, 1.0, a_plus=0.25, a_minus=0.25, w_max=3.0, tau_plus=20.0, tau_minus=fast)
    j = net.connect(pre, post, es.OneToOne(), synapse=rule)
    net.connect(teacher, post, es.OneToOne(), weight=30.0, delay=1.0)
    sim = es.Simulator(net, engine=engine)
    sim.run(until=since + 100.0)
    assert len(sim.spikes.of(post)) == 1
    assert sim.weights(j)["weight"][0] == pytest.approx(1.0 + 0.25 * math.exp(-40.0 / 20.0), rel=1e-14)


@pytest.mark.parametrize("on_pre", [lambda c, s, x, y: State(s.w - c.gain), lambda c, s, x, y: State(s.w, 1.0), lambda c, s, x, y: s.w])
def test_functions_that_do_not_compile(on_pre):
    net = es.Network(seed=1)
    pre = net.population(1, es.SpikeSource(times=[[1.0]]), name="pre")
    net.connect(pre, net.population(1, es.LIF(), name="post"), es.OneToOne(), synapse=rule(on_pre=on_pre)(1.0, 1.0))
    with pytest.raises(es.ParameterError, match=r"rule Own does not compile: .*engine='reference' runs them uncompiled"):
        es.Simulator(net, engine="sequential")
