"""Neurons in fixed-point arithmetic (see fixed.py), written from the equations and not from `eventsim.neurons`.

The state is x = v - v_inf, and for each receptor the potential I_k that its current would hold, R i_k (mV), so that

    tau_m x' = -x + sum_k I_k        tau_k I_k' = -I_k

All numbers are in units of 2**-192. Parameters are the user's float64 numbers, taken exactly; what follows from them
(v_inf, R) is a fraction, not the engine's rounded constant.
"""

from fractions import Fraction

from ..neurons import LIF, LIF_EXP, LIFExp
from .fixed import BITS, ONE, fixed, logarithm, make_decay

# Nearer to threshold than this part of the potentials that take part, rounding may decide.
NEAR = Fraction(1, 10**12)

_SHORTEST = ONE >> 100  # of an interval that is still divided, as a part of tau_m: a tangent is nearer than any rounding
_ROOT = ONE >> 150  # ms, to which a crossing is found


def membrane_class(model):
    """The exact replay of a neuron model, or None.

    Parameters
    ----------
    model : NeuronModel

    Returns
    -------
    class or None
    """
    if model is LIF:
        return JumpMembrane
    if model is LIF_EXP or (model.name == LIF_EXP.name and model is LIFExp(tau_syn=[5.0] * len(model.ports)).model):
        return CurrentMembrane
    return None


class JumpMembrane:
    """A LIF neuron: deliveries are jumps of x.

    Parameters
    ----------
    get : callable (name) -> float, the neuron's parameters
    ports : tuple of str
    """

    def __init__(self, get, ports):
        self._decay = make_decay()
        self.t_ref = get("t_ref")
        self._tau = fixed(get("tau_m"))
        self._rate = ONE * ONE // self._tau
        self._resistance = self._held_by(get)
        self._v_inf = Fraction(get("v_rest")) + self._resistance * Fraction(get("i_offset"))
        thresh, reset = Fraction(get("v_thresh")), Fraction(get("v_reset"))
        self.theta = fixed(thresh - self._v_inf)
        self.reset = fixed(reset - self._v_inf)
        self.near = fixed(NEAR * (abs(thresh) + abs(thresh - reset) + abs(thresh - self._v_inf)))
        self._loads = {}

    def _held_by(self, get):
        return Fraction(get("r_m"))

    def start(self, values):
        """x and the receptors' potentials (a tuple) of given state variables."""
        return self.replaced(0, values[0]), tuple(self.replaced(k, i) for k, i in enumerate(values) if k)

    def replaced(self, k, value):
        """State variable k (0: v) in units, from a float64."""
        return fixed(Fraction(value) - self._v_inf)

    def load(self, weight):
        """A weight in units of what it is added to."""
        if weight not in self._loads:
            self._loads[weight] = self._exact_load(weight)
        return self._loads[weight]

    def _exact_load(self, weight):
        return fixed(Fraction(weight))

    def receive(self, x, held, port, load):
        """The state after a delivery to a membrane that is not clamped."""
        return x + load, held

    def receive_clamped(self, held, port, load):
        """The receptors' potentials after a delivery in refractoriness."""
        return held

    def decayed(self, held, dt):
        """The receptors' potentials after dt."""
        return held

    def step(self, x, held, dt, theta):
        """The state after dt > 0 without deliveries, x being below theta, and the time to the first crossing, or None."""
        after = x * self._decay(dt * self._rate >> BITS) >> BITS
        if after < theta:
            return after, held, None
        # x relaxes to 0 and has reached theta, so x < theta < 0, or theta = 0 which it never reaches by itself
        return after, held, self._tau * logarithm(-x, -theta) >> BITS if theta < 0 else None


