"""Puts what `npm run build` made into the wheel, at its places."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DIST = Path(__file__).resolve().parent.parent / "dist"


class Bundle(BuildHookInterface):
    """Command, server, reviewers' page and schemas go into the package, the extension to Jupyter."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        parts = [*sorted(DIST.glob("*.js")), DIST / "page", DIST / "schema"]
        extension = DIST / "labextension"
        for needed in (DIST / "cellar.js", DIST / "page" / "index.html", extension / "package.json"):
            if not needed.exists():
                raise FileNotFoundError(f"{needed} is not built yet: npm run build")
        for part in parts:
            build_data["force_include"][str(part)] = f"cellar/_server/{part.name}"
        share = "share/jupyter/labextensions/jupyterlab-cellar"
        build_data["shared_data"][str(extension)] = share
        build_data["shared_data"]["jupyter/install.json"] = f"{share}/install.json"
        build_data["extra_metadata"][str(DIST.parent / "LICENSE")] = "LICENSE"
        config = "etc/jupyter/jupyter_server_config.d/jupyterlab-cellar.json"
        build_data["shared_data"]["jupyter/jupyter_server_config.json"] = config
