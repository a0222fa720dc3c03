"""What a save and the threads that change something outside of any request know of each other."""

import threading
from collections.abc import Callable

lock = threading.RLock()
"""Held while the state is taken. Whoever changes two things that belong together holds it, too."""
changed = threading.Event()
"""Set by whoever has changed something that no request asked for."""
when_taken: list[Callable[[], None]] = []
"""Called with the lock when a save begins, before anything is looked at."""
when_written: list[Callable[[], None]] = []
"""Called when all that was there at the last `when_taken` is on the disk."""
