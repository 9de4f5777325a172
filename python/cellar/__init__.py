"""Metrics, params and files from a notebook to Cellar, and the part that runs inside Jupyter's server.

In a notebook:

    import cellar

    cellar.param(trees=60)
    cellar.log(accuracy=0.97)
    cellar.artifact("model.joblib")

Each part is imported when it is first used: the command, which only gives way to Node, must start at once.
"""

# Remembers the folder in which the kernel starts, so it comes first.
from cellar import place as _place  # noqa: F401

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cellar.tracking import Run, artifact, dataset, figure, log, param, run, system_metrics, tag

__all__ = ["Run", "artifact", "dataset", "figure", "log", "param", "run", "system_metrics", "tag"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from cellar import tracking

        return getattr(tracking, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("jupyterlab-cellar")
    raise AttributeError(f"module 'cellar' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "cellar.server_extension"}]
