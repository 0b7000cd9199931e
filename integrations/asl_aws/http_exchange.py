"""One HTTP request and its response, within a bound of time and of length, whatever the server does."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import Final
from urllib.parse import SplitResult

_CONNECT_SECONDS: Final = 5.0
_WITH_BODY: Final = ("PATCH", "POST", "PUT")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request for `target`, path and query in ASCII, to the scheme, host and port of `server`.

    `headers` are all there are but Content-Length; they may hold a name several times.
    """

    server: SplitResult
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Unreached(Exception):
    """There is no answer, for the reason that is the text."""


def exchange(request: HttpRequest, seconds: float, longest: int) -> HttpResponse:
    """The response, whatever its status. Raises Unreached without one in that time, of that many bytes at most."""
    connection = _connected(request.server, min(_CONNECT_SECONDS, seconds))
    with _ended_after(connection, seconds) as ended:
        try:
            response = _exchanged(connection, request, longest)
        except (HTTPException, OSError, ValueError) as error:
            timed_out = ended or isinstance(error, TimeoutError)
            raise Unreached("Read timed out" if timed_out else f"{type(error).__name__}: {error}") from error
        if ended:  # a body without a length ends with the connection
            raise Unreached("Read timed out")
        return response


def _connected(server: SplitResult, seconds: float) -> HTTPConnection:
    host = server.hostname or ""
    kind = HTTPSConnection if server.scheme == "https" else HTTPConnection
    connection = kind(host, server.port, timeout=seconds)
    try:
        connection.connect()
    except socket.gaierror as error:
        raise Unreached(f"{host}: Name or service not known") from error
    except (OSError, ValueError) as error:
        connection.close()
        raise Unreached(f"Connect to {host}:{connection.port} failed: {error}") from error
    return connection


@contextmanager
def _ended_after(connection: HTTPConnection, seconds: float) -> Iterator[list[bool]]:
    """Closes a connection at the end, or after `seconds`, however slowly it still talks; then the list is not empty."""
    ended: list[bool] = []

    def end() -> None:
        ended.append(True)
        with suppress(OSError, AttributeError):  # closed meanwhile
            connection.sock.shutdown(socket.SHUT_RDWR)

    connection.sock.settimeout(seconds)
    watch = Timer(seconds, end)
    watch.daemon = True
    watch.start()
    try:
        yield ended
    finally:
        watch.cancel()
        connection.close()


def _exchanged(connection: HTTPConnection, request: HttpRequest, longest: int) -> HttpResponse:
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers:
        connection.putheader(name, value)
    if request.body is not None or request.method in _WITH_BODY:
        connection.putheader("Content-Length", str(len(request.body or b"")))
    connection.endheaders(request.body)
    response = connection.getresponse()
    body = response.read(longest + 1)
    if len(body) > longest:
        raise ValueError(f"the response is longer than {longest} bytes")
    if response.length:
        raise HTTPException(f"the connection was closed {response.length} bytes early")
    return HttpResponse(response.status, response.reason, tuple(response.getheaders()), body)
