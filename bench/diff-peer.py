"""Reads two notebooks and compares them as nbdime's command does; prints seconds, peak memory and what it found as JSON."""

import json
import resource
import sys
import time

import nbformat
from nbdime.diffing.notebooks import diff_notebooks

start = time.perf_counter()
base, head = (nbformat.read(path, as_version=4) for path in sys.argv[1:3])
result = diff_notebooks(base, head)
seconds = time.perf_counter() - start

ops = [op for entry in result if entry.key == "cells" for op in entry.diff]
print(
    json.dumps(
        {
            "seconds": seconds,
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "added": sum(len(op.valuelist) for op in ops if op.op == "addrange"),
            "deleted": sum(op.length for op in ops if op.op == "removerange"),
        }
    )
)
