"""Neurons of the bounded class for an oracle: their equations written out again, integrated by scipy's solve_ivp."""

import math

import numpy as np
from scipy.integrate import solve_ivp

RTOL = 1e-12


class Integrated:
    """A neuron with the parameters p (a dict by name) that receives deliveries: conductances "g", currents "i" or jumps "v".

    y is v, the variables of the membrane (w, u or m, h, n), then two for the synapses (four of alpha functions).
    """

    def __init__(self, name, p, synapses, shape="exponential", kinetics="traub"):
        self.name, self.p, self.synapses, self.alpha, self.kinetics = name, p, synapses, shape == "alpha", kinetics
        self.inner = {"AdEx": 1, "Izhikevich": 1, "HodgkinHuxley": 3}.get(name, 0)
        self.threshold = p.get("v_spike", p["v_thresh"])
        # From here on v explodes: it becomes the independent variable.
        self.foot = min(self.threshold, p["v_thresh"] + 8.0 * p["delta_t"]) if "delta_t" in p else self.threshold

    def begin(self):
        """The state at time 0."""
        p = self.p
        inner = [0.0] * self.inner
        if self.name == "Izhikevich":
            inner = [p["b"] * p["v_rest"]]
        if self.name == "HodgkinHuxley":
            inner = [a / (a + b) for a, b in self.rates(p["v_rest"])]
        n_synapses = 0 if self.synapses == "v" else 4 if self.alpha else 2
        return np.array([p["v_rest"], *inner, *[0.0] * n_synapses])

    def rates(self, v):
        """(alpha, beta) of m, h and n."""
        if self.kinetics == "traub":
            u = v - self.p["v_offset"]
            m = 0.32 * (13 - u) / math.expm1((13 - u) / 4), 0.28 * (u - 40) / math.expm1((u - 40) / 5)
            h = 0.128 * math.exp((17 - u) / 18), 4 / (1 + math.exp((40 - u) / 5))
            n = 0.032 * (15 - u) / math.expm1((15 - u) / 5), 0.5 * math.exp((10 - u) / 40)
        else:  # potentials as they are written today, rest at -65 mV
            m = 0.1 * (v + 40) / -math.expm1(-(v + 40) / 10), 4 * math.exp(-(v + 65) / 18)
            h = 0.07 * math.exp(-(v + 65) / 20), 1 / (1 + math.exp(-(v + 35) / 10))
            n = 0.01 * (v + 55) / -math.expm1(-(v + 55) / 10), 0.125 * math.exp(-(v + 65) / 80)
        return m, h, n

    def change(self, t, y, clamped):
        """dy/dt."""
        p, v = self.p, y[0]
        syn = y[1 + self.inner :]
        out = np.zeros_like(y)
        if self.synapses == "v":
            i_syn = 0.0
        else:
            taus = np.array([p["tau_syn_exc"], p["tau_syn_inh"]])
            level = syn[:2]
            out[1 + self.inner : 3 + self.inner] = -level / taus
            if self.alpha:
                out[1 + self.inner : 3 + self.inner] += syn[2:]
                out[3 + self.inner :] = -syn[2:] / taus
            i_syn = level.sum() if self.synapses == "i" else (level * (np.array([p["e_rev_exc"], p["e_rev_inh"]]) - v)).sum()
        if self.name == "Izhikevich":
            out[0] = 0.04 * v * v + 5 * v + 140 - y[1] + p["i_offset"]
            out[1] = p["a"] * (p["b"] * v - y[1])
        elif self.name == "HodgkinHuxley":
            m, h, n = y[1:4]
            i = p["g_na"] * m**3 * h * (p["e_rev_na"] - v) + p["g_k"] * n**4 * (p["e_rev_k"] - v) + p["g_leak"] * (p["e_rev_leak"] - v)
            out[0] = (i + p["i_offset"] + i_syn) / p["c_m"]
            out[1:4] = [a * (1 - x) - b * x for (a, b), x in zip(self.rates(v), (m, h, n), strict=True)]
        else:
            w = y[1] if self.name == "AdEx" else 0.0
            g_l = p["c_m"] / p["tau_m"]
            i = g_l * (p["v_rest"] - v) - w + p["i_offset"] + i_syn
            if "delta_t" in p:
                i += g_l * p["delta_t"] * math.exp(min((v - p["v_thresh"]) / p["delta_t"], 600.0))
            out[0] = i / p["c_m"]
            if self.name == "AdEx":
                out[1] = (p["a"] * (v - p["v_rest"]) - w) / p["tau_w"]
        if clamped:
            out[0] = 0.0
        return out

    def receive(self, y, weight, clamped):
        """y after a delivery, whose sign chooses the receptor."""
        y = y.copy()
        if self.synapses == "v":
            y[0] += 0.0 if clamped else weight
            return y
        port = 0 if weight >= 0.0 else 1
        size = weight if self.synapses == "i" else abs(weight)
        if self.alpha:
            y[3 + self.inner + port] += size * math.e / self.p[("tau_syn_exc", "tau_syn_inh")[port]]
        else:
            y[1 + self.inner + port] += size
        return y

    def fire(self, y):
        """y after a spike."""
        y = y.copy()
        if self.name == "HodgkinHuxley":
            return y
        y[0] = self.p["v_reset"]
        if self.inner:
            y[1] += self.p["b"] if self.name == "AdEx" else self.p["d"]
        return y

    def spikes(self, deliveries, end):
        """Times of the spikes before `end`, deliveries being (time, weight) in order."""
        t, y, free, out = 0.0, self.begin(), -1.0, []

        def reached(t, y):
            return y[0] - self.foot

        reached.terminal, reached.direction = True, 1.0
        for at, weight in [*((at, w) for at, w in deliveries if at < end), (end, 0.0)]:
            while t < at:
                clamped = t < free and self.name != "HodgkinHuxley"
                stop = min(at, free) if clamped else at
                found = self._piece(t, stop, y, clamped, None if clamped else reached)
                y, t = found.y[:, -1], stop
                if not clamped and len(found.t_events[0]):
                    t, y = self._upstroke(found.t_events[0][0], found.y_events[0][0])
                    if t > stop:
                        raise ValueError(f"a delivery at {stop} ms falls into an upstroke: take others")
                    out.append(t)
                    y = self.fire(y)
                    free = t + self.p["t_ref"]
                    if self.name == "HodgkinHuxley":  # away from the event, which would be found again
                        y = self._piece(t, min(t + 1e-3, at), y, False, None).y[:, -1]
                        t = min(t + 1e-3, at)
            if at < end:
                clamped = t < free and self.name != "HodgkinHuxley"
                y = self.receive(y, weight, clamped)
                if not clamped and y[0] >= self.threshold and self.name != "HodgkinHuxley":
                    out.append(t)
                    y = self.fire(y)
                    free = t + self.p["t_ref"]
        return np.array(out)

    def _piece(self, begin, end, y, clamped, event):
        return _solved(lambda t, y: self.change(t, y, clamped), (begin, end), y, event)

    def _upstroke(self, t, y):
        """Time and state where v, which rises from here on, is at threshold."""
        if self.foot == self.threshold:
            return t, y

        def change(v, z):
            slopes = self.change(0.0, np.array([v, *z[1:]]), False)
            return np.array([1.0, *slopes[1:]]) / slopes[0]

        z = _solved(change, (self.foot, self.threshold), np.array([t, *y[1:]]), None).y[:, -1]
        return z[0], np.array([self.threshold, *z[1:]])


def _solved(change, span, y, event):
    found = solve_ivp(change, span, y, method="DOP853", rtol=RTOL, atol=RTOL, events=event)
    if not found.success:
        raise ValueError(found.message)
    return found
