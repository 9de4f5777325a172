"""From a notebook's code to what the server tells: all the words of the module at once."""

from __future__ import annotations

import hashlib
import json
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from servers import Server, answer, running

SETUP = """\
import math
import cellar, numpy, pandas
import matplotlib
matplotlib.use("agg")
from matplotlib import pyplot
chance = numpy.random.default_rng(1)
raw = pandas.DataFrame({"age": chance.integers(18, 90, 3000), "pay": chance.lognormal(8, 1, 3000)})
raw["plan"] = chance.choice(["free", "pro"], 3000)
raw.loc[::10, "pay"] = math.nan
raw.to_csv("raw.csv", index=False)
"""
WORK = """\
with cellar.run("search") as search:
    source = cellar.dataset("raw.csv", context="training")
    made = raw.assign(pay=raw.pay.fillna(0) * 2, old=raw.age > 65).drop(columns="plan")
    cellar.dataset(made, "features", target="old", features_of=source)
    for depth in (1, 2):
        try:
            with cellar.run(f"depth {depth}"):
                cellar.param(depth=depth)
                cellar.log(accuracy=0.9 / depth)
                cellar.tag(stage="trial")
                if depth == 2: raise ValueError("too deep")
        except ValueError: pass
    figure, axes = pyplot.subplots()
    axes.plot([1, 2])
    cellar.figure(figure, "curve")
    pyplot.close(figure)
    cellar.dataset(pandas.DataFrame({"odd": [[1], {"a": 2}, None], "far": [math.inf, 1e308, -1e308]}), "odd")
"""


def asked(server: Server, path: str, body: Any = None, status: int = 200) -> Any:
    """What Cellar answers by way of Jupyter."""
    request = urllib.request.Request(f"{server.url}cellar/api/v1/{path}", headers={"X-Cellar-Client": "test"})
    request.add_header("Authorization", f"token {server.token}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    found, told = answer(request)
    assert found in (status, 201), told
    return told


def test_what_a_notebook_says_is_kept_and_told(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.ready()
        cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, WORK)]
        notebook = nbformat.v4.new_notebook(cells=cells)
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(server.root)}}).execute()
        nbformat.write(notebook, server.root / "a.ipynb")
        kept = asked(server, "snapshots", {"path": "a.ipynb"})
        assert kept["warnings"] == []
        runs = {each["name"]: each for each in kept["snapshot"]["runs"]}
        assert {name: each["status"] for name, each in runs.items()} == {
            "search": "finished",
            "depth 1": "finished",
            "depth 2": "failed",
        }
        assert runs["depth 2"]["params"] == {"depth": "2"} and runs["depth 2"]["metrics"] == {"accuracy": 0.45}
        inner = asked(server, f"runs/{runs['depth 1']['id']}")
        assert inner["tags"] == {"stage": "trial", "mlflow.parentRunId": runs["search"]["id"]}

        [picture] = kept["snapshot"]["artifacts"]
        assert picture["name"] == "curve.png" and picture["run"] == runs["search"]["id"]
        status, drawn = answer(
            urllib.request.Request(
                f"{server.url}cellar-files/{picture['sha256']}?name=curve.png",
                headers={"Authorization": f"token {server.token}"},
            )
        )
        assert status == 200 and drawn.startswith(b"\x89PNG")
        assert hashlib.sha256(drawn).hexdigest() == picture["sha256"]

        data = {each["name"]: each for each in asked(server, "datasets")["datasets"]}
        assert sorted(data) == ["features", "odd", "raw.csv"]
        raw, features = data["raw.csv"], data["features"]
        content = (server.root / "raw.csv").read_bytes()
        assert raw["sha256"] == hashlib.sha256(content).hexdigest() and raw["origin"] == "raw.csv"
        assert (features["parent"], features["target"], features["rows"]) == (raw["id"], "old", 3000)
        search = asked(server, f"runs/{runs['search']['id']}")
        assert [each["id"] for each in search["inputs"]] == [
            data[name]["id"] for name in ("raw.csv", "features", "odd")
        ]
        compared = asked(server, f"datasets/{raw['id']}/compare/{features['id']}")
        assert (compared["added"], compared["removed"], compared["retyped"]) == (["old"], ["plan"], [])
        pay = next(each for each in compared["columns"] if each["name"] == "pay")
        assert pay["missing"] == {"base": 0.1, "head": 0} and pay["distance"] > 0.1
        middle = next(each for each in pay["quantiles"] if each["at"] == 0.5)
        assert 1.5 < middle["head"] / middle["base"] < 2.2
        age = next(each for each in compared["columns"] if each["name"] == "age")
        assert age["distance"] <= 0.03
