"""What the guard lets through, and what goes out with it: around a small application, and around the page."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from fake_assistant import LOAN_QUOTE
from web_server import ROOT, fake_page

from rag.web import guard
from rag.web.guard import BODY, HEADERS, LIBRARY, MANUSCRIPT, TRIES, UPLOAD, Guard, Rate
from rag.web.options import WebOptions

CLOSED = WebOptions(user="甲", password="p:w密")
RIGHT = "Basic " + base64.b64encode("甲:p:w密".encode()).decode()


async def echo(scope, receive, send) -> None:
    """Answer 200 with the number of bytes of the body."""
    size = 0
    while True:
        message = await receive()
        size += len(message["body"])
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def greedy(scope, receive, send) -> None:
    """Answer 400 for whatever goes wrong with the body, as FastAPI does."""
    try:
        await echo(scope, receive, send)
    except Exception:  # noqa: BLE001 - what this application is for
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b"parsing"})


class Visitor:
    """Puts requests to a guard from one address."""

    def __init__(self, app: Any, client: str = "192.0.2.1") -> None:
        self.transport = httpx.ASGITransport(app, client=(client, 50000))

    def __call__(self, method: str, path: str = "/", **options: Any) -> httpx.Response:
        async def put() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, base_url="http://yinju.example") as client:
                return await client.request(method, path, **options)

        return asyncio.run(put())


def error(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def test_nothing_but_the_health_is_told_without_the_password() -> None:
    visit = Visitor(Guard(echo, CLOSED))
    for path in (
        "/",
        "/config",
        "/gradio_api/upload",
        "/gradio_api/run/ask",
        "/mcp",
        "/assets/x.js",
        "/HEALTHZ",
    ):
        refused = visit("GET", path)
        assert error(refused) == (401, "请输入用户名和密码")
        assert refused.headers["www-authenticate"] == 'Basic realm="Yinju", charset="UTF-8"'
        assert visit("GET", path, headers={"authorization": RIGHT}).status_code == 200
    assert visit("GET", "/healthz").status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        RIGHT.replace("Basic", "Bearer"),
        RIGHT + "=",
        RIGHT.lower(),
        "Basic",
        "Basic 甲".encode(),
        "Basic " + base64.b64encode("甲:p".encode()).decode(),
        "Basic " + base64.b64encode("甲:p:w密x".encode()).decode(),
        "Basic " + base64.b64encode(b":").decode(),
    ],
)
def test_what_is_not_quite_the_password_is_refused(given: str | bytes) -> None:
    visit = Visitor(Guard(echo, CLOSED))
    assert visit("GET", headers={"authorization": given}).status_code == 401
    assert visit("GET", headers={"authorization": RIGHT.replace("Basic", "basic")}).status_code == 200


def test_wrong_passwords_are_tried_so_often_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(guard, "monotonic", lambda: now)
    app = Guard(echo, CLOSED)
    visit, other = Visitor(app), Visitor(app, "192.0.2.2")
    for _ in range(TRIES):
        assert visit("GET", headers={"authorization": "Basic eDp5"}).status_code == 401
    now += 20
    limited = visit("GET", headers={"authorization": RIGHT})
    assert error(limited) == (429, "密码错得太多；请 40 秒后再试")
    assert limited.headers["retry-after"] == "40"
    assert other("GET", headers={"authorization": RIGHT}).status_code == 200
    now += 40
    assert visit("GET", headers={"authorization": RIGHT}).status_code == 200


def test_the_limit_of_requests_moves_with_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(guard, "monotonic", lambda: now)
    app = Guard(echo, WebOptions(rate=3))
    visit, other = Visitor(app), Visitor(app, "192.0.2.2")
    for _ in range(3):
        assert visit("GET", "/config").status_code == 200
        now += 10
    limited = visit("POST", "/gradio_api/queue/join")
    assert error(limited) == (429, "请求太频繁；请 30 秒后再试")
    assert limited.headers["retry-after"] == "30"
    assert other("GET", "/config").status_code == 200
    for path in (
        "/healthz",
        "/assets/index.js",
        "/gradio_api/queue/data",
        "/gradio_api/heartbeat/x",
        "/theme.css",
    ):
        assert visit("GET", path).status_code == 200
    now += 30
    assert [visit("GET").status_code for _ in range(2)] == [200, 429]


def test_no_limit_of_requests_where_none_is_set() -> None:
    visit = Visitor(Guard(echo, WebOptions(rate=0)))
    assert {visit("GET").status_code for _ in range(400)} == {200}


def test_whoever_has_been_away_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(guard, "monotonic", lambda: now)
    monkeypatch.setattr(guard, "_KEPT", 2)
    rate = Rate(1)
    rate.count("a")
    now = 30
    rate.count("b")
    now = 61
    rate.count("c")
    assert [rate.wait(who) for who in "abc"] == [0, 29, 60]


@pytest.mark.parametrize("app", [echo, greedy])
@pytest.mark.parametrize(
    ("path", "client", "most"),
    [
        ("/gradio_api/run/ask", "192.0.2.1", BODY),
        (UPLOAD, "192.0.2.1", MANUSCRIPT),
        (UPLOAD + "/", "192.0.2.1", MANUSCRIPT),
        ("/x" + UPLOAD, "192.0.2.1", BODY),
    ],
)
def test_a_request_is_no_larger_than_it_may_be(app: Any, path: str, client: str, most: int) -> None:
    visit = Visitor(Guard(app, WebOptions()), client)
    told = (413, f"请求太大，这里最多 {most // 2**20} MB；请缩短或拆分后重试")

    async def parts(size: int):
        while size:
            part = min(size, 2**16)
            size -= part
            yield b"x" * part

    for body in (b"x" * most, parts(most)):
        assert visit("POST", path, content=body).text == str(most)
    for body in (b"x" * (most + 1), parts(most + 1)):
        assert error(visit("POST", path, content=body)) == told


def test_who_may_add_documents_uploads_more() -> None:
    visit = Visitor(Guard(echo, WebOptions(manage="yes")))
    body = b"x" * (MANUSCRIPT + 1)
    assert visit("POST", UPLOAD, content=body).text == str(MANUSCRIPT + 1)
    assert (
        visit("POST", UPLOAD, content=body, headers={"content-length": str(LIBRARY + 1)}).status_code == 413
    )


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://yinju.example", 200),
        ("https://yinju.example", 200),
        ("http://evil.example", 403),
        ("http://yinju.example.evil", 403),
        ("http://yinju.example:81", 403),
        ("http://[", 403),
        ("null", 403),
        ("", 403),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
def test_other_sites_are_refused(method: str, origin: str, status: int) -> None:
    assert Visitor(Guard(echo, WebOptions()))(method, headers={"origin": origin}).status_code == status


def test_headers_stand_on_every_response_and_give_way_to_the_pages_own() -> None:
    async def strict(scope, receive, send) -> None:
        headers = [(b"referrer-policy", b"no-referrer")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    for response in (
        Visitor(Guard(echo, WebOptions()))("GET"),
        Visitor(Guard(echo, WebOptions()))("GET", "/healthz"),
        Visitor(Guard(echo, CLOSED))("GET"),
        Visitor(Guard(echo, WebOptions()))("POST", content=b"x" * (BODY + 1)),
    ):
        assert HEADERS.items() <= dict(response.headers).items()
    own = Visitor(Guard(strict, WebOptions()))("GET")
    assert own.headers.get_list("referrer-policy") == ["no-referrer"]


def test_the_policy_lets_in_nothing_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in HEADERS["content-security-policy"].split("; "))
    assert rules["default-src"] == rules["connect-src"] == rules["frame-ancestors"] == "'self'"
    assert rules["object-src"] == "'none'"
    sources = {source for rule in rules.values() for source in rule.split()}
    assert sources == {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}


def test_streams_go_through_as_they_come() -> None:
    arrived: list[bytes] = []

    async def run() -> None:
        first_arrived = asyncio.Event()

        async def stream(scope, receive, send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"one", "more_body": True})
            await asyncio.wait_for(first_arrived.wait(), 10)
            await send({"type": "http.response.body", "body": b"two"})

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                arrived.append(message["body"])
                first_arrived.set()

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": ("192.0.2.1", 1)}
        await Guard(stream, WebOptions())(scope, receive, send)

    asyncio.run(run())
    assert arrived == [b"one", b"two"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    (folder / "answers.txt").write_text("secret")
    return folder


@pytest.fixture(scope="module")
def page(kept: Path) -> Iterator[httpx.Client]:
    """The page over the fake assistant, behind a proxy that it believes."""
    with (
        fake_page(kept.parent, data=str(kept), proxies="127.0.0.1") as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "yinju.toml",
        "docs_src/001_af76cae5511be1fe.txt",
        "/etc/passwd",
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2fetc%2fpasswd",
        "{root}/README.md",
        "{root}/docs_src/001_af76cae5511be1fe.txt",
        "{kept}/answers.txt",
        "{kept}/../{kept_name}/answers.txt",
    ],
)
@pytest.mark.parametrize(
    "route", ["/gradio_api/file=", "/gradio_api/file/", "/static/", "/assets/", "/svelte/"]
)
def test_no_file_of_the_machine_is_told(page: httpx.Client, kept: Path, route: str, path: str) -> None:
    named = path.format(root=ROOT, kept=kept, kept_name=kept.name)
    assert page.get(route + named).status_code in (403, 404)


@pytest.mark.parametrize(
    "path", ["/gradio_api/file=http://192.0.2.9/", "/gradio_api/file/https://x", "/gradio_api/proxy=http://x"]
)
def test_nothing_is_fetched_for_a_visitor(page: httpx.Client, path: str) -> None:
    assert page.get(path).status_code in (400, 403)


def handed(page: httpx.Client, file: dict[str, Any]) -> Any:
    """Return what becomes of a file that is handed to 上传稿件: the last message of the queue."""
    config = page.get("/config").json()
    (number,) = [
        each["id"] for each in config["dependencies"] if ["upload"] in [t[1:] for t in each["targets"]]
    ]
    body = {"data": [file | {"meta": {"_type": "gradio.FileData"}}], "fn_index": number, "session_hash": "s"}
    page.post("/gradio_api/queue/join", json=body).raise_for_status()
    with page.stream("GET", "/gradio_api/queue/data", params={"session_hash": "s"}) as stream:
        for line in stream.iter_lines():
            if "process_completed" in line:
                return json.loads(line.removeprefix("data:"))
    raise AssertionError("the stream ended before the answer")


def test_a_manuscript_is_uploaded_by_everybody_and_no_other_file_is_read(
    page: httpx.Client, kept: Path
) -> None:
    far = {"x-forwarded-for": "192.0.2.77"}
    sent = page.post(UPLOAD, files={"files": ("稿.txt", f"前言。\n{LOAN_QUOTE}\n".encode())}, headers=far)
    (path,) = sent.json()
    assert "原文如此 1" in handed(page, {"path": path})["output"]["data"][0]
    elsewhere = "http://192.0.2.9/x.txt"
    for other in (str(kept / "answers.txt"), str(ROOT / "README.md"), f"{path}/../../../x.txt", elsewhere):
        told = handed(page, {"path": other, "url": other})
        assert (told["success"], told["output"]["error"]) == (False, None)


@pytest.mark.parametrize(("proxies", "last"), [("127.0.0.1", 200), ("", 429)])
def test_what_is_said_of_a_visitor_is_believed_of_the_proxies_alone(
    tmp_path: Path, proxies: str, last: int
) -> None:
    with fake_page(tmp_path, rate=2, proxies=proxies) as address:
        heads = [{"x-forwarded-for": f"192.0.2.{n}"} for n in (1, 1, 1, 2)]
        found = [httpx.get(f"{address}/config", headers=head, timeout=60).status_code for head in heads]
    assert found == [200, 200, 429, last]


def test_the_health_is_that_of_the_index(page: httpx.Client) -> None:
    whole = page.get("/healthz")
    assert (whole.status_code, whole.json()) == (200, {"status": "ok"})
    page.post("/gradio_api/run/ask", json={"data": ["索引坏了"]}).raise_for_status()
    broken = page.get("/healthz")
    page.post("/gradio_api/run/ask", json={"data": ["再贷款？"]}).raise_for_status()
    assert (broken.status_code, broken.json()) == (503, {"status": "unavailable", "error": "索引读不了"})


def test_the_page_streams_an_answer_through_the_guard(tmp_path: Path) -> None:
    came: list[tuple[str, float]] = []
    with (
        fake_page(tmp_path, pause=0.2) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False) as page,
    ):
        dependencies = page.get("/config").json()["dependencies"]
        ask = next(each["id"] for each in dependencies if "submit" in [name for _, name in each["targets"]])
        body = {"data": ["慢慢说", None, None, 0], "fn_index": ask, "session_hash": "t"}
        page.post("/gradio_api/queue/join", json=body).raise_for_status()
        with page.stream("GET", "/gradio_api/queue/data", params={"session_hash": "t"}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    came.append((json.loads(line[5:])["msg"], monotonic()))
                if came and came[-1][0] == "process_completed":
                    break
    times = [time for name, time in came if name == "process_generating"]
    assert len(times) >= 6
    assert times[-1] - times[0] > 1.0  # seven sentences, each as it comes
