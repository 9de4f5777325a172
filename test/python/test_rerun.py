"""A deterministic notebook that is run again, by a real kernel: what a diff shows of it, which is nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

COMMAND = str(Path(sys.executable).parent / ("cellar.exe" if sys.platform == "win32" else "cellar"))

SETUP = """\
%matplotlib inline
import logging, sys, tempfile, time, warnings
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
"""

CELLS = [
    "object()",
    "print(object(), lambda: 1, sys)",
    "frame = pd.DataFrame({'a': [1, 2, 3], 'b': [0.5, 1.5, np.nan]})\nframe",
    "frame.style.highlight_max()",
    "plt.plot([1, 3, 2])",
    "figure, axes = plt.subplots()\naxes.plot([1, 2])\nfigure",
    "%config InlineBackend.figure_formats = ['svg']\nplt.plot([1, 3, 2], marker='o')\nplt.show()",
    "%config InlineBackend.figure_formats = ['png']\nwarnings.warn('old')",
    "%time sum(range(1000))",
    "print(tempfile.mkdtemp())",
    "logging.basicConfig(format='%(asctime)s %(levelname)s %(message)s', force=True)\nlogging.warning('low')",
    "for i in range(3):\n    print(f'{i}/3', end='\\r')\n    time.sleep(0.01)\nprint('3/3')",
    "for i in range(20):\n    print('out', i)\n    print('err', i, file=sys.stderr)",
    "from sklearn.linear_model import LogisticRegression\nLogisticRegression().fit([[0], [1]], [0, 1])",
    "def inner(x):\n    return frame.loc[x]\n\ninner('absent')",
]


def ran(folder: Path, name: str) -> Path:
    """The notebook as a fresh kernel leaves it, on the disk."""
    cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate([SETUP, *CELLS])]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    path = folder / name
    nbformat.write(notebook, path)
    return path


def diff(base: Path, head: Path, *options: str) -> tuple[int, dict[str, Any]]:
    told = subprocess.run(
        [
            COMMAND,
            "diff",
            str(base),
            str(head),
            "--format",
            "json",
            "--exit-code",
            *options,
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return told.returncode, json.loads(told.stdout)


def test_shows_nothing_of_a_notebook_that_was_run_again(tmp_path: Path) -> None:
    base, head = ran(tmp_path, "base.ipynb"), ran(tmp_path, "head.ipynb")
    code, shown = diff(base, head)
    changed = [change for change in shown["changes"] if change["kind"] != "same"]
    assert changed == []
    assert code == 0
    # The runs did differ: what each makes anew was seen.
    assert {"address", "duration", "temp_path", "div_id", "timestamp"} <= shown["noise"].keys()


def test_shows_one_value_that_changed_among_what_each_run_makes_anew(
    tmp_path: Path,
) -> None:
    base = ran(tmp_path, "base.ipynb")
    CELLS[1], before = "print(object(), 'other')", CELLS[1]
    try:
        head = ran(tmp_path, "head.ipynb")
    finally:
        CELLS[1] = before
    code, shown = diff(base, head)
    assert code == 1
    assert [change["head"] for change in shown["changes"] if change["kind"] != "same"] == [[2]]
