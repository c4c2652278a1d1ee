"""The guard: what a request must have before anything of the program sees it, and what every answer says to the browser.

Any page that the user has open can send requests to this machine, and any page can let its own name lead here (DNS rebinding). So a
request must name this server as its host, come from this server's own page where a browser says where it comes from, and carry the token
of the address that was printed. The token is kept in the page's memory and sent as a header, and never in a cookie: cookies are sent to
every port of a machine, so that another program's page on it would be given the token, and could use it.
"""

import hmac
import json
from asyncio import timeout
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_HEADER = "x-lockgate-token"  # noqa: S105  # the name of a header
METHODS = ("GET", "HEAD", "POST")
MOST_BODY_BYTES = 1 << 18  # five policies of a thousand steps have less
MOST_FIELDS = 20  # of a query
MOST_SECONDS = 10.0  # in which the whole of a request must have come
CONTENT_POLICY = "content-security-policy"
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"  # of answers that are no page
HEADERS = {
    CONTENT_POLICY: NOTHING,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",  # the page has what the user wrote, and answers hold for one process
}


class Refused(Exception):  # noqa: N818  # an answer, and no fault of the program
    """A request that is not let through: the status of its answer, and why."""

    def __init__(self, status: int, said: str, **headers: str) -> None:
        super().__init__(said)
        self.status, self.headers = status, headers


@dataclass(frozen=True)
class Guard:
    """Lets through to `app` what may be asked of it. `hosts` are the names and port of this server, as browsers write them.

    `pages` are the paths at which the token may stand in the address.
    """

    app: Application
    hosts: frozenset[str]
    token: str
    pages: frozenset[str] = frozenset({"/"})
    most_bytes: int = MOST_BODY_BYTES
    seconds: float = MOST_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            self.check(scope)
            if scope["type"] == "websocket":
                raise Refused(404, "there are no WebSockets here")
            body = await self.body(scope, receive)
        except Refused as refused:
            await refuse(scope, send, refused)
            return
        await self.app(scope, replayed(body, receive), guarded(send))

    def check(self, scope: Scope) -> None:
        """Raise `Refused` for what comes from elsewhere, and for methods that nothing here has."""
        host = only(scope, "host")
        if host is None or host.lower() not in self.hosts:
            raise Refused(421, "this server answers to the address that it printed, and to no other")
        origins = values(scope, "origin")
        if any(origin.lower() != f"http://{host.lower()}" for origin in origins) or len(origins) > 1:
            raise Refused(403, "this request comes from another page")
        if any(site not in ("same-origin", "none") for site in values(scope, "sec-fetch-site")):
            raise Refused(403, "this request comes from another page")
        if scope["type"] == "http" and scope["method"] not in METHODS:
            raise Refused(405, "nothing here takes this method", allow=", ".join(METHODS))
        if not self.has_token(scope):
            raise Refused(403, "this needs the token of the address that was printed; open that address")

    def has_token(self, scope: Scope) -> bool:
        """Whether a request has the token: in its header, or in the address of the page. Compared in the same time wherever they differ."""
        given = only(scope, TOKEN_HEADER)
        if given is None and scope["type"] == "http" and scope["path"] in self.pages:
            given = token_in(scope["query_string"].decode("latin-1"))
        return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    async def body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body. Raises `Refused` where it is too large, or does not come in time."""
        stated = only(scope, "content-length")
        if stated is not None and (not stated.isascii() or not stated.isdigit() or len(stated) > 12 or int(stated) > self.most_bytes):
            raise self.too_large
        body, more = bytearray(), True
        try:
            async with timeout(self.seconds):
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise Refused(400, "the request ended before its body did")
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > self.most_bytes:
                        raise self.too_large
        except TimeoutError:
            raise Refused(408, f"the request did not come within {self.seconds:.0f} seconds", connection="close") from None
        return bytes(body)

    @property
    def too_large(self) -> Refused:
        """What is said of a body that is too large; the rest of it is not read."""
        return Refused(413, f"a request has at most {self.most_bytes >> 10} KiB", connection="close")


def hosts_of(port: int) -> frozenset[str]:
    """This server as browsers name it: without the port where that is the usual one.

    >>> sorted(hosts_of(8000)), "localhost" in hosts_of(80)
    (['127.0.0.1:8000', 'localhost:8000'], True)
    """
    names = ("127.0.0.1", "localhost")
    return frozenset([*(f"{name}:{port}" for name in names), *(names if port == 80 else ())])


def token_in(query: str) -> str | None:
    """The token of an address, which is there once.

    >>> token_in("token=abc"), token_in("token=abc&token=def"), token_in("&" * 1000)
    ('abc', None, None)
    """
    try:
        asked = parse_qs(query, max_num_fields=MOST_FIELDS).get("token", [])
    except ValueError:
        return None
    return asked[0] if len(asked) == 1 else None


def values(scope: Scope, name: str) -> list[str]:
    """All values of a header."""
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key == name.encode()]


def only(scope: Scope, name: str) -> str | None:
    """The value of a header that is there once."""
    found = values(scope, name)
    return found[0] if len(found) == 1 else None


def replayed(body: bytes, receive: Receive) -> Receive:
    """A body that was read already; after it comes what the server says, such as that the client left."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def guarded(send: Send) -> Send:
    """Answers with the headers that every answer has; a page brings its own policy of content."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = message.get("headers", ())
            names = {name.lower() for name, _ in own}
            message = {**message, "headers": [*own, *(header for header in encoded(HEADERS.items()) if header[0] not in names)]}
        await send(message)

    return sending


def encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as the server takes them."""
    return [(name.encode(), value.encode()) for name, value in headers]


async def refuse(scope: Scope, send: Send, refused: Refused) -> None:
    """Say why a request is not let through, in one sentence; a WebSocket is closed before it is open, which browsers see as 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": str(refused)})
        return
    body = said(str(refused))
    headers = {"content-type": "application/json", "content-length": str(len(body)), **refused.headers, **HEADERS}
    await send({"type": "http.response.start", "status": refused.status, "headers": encoded(headers.items())})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def said(sentence: str) -> bytes:
    """One sentence as JSON."""
    return json.dumps({"error": f"{sentence}."}).encode()
