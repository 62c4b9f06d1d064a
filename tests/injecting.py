"""Networks with injected currents for hypothesis to draw."""

from dataclasses import replace

from hypothesis import strategies as st

from .strategies import NEURONS, STEPS, Injected, _floats, _per_member, _some, _times, cases, is_neuron

# Kinds of currents into one population, in order. Each combination is compiled by itself, so there are few.
INJECTED = (("StepCurrent",), ("NoisyCurrent",))
MOVING = (("RampCurrent", "SineCurrent"),)
MANY = (*INJECTED, *MOVING, ("StepCurrent", "NoisyCurrent"), ("SineCurrent",), ("NoisyCurrent", "RampCurrent", "SineCurrent"))


@st.composite
def injections(draw, groups, post, kinds, step, end):
    """Currents of these kinds into a population, or a part of it, of the size of the distance to threshold."""
    scale = {"LIF": 15.0, "QIF": 15.0, "IF": 200.0, "Izhikevich": 10.0, "HodgkinHuxley": 1500.0}.get(groups[post].kind, 300.0)
    sizes = st.sampled_from((0.0, 1.0, 2.0, -1.0, 0.7)).map(lambda x: x * scale)
    drawn = []
    for kind in kinds:
        part = _some(draw, groups[post].n)
        n = groups[post].n if part is None else len(part)
        if kind in ("StepCurrent", "RampCurrent"):
            times = sorted(draw(st.lists(_times(step, 0.0, end), min_size=1, max_size=6, unique=True)))
            rows = st.lists(sizes, min_size=n, max_size=n) if draw(st.booleans()) else sizes
            values = {"times": times, "values": [draw(rows) for _ in times]}
        else:
            start = draw(_times(step, 0.0, 4.0))
            values = {"start": start, "stop": draw(st.sampled_from((None, start + 3.0, start + 7.3)))}
            if kind == "NoisyCurrent":
                values |= {
                    "mean": _per_member(draw, n, sizes),
                    "std": abs(draw(sizes)),
                    "interval": draw(st.sampled_from((0.5, 0.1, 0.73))),
                }
            else:
                values |= {
                    "amplitude": _per_member(draw, n, sizes),
                    "offset": draw(sizes),
                    "phase": _per_member(draw, n, _floats(-7.0, 7.0)),
                }
                values["frequency"] = draw(st.sampled_from((500.0, 37.0, 2.0, 1000.0)))
        drawn.append(Injected(post, part, kind, values))
    return drawn


@st.composite
def injected_cases(draw, kinds=NEURONS, currents=INJECTED, **options):
    """A network with injected currents."""
    case = draw(cases(kinds=kinds, **options))
    drawn = []
    for post in [k for k, g in enumerate(case.groups) if is_neuron(g)]:
        if not drawn or draw(st.booleans()):
            drawn += draw(injections(case.groups, post, draw(st.sampled_from(currents)), draw(st.sampled_from(STEPS)), case.end))
    return replace(case, currents=tuple(drawn))
