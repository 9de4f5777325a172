"""Drives the unchanged `mlflow` client against a tracking server.

The Python that runs it needs mlflow 3.17, pytest, scikit-learn and matplotlib. From the repository's root:

    python -m pytest test/mlflow                                   Cellar, as `npm run build` made it
    python -m pytest test/mlflow --target mlflow                   a real `mlflow server`: is the suite honest?
    python -m pytest test/mlflow --target http://127.0.0.1:5000    a server that runs already

A server that runs already gets MLFLOW_TRACKING_TOKEN when that is set. `-m "not slow"` leaves out what trains models
or moves big files. What a test asserts is what a user relies on: never the words of a message, nor an order that
nobody promised.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import nullcontext

# Before mlflow is imported, which reads some of these only once: a wrong 5xx must fail a test, not be asked for again.
os.environ.update(
    MLFLOW_HTTP_REQUEST_MAX_RETRIES="1",
    MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR="0",
    MLFLOW_HTTP_REQUEST_TIMEOUT="30",
    MLFLOW_DISABLE_TELEMETRY="true",
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false",
    GIT_PYTHON_REFRESH="quiet",
    MPLBACKEND="Agg",
)

import mlflow
import pytest
from elsewhere import Elsewhere
from mlflow import MlflowClient
from mlflow.entities import Run
from rest import Rest
from servers import Target, cellar_server, mlflow_server

# What a developer may have set for work of their own.
FOREIGN = (
    *("MLFLOW_RUN_ID", "MLFLOW_RUN_CONTEXT", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_REGISTRY_URI"),
    *("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--torch", action="store_true", help="what needs PyTorch, which has to be installed, too")
    parser.addoption("--target", default="cellar", help="cellar, mlflow, or the URL of a server that runs already")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: trains models or moves big files")
    config.addinivalue_line("markers", "torch: needs PyTorch, which is not installed with the rest: --torch")
    # Stages are old, and still used; pandas speaks to mlflow, not to us.
    config.addinivalue_line("filterwarnings", "ignore:(?s).*stages will be removed:FutureWarning")
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning")
    config.addinivalue_line("filterwarnings", "ignore:.*select_dtypes.*")
    config.addinivalue_line("filterwarnings", "ignore:(?s).*Inferred schema contains integer")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--torch"):
        items[:] = [item for item in items if "torch" not in item.keywords]


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The server under test."""
    name = request.config.getoption("--target")
    started = {"cellar": cellar_server, "mlflow": mlflow_server}
    if name in started:
        server = started[name](tmp_path_factory.mktemp(name))
    else:
        server = nullcontext(Target(name.rstrip("/"), os.environ.get("MLFLOW_TRACKING_TOKEN")))
    with server as found:
        yield found


@pytest.fixture(scope="session", autouse=True)
def tracking(target: Target) -> None:
    """Points this process's client, and the processes it starts, to the server under test."""
    os.environ["MLFLOW_TRACKING_URI"] = target.url
    for name in FOREIGN:
        os.environ.pop(name, None)
    if target.token:
        os.environ["MLFLOW_TRACKING_TOKEN"] = target.token
    mlflow.set_tracking_uri(target.url)


@pytest.fixture(scope="session")
def elsewhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """A real MLflow server beside Cellar; what needs it is about Cellar alone."""
    if request.config.getoption("--target") != "cellar":
        pytest.skip("about Cellar alone")
    server = Elsewhere(tmp_path_factory.mktemp("elsewhere"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client() -> MlflowClient:
    return MlflowClient()


@pytest.fixture
def rest(target: Target) -> Rest:
    return Rest(target.url, target.token)


@pytest.fixture
def unique() -> Callable[..., str]:
    """Makes names that nothing else on the server has."""
    return lambda word="name": f"{word}-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def experiment(client: MlflowClient, unique: Callable[..., str]) -> str:
    """The id of an experiment of the test's own."""
    return client.create_experiment(unique("experiment"))


@pytest.fixture
def run(client: MlflowClient, experiment: str) -> Run:
    """A run in the test's own experiment."""
    return client.create_run(experiment)


@pytest.fixture
def model(client: MlflowClient, unique: Callable[..., str]) -> str:
    """The name of a registered model of the test's own, with tag a = 1."""
    name = unique("model")
    client.create_registered_model(name, {"a": "1"}, "what it does")
    return name


@pytest.fixture
def source(run: Run) -> str:
    return f"{run.info.artifact_uri}/model"


@pytest.fixture
def add_version(client: MlflowClient, model: str, source: str, run: Run) -> Callable[..., str]:
    """Adds a version to the test's own model and gives its number."""
    return lambda **more: client.create_model_version(model, source, run.info.run_id, **more).version


@pytest.fixture
def fluent(experiment: str) -> Iterator[str]:
    """Makes the test's own experiment the active one of `mlflow.start_run`; ends what the test leaves open."""
    mlflow.set_experiment(experiment_id=experiment)
    yield experiment
    while mlflow.active_run():
        mlflow.end_run()
