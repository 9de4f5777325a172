"""Registries elsewhere: a real MLflow server that things of Cellar's are linked to and registered in."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from elsewhere import Elsewhere, cellar
from mlflow import MlflowClient
from mlflow.entities.webhook import WebhookAction, WebhookEntity, WebhookEvent
from servers import Target, cellar_server
from sklearn.linear_model import LinearRegression

SECRET = "s3cret-of-the-webhooks"
PUBLIC = "https://cellar.example"
# Seconds until a change there shows here.
PATIENCE = 30

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("linked")


@pytest.fixture(scope="module")
def here(home: Path, elsewhere: Elsewhere) -> Iterator[Target]:
    """A Cellar of these tests' own, which knows the other server as "prod", and as "quiet" where it asks once a day."""
    with cellar_server(home, "--public-url", PUBLIC, HOOK_SECRET=SECRET) as found:
        for name, every in (("prod", "5"), ("quiet", "86400")):
            words = ["registry", "add", name, elsewhere.url, "--webhook", "env:HOOK_SECRET", "--every", every]
            ended = cellar(home / "work", *words)
            assert ended.code == 0, ended.words
        yield found


@pytest.fixture(scope="module")
def command(home: Path, here: Target) -> Command:
    """Runs `cellar registry`; gives what it prints as JSON, and fails where it ends otherwise."""

    def run(*words: str, code: int = 0) -> Any:
        ended = cellar(home / "work", "registry", *words, "--json")
        assert ended.code == code, ended.out + ended.words
        return ended.json

    return run


@pytest.fixture(scope="module")
def made(home: Path, here: Target) -> dict[str, str]:
    """The second version of a notebook, whose cell c0 made a run with a model of two files."""
    (home / "work" / "model").mkdir()
    (home / "work" / "model" / "MLmodel").write_text("flavors: {}\n")
    (home / "work" / "model" / "weights ü.bin").write_bytes(bytes(300_000))
    run = uuid.uuid4().hex
    keep(here, "fit(depth=1)", {"metrics": {"accuracy": 0.8}})
    files = [{"name": f"model/{name}", "path": f"model/{name}"} for name in ("MLmodel", "weights ü.bin")]
    bundle = {"run": {"id": run}, "metrics": {"accuracy": 0.9}, "artifacts": files}
    snapshot = keep(here, "fit(depth=2)", bundle)
    assert [each["name"] for each in snapshot["artifacts"]] == ["model/MLmodel", "model/weights ü.bin"]
    return {"run": run, "snapshot": snapshot["id"], "parent": snapshot["parent"]}


def keep(here: Target, source: str, bundle: dict[str, Any]) -> dict[str, Any]:
    """Keeps a version of train.ipynb whose one cell displayed a bundle, as JupyterLab hands it in."""
    cell = {"cell_type": "code", "execution_count": 1, "id": "c0", "metadata": {}, "outputs": [], "source": source}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    body = {
        "key": uuid.uuid4().hex,
        "path": "train.ipynb",
        "trigger": "run-all",
        "content": json.dumps(notebook),
        "bundles": [{"cell": "c0", "bundle": bundle}],
    }
    return ask(here, "POST", "api/v1/bursts", body)["snapshot"]


