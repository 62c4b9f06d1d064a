"""eventsim beside other simulators and plain C, on the very same arrays, in one session (see README.md)."""
