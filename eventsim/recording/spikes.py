"""Recorded spikes."""

import numpy as np

from ..errors import RecordingError


class Spikes:
    """Spikes in the order (time, micro-step, address).

    Attributes
    ----------
    time : float64 array (m,), ms
    address : int64 array (m,)
    until : float, ms
        How far the run had come when they were read: what happened from then on is not in them.
    """

    def __init__(self, time, address, recorded, known, until, first=0):
        self.time = time
        self.address = address
        self.until = until
        self._recorded = recorded  # bool (N,): whose spikes are recorded
        self._known = known  # refuses what is not a selection of the simulated network
        self._first = first

    def __len__(self):
        return len(self.time)

    def __repr__(self):
        span = f", {self.time[0]:g} to {self.time[-1]:g} ms" if len(self) else ""
        return f"<{len(self)} spikes{span}>"

    @property
    def local(self):
        """Indices in the population, int64 (m,); of all spikes together, the addresses."""
        return self.address - self._first

    def require(self, addresses, what, how="..."):
        """Refuse addresses whose spikes are not recorded: that there are none of them then says nothing.

        Parameters
        ----------
        addresses : int array (n,)
        what, how : str
            What they are, and how they would be called in `record`, for the message.

        Raises
        ------
        RecordingError
        """
        inside = addresses[addresses < len(self._recorded)]
        if not self._recorded[inside].all():
            missing = int(inside[np.argmin(self._recorded[inside])])
            raise RecordingError(
                f"spikes of {what} are not recorded (address {missing}, for one); ask for them before the run: sim.record('spikes', {how})"
            )

    def of(self, selection):
        """The spikes of one population or view.

        Parameters
        ----------
        selection : Population or view

        Returns
        -------
        Spikes

        Raises
        ------
        RecordingError
            Where spikes of a member are not recorded.
        """
        addresses = self._known(selection).addresses
        self.require(addresses, f"{selection.name!r}", selection.population.name)
        wanted = np.zeros(len(self._recorded), bool)
        wanted[addresses] = True
        keep = wanted[self.address]
        return Spikes(self.time[keep], self.address[keep], self._recorded, self._known, self.until, selection.population.first)