class CurrentMembrane(JumpMembrane):
    """A LIFExp neuron with any number of receptors."""

    def __init__(self, get, ports):
        super().__init__(get, ports)
        tau_m = Fraction(get("tau_m"))
        taus = [Fraction(get(f"tau_syn_{port}")) for port in ports]
        self._rates = [fixed(1 / tau) for tau in taus]
        self._shares = [fixed(tau_m / tau) for tau in taus]
        # x gains I tau/(tau - tau_m) (exp(-t/tau) - exp(-t/tau_m)), and I t/tau_m exp(-t/tau_m) where they are equal
        self._gains = [fixed(tau / (tau - tau_m)) if tau != tau_m else None for tau in taus]

    def _held_by(self, get):
        return Fraction(get("tau_m")) / Fraction(get("c_m"))

    def replaced(self, k, value):
        """State variable k (0: v, then the currents) in units, from a float64."""
        return self._exact_load(value) if k else super().replaced(k, value)

    def _exact_load(self, weight):
        return fixed(self._resistance * Fraction(weight))

    def receive(self, x, held, port, load):
        """The state after a delivery."""
        return x, self.receive_clamped(held, port, load)

    def receive_clamped(self, held, port, load):
        """The receptors' potentials after a delivery."""
        return held[:port] + (held[port] + load,) + held[port + 1 :]

    def decayed(self, held, dt):
        """The receptors' potentials after dt."""
        return tuple(i and i * self._decay(dt * rate >> BITS) >> BITS for i, rate in zip(held, self._rates, strict=True))

    def step(self, x, held, dt, theta):
        """The state after dt > 0 without deliveries, x being below theta, and the time to the first crossing, or None."""
        crossing = None if self._stays_below(x, held, dt, theta) else self._first_crossing(x, held, 0, dt, theta)
        x, held = self._moved(x, held, dt)
        return x, held, crossing

    def _moved(self, x, held, dt):
        z = dt * self._rate >> BITS
        own = self._decay(z)
        x = x * own
        after = []
        for i, rate, gain in zip(held, self._rates, self._gains, strict=True):
            if i:
                remains = self._decay(dt * rate >> BITS)
                x += i * ((gain * (remains - own) if gain is not None else z * own) >> BITS)
                i = i * remains >> BITS
            after.append(i)
        return x >> BITS, tuple(after)

    def _stays_below(self, x, held, dt, theta):
        """Whether x certainly stays below theta: it relaxes all the time to something that is not above the ceiling."""
        ceiling = sum(i for i in held if i > 0)
        return ceiling < theta or (ceiling - x) * min(dt * self._rate >> BITS, ONE) < (theta - x) << BITS

    def _first_crossing(self, x, held, begin, dt, theta):
        """The first crossing within dt, counted from `begin` before, or None: intervals are halved until each is settled.

        With P = sum |I_k| the slope tau_m x' never exceeds |x| + 2 P, and tau_m**2 x'' never `bend`. So x lies below the
        parabola of slope and bend, and where the slope exceeds what the bend can take from it, x rises all the time.
        """
        if x >= theta:
            return begin
        if self._stays_below(x, held, dt, theta):
            return None
        z = dt * self._rate >> BITS
        slope = sum(held) - x
        total = sum(map(abs, held))
        bend = (sum(abs(i) * share for i, share in zip(held, self._shares, strict=True)) >> BITS) + abs(x) + 2 * total
        turn = bend * z >> BITS
        if (slope + (turn >> 1)) * z >> BITS < theta - x:
            return None
        if slope >= turn:
            return begin + self._root(x, held, dt, theta) if self._moved(x, held, dt)[0] >= theta else None
        if z < _SHORTEST:
            return None
        half = dt >> 1
        first = self._first_crossing(x, held, begin, half, theta)
        if first is not None:
            return first
        x, held = self._moved(x, held, half)
        return self._first_crossing(x, held, begin + half, dt - half, theta)

    def _root(self, x, held, dt, theta):
        """Where x, which rises all the time, is theta: Newton's method within a bracket."""
        low, high, at = 0, dt, dt
        while high - low > _ROOT:
            there, then = self._moved(x, held, at)
            if there < theta:
                low = at
            else:
                high = at
            slope = sum(then) - there
            better = at + (theta - there) * self._tau // slope if slope > 0 else low
            if abs(better - at) <= _ROOT and low - _ROOT <= better <= high + _ROOT:
                return better
            at = better if low < better < high else low + high >> 1
        return high
