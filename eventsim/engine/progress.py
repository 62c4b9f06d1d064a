"""The keyboard and the progress bar: what a run looks at between two events."""

import math
import signal
import sys
import threading
import time


class Interruption:
    """While it is open, Ctrl-C only leaves a note; `check` raises KeyboardInterrupt between two events."""

    def __enter__(self):
        self._pressed = False
        self._before = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number, frame):
        if self._pressed:  # pressed twice: at once, wherever it is
            raise KeyboardInterrupt
        self._pressed = True

    def check(self):
        """Raise if Ctrl-C has been pressed."""
        if self._pressed:
            raise KeyboardInterrupt

    def __exit__(self, *exception):
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if self._pressed and exception[0] is None:
            raise KeyboardInterrupt


class ProgressBar:
    """Simulated time, share done and time left, on one line of standard error, ten times a second at most."""

    def __init__(self, begin, end, shown):
        self._begin, self._end, self._shown = begin, end, shown
        self._started = self._drawn = time.perf_counter()
        self._any = False

    def __enter__(self):
        return self

    def show(self, now):
        """Draw the bar, if it is wanted and time for it."""
        wall = time.perf_counter()
        if not self._shown or wall - self._drawn < 0.1:
            return
        self._drawn, self._any = wall, True
        if math.isinf(self._end):
            text = f"{now:.1f} ms, {wall - self._started:.0f} s"
        else:
            share = (now - self._begin) / max(self._end - self._begin, 1e-300)
            left = (wall - self._started) * (1.0 - share) / max(share, 1e-9)
            text = f"[{'#' * int(30 * share):<30}] {100 * share:3.0f} %  {now:.1f} ms  {left:.0f} s left"
        sys.stderr.write(f"\r{text:<78}")
        sys.stderr.flush()

    def __exit__(self, *exception):
        if self._any:
            sys.stderr.write("\r" + " " * 78 + "\r")
            sys.stderr.flush()
