"""cellar.run, cellar.tag and cellar.figure in a real kernel."""

import base64
import hashlib
from collections.abc import Callable, Iterator

import pytest
from conftest import Inbox, Kernel, launched


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with launched(tmp_path_factory.mktemp("kernel"), {}) as started:
        yield started


def test_a_nested_run_names_the_one_around_it(kernel: Kernel) -> None:
    bundles = kernel.bundles(
        "with cellar.run('search') as outer:\n"
        "    for depth in (1, 2):\n"
        "        with cellar.run(f'depth {depth}') as inner:\n"
        "            cellar.log(accuracy=0.5)\n"
        "print(outer.id, outer.parent, inner.parent == outer.id)"
    )
    outer = kernel.text("stdout").split()[0]
    assert kernel.text("stdout").split()[1:] == ["None", "True"]
    by_name = {each["run"]["name"]: each["run"] for each in bundles}
    assert by_name["depth 1"]["parent"] == by_name["depth 2"]["parent"] == outer
    # Nothing was logged to it, and it is there all the same.
    assert by_name["search"] == {"id": outer, "name": "search", "status": "finished"}


def test_a_run_that_an_exception_ends_has_failed_though_the_cell_goes_on(
    kernel: Kernel,
) -> None:
    [bundle] = kernel.bundles(
        "try:\n    with cellar.run('bad'):\n        cellar.log(a=1); 1 / 0\nexcept ZeroDivisionError: pass"
    )
    assert bundle["run"]["status"] == "failed"
    assert bundle["metrics"] == {"a": 1}
    shown = kernel.run("with cellar.run('stopped'):\n    raise KeyboardInterrupt")
    [output] = [each for each in shown["outputs"] if "data" in each]
    assert output["data"]["application/vnd.cellar.v1+json"]["run"]["status"] == "killed"
    assert output["data"]["text/plain"] == "run stopped  (killed)"


def test_keeps_tags_as_text(kernel: Kernel) -> None:
    [bundle] = kernel.bundles("cellar.tag(stage='trial', round=3)\ncellar.tag({'data/set': 'new'}, stage='last')")
    assert bundle == {"tags": {"stage": "last", "round": "3", "data/set": "new"}}
    shown = kernel.run("cellar.tag('trial')")
    assert "cellar.tag takes tags by name" in shown["reply"]["evalue"]


FIGURE = (
    "import matplotlib\nmatplotlib.use('agg')\nfrom matplotlib import pyplot\n"
    "fig, ax = pyplot.subplots(); ax.plot([1, 3, 2]); pyplot.close(fig)\n"
)


def test_a_figure_goes_to_the_server_as_a_file(start_kernel: Callable[..., Kernel], inbox: Inbox) -> None:
    kernel = start_kernel(CELLAR_URL=inbox.url, CELLAR_KERNEL_TOKEN="kernel-token")
    [bundle] = kernel.bundles(f"{FIGURE}cellar.figure(fig, 'plots/curve')\ncellar.figure(ax, 'curve.svg')")
    first, second = bundle["artifacts"]
    drawn, vector = (each["body"] for each in inbox.puts)
    assert drawn.startswith(b"\x89PNG") and b"<svg" in vector
    facts = {
        "sha256": hashlib.sha256(drawn).hexdigest(),
        "size": len(drawn),
        "stored": True,
    }
    assert first == {"name": "plots/curve.png", **facts}
    assert second["name"] == "curve.svg"


def test_without_a_server_a_figure_goes_along_in_the_bundle(kernel: Kernel) -> None:
    [bundle] = kernel.bundles(f"{FIGURE}cellar.figure(fig, 'curve.png')")
    [file] = bundle["artifacts"]
    content = base64.b64decode(file["content"])
    assert content.startswith(b"\x89PNG")
    assert file["sha256"] == hashlib.sha256(content).hexdigest() and file["size"] == len(content)
    assert "stored" not in file


def test_a_figure_of_plotly_becomes_a_page_or_json(kernel: Kernel) -> None:
    # Of a Plotly figure only these three words are used.
    plotly = (
        "class Figure:\n"
        "    def to_plotly_json(self): return {}\n"
        "    def to_json(self): return '{\"data\": []}'\n"
        "    def to_html(self, **options): return f'<html>{options}</html>'\n"
    )
    [bundle] = kernel.bundles(f"{plotly}cellar.figure(Figure(), 'a')\ncellar.figure(Figure(), 'b.json')")
    page, data = (base64.b64decode(each["content"]) for each in bundle["artifacts"])
    assert [each["name"] for each in bundle["artifacts"]] == ["a.html", "b.json"]
    assert b"'include_plotlyjs': 'cdn'" in page and data == b'{"data": []}'


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "cellar.figure(3, 'a.png')",
            "cellar.figure takes a figure of Matplotlib or Plotly, not int",
        ),
        (
            f"{FIGURE}cellar.figure(fig, 'a.exe')",
            "cellar.figure: a.exe must end with one of .png, .svg",
        ),
        (f"{FIGURE}cellar.figure(fig, '')", "a name has 1 to 1024 characters, not 0"),
    ],
)
def test_refuses_what_is_no_figure(kernel: Kernel, call: str, message: str) -> None:
    shown = kernel.run(call)
    assert shown["status"] == "error" and message in shown["reply"]["evalue"]
