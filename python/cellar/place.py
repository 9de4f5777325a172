"""Where a file lies, as a notebook's reader would say it: paths of one machine mean nothing on the next."""

from __future__ import annotations

import os


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None


# A kernel starts in its notebook's folder; later the person may change it.
_start = _folder()


def start() -> str | None:
    """The notebook's folder, as far as the kernel knows it; None where its folder is gone."""
    return _start


def in_notebook_folder(full: str) -> str:
    """The path in the notebook's folder, with "/"; the whole path for a file elsewhere."""
    session = os.environ.get("JPY_SESSION_NAME")
    for folder in (os.path.dirname(session) if session else None, _start):
        if folder and os.path.isabs(folder) and full.startswith(folder.rstrip(os.sep) + os.sep):
            return os.path.relpath(full, folder).replace(os.sep, "/")
    return full.replace(os.sep, "/")


def default_name(place: str) -> str:
    """An artifact's name: its place in the notebook's folder, of other files the last part."""
    return place.rsplit("/", 1)[-1] if os.path.isabs(place) else place
