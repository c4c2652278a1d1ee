"""A client that sends exactly the bytes that it is given, as browsers would not; and the page's server in a process of its own."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import h11

LOCKGATE = [sys.executable, "-m", "lockgate.experiments"]
SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What came back; `status` is 0 where the connection was closed without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self):
        return json.loads(self.body)

    @property
    def lines(self):
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def said(self):
        return self.content["error"]


@dataclass(frozen=True)
class Served:
    """A server that runs: where, its token, and its process."""

    port: int
    token: str
    process: subprocess.Popen

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def head(self, method, path, headers, token=True, host=True):
        """The head of a request; `host` and `token` are what is usual unless they are given or left out."""
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"host: {self.host if host is True else host}"] if host else []
        lines += [f"x-lockgate-token: {self.token if token is True else token}"] if token else []
        return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers), "", ""]).encode("latin-1")

    def ask(self, path, method="GET", body=None, headers=(), **more):
        """Send a request and read its answer."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        length = [("content-length", len(content))] if body is not None else []
        return self.send(self.head(method, path, [*headers, *length], **more) + content, method)

    def post(self, path, body, **more):
        return self.ask(path, "POST", body, **more)

    def send(self, request, method="GET"):
        """Send these bytes and read the answer to them."""
        return asyncio.run(asyncio.wait_for(exchange(self.port, request, method), SECONDS))


async def exchange(port, request, method="GET"):
    """Send these bytes to this machine and read one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        with suppress(ConnectionError):
            await writer.drain()
        return await answer_from(reader, method)
    finally:
        writer.close()


async def answer_from(reader, method="GET"):
    """The answer that a connection gives."""
    parser = h11.Connection(h11.CLIENT)
    parser.send(h11.Request(method=method, target="/", headers=[("host", "any")]))
    status, headers, body = 0, {}, b""
    while True:
        match parser.next_event():
            case h11.NEED_DATA:
                with suppress(ConnectionError):
                    if data := await reader.read(1 << 16):
                        parser.receive_data(data)
                        continue
                return Answer(status, headers, body)
            case h11.Response() as start:
                status = start.status_code
                headers = {name.decode(): value.decode() for name, value in start.headers}
            case h11.Data(data=data):
                body += bytes(data)
            case h11.EndOfMessage() | h11.ConnectionClosed():
                return Answer(status, headers, body)


@contextmanager
def serving(*arguments, cwd):
    """`lockgate app` in a process of its own. It is ended by Ctrl-C, unless it has ended."""
    command = [*LOCKGATE, "app", "--no-browser", *arguments]
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]{32})\n", address)
        assert found, address + process.stderr.read()
        yield Served(int(found[1]), found[2], process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise


def small(*policies, draws=20, **more):
    """What the page asks for, of a world that is small."""
    priors = {"organisations": {"fix": 20}, "bad_actors": {"fix": 50}}
    named = [{"name": policy} if isinstance(policy, str) else policy for policy in policies or ("open-release", "withhold")]
    return {"policies": named, "draws": draws, "horizon": 60, "priors": priors, **more}
