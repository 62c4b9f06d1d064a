"""The exponential traces that most rules have: one number for each side, which every spike of it raises by 1.

    dx/dt = -rate_pre x      x -> x + 1 at an arrival of the presynaptic spike
    dy/dt = -rate_post y     y -> y + 1 at a postsynaptic spike

The rates, 1/ms, are constants of the rule.
"""

from collections import namedtuple

Pre = namedtuple("Pre", ("x",))
Post = namedtuple("Post", ("y",))


def jump_pre(c, x):
    return Pre(x.x + 1.0)


def jump_post(c, y):
    return Post(y.y + 1.0)


# As a `SynapseRule` takes them.
TRACES = {
    "pre_type": Pre,
    "pre_rates": ("rate_pre",),
    "jump_pre": jump_pre,
    "post_type": Post,
    "post_rates": ("rate_post",),
    "jump_post": jump_post,
}
