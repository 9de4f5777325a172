"""A program kept running, tried on small real programs."""

import logging
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from cellar import supervisor
from cellar.supervisor import Supervisor
from servers import until


def starts(file: Path) -> list[float]:
    return [float(line) for line in file.read_text().splitlines()] if file.exists() else []


def note(file: Path) -> str:
    """What a program does to note its start."""
    return f"open({str(file)!r}, 'a').write(str(time.time()) + '\\n')"


def program(words: str) -> list[str]:
    return [sys.executable, "-c", f"import sys, time, signal; {words}"]


def test_starts_a_program_again_with_growing_pauses_and_logs_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.2)
    caplog.set_level(logging.INFO)
    file = tmp_path / "starts"
    # Code 0 too: a server that ends by itself is missing all the same.
    kept = Supervisor("It", program(f"{note(file)}; sys.stderr.write('too bad')"), {}, logging.getLogger("t"))
    kept.start()
    times = until(lambda: starts(file) if len(starts(file)) >= 4 else None, "four starts")
    kept.stop()
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[0] >= 0.2 and pauses[1] >= 0.4 and pauses[2] >= 0.8
    assert "It: too bad" in caplog.messages
    assert "It ended with code 0; it is started again in 0.4 s." in caplog.messages
    count = len(starts(file))
    time.sleep(2)
    assert len(starts(file)) <= count


def test_ends_a_program_that_does_not_want_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "END_WITHIN", 0.3)
    file = tmp_path / "starts"
    stubborn = f"signal.signal(signal.SIGTERM, signal.SIG_IGN); {note(file)}; time.sleep(600)"
    kept = Supervisor("It", program(stubborn), {}, logging.getLogger("t"))
    kept.start()
    until(lambda: starts(file), "a start")
    # It would sleep for ten minutes: that this comes back at all shows that the program was made to end.
    kept.stop()
    time.sleep(1)
    assert len(starts(file)) == 1


def test_says_why_a_program_cannot_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = Supervisor("It", [str(tmp_path / "nothing")], {}, logging.getLogger("t"))
    kept.start()
    until(lambda: "could not be started" in caplog.text, "the reason")
    kept.stop()