def ask(target: Target, method: str, path: str, body: object = None) -> Any:
    headers = {"Authorization": f"Bearer {target.token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{target.url}/{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read())


def wait_for(command: Command, holds: Callable[[dict[str, Any]], bool], entry: str) -> dict[str, Any]:
    """The links to an entry once one of them is as wanted."""
    ends = time.monotonic() + PATIENCE
    while True:
        links = [each for each in command("links")["links"] if each["entry"] == entry]
        found = [each for each in links if holds(each)]
        if found:
            return found[0]
        assert time.monotonic() < ends, links
        time.sleep(0.5)


def has_alias(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda link: name in [each["name"] for each in (link["known"] or {}).get("aliases", [])]


@pytest.fixture(scope="module")
def registered(command: Command, made: dict[str, str]) -> dict[str, Any]:
    """The link of the run's model, which is version 1 of "wine" there."""
    return command("register", f"runs:/{made['run']}/model", "prod", "wine", "-m", "The first.")["link"]


def test_what_is_registered_there_leads_back_to_its_cell(
    registered: dict[str, Any], made: dict[str, str], elsewhere: Elsewhere, tmp_path: Path
) -> None:
    assert (registered["state"], registered["version"]) == ("linked", "1")
    version = elsewhere.client.get_model_version("wine", "1")
    assert version.status == "READY"
    assert {name: value for name, value in version.tags.items() if name != "cellar.link"} == {
        "cellar.snapshot": made["snapshot"],
        "cellar.notebook": "train.ipynb",
        "cellar.cell": "c0",
        "cellar.run": made["run"],
    }
    permalink = f"{PUBLIC}/#/diff/{made['parent']}/{made['snapshot']}"
    assert version.description.startswith("The first.\n\n")
    assert version.description.endswith(permalink)
    folder = mlflow.artifacts.download_artifacts(
        artifact_uri=version.source, dst_path=str(tmp_path), tracking_uri=elsewhere.url
    )
    sent = {each.name: each.read_bytes() for each in Path(folder).iterdir()}
    assert sent == {"MLmodel": b"flavors: {}\n", "weights ü.bin": bytes(300_000)}


def test_registering_again_makes_nothing_new(
    command: Command, registered: dict[str, Any], made: dict[str, str], elsewhere: Elsewhere
) -> None:
    again = command("register", f"runs:/{made['run']}/model", "prod", "wine")["link"]
    assert again["id"] == registered["id"]
    assert len(elsewhere.client.search_model_versions("name='wine'")) == 1


def test_entries_are_found_by_a_part_of_their_name(
    command: Command, registered: dict[str, Any], elsewhere: Elsewhere
) -> None:
    elsewhere.client.create_registered_model("bread", description="no wine")
    assert [each["name"] for each in command("search", "prod", "WIN")["entries"]] == ["wine"]
    found = command("search", "prod")["entries"]
    assert {(each["name"], each["newest"]) for each in found} >= {("bread", ""), ("wine", "1")}
    assert command("search", "prod", "%nothing'of that")["entries"] == []


def test_a_run_is_linked_to_an_entry_and_to_a_page(command: Command, made: dict[str, str]) -> None:
    link = command("link", made["run"], "prod", "wine", "1")["link"]
    assert link["known"]["exists"] and link["page"].endswith("/#/models/wine/versions/1")
    page = ["link", made["run"], "--url", "https://example.org/card", "--title", "Model card"]
    assert command(*page)["link"]["page"] == "https://example.org/card"
    links = command("links", made["run"])["links"]
    assert {each["entry"] for each in links} == {"wine", "Model card"}
    missing = command("link", made["run"], "prod", "nobody", code=2)
    assert missing["code"] == "not_found"
    command("unlink", link["id"])
    assert link["id"] not in [each["id"] for each in command("links")["links"]]


def test_what_leads_back_is_completed_once_the_version_is_kept(
    command: Command, here: Target, elsewhere: Elsewhere
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_TOKEN", here.token or "")
        client = MlflowClient(here.url, here.url)
        run = client.create_run("0").info.run_id
        client.log_text(run, "weights", "model.txt")
    # Its next turn in the background is a day after that.
    command("follow", "quiet")
    early = command("register", f"{run}/model.txt", "quiet", "early", "-m", "Soon.")["link"]
    assert "cellar.snapshot" not in elsewhere.client.get_model_version("early", early["version"]).tags
    snapshot = keep(here, "fit(depth=3)", {"run": {"id": run}, "metrics": {"accuracy": 0.95}})
    [changed] = command("follow", "quiet")["changed"]
    assert changed["id"] == early["id"]
    version = elsewhere.client.get_model_version("early", early["version"])
    assert (version.tags["cellar.snapshot"], version.tags["cellar.cell"]) == (snapshot["id"], "c0")
    assert version.description.startswith("Soon.\n\nMade by train.ipynb")
    assert version.description.endswith(f"/{snapshot['id']}")
    assert command("follow", "quiet")["changed"] == []


@pytest.mark.slow
def test_a_version_registered_here_predicts_the_same_from_there(
    command: Command, here: Target, elsewhere: Elsewhere
) -> None:
    data, target = np.arange(40.0).reshape(-1, 2), np.arange(20.0)
    model = LinearRegression().fit(data, target)
    before = mlflow.get_tracking_uri()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MLFLOW_TRACKING_TOKEN", here.token or "")
            mlflow.set_tracking_uri(here.url)
            # Named, since the one that is active may be of another server.
            with mlflow.start_run(experiment_id="0"):
                mlflow.sklearn.log_model(
                    model, name="line", registered_model_name="line", serialization_format="pickle", pip_requirements=[]
                )
            version = command("register", "models:/line/1", "prod", "line")["link"]["version"]
            mlflow.set_tracking_uri(elsewhere.url)
            loaded = mlflow.pyfunc.load_model(f"models:/line/{version}")
    finally:
        mlflow.set_tracking_uri(before)
    assert loaded.predict(data).tolist() == model.predict(data).tolist()


def test_an_alias_that_moves_there_shows_here_by_asking(
    command: Command, registered: dict[str, Any], elsewhere: Elsewhere
) -> None:
    elsewhere.client.set_registered_model_alias("wine", "champion", "1")
    wait_for(command, has_alias("champion"), "wine")
    elsewhere.client.delete_registered_model_alias("wine", "champion")
    [changed] = command("follow", "prod")["changed"]
    assert (changed["id"], changed["known"]["aliases"]) == (registered["id"], [])


def test_a_webhook_of_the_registry_is_believed_only_where_it_is_signed(
    command: Command, here: Target, made: dict[str, str], elsewhere: Elsewhere
) -> None:
    elsewhere.client.create_registered_model("cheese")
    command("link", made["run"], "quiet", "cheese")
    address = f"{here.url}/api/v1/external/quiet/webhook"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(address, b"{}", method="POST"))
    assert refused.value.code == 401
    events = [WebhookEvent(WebhookEntity.REGISTERED_MODEL, WebhookAction.CREATED)]
    tested = elsewhere.client.create_webhook("cellar", address, events, secret=SECRET)
    assert elsewhere.client.test_webhook(tested.webhook_id).success
    wrong = elsewhere.client.create_webhook("wrong", address, events, secret="another secret")
    assert not elsewhere.client.test_webhook(wrong.webhook_id).success
    elsewhere.client.delete_webhook(wrong.webhook_id)
    elsewhere.client.update_registered_model("cheese", "ripe")
    elsewhere.client.create_registered_model("what the webhook tells of")
    wait_for(command, lambda link: link["known"]["description"] == "ripe", "cheese")


def test_a_registry_that_is_away_is_said_to_be_and_nothing_of_it_is_lost(
    command: Command, registered: dict[str, Any], made: dict[str, str], elsewhere: Elsewhere
) -> None:
    command("follow", "prod")
    elsewhere.stop()
    try:
        assert command("search", "prod", code=2)["code"] == "registry_away"
        waiting = command("register", f"runs:/{made['run']}/model/MLmodel", "prod", "later", code=1)["link"]
        assert (waiting["state"], waiting["version"]) == ("waiting", None)
        [prod] = [each for each in command("list")["registries"] if each["name"] == "prod"]
        assert (prod["state"], prod["waiting"]) == ("away", 1)
        assert prod["since"] >= prod["seen"]
        [wine] = [each for each in command("links")["links"] if each["id"] == registered["id"]]
        assert wine["away"] and wine["known"]["exists"] and wine["seen"] == prod["seen"]
    finally:
        elsewhere.start()
    linked = wait_for(command, lambda link: link["state"] == "linked", "later")
    assert linked["id"] == waiting["id"]
    assert elsewhere.client.get_model_version("later", linked["version"]).tags["cellar.run"] == made["run"]
    [prod] = [each for each in command("list")["registries"] if each["name"] == "prod"]
    assert (prod["state"], prod["waiting"], prod["failure"]) == ("there", 0, None)


def test_no_secret_is_kept(home: Path, command: Command) -> None:
    for path in (home / "work" / ".cellar" / "state").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()
    refused = command("add", "open", "http://ada:pass@127.0.0.1:1", code=2)
    assert "ada:pass" not in refused["message"]
    assert command("add", "open", "http://127.0.0.1:1", "--token", "t0ken", code=2)["code"] == "bad_request"
