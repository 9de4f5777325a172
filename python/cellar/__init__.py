"""Metrics, params and files from a notebook to Cellar, and the part that runs inside Jupyter's server.

In a notebook:

    import cellar

    cellar.param(trees=60)
    cellar.log(accuracy=0.97)
    cellar.artifact("model.joblib")

What Jupyter's server needs is imported only when it asks for it, so this import stays light.
"""

from cellar.tracking import Run, artifact, log, param, run

__all__ = ["Run", "artifact", "log", "param", "run"]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import version

        return version("jupyterlab-cellar")
    raise AttributeError(f"module 'cellar' has no attribute {name!r}")


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "cellar.server_extension"}]
