"""The exponential traces that most rules have: one number for each side, which every spike of it raises by 1.

    dx/dt = -rate_pre x      x -> x + 1 at an arrival of the presynaptic spike
    dy/dt = -rate_post y     y -> y + 1 at a postsynaptic spike

The rates, 1/ms, are constants of the rule.
"""

from collections import namedtuple

from ..numerics.propagators import fading

Pre = namedtuple("Pre", ("x",))
Post = namedtuple("Post", ("y",))


def flow_pre(c, x, dt):
    return Pre(x.x * fading(dt * c.rate_pre))


def jump_pre(c, x):
    return Pre(x.x + 1.0)


def flow_post(c, y, dt):
    return Post(y.y * fading(dt * c.rate_post))


def jump_post(c, y):
    return Post(y.y + 1.0)


# As a `SynapseRule` takes them.
TRACES = {
    "pre_type": Pre,
    "flow_pre": flow_pre,
    "jump_pre": jump_pre,
    "post_type": Post,
    "flow_post": flow_post,
    "jump_post": jump_post,
}
