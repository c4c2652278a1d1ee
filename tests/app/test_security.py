"""Who is answered: this server's own page with its token, and nobody else, whatever is asked in whatever way."""

import asyncio
import re
import time

import psutil
import pytest

from lockgate.experiments.app.guard import HEADERS, Guard
from tests.app.client import answer_from, exchange, small

METHODS = ("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get")
HANDSHAKE = [
    ("upgrade", "websocket"), ("connection", "Upgrade"), ("sec-websocket-version", "13"), ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
]  # fmt: skip


def refused(answer, status):
    """It was refused in one sentence that tells nothing of the server's insides."""
    assert answer.status == status, answer
    assert re.fullmatch(r"[a-z][^\n]{10,140}\.", answer.said), answer.said
    return answer.said


@pytest.mark.parametrize("path", ["/", "/api/library", "/nowhere"])
def test_another_name_for_this_machine_is_refused(served, path):
    """A page that lets its own name lead here (DNS rebinding) is told nothing, whatever it knows."""
    names = [
        "evil.example",
        f"evil.example:{served.port}",
        "127.0.0.1",
        f"127.0.0.1:{served.port + 1}",
        f"127.0.0.1.evil.example:{served.port}",
    ]
    names += [f"[::1]:{served.port}", f"0.0.0.0:{served.port}", f"evil.example@127.0.0.1:{served.port}", "null"]
    for name in names:
        refused(served.ask(path, host=name), 421)


def test_both_names_of_this_machine_are_answered(served):
    for name in (served.host, f"localhost:{served.port}", f"LocalHost:{served.port}"):
        assert served.ask("/api/library", host=name).status == 200


def test_no_host_or_two_hosts_are_refused(served):
    assert served.ask("/api/library", host=None).status in (400, 421)
    assert served.ask("/api/library", headers=[("host", "evil.example")]).status in (400, 421)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_another_page_is_refused_on_every_method(served, method):
    own = f"http://{served.host}"
    for origin in (
        "http://evil.example",
        "null",
        f"https://{served.host}",
        f"http://localhost:{served.port}",
        f"{own}.evil.example",
        "",
        own[:-1],
    ):
        answer = served.ask("/api/library", method, headers=[("origin", origin)])
        assert answer.status == 403
        assert "access-control-allow-origin" not in answer.headers
    for site in ("cross-site", "same-site", "anything"):
        assert served.ask("/api/library", method, headers=[("sec-fetch-site", site)]).status == 403


def test_its_own_page_is_answered(served):
    own = [("origin", f"http://{served.host}"), ("sec-fetch-site", "same-origin")]
    assert served.ask("/api/library", headers=own).status == 200
    assert (
        served.ask("/api/library", headers=[("origin", f"http://localhost:{served.port}")], host=f"localhost:{served.port}").status == 200
    )


@pytest.mark.parametrize("token", [None, "wrong", "", "é"])
def test_without_the_token_nothing_of_the_users_is_told(served, token):
    for path in ("/", "/index.html", "/api/library", "/nowhere", "/api/nothing"):
        assert "token" in refused(served.ask(path, token=token), 403)
    for path in ("/api/compare", "/api/story", "/api/report", "/api/toml"):
        refused(served.post(path, small(), token=token), 403)


def test_the_token_stands_in_the_address_of_the_page_alone(served):
    good = f"?token={served.token}"
    assert served.ask(f"/{good}", token=None).status == 200
    assert served.ask(f"/index.html{good}", token=None).status == 200
    refused(served.ask(f"/api/library{good}", token=None), 403)
    for bad in ("?token=", f"?token={served.token[:-1]}", f"{good}&token=x", f"?Token={served.token}", f"{good}&" + "&" * 1000):
        refused(served.ask(f"/{bad}", token=None), 403)
    refused(served.ask(f"/{good}", token="w" * 32), 403)


def test_no_cookie_is_set_and_none_is_taken(served):
    assert "set-cookie" not in served.ask(f"/?token={served.token}", token=None).headers
    refused(served.ask("/api/library", token=None, headers=[("cookie", f"token={served.token}; x-lockgate-token={served.token}")]), 403)


@pytest.mark.parametrize("origin", ["http://evil.example", None, "own"])
@pytest.mark.parametrize("path", ["/", "/api/compare", "/nowhere"])
def test_a_websocket_is_never_opened(served, path, origin):
    headers = [*HANDSHAKE, *([("origin", f"http://{served.host}" if origin == "own" else origin)] if origin else [])]
    answer = served.ask(path, headers=headers)
    assert answer.status != 101
    if origin and origin != "own":
        refused(answer, 403)


@pytest.mark.parametrize(("origin", "code"), [(b"http://evil.example", 1008), (b"http://127.0.0.1:80", 1008), (None, 1008)])
def test_a_websocket_that_reaches_the_guard_is_closed(origin, code):
    """Whatever server hands it on."""
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:80"), (b"x-lockgate-token", b"t"), *([(b"origin", origin)] if origin else [])]
    scope = {"type": "websocket", "path": "/api/compare", "headers": headers, "query_string": b""}
    asyncio.run(Guard(unreached, frozenset({"127.0.0.1:80"}), "t")(scope, unreached, send))
    assert [(message["type"], message["code"]) for message in sent] == [("websocket.close", code)]


async def unreached(*given):
    raise AssertionError("the guard let it through")


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_are_refused(served, method):
    for path in ("/", "/api/compare", "/nowhere"):
        answer = served.ask(path, method)
        assert answer.status == 405
        assert answer.headers["allow"] == "GET, HEAD, POST"


