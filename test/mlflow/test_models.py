"""Models from training to prediction: autologging, logging, registering, loading, evaluating."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mlflow
import numpy
import pandas
import pytest
from mlflow import MlflowClient
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning"),
]

# Neither asks which packages the model needs (slow), nor which of its types a reader should trust.
AS_IT_IS = {"pip_requirements": ["scikit-learn"], "serialization_format": "cloudpickle"}

FEATURES, KINDS = load_iris(return_X_y=True, as_frame=True)


@pytest.fixture(scope="module")
def forest() -> RandomForestClassifier:
    return RandomForestClassifier(n_estimators=5, random_state=1).fit(FEATURES, KINDS)


@pytest.fixture
def logged(fluent: str, unique: Callable[..., str], forest: RandomForestClassifier) -> tuple[str, Any]:
    """The name of a registered model, and what logging its first version told."""
    name = unique("model")
    with mlflow.start_run():
        told = mlflow.sklearn.log_model(
            forest,
            name="forest",
            input_example=FEATURES.head(2),
            signature=infer_signature(FEATURES, forest.predict(FEATURES)),
            registered_model_name=name,
            **AS_IT_IS,
        )
    return name, told


def test_a_registered_model_predicts_as_before(
    client: MlflowClient, logged: tuple[str, Any], forest: RandomForestClassifier
) -> None:
    name, told = logged
    client.set_registered_model_alias(name, "champion", "1")
    expected = forest.predict(FEATURES)
    for uri in (f"models:/{name}@champion", f"models:/{name}/1", f"models:/{name}/latest", told.model_uri):
        loaded = mlflow.pyfunc.load_model(uri)
        assert numpy.array_equal(loaded.predict(FEATURES), expected), uri
    assert mlflow.sklearn.load_model(f"models:/{name}@champion").n_estimators == 5


def test_a_model_is_found_through_its_run(logged: tuple[str, Any], forest: RandomForestClassifier) -> None:
    loaded = mlflow.pyfunc.load_model(f"runs:/{logged[1].run_id}/forest")
    assert numpy.array_equal(loaded.predict(FEATURES), forest.predict(FEATURES))


def test_a_logged_model_is_ready_and_knows_run_and_versions(client: MlflowClient, logged: tuple[str, Any]) -> None:
    name, told = logged
    model = client.get_logged_model(told.model_id)
    assert (model.status, model.name, model.source_run_id) == ("READY", "forest", told.run_id)
    assert name in model.tags["mlflow.modelVersions"]
    files = {each.path for each in client.list_logged_model_artifacts(told.model_id)}
    assert {"MLmodel", "requirements.txt", "conda.yaml", "input_example.json"} <= files
    outputs = client.get_run(told.run_id).outputs.model_outputs
    assert [each.model_id for each in outputs] == [told.model_id]


def test_a_version_knows_its_run_and_model(client: MlflowClient, logged: tuple[str, Any]) -> None:
    name, told = logged
    version = client.get_model_version(name, "1")
    assert (version.run_id, version.status) == (told.run_id, "READY")
    assert version.source == f"models:/{told.model_id}"


def test_a_second_logging_makes_version_2(
    client: MlflowClient, logged: tuple[str, Any], forest: RandomForestClassifier
) -> None:
    with mlflow.start_run():
        mlflow.sklearn.log_model(forest, name="forest", registered_model_name=logged[0], **AS_IT_IS)
    assert [each.version for each in client.search_model_versions(f"name = '{logged[0]}'")] == ["2", "1"]


def test_a_model_is_registered_later_from_its_run(
    client: MlflowClient, logged: tuple[str, Any], unique: Callable[..., str]
) -> None:
    name = unique("later")
    made = mlflow.register_model(f"runs:/{logged[1].run_id}/forest", name, tags={"by": "hand"})
    found = client.get_model_version(name, made.version)
    assert (found.run_id, found.tags) == (logged[1].run_id, {"by": "hand"})
    assert mlflow.pyfunc.load_model(f"models:/{name}/1").metadata.signature is not None


def test_a_version_is_copied_to_another_model(
    client: MlflowClient, logged: tuple[str, Any], unique: Callable[..., str], forest: RandomForestClassifier
) -> None:
    other = unique("copy")
    made = client.copy_model_version(f"models:/{logged[0]}/1", other)
    assert made.version == "1"
    loaded = mlflow.pyfunc.load_model(f"models:/{other}/1")
    assert numpy.array_equal(loaded.predict(FEATURES), forest.predict(FEATURES))


def test_a_model_loads_in_another_process(
    logged: tuple[str, Any], forest: RandomForestClassifier, tmp_path: Path
) -> None:
    FEATURES.to_csv(tmp_path / "in.csv", index=False)
    words = (
        "import sys, mlflow, pandas; "
        "print(mlflow.pyfunc.load_model(sys.argv[1]).predict(pandas.read_csv(sys.argv[2])).tolist())"
    )
    command = [sys.executable, "-W", "ignore", "-c", words, f"models:/{logged[0]}/1", str(tmp_path / "in.csv")]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    assert told.splitlines()[-1] == str(forest.predict(FEATURES).tolist())


@pytest.fixture
def autologged(fluent: str) -> Iterator[str]:
    """The id of a run in which autologging saw a model being fitted and scored."""
    mlflow.sklearn.autolog(log_input_examples=True, silent=True)
    try:
        with mlflow.start_run() as run:
            model = LogisticRegression(max_iter=300).fit(FEATURES, KINDS)
            model.score(FEATURES, KINDS)
        yield run.info.run_id
    finally:
        mlflow.sklearn.autolog(disable=True)


def test_autologging_keeps_params_metrics_dataset_pictures_and_model(client: MlflowClient, autologged: str) -> None:
    run = client.get_run(autologged)
    assert run.info.status == "FINISHED"
    assert run.data.params["max_iter"] == "300"
    assert 0.9 < run.data.metrics["training_accuracy_score"] <= 1
    assert [value for key, value in run.data.metrics.items() if key.startswith("LogisticRegression_score")]
    assert run.data.tags["estimator_name"] == "LogisticRegression"
    assert [each.dataset.name for each in run.inputs.dataset_inputs]
    assert "training_confusion_matrix.png" in {each.path for each in client.list_artifacts(autologged)}
    (output,) = run.outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    assert model.status == "READY"
    assert "training_accuracy_score" in {each.key for each in model.metrics}


def test_an_autologged_model_predicts(client: MlflowClient, autologged: str) -> None:
    (output,) = client.get_run(autologged).outputs.model_outputs
    loaded = mlflow.pyfunc.load_model(f"models:/{output.model_id}")
    assert (loaded.predict(FEATURES) == KINDS).mean() > 0.9


def test_a_search_makes_a_child_for_each_candidate(client: MlflowClient, fluent: str) -> None:
    from sklearn.model_selection import GridSearchCV

    mlflow.sklearn.autolog(log_models=False, log_datasets=False, max_tuning_runs=4, silent=True)
    try:
        with mlflow.start_run() as run:
            GridSearchCV(LogisticRegression(max_iter=200), {"C": [0.1, 1.0]}, cv=2).fit(FEATURES, KINDS)
    finally:
        mlflow.sklearn.autolog(disable=True)
    children = client.search_runs([fluent], f"tags.`mlflow.parentRunId` = '{run.info.run_id}'")
    assert {each.data.params["C"] for each in children} == {"0.1", "1.0"}
    assert client.get_run(run.info.run_id).data.params["best_C"] in {"0.1", "1.0"}


def test_autologging_of_lightgbm_keeps_each_round_and_the_model(client: MlflowClient, fluent: str) -> None:
    import lightgbm

    mlflow.lightgbm.autolog(silent=True)
    try:
        with mlflow.start_run() as run:
            settings = {"objective": "multiclass", "num_class": 3, "num_leaves": 4, "verbose": -1, "num_threads": 1}
            data = lightgbm.Dataset(FEATURES, KINDS)
            trained = lightgbm.train(settings, data, num_boost_round=7, valid_sets=[data], valid_names=["train"])
    finally:
        mlflow.lightgbm.autolog(disable=True)
    found = client.get_run(run.info.run_id)
    assert found.data.params["num_leaves"] == "4"
    course = client.get_metric_history(run.info.run_id, "train-multi_logloss")
    assert [point.step for point in course] == list(range(7))
    assert course[-1].value < course[0].value
    assert {each.path for each in client.list_artifacts(run.info.run_id)} >= {"feature_importance_split.png"}
    (output,) = found.outputs.model_outputs
    loaded = mlflow.pyfunc.load_model(f"models:/{output.model_id}")
    assert numpy.allclose(loaded.predict(FEATURES), trained.predict(FEATURES))


@pytest.mark.torch
def test_a_model_of_pytorch_comes_back_with_its_weights(client: MlflowClient, fluent: str) -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Linear(4, 3)
    given = torch.tensor(FEATURES.to_numpy(), dtype=torch.float32)
    with mlflow.start_run() as run:
        for epoch in range(3):
            mlflow.log_metric("loss", 1 / (epoch + 1), step=epoch)
        told = mlflow.pytorch.log_model(net, name="net", input_example=given.numpy())
    loaded = mlflow.pytorch.load_model(told.model_uri)
    assert torch.equal(loaded(given), net(given))
    assert client.get_run(run.info.run_id).outputs.model_outputs[0].model_id == told.model_id


def test_an_evaluation_keeps_metrics_and_pictures(client: MlflowClient, logged: tuple[str, Any]) -> None:
    data = FEATURES.assign(kind=KINDS)
    with mlflow.start_run() as run:
        told = mlflow.models.evaluate(
            logged[1].model_uri,
            data,
            targets="kind",
            model_type="classifier",
            evaluator_config={"log_explainer": False, "log_model_explainability": False},
        )
    found = client.get_run(run.info.run_id)
    assert found.data.metrics["accuracy_score"] == told.metrics["accuracy_score"] > 0.9
    assert any(each.path.endswith(".png") for each in client.list_artifacts(run.info.run_id))
    assert found.inputs.dataset_inputs


def test_an_evaluation_of_a_table_needs_no_model(client: MlflowClient, fluent: str) -> None:
    table = pandas.DataFrame({"truth": [1.0, 2.0, 3.0], "guess": [1.0, 2.0, 4.0]})
    with mlflow.start_run() as run:
        mlflow.models.evaluate(data=table, targets="truth", predictions="guess", model_type="regressor")
    assert client.get_run(run.info.run_id).data.metrics["mean_absolute_error"] == pytest.approx(1 / 3)


def test_a_model_of_own_code_is_kept_with_its_files(fluent: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("3")

    class Times(mlflow.pyfunc.PythonModel):
        def load_context(self, context: Any) -> None:
            self.factor = int(Path(context.artifacts["words"]).read_text())

        def predict(self, context: Any, model_input: list[float], params: Any = None) -> list[float]:
            return [value * self.factor for value in model_input]

    with mlflow.start_run():
        told = mlflow.pyfunc.log_model(
            name="times", python_model=Times(), artifacts={"words": str(tmp_path / "words.txt")}, pip_requirements=[]
        )
    assert mlflow.pyfunc.load_model(told.model_uri).predict([1.0, 2.0]) == [3.0, 6.0]


@pytest.mark.torch
def test_autologging_of_lightning_keeps_each_epoch_and_the_model(client: MlflowClient, fluent: str) -> None:
    torch = pytest.importorskip("torch")
    lightning = pytest.importorskip("lightning.pytorch")

    class Net(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 3)

        def training_step(self, batch: list, _: int) -> object:
            given, wanted = batch
            loss = torch.nn.functional.cross_entropy(self.layer(given), wanted)
            self.log("loss", loss, on_epoch=True, on_step=False)
            return loss

        def configure_optimizers(self) -> object:
            return torch.optim.SGD(self.parameters(), lr=0.05)

    kinds = torch.tensor(numpy.unique(KINDS, return_inverse=True)[1])
    data = torch.utils.data.TensorDataset(torch.tensor(FEATURES.to_numpy(), dtype=torch.float32), kinds)
    mlflow.pytorch.autolog(silent=True)
    try:
        with mlflow.start_run() as run:
            quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
            trainer = lightning.Trainer(max_epochs=3, accelerator="cpu", enable_model_summary=False, **quiet)
            trainer.fit(Net(), torch.utils.data.DataLoader(data, batch_size=30))
    finally:
        mlflow.pytorch.autolog(disable=True)
    found = client.get_run(run.info.run_id)
    assert found.data.params["lr"] == "0.05"
    course = [point.value for point in client.get_metric_history(run.info.run_id, "loss")]
    assert len(course) == 3
    assert course[-1] < course[0]
    (output,) = found.outputs.model_outputs
    assert client.get_logged_model(output.model_id).status == "READY"
