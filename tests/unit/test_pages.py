"""The dashboard's files over HTTP: what each answer says, and that nothing else can be reached."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gramledger.entry.pages import Pages
from gramledger.settings import PageSettings

ROOT = Path(__file__).parents[2]
HOSTED = PageSettings(
    sign_in_url="https://acme.auth.eu-west-1.amazoncognito.com",
    client_id="client-1",
    uploads_origins=("https://uploads.s3.amazonaws.com",),
)
LOCAL = PageSettings(sign_in_url="", client_id="client-1", uploads_origins=())

Ask = Callable[..., tuple[int, dict[str, str], bytes]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "web/js").mkdir(parents=True)
    (tmp_path / "web/index.html").write_text('<script src="/web/current/js/main.js"></script>')
    (tmp_path / "web/js/main.js").write_text("export const one = 1;\n" * 50)
    (tmp_path / "web/notes.txt").write_text("not served")
    (tmp_path / "secret.js").write_text("of somebody else")
    return tmp_path / "web"


def request(
    pages: Pages, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    event = {"rawPath": path, "headers": sent, "requestContext": {"http": {"method": method}}}
    answer: dict[str, Any] = pages.answer(event)
    body = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return answer["statusCode"], answer["headers"], body


def module_of(pages: Pages) -> str:
    return f"/web/{pages.fingerprint}/js/main.js"


def test_the_first_page_names_files_by_their_content(folder: Path) -> None:
    pages = Pages(folder, LOCAL)
    status, headers, body = request(pages, "/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert body.decode() == f'<script src="{module_of(pages)}"></script>'


def test_files_may_be_kept_for_ever_and_the_first_page_is_asked_for_again(folder: Path) -> None:
    pages = Pages(folder, LOCAL)
    assert request(pages, "/")[1]["cache-control"] == "no-cache"
    assert request(pages, "/web/config.json")[1]["cache-control"] == "no-cache"
    assert "immutable" in request(pages, module_of(pages))[1]["cache-control"]


def test_a_changed_file_changes_the_path_of_all(folder: Path) -> None:
    before = Pages(folder, LOCAL).fingerprint
    assert Pages(folder, HOSTED).fingerprint == before
    (folder / "js/main.js").write_text("export const one = 2;")
    assert Pages(folder, LOCAL).fingerprint != before


def test_gzip_is_sent_to_those_who_take_it(folder: Path) -> None:
    pages = Pages(folder, LOCAL)
    plain = (folder / "js/main.js").read_bytes()
    status, headers, body = request(pages, module_of(pages), accept_encoding="br, gzip;q=0.8")
    assert (status, headers["content-encoding"], headers["vary"]) == (200, "gzip", "accept-encoding")
    assert (gzip.decompress(body), len(body) < len(plain)) == (plain, True)
    for offer in ("", "br", "gzip;q=0", "identity"):
        status, headers, body = request(pages, module_of(pages), accept_encoding=offer)
        assert (status, headers.get("content-encoding"), body) == (200, None, plain)


def test_what_the_browser_has_is_not_sent_again(folder: Path) -> None:
    pages = Pages(folder, LOCAL)
    etag = request(pages, "/")[1]["etag"]
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}'):
        status, headers, body = request(pages, "/", if_none_match=known)
        assert (status, headers["etag"], body) == (304, etag, b"")
    assert request(pages, "/", if_none_match='W/"other"')[0] == 200


def test_head_answers_as_get_without_the_body(folder: Path) -> None:
    pages = Pages(folder, LOCAL)
    status, headers, body = request(pages, "/", "HEAD")
    assert (status, headers, body) == (200, request(pages, "/")[1], b"")


@pytest.mark.parametrize(
    "path",
    [
        "/web/{here}/../secret.js",
        "/web/{here}/../../secret.js",
        "/web/{here}/js/../../secret.js",
        "/web/{here}/%2e%2e/secret.js",
        "/web/{here}//etc/passwd",
        "/web/{here}/index.html",
        "/web/{here}/notes.txt",
        "/web/{here}/js/",
        "/web/{here}/js/none.js",
        "/web/current/js/main.js",
        "/web/0000000000000000/js/main.js",
        "/web/",
        "/favicon.ico",
    ],
)
def test_whatever_is_no_file_of_this_version_answers_404(folder: Path, path: str) -> None:
    pages = Pages(folder, LOCAL)
    status, headers, body = request(pages, path.format(here=pages.fingerprint))
    assert (status, headers["content-type"], headers["cache-control"]) == (
        404,
        "application/problem+json",
        "no-store",
    )
    assert json.loads(body)["code"] == "not-found"


def test_every_answer_forbids_what_the_page_does_not_need(folder: Path) -> None:
    pages = Pages(folder, HOSTED)
    for path in ("/", "/web/config.json", module_of(pages), "/web/none"):
        headers = request(pages, path)[1]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["require-trusted-types-for"] == "'script'"
        assert policy["connect-src"] == f"'self' https://uploads.s3.amazonaws.com {HOSTED.sign_in_url}"


def test_the_page_is_told_where_people_sign_in(folder: Path) -> None:
    hosted = json.loads(request(Pages(folder, HOSTED), "/web/config.json")[2])
    assert hosted["sign_in"] == {"url": HOSTED.sign_in_url, "client_id": "client-1"}
    local = json.loads(request(Pages(folder, LOCAL), "/web/config.json")[2])
    assert (local["sign_in"], local["max_file_bytes"]) == (None, 5 * 1024**3)


def test_the_function_serves_the_files_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.web import app

    monkeypatch.setenv("USER_POOL_CLIENT_ID", "client-1")
    monkeypatch.setenv("UPLOADS_ORIGINS", "https://one.example https://two.example")
    monkeypatch.delenv("SIGN_IN_URL", raising=False)
    monkeypatch.setattr(app, "_FOLDER", ROOT / "web")
    app.pages.cache_clear()
    event = {"rawPath": "/", "headers": {}, "requestContext": {"http": {"method": "GET"}}}
    answer = app.handler(event, None)
    assert answer["statusCode"] == 200
    assert "https://one.example https://two.example" in answer["headers"]["content-security-policy"]
    named = re.findall(r'(?:href|src)="(/web/[^"]+)"', base64.b64decode(answer["body"]).decode())
    assert len(named) > 5
    assert {app.handler({**event, "rawPath": path}, None)["statusCode"] for path in named} == {200}
    app.pages.cache_clear()