def test_a_method_that_this_address_has_not_is_refused(served):
    refused(served.ask("/api/compare"), 405)
    refused(served.post("/api/library", {}), 405)
    refused(served.post("/index.html", {}), 405)


def test_head_has_no_body(served):
    answer = served.ask("/index.html", "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert served.ask("/api/library", "HEAD", token=None).body == b""


TRICKS = [
    "/..%2f..%2fpyproject.toml", "/../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/./index.html", "/index.html/",
    "/index.html%00", "/page/app.js", "/INDEX.HTML", "/index.html/..", "/%2findex.html", "/..\\..\\windows", "/api", "/api/",
    "/api/library/", "/api/library/..", "/~", "/.git/config", "/index.html%2f", "/api/compare/../library", "/;/index.html", "/sw.js",
    "/manifest.json", "/app.html", "/app.js", "//", "/" + "a" * 8000,
]  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
def test_what_is_no_file_of_the_page_is_nothing(served, path):
    assert refused(served.ask(path), 404) == "there is nothing at this address."
    refused(served.ask(path, token=None), 403)


def test_an_absolute_address_is_no_way_around(served):
    for target in ("http://evil.example/app.js", f"http://{served.host}/../etc/passwd", "*", "evil.example:443"):
        assert served.ask(target).status in (400, 404)


def test_every_answer_says_what_the_browser_may_do(served):
    asked = [served.ask(path) for path in ("/api/library", "/nowhere")]
    asked += [served.ask("/", token=None), served.ask("/", "PUT"), served.ask("/", host="evil.example"), served.post("/api/toml", {})]
    asked += [served.post("/api/toml", b"x" * 300_000), served.post("/api/compare", small(draws=1))]
    for answer in asked:
        assert HEADERS.items() <= answer.headers.items(), answer
        assert "server" not in answer.headers
    assert HEADERS["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    page = served.ask(f"/?token={served.token}", token=None)
    assert page.headers["content-security-policy"] == "frame-ancestors 'none'"  # the rest stands in its head, as in an export
    assert b"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-" in page.body
    assert {**HEADERS, "content-security-policy": "frame-ancestors 'none'"}.items() <= page.headers.items()


# Bodies


def test_a_body_that_is_too_large_is_not_read(served):
    head = served.head("POST", "/api/compare", [("content-length", 10**9)])
    assert refused(served.send(head + b"x" * 1000, "POST"), 413) == "a request has at most 256 KiB."
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    refused(served.send(served.head("POST", "/api/compare", [("transfer-encoding", "chunked")]) + 20 * chunk, "POST"), 413)


def test_a_length_that_is_none_is_refused(served):
    for length in ("-1", "1e3", "9" * 400, "0x10", "1, 2"):
        assert served.send(served.head("POST", "/api/toml", [("content-length", length)]), "POST").status in (400, 413)


def test_a_head_that_is_too_large_is_refused(served):
    answer = served.send(served.head("GET", "/", [("x", "y" * 1_000_000)])[:-4])
    assert answer.status in (0, 400)
    assert served.ask("/api/library").status == 200


def test_a_body_that_does_not_come_is_given_up():
    async def never():
        await asyncio.sleep(60)

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/toml",
        "query_string": b"",
        "headers": [(b"host", b"h"), (b"x-lockgate-token", b"t")],
    }
    began = time.monotonic()
    asyncio.run(Guard(unreached, frozenset({"h"}), "t", seconds=0.05)(scope, never, send))
    assert time.monotonic() - began < 5
    assert sent[0]["status"] == 408


def test_a_client_that_leaves_within_its_body_is_no_fault(served):
    async def leave():
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(served.head("POST", "/api/compare", [("content-length", 1000)]) + b"{")
        await writer.drain()
        writer.close()

    asyncio.run(leave())
    assert served.ask("/api/library").status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"policies": NaN}', b"[" * 100_000, b"1" * 10_000, b'"text"', b"{}", b'{"policies": []}',
        b'{"policies": 1}', b'{"policies": [{"name": ["x"]}]}', b'{"policies": [{"name": "open-release"}], "unknown": 1}', b"a=b",
    ],
)  # fmt: skip
def test_what_is_no_request_is_a_sentence(served, body):
    for path in ("/api/compare", "/api/toml", "/api/story"):
        answer = served.post(path, body)
        assert answer.status == 400
        assert answer.headers["content-type"] == "application/json"
        assert "\n" not in answer.said
        assert "Traceback" not in answer.said


# Many at once


def test_ten_visitors_cost_files_alone(served):
    """They read all that the page is made of, at once and again; the server's processor has next to nothing to do."""
    process = psutil.Process(served.process.pid)
    threads = process.num_threads()
    paths = (f"/?token={served.token}", f"/index.html?token={served.token}") * 3

    async def visits():
        heads = [served.head("GET", path, [("connection", "close")], token=None) for path in paths]
        return await asyncio.gather(*(exchange(served.port, head) for head in heads for _ in range(10)))

    before = sum(process.cpu_times()[:2])
    answers = asyncio.run(visits())
    assert [answer.status for answer in answers] == [200] * 60
    assert sum(process.cpu_times()[:2]) - before < 1.0
    assert process.num_threads() <= threads  # nothing is computed for them


def test_a_connection_that_says_nothing_keeps_nobody_out(served):
    async def silent():
        held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(20)]
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(served.head("GET", "/api/library", []))
        answer = await answer_from(reader)
        for _, each in (*held, (reader, writer)):
            each.close()
        return answer

    assert asyncio.run(silent()).status == 200
