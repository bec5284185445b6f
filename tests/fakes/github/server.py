"""The HTTP side: sockets, faults, the record of requests and the headers of every answer."""

import contextlib
import itertools
import json
import select
import socket
import threading
import time
import traceback
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from . import bodies
from .dispatch import VERSION, Exchange, dispatch, rate
from .faults import Action, FaultBook
from .routing import ApiError, Reply
from .state import World


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it was recorded; status 0 means that no answer was sent."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    body: Any
    login: str
    headers: dict[str, str]
    unexpected: str = ""

    @property
    def name(self) -> str:
        """The path, with the name of the operation if it is GraphQL."""
        return self.path + bodies.operation(self.body)


class Server(ThreadingHTTPServer):
    """A threaded server on a free local port that keeps a record of what it was asked."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, world: World, faults: FaultBook) -> None:
        self.world = world
        self.faults = faults
        self.records: list[Request] = []
        self.crashes: list[str] = []
        self.serial = itertools.count(1)
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    def server_bind(self) -> None:
        """Bind without the name look-up of the base class."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.socket.getsockname()[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and close all connections."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def track(self, connection: socket.socket, *, is_open: bool) -> None:
        """Remember which connections are open."""
        with self._guard:
            (self._open.add if is_open else self._open.discard)(connection)

    def record(self, entry: Request) -> None:
        """Add a request to the record."""
        with self._guard:
            self.records.append(entry)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Note an error outside of a handler; a client that went away is none."""
        text = traceback.format_exc()
        if not any(name in text for name in ("ConnectionResetError", "BrokenPipeError")):
            self.crashes.append(text)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "github.com"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.track(self.connection, is_open=True)

    def finish(self) -> None:
        self.server.track(self.connection, is_open=False)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        exchange = Exchange(
            method=self.command,
            path=self._canonical(unquote(parts.path)),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            raw=raw,
        )
        exchange.body = bodies.parse(raw)
        action = self.server.faults.strike(exchange.method, exchange.path + bodies.operation(exchange.body))
        if action and action.kind == "delay":
            time.sleep(action.seconds)
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(exchange, Reply({"message": "Length Required"}, 411), None)
        elif action and action.kind in ("drop_before", "hang_before"):
            self._drop(exchange, wait=action.kind == "hang_before")
        elif action and action.kind == "answer":
            body = action.body
            reply = Reply(body, action.status, dict(action.headers))
            self._send(exchange, reply, None)
        else:
            reply = self._answer(exchange)
            if action and action.kind in ("drop_after", "hang_after"):
                self._drop(exchange, wait=action.kind == "hang_after")
            else:
                self._send(exchange, reply, action)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _canonical(self, path: str) -> str:
        """Turn the form that Link headers use into the usual one."""
        world = self.server.world
        prefix = f"/repositories/{world.repository_id}"
        if path == prefix or path.startswith(prefix + "/"):
            return f"/repos/{world.full_name}{path[len(prefix) :]}"
        return path

    def _answer(self, exchange: Exchange) -> Reply:
        try:
            return dispatch(self.server.world, exchange)
        except ApiError as error:
            return Reply(error.body(), error.status)
        except Exception:
            text = f"{exchange.method} {exchange.path}\n{traceback.format_exc()}"
            self.server.crashes.append(text)
            return Reply({"message": "The fake crashed", "detail": text}, 500)

    def _drop(self, exchange: Exchange, *, wait: bool = False) -> None:
        self._note(exchange, 0)
        self.close_connection = True
        if wait:  # a client whose patience is over closes its side
            select.select([self.connection], [], [], 60)
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, exchange: Exchange, reply: Reply, action: Action | None) -> None:
        if isinstance(reply.body, bytes):
            data = reply.body
        else:
            data = b"" if reply.body is None else json.dumps(reply.body).encode()
        length = len(data)
        if action and action.kind == "malformed":
            data = b"<html>" + data[: length // 2]
            length = len(data)
        if action and action.kind == "truncated":
            data = data[: length // 2]
            self.close_connection = True
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-GitHub-Request-Id": f"FA4E:{next(self.server.serial):06X}",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Api-Version-Selected": VERSION,
            **rate(self.server.world, exchange.token),
        }
        given = {name.lower() for name in reply.headers}
        headers = {name: value for name, value in headers.items() if name.lower() not in given} | reply.headers
        self._note(exchange, reply.status)
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(length))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if reply.status != 204 and self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()

    def _note(self, exchange: Exchange, status: int) -> None:
        self.server.record(
            Request(
                method=exchange.method,
                path=exchange.path,
                query=exchange.query,
                status=status,
                body=exchange.body,
                login=exchange.token.login if exchange.token else "",
                headers={k: v for k, v in exchange.headers.items() if k != "authorization"},
                unexpected=exchange.unexpected,
            )
        )
