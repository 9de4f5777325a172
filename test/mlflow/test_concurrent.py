"""Many writers at once: nothing is lost, nothing is written twice, no one is told of an error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from expect import INVALID
from mlflow import MlflowClient
from mlflow.entities import Metric, Run
from rest import Rest

WRITERS = 8


def together(act: Callable[[int], object]) -> list[object]:
    """The results of the act in that many threads, by number."""
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(act, range(WRITERS)))


def test_threads_write_one_metric_of_one_run(client: MlflowClient, run: Run) -> None:
    def write(writer: int) -> None:
        for number in range(10):
            client.log_metric(run.info.run_id, "m", writer + number / 100, timestamp=1, step=writer * 100 + number)

    together(write)
    found = client.get_metric_history(run.info.run_id, "m")
    assert sorted(each.step for each in found) == sorted(w * 100 + n for w in range(WRITERS) for n in range(10))
    assert client.get_run(run.info.run_id).data.metrics == {"m": WRITERS - 1 + 0.09}


def test_threads_write_batches_to_one_run(client: MlflowClient, run: Run) -> None:
    def write(writer: int) -> None:
        for first in range(0, 300, 100):
            points = [Metric(f"m{writer}", step, 1, step) for step in range(first, first + 100)]
            client.log_batch(run.info.run_id, [*points, *(Metric("shared", p.value, writer, p.step) for p in points)])

    together(write)
    for writer in range(WRITERS):
        assert len(client.get_metric_history(run.info.run_id, f"m{writer}")) == 300
    assert len(client.get_metric_history(run.info.run_id, "shared")) == 300 * WRITERS


def test_threads_write_params_and_tags_of_one_run(client: MlflowClient, run: Run) -> None:
    def write(writer: int) -> None:
        for number in range(5):
            client.log_param(run.info.run_id, f"p{writer}-{number}", writer)
            client.set_tag(run.info.run_id, f"t{writer}-{number}", writer)
            client.set_tag(run.info.run_id, "shared", writer)

    client.set_tag(run.info.run_id, "shared", "none yet")
    together(write)
    data = client.get_run(run.info.run_id).data
    assert data.params == {f"p{w}-{n}": str(w) for w in range(WRITERS) for n in range(5)}
    assert {key: value for key, value in data.tags.items() if key.startswith("t")} == {
        f"t{w}-{n}": str(w) for w in range(WRITERS) for n in range(5)
    }
    assert data.tags["shared"] in {str(writer) for writer in range(WRITERS)}


def test_one_of_many_first_values_of_a_param_stays(client: MlflowClient, rest: Rest, run: Run) -> None:
    def write(writer: int) -> tuple[int, str | None]:
        return rest.post("runs/log-parameter", run_id=run.info.run_id, key="p", value=str(writer)).error

    answers = together(write)
    kept = int(client.get_run(run.info.run_id).data.params["p"])
    assert answers[kept] == (200, None)
    assert {answer for number, answer in enumerate(answers) if number != kept} == {INVALID}


def test_one_of_many_makes_an_experiment(client: MlflowClient, rest: Rest, unique: Callable[..., str]) -> None:
    name = unique()
    answers = together(lambda _: rest.post("experiments/create", name=name).error)
    assert sorted(answers, key=str) == [(200, None)] + [(400, "RESOURCE_ALREADY_EXISTS")] * (WRITERS - 1)
    assert client.get_experiment_by_name(name)


def test_runs_made_at_once_are_all_there(client: MlflowClient, experiment: str) -> None:
    def make(writer: int) -> list[str]:
        return [client.create_run(experiment).info.run_id for _ in range(5)]

    made = {run_id for ids in together(make) for run_id in ids}
    assert {run.info.run_id for run in client.search_runs([experiment])} == made
    assert len(made) == 5 * WRITERS


def test_versions_made_at_once_have_numbers_of_their_own(
    client: MlflowClient, rest: Rest, run: Run, unique: Callable[..., str]
) -> None:
    name = unique("model")
    client.create_registered_model(name)
    body = {"name": name, "source": f"{run.info.artifact_uri}/model", "run_id": run.info.run_id}
    answers = together(lambda _: rest.post("model-versions/create", **body))
    assert {answer.status for answer in answers} == {200}
    numbers = sorted(int(answer.json["model_version"]["version"]) for answer in answers)
    assert numbers == list(range(1, WRITERS + 1))


def test_artifacts_uploaded_at_once_are_all_whole(client: MlflowClient, run: Run) -> None:
    together(lambda writer: client.log_text(run.info.run_id, str(writer) * 10_000, f"folder/{writer}.txt"))
    found = client.list_artifacts(run.info.run_id, "folder")
    assert [(each.path, each.file_size) for each in found] == [(f"folder/{n}.txt", 10_000) for n in range(WRITERS)]


WRITER = """
import sys
from mlflow import MlflowClient
from mlflow.entities import Metric
client, run, writer = MlflowClient(), sys.argv[1], int(sys.argv[2])
for first in range(0, 500, 100):
    client.log_batch(run, [Metric("m", step, writer, step) for step in range(first, first + 100)])
    client.log_metric(run, f"last{writer}", first)
client.log_param(run, f"p{writer}", writer)
"""


def test_processes_write_to_one_run(client: MlflowClient, run: Run) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, run.info.run_id, str(number)]) for number in range(3)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    found = client.get_metric_history(run.info.run_id, "m")
    assert {(each.timestamp, each.step) for each in found} == {(w, s) for w in range(3) for s in range(500)}
    assert len(found) == 1500
    assert client.get_run(run.info.run_id).data.params == {f"p{number}": str(number) for number in range(3)}


KILLED = """
import sys
from mlflow import MlflowClient
from mlflow.entities import Metric
client, run = MlflowClient(), sys.argv[1]
for first in range(0, 1_000_000, 1000):
    client.log_batch(run, [Metric("m", step, 1, step) for step in range(first, first + 1000)])
    print(first + 1000, flush=True)
"""


def test_a_killed_writer_leaves_whole_batches(client: MlflowClient, run: Run) -> None:
    writer = subprocess.Popen([sys.executable, "-c", KILLED, run.info.run_id], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(3)][-1]
    writer.kill()
    writer.wait()
    client.log_metric(run.info.run_id, "after", 1)
    count = len(client.get_metric_history(run.info.run_id, "m"))
    assert count % 1000 == 0
    assert count >= told
