"""A stand-in for a hosting provider's GraphQL API on the loopback address: one volume, and a count of what arrives.

Commands reach it as their HTTP proxy, so that they may name the provider's host while the bytes stay on this machine.
"""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

HOST = "backboard.railway.example"  # .example never resolves (RFC 2606): what misses the stand-in goes nowhere
VOLUME = "3d2c42fb"
BACKUPS = 3
TOKEN = "made-for-the-custom-domains"
_DELETE = re.compile(r'mutation\s*\{\s*volumeDelete\(\s*volumeId:\s*"([^"]*)"')


class StandIn:
    """The API, for as long as the with-block runs; the volume's backups lie on the volume, as the provider's did."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._deletions = 0
        self._volumes = {VOLUME}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    def __enter__(self) -> StandIn:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_about: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Where it listens: "127.0.0.1:40123"."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def deletions(self) -> int:
        """The volumeDelete calls that arrived since the last reset."""
        with self._lock:
            return self._deletions

    @property
    def volume_is_there(self) -> bool:
        """Does the volume, with its backups, still exist?"""
        with self._lock:
            return VOLUME in self._volumes

    def reset(self) -> None:
        """As at the start: the volume is there, nothing has arrived."""
        with self._lock:
            self._deletions = 0
            self._volumes = {VOLUME}

    def answer(self, authorization: str, body: str) -> dict[str, Any]:
        """The answer to one call, GraphQL's way: `data` or `errors`."""
        try:
            query = json.loads(body)["query"]
        except (ValueError, KeyError, TypeError):
            return {"errors": [{"message": "no query"}]}
        deletion = _DELETE.search(query) if isinstance(query, str) else None
        with self._lock:
            self._deletions += deletion is not None
            if authorization != f"Bearer {TOKEN}":
                return {"errors": [{"message": "Not authorized"}]}
            if deletion is None:
                return {"data": {}}
            known = deletion[1] in self._volumes
            self._volumes.discard(deletion[1])
        return {"data": {"volumeDelete": known}}


def _handler(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                length = min(int(self.headers.get("Content-Length", 0)), 1 << 20)
            except ValueError:
                length = 0
            body = self.rfile.read(length).decode("utf-8", "replace")
            answer = json.dumps(standin.answer(self.headers.get("Authorization", ""), body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Says nothing: the demo tells what arrived."""

    return Handler
