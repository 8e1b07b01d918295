"""A run in the background: it takes only what nobody else wants, alone in its folder, and ends cleanly when
told to."""

import os
import signal

try:
    import fcntl
except ImportError:  # Windows, where two runs in a folder are not kept apart
    fcntl = None


def take_idle_priority():
    """SCHED_IDLE, nice 19, and 19 for the session too: Linux shares a processor between sessions first
    (autogroup)."""
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except (OSError, AttributeError):
        pass
    try:
        os.nice(19)
    except OSError:
        pass
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as file:
            file.write("19")
    except OSError:
        pass


def lock(folder):
    """A file OUT/pid with our number; whoever holds it trains there. Raises OSError where another does."""
    file = open(os.path.join(folder, "pid"), "a", encoding="ascii")
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise OSError(f"another process trains in {folder}") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


class StopRequest:
    """True once the process was told to stop (SIGTERM, Ctrl-C)."""

    def __init__(self):
        self._told = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)

    def _tell(self, *_):
        self._told = True

    def __bool__(self):
        return self._told
