"""What an engine answers when it stops."""

import enum


class Status(enum.Enum):
    """Why `advance` returned."""

    DONE = "the time asked for is reached"
    PAUSED = "time to look at the keyboard and the progress bar"
    SPIKED = "an instant had a spike and stopping there was asked for"
    SILENT = "nothing is queued any more and no end was given"
