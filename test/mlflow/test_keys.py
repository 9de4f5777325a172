"""Keys of params, metrics and tags: which are taken, which refused."""

from __future__ import annotations

import pytest
from expect import INVALID
from mlflow import MlflowClient
from mlflow.entities import Run
from rest import Rest

# By route below runs/: what goes with the key.
VALUES = {
    "log-parameter": {"value": "1"},
    "log-metric": {"value": 1, "timestamp": 1, "step": 0},
    "set-tag": {"value": "1"},
}

# The last are names that objects have by themselves in JavaScript.
TAKEN = [
    *("a b", "a/b", "a:b", "a.b-c_d", "val/acc 1", ".hidden", "a..b", "1", "日本 ñ", "é" * 250),
    *("__proto__", "constructor", "toString", "hasOwnProperty"),
]
REFUSED = [
    *("", "a//b", "/a", "a/", "./a", "a/./b", "a/../b", "../a", ".", ".."),
    *("a\\b", 'a"b', "a'b", "a#b", "a%b", "a,b", "a@b", "a(b)", "a\nb", "a\0b", "🍷", "x" * 251),
]


@pytest.mark.parametrize("key", TAKEN, ids=lambda key: ascii(key)[:30])
def test_a_key_is_taken_and_comes_back_as_it_was(client: MlflowClient, rest: Rest, run: Run, key: str) -> None:
    run_id = run.info.run_id
    for route, values in VALUES.items():
        rest.ok(f"runs/{route}", run_id=run_id, key=key, **values)
    data = client.get_run(run_id).data
    assert (data.params, data.metrics, data.tags[key]) == ({key: "1"}, {key: 1}, "1")
    assert [each.value for each in client.get_metric_history(run_id, key)] == [1]


@pytest.mark.parametrize("key", REFUSED, ids=lambda key: ascii(key)[:30])
def test_a_key_is_refused(client: MlflowClient, rest: Rest, run: Run, key: str) -> None:
    run_id = run.info.run_id
    for route, values in VALUES.items():
        assert rest.post(f"runs/{route}", run_id=run_id, key=key, **values).error == INVALID, route
    data = client.get_run(run_id).data
    assert (data.params, data.metrics) == ({}, {})
    assert key not in data.tags


def test_keys_of_one_batch_do_not_meet_those_of_objects(client: MlflowClient, rest: Rest, run: Run) -> None:
    names = ["__proto__", "constructor", "prototype", "valueOf"]
    pairs = [{"key": name, "value": name} for name in names]
    rest.ok("runs/log-batch", run_id=run.info.run_id, params=pairs, tags=pairs)
    data = client.get_run(run.info.run_id).data
    assert data.params == {name: name for name in names}
    assert {name: data.tags[name] for name in names} == data.params
