"""Keeps one program running for as long as this process lives.

simpervisor, which jupyter-server-proxy brings, has no back-off, and takes over SIGINT and SIGTERM of the process
that uses it, so that Ctrl-C would end Jupyter without its question and without its clean-up.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

# Seconds.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
END_WITHIN = 8.0


class Supervisor:
    """Starts the program, and starts it again when it ends, after pauses that double up to half a minute."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: logging.Logger) -> None:
        self._name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._log = log
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep, name=f"keeps {name} running", daemon=True)

    def start(self) -> None:
        """Returns at once; the program is ended when this process exits."""
        atexit.register(self.stop)
        self._thread.start()

    def stop(self) -> None:
        """Asks the program to end, waits a few seconds, then makes it; it is not started again."""
        with self._lock:
            self._stopping.set()
            process = self._process
        atexit.unregister(self.stop)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            outcome = self._run()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > STEADY_AFTER:
                pause = FIRST_PAUSE
            self._log.warning("%s %s; it is started again in %g s.", self._name, outcome, pause)
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _run(self) -> str:
        """Runs the program once, with what it says on stderr in the log; tells how it ended."""
        try:
            with self._lock:
                if self._stopping.is_set():
                    return "was stopped"
                self._process = process = self._open()
        except OSError as error:
            return f"could not be started ({error})"
        assert process.stderr is not None
        with contextlib.suppress(ValueError), process.stderr:
            for line in process.stderr:
                self._log.info("%s: %s", self._name, line.rstrip())
        return f"ended with code {process.wait()}"

    def _open(self) -> subprocess.Popen[str]:
        # A group of its own: Ctrl-C is a question to Jupyter, and the answer may be no.
        apart = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        return subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            **apart,
        )
