"""The spikes of neurons as synaptic scaling knows them: how many there were, and their exponential trace.

    dy/dt = -rate y       y -> y + 1, n -> n + 1 at a spike

n - y is the integral of rate y since the beginning: the number of spikes, each counted as it fades from the trace. It is a rule without synapses: only its postsynaptic trace is used.
"""

from collections import namedtuple

from ..neurons.model import Parameter
from .rule import SynapseRule

Parameters = namedtuple("Parameters", ("tau",))
Constants = namedtuple("Constants", ("rate",))
State = namedtuple("State", ("w",))
Post = namedtuple("Post", ("n", "y"))


def prepare(p):
    return Constants(1.0 / p.tau)


def jump_post(c, y):
    return Post(y.n + 1.0, y.y + 1.0)


ACTIVITY = SynapseRule(
    name="Activity",
    documentation=__doc__,
    parameters=(Parameter("tau", 10_000.0, "ms", low=0.0, low_open=True),),
    parameter_type=Parameters,
    constant_type=Constants,
    state_type=State,
    prepare=prepare,
    post_type=Post,
    post_rates=(None, "rate"),
    jump_post=jump_post,
    source="van Rossum, Bi & Turrigiano 2000, doi 10.1523/JNEUROSCI.20-23-08812.2000",
)
