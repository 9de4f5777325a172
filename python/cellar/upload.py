"""A file's bytes to the server, streamed, or only its hash where no server answers."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import io
import json
import os
import stat
import sys
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import quote, urlencode, urlsplit

# Seconds: to find a server that answers at all, and for one step of a transfer (a disk may be busy).
ANSWER_TIMEOUT = 2
TRANSFER_TIMEOUT = 60
CHUNK = 1024 * 1024
# Bytes that a notebook's output may carry.
MAX_CONTENT = 4 * 1024 * 1024


class Away(Exception):
    """The server did not take the file; the message says why, in a few words."""


class LeftOut(Away):
    """A person has ended the transfer in Cellar's panel, and does not want the file kept."""


def keep(path: str, place: str, name: str) -> dict[str, Any]:
    """Send the file and return its entry in the bundle, with `stored` when the server has the bytes.

    Without its hash for one that a person left out meanwhile: the version then says so.
    """
    with _open(path) as file:
        reader = _Reader(file, os.fstat(file.fileno()).st_size)
        try:
            _send(name, reader)
            stored = {"stored": True}
        except LeftOut:
            _say_left_out(name)
            return {"name": name, "path": place}
        except Away as away:
            stored = {}
            print(f"cellar: {name} is named, but its bytes are not kept yet: {away}.", file=sys.stderr)
        # What the server did not want is still hashed.
        for _ in reader:
            pass
    facts = {"sha256": reader.hash.hexdigest(), "size": reader.done}
    return {"name": name, "path": place, **facts, **stored}


def keep_bytes(content: bytes, name: str) -> dict[str, Any]:
    """As `keep`, for what is no file: where no server answers it goes along in the bundle, up to MAX_CONTENT."""
    reader = _Reader(io.BytesIO(content), len(content))
    facts = {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    try:
        _send(name, reader)
        return {**facts, "stored": True}
    except LeftOut:
        _say_left_out(name)
        return {"name": name}
    except Away as away:
        if len(content) <= MAX_CONTENT:
            return {**facts, "content": base64.b64encode(content).decode()}
        print(f"cellar: {name} is not kept, since it is large and {away}.", file=sys.stderr)
        return {"name": name}


def _say_left_out(name: str) -> None:
    print(f"cellar: {name} is left out, as you asked while it was being kept.", file=sys.stderr)


class _Reader:
    """At most `size` bytes of a file, in chunks, hashed as they pass; goes on where it stopped."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file = file
        self.size = size
        self.done = 0
        self.hash = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.file.read(min(CHUNK, self.size - self.done)):
            self.hash.update(chunk)
            self.done += len(chunk)
            yield chunk


def _send(name: str, reader: _Reader) -> None:
    address, token = os.environ.get("CELLAR_URL"), os.environ.get("CELLAR_KERNEL_TOKEN")
    if not address or not token:
        raise Away("this kernel was not started by a Jupyter with Cellar")
    url = urlsplit(address)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    base = url.path.rstrip("/")
    connection = kind(url.hostname or "", url.port, timeout=ANSWER_TIMEOUT)
    try:
        # A server that hangs still accepts connections: it must answer before a large file is sent.
        connection.request("GET", f"{base}/healthz")
        connection.getresponse().read()
        if connection.sock is None:
            connection.connect()
        connection.sock.settimeout(TRANSFER_TIMEOUT)
        connection.putrequest("PUT", f"{base}/api/v1/artifacts?{_query(name)}")
        connection.putheader("Authorization", f"Bearer {token}")
        connection.putheader("Content-Length", str(reader.size))
        connection.putheader("Content-Type", "application/octet-stream")
        # A server that refuses may close before it has read everything; its answer says why.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders(iter(reader))
            if reader.done < reader.size:
                raise Away("the file became shorter while it was read")
        response = connection.getresponse()
        _check(response.status, response.read(CHUNK), reader)
    except (OSError, http.client.HTTPException) as error:
        raise Away(f"Cellar does not answer at {address} ({_reason(error)})") from error
    finally:
        connection.close()


def _query(name: str) -> str:
    """The file's name, and whose it is: who looks at that notebook sees how far the transfer is, and can end it."""
    notebook = os.environ.get("JPY_SESSION_NAME")
    return urlencode({"name": name, **({"notebook": notebook} if notebook else {})}, quote_via=quote, safe="")


def _check(status: int, body: bytes, reader: _Reader) -> None:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        answer = {}
    if answer.get("code") == "cancelled":
        raise LeftOut
    if not 200 <= status < 300:
        raise Away(str(answer.get("message") or f"Cellar refused it with status {status}"))
    if answer.get("sha256") != reader.hash.hexdigest() or answer.get("size") != reader.done:
        raise Away("what Cellar received is not what was sent")


def _open(path: str) -> IO[bytes]:
    try:
        file = open(path, "rb")  # noqa: SIM115 (the caller closes it)
    except FileNotFoundError:
        raise FileNotFoundError(f"cellar.artifact: there is no file {path}") from None
    except IsADirectoryError:
        raise IsADirectoryError(f"cellar.artifact: {path} is a folder; name its files") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise ValueError(f"cellar.artifact: {path} is not a regular file")
    return file


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timed out"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
