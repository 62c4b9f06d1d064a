"""Crossbars of memristive devices: what they multiply, with wires that conduct ideally or as they are."""

import numpy as np

from .. import _cast
from ..errors import ParameterError


class Crossbar:
    """An array of devices between row wires, which are driven, and column wires, which are read at virtual ground: i = v G.

    All rows and columns are held at their potentials, so no current goes sneak paths. With wires of a resistance, it does: between neighbouring crossings,
    between the driver and the first column, and between the last row and the reader there is a segment of wire each, and
    Kirchhoff's current law holds at all 2 rows x columns crossings.

    Parameters
    ----------
    conductance : array (rows, columns), nS, >= 0
    wire : float, GOhm, >= 0
        Resistance of a segment; 1e-9 is 1 Ohm.

    Raises
    ------
    ParameterError
        Where the array is empty or of another number of dimensions, and where a value is not finite or negative.

    Notes
    -----
    Chen 2013, doi 10.1109/TED.2013.2246791 (the network of a crossbar's nodes).

    Examples
    --------
    >>> import eventsim as es
    >>> crossbar = es.devices.Crossbar([[1.0, 2.0], [3.0, 4.0]])
    >>> crossbar.read([10.0, 1.0])
    array([13., 24.])
    >>> es.devices.Crossbar([[2.0]], wire=0.25).read([4.0])  # two segments and a device of 0.5 GOhm in series
    array([4.])
    """

    def __init__(self, conductance, wire=0.0):
        self.conductance = _cast.floats(conductance, "Crossbar conductance", "nS", low=0.0)
        if self.conductance.ndim != 2 or not self.conductance.size:
            raise ParameterError(
                f"Crossbar conductance must have shape (rows, columns), at least (1, 1), got shape {self.conductance.shape}"
            )
        self.wire = _cast.number(wire, "Crossbar wire", "GOhm", low=0.0)
        self._transfer = self.conductance if self.wire == 0.0 else _with_wires(self.conductance, 1.0 / self.wire)

    @property
    def effective(self):
        """Conductance from the driver of each row to the reader of each column, nS: float64 (rows, columns), a copy. Of ideal wires the devices' own."""
        return self._transfer.copy()

    def read(self, v):
        """The currents that flow out of the columns.

        Parameters
        ----------
        v : array (rows,) or (reads, rows), mV

        Returns
        -------
        float64 array (columns,) or (reads, columns), pA
        """
        v = _cast.floats(v, "v of Crossbar.read", "mV")
        rows = len(self.conductance)
        if v.ndim not in (1, 2) or v.shape[-1] != rows:
            raise ParameterError(f"v of Crossbar.read must have shape ({rows},) or (reads, {rows}), got shape {v.shape}")
        return v @ self._transfer


def _with_wires(conductance, wire):
    """Effective conductances (rows, columns), wire being the conductance of a segment, nS.

    Potentials on the row wires are eliminated row by row, those on the column wires from the first row to the last: only
    matrices of columns x columns are solved. For row i, with D its devices and K the Laplacian of its wire, the currents from the row wire
    into the column wire are D (D + K)^-1 (drive - K b): written so, no digits cancel.
    """
    rows, columns = conductance.shape
    chain = _chain(columns, wire)
    drive = np.zeros(columns)
    drive[0] = wire
    # Potentials of column wires of row i: b = passed @ (those of the next row) + given (by the drivers 0 .. i).
    passed, given = np.zeros((columns, columns)), np.zeros((columns, rows))
    for i, devices in enumerate(conductance):
        row = devices[:, None] * np.linalg.solve(np.diag(devices) + chain, np.column_stack([chain, drive]))
        into = np.zeros((columns, rows))
        into[:, i] = row[:, -1]
        above = 0.0 if i == 0 else wire * (np.eye(columns) - passed)
        left = row[:, :-1] + wire * np.eye(columns) + above
        solved = np.linalg.solve(left, np.column_stack([wire * np.eye(columns), into + wire * given]))
        passed, given = solved[:, :columns], solved[:, columns:]
    return wire * given.T  # behind the last row is the reader, at 0 mV


def _chain(n, wire):
    """Laplacian of a wire of n crossings that is driven at its first."""
    chain = np.diag(np.full(n, 2.0 * wire)) - wire * (np.eye(n, k=1) + np.eye(n, k=-1))
    chain[-1, -1] = wire
    return chain
