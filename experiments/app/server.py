"""The server: the page and what needs Python, on this machine and for whoever has the address that it prints."""

import socket
import webbrowser
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from os import urandom
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lockgate.experiments.app.api import HANDLERS, Api
from lockgate.experiments.app.guard import CONTENT_POLICY, Application, Guard, hosts_of
from lockgate.sim.errors import InputError

HOST = "127.0.0.1"
TOKEN_BYTES = 24
MOST_CONNECTIONS = 100
MOST_HEAD_BYTES = 1 << 14
PAGES = ("/", "/index.html")


def application(page: bytes, api: Api, port: int, token: str) -> Guard:
    """What is served at this port to whoever has the token: the page, and what the API answers. There are no files, and no folders."""
    # The page says in its head what it may do; who may frame it can be said here alone.
    answer = Response(page, media_type="text/html", headers={CONTENT_POLICY: "frame-ancestors 'none'"})

    async def give_page(request: Request) -> Response:
        return answer

    inner = Starlette(
        routes=[*(Route(path, give_page, methods=["GET"]) for path in PAGES), *api.routes],
        exception_handlers={**HANDLERS, HTTPException: unknown},
    )
    inner.router.redirect_slashes = False
    return Guard(inner, hosts_of(port), token, frozenset(PAGES))


async def unknown(request: Request, error: Exception) -> Response:
    """What is said where there is nothing, or nothing of this method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = {404: "there is nothing at this address", 405: "nothing here takes this method"}.get(status, "this request cannot be answered")
    return JSONResponse({"error": f"{said}."}, status, getattr(error, "headers", None))


class Server(uvicorn.Server):
    """Says that it is ready once it is."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self.ready()


def serve(page: bytes, api: Api, port: int, tell: Callable[[str], None], *, browser: bool) -> None:
    """Serve until Ctrl-C. `tell` is given the address once; `browser` opens it too. Raises `InputError` where the port is taken."""
    token = urlsafe_b64encode(urandom(TOKEN_BYTES)).decode()
    config = uvicorn.Config(
        later := Later(), HOST, port, log_config=None, log_level="critical", access_log=False, lifespan="off", ws="none", loop="asyncio",
        http="h11", proxy_headers=False, server_header=False, limit_concurrency=MOST_CONNECTIONS, timeout_graceful_shutdown=0,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
    )  # fmt: skip
    try:
        listening = socket.create_server((HOST, port))
    except OSError:
        raise InputError(f"--port {port} is taken, or may not be listened on; name another, or leave it out for a free one") from None
    with listening, suppress(KeyboardInterrupt):
        bound = listening.getsockname()[1]
        later.application = application(page, api, bound, token)
        address = f"http://{HOST}:{bound}/?token={token}"

        def ready() -> None:
            tell(address)
            if browser:
                webbrowser.open(address)

        Server(config, ready).run(sockets=[listening])
    api.jobs.end()


class Later:
    """An application that is known once its port is."""

    application: Application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand on what is asked."""
        await self.application(scope, receive, send)
