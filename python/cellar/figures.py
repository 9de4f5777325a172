"""A figure's bytes in the form that a file's name asks for; no library of figures is ever imported for it."""

from __future__ import annotations

import io
import os
from typing import Any

# As Matplotlib calls the formats.
DRAWN = (".png", ".svg", ".pdf", ".jpg", ".jpeg", ".webp")


def to_file(figure: Any, name: str) -> tuple[str, bytes]:
    """The file's whole name and its bytes. Raises TypeError for what is no figure, ValueError for another ending."""
    for known in (figure, getattr(figure, "figure", None), getattr(figure, "fig", None)):
        if callable(getattr(known, "savefig", None)):
            return _of_matplotlib(known, name)
        if callable(getattr(known, "to_plotly_json", None)):
            return _of_plotly(known, name)
    raise TypeError(f"cellar.figure takes a figure of Matplotlib or Plotly, not {type(figure).__name__}")


def _of_matplotlib(figure: Any, name: str) -> tuple[str, bytes]:
    full, ending = _with_ending(name, ".png", DRAWN)
    content = io.BytesIO()
    # Without its date the same figure is the same file.
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(ending)
    figure.savefig(content, format=ending[1:], bbox_inches="tight", metadata=undated)
    return full, content.getvalue()


def _of_plotly(figure: Any, name: str) -> tuple[str, bytes]:
    full, ending = _with_ending(name, ".html", (".html", ".json", *DRAWN))
    if ending == ".html":
        return full, figure.to_html(include_plotlyjs="cdn", div_id="figure").encode()
    if ending == ".json":
        return full, figure.to_json().encode()
    return full, figure.to_image(format=ending[1:])


def _with_ending(name: str, usual: str, known: tuple[str, ...]) -> tuple[str, str]:
    ending = os.path.splitext(name)[1].lower()
    if not ending:
        return name + usual, usual
    if ending not in known:
        raise ValueError(f"cellar.figure: {name} must end with one of {', '.join(known)}")
    return name, ending
