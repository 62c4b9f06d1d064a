"""How much memory is free."""

import os
from pathlib import Path

# Where Linux tells the limit and the use of the container it runs us in: control groups, versions 2 and 1.
_CONTAINERS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def available_bytes():
    """Bytes that can be had without swapping; infinite where the system does not say."""
    return min(_of_machine(), *(_of_container(*files) for files in _CONTAINERS))


def _of_container(limit, use):
    try:
        return max(0, int(Path(limit).read_text()) - int(Path(use).read_text()))
    except (OSError, ValueError):  # no such file, or "max": no limit
        return float("inf")


def _of_machine():
    try:
        with open("/proc/meminfo") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return float("inf")
