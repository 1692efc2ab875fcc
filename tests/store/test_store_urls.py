"""Lists of URLs, fetched from a server of our own: what is read, refused, kept and asked again."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from made_documents import pdf
from odd_server import Answer, odd_server, says

from configs.corpus import CorpusSource
from configs.errors import ConfigError
from store.corpus import Document
from store.reading import urls as urls_module
from store.reading.addresses import refusal
from store.reading.source import Reading, look_at, read_source

TODAY = datetime.now(UTC).date()


@dataclass
class Site:
    """A server with pages by path, and what it was asked."""

    url: str = ""
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        sent = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((request.path, sent))
        page = self.pages.get(request.path) or says(404, b"")
        page(request)

    def count(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    site = Site()
    with odd_server(site.answer) as url:
        site.url = url.removesuffix("/v1")
        yield site


@pytest.fixture
def site(running: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    for module in ("body", "transfer"):
        monkeypatch.setattr(f"store.reading.{module}.PAUSE_S", 0.0)
    running.pages.clear()
    running.asked.clear()
    return running


Read = Callable[..., Reading]


@pytest.fixture
def read(site: Site, tmp_path: Path) -> Read:
    """Reads paths of the site, or whole URLs."""

    def look(*paths: str, **settings: Any) -> Reading:
        urls = tuple(path if "://" in path else site.url + path for path in paths)
        given = {"private_addresses": True, "cache": tmp_path / "cache", **settings}
        return look_at(CorpusSource(reader="urls", urls=urls, **given))

    return look


def page(body: str | bytes, kind: str = "text/html", **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else body.encode()
    return says(200, data, content_type=kind, **headers)


def moved(to: str) -> Answer:
    return says(302, b"", location=to)


def in_turn(*answers: Answer) -> Answer:
    """The first answer first, the last one from then on."""
    left = list(answers)

    def answer(request: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


def said(found: Reading) -> dict[str, str]:
    """Why what was left out was, by its path."""
    return {one.name.partition("/")[2] or one.name: one.said for one in found.left_out}


def by_path(found: Reading) -> dict[str, Document]:
    return {one.id.partition("/")[2]: one for one in found.documents}


def test_what_is_fetched_is_read_by_its_type_and_says_whence_it_comes(
    site: Site, read: Read
) -> None:
    site.pages |= {
        "/": page("<title>Home</title><main><p>Welcome.</p></main>", "text/html; charset=utf-8"),
        "/guide.md": page("---\ndate: 2021-02-03\n---\n# The guide\n\nText.", "text/plain"),
        "/old": moved("/new?page=2#part"),
        "/new?page=2": page(
            "# Moved\n", "text/markdown", last_modified="Tue, 04 Jul 2023 10:00:00 GMT"
        ),
        "/report.pdf": page(pdf("Depths", [("Port", "It is deep.")]), "application/octet-stream"),
        "/lines.jsonl": page('{"text": "Line."}', "application/json"),
        "/rows": page('{"text": "One.", "id": "a"}\n{"text": "Two."}\n', "application/x-ndjson"),
        "/latin": page("<p>Käse</p>".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        "/head": page('<meta charset="windows-1251"><p>Сыр</p>'.encode("cp1251")),
        "/zipped.txt": page(gzip.compress(b"Packed."), "text/plain", content_encoding="gzip"),
    }
    paths = [*site.pages]
    paths.remove("/new?page=2")
    found = read(*paths, "/guide.md#again")
    assert not found.left_out
    documents = by_path(found)
    assert {*documents} == {
        *("index.html", "guide.md", "old.md", "report.pdf", "rows.jsonl:a", "rows.jsonl:2"),
        "lines.jsonl",
        *("latin.html", "head.html", "zipped.txt"),
    }
    titles = {name: documents[name].title for name in ("index.html", "guide.md", "report.pdf")}
    assert titles == {"index.html": "Home", "guide.md": "The guide", "report.pdf": "Depths"}
    assert "Käse" in documents["latin.html"].text and "Сыр" in documents["head.html"].text
    assert documents["zipped.txt"].text == "Packed."
    assert documents["old.md"].source == f"{site.url}/new?page=2"
    assert documents["old.md"].valid_from == date(2023, 7, 4)
    assert documents["guide.md"].valid_from == date(2021, 2, 3), "what is stated precedes"
    assert {one.retrieved_at for one in found.documents} == {TODAY}
    sent = site.asked[0][1]
    assert sent["user-agent"].startswith("stillhouse/") and sent["host"] in site.url
    assert not {"cookie", "authorization", "referer"} & sent.keys()


def endless(request: BaseHTTPRequestHandler) -> None:
    """Text without a stated length and without an end."""
    request.send_response(200)
    request.send_header("content-type", "text/plain")
    request.end_headers()
    while True:
        request.wfile.write(b"x" * 100_000)


def slow(request: BaseHTTPRequestHandler) -> None:
    """A head that arrives byte by byte."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while True:
        request.wfile.write(b"x")
        time.sleep(0.05)


def declares_much(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("content-type", "text/plain")
    request.send_header("content-length", "2000001")
    request.end_headers()


def hangs_up(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("content-length", "100")
    request.end_headers()
    request.wfile.write(b"Only this")


def test_one_bad_url_does_not_stop_the_others(site: Site, read: Read) -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    site.pages |= {
        "/good.txt": page("Good.", "text/plain"),
        "/once-busy.txt": in_turn(says(500, b"", retry_after="0"), page("Now.", "text/plain")),
        "/busy.txt": says(503, b"", retry_after="0"),
        "/later.txt": says(429, b"", retry_after="3600"),
        "/circle": moved("/circle"),
        "/to-file": moved("file:///etc/passwd"),
        "/to-user": moved("http://me:hunter2@127.0.0.1/"),
        "/to-metadata": moved("http://169.254.169.254/latest?token=s3cret"),
        "/picture.html": page(b"\x89PNG", "image/png"),
        "/unknown": page(b"\x00", "application/octet-stream"),
        "/large.txt": declares_much,
        "/endless.txt": endless,
        "/bomb.txt": page(bomb, "text/plain", content_encoding="gzip"),
        "/cut.txt": page(gzip.compress(b"Packed.")[:-9], "text/plain", content_encoding="gzip"),
        "/strange.txt": page(b"x", "text/plain", content_encoding="br"),
        "/hangs-up.txt": hangs_up,
        "/not-utf8.txt": page(b"K\xe4se", "text/plain"),
        "/not-what-it-says": page(b"\xff", "text/html; charset=shift_jis"),
    }
    found = read(*site.pages, "/missing", "ftp://127.0.0.1/x", "no url", max_mb=2)
    assert {*by_path(found)} == {"good.txt", "once-busy.txt"}
    expected = {
        "busy.txt": "answers 503 Service Unavailable",
        "later.txt": "answers 429 Too Many Requests and asks to wait 3,600 s",
        "circle": "redirected more than 5 times",
        "to-file": "redirected to where it may not go: is no URL with http or https",
        "to-user": "redirected to where it may not go: holds a user's name or password",
        "to-metadata": ": 169.254.169.254 is an address that no document",
        "picture.html": "is image/png, which is not read",
        "unknown": "is application/octet-stream, which is not read",
        "large.txt": "has more than 2 MB",
        "endless.txt": "has more than 2 MB",
        "bomb.txt": "has more than 2 MB",
        "cut.txt": "ends in the middle",
        "strange.txt": "is packed as br, which was not asked for",
        "hangs-up.txt": "127.0.0.1 does not answer as a server does",
        "not-utf8.txt": "not UTF-8 (byte 1)",
        "not-what-it-says": "is not shift_jis, though it says so",
        "missing": "answers 404 Not Found",
        f"urls[{len(site.pages) + 1}]": "is no URL with http or https",
        f"urls[{len(site.pages) + 2}]": "is no URL; write it as https://",
    }
    why = said(found)
    assert why.keys() == expected.keys()
    for name, text in expected.items():
        assert text in why[name], name
    assert "hunter2" not in str(why) and "s3cret" not in str(why)
    asked = {path: site.count(path) for path in ("/busy.txt", "/later.txt", "/circle", "/missing")}
    assert asked == {"/busy.txt": 2, "/later.txt": 1, "/circle": 6, "/missing": 1}


def test_a_server_that_is_too_slow_is_left(site: Site, read: Read) -> None:
    site.pages |= {"/slow.txt": slow, "/good.txt": page("Good.", "text/plain")}
    start = time.monotonic()
    found = read("/slow.txt", "/good.txt", timeout_s=0.4)
    assert time.monotonic() - start < 2
    assert said(found) == {
        "slow.txt": ": was not there after 0.4 s, timeout_s of its source in the recipe"
    }


def test_nothing_read_is_an_error_that_names_all(site: Site, tmp_path: Path) -> None:
    urls = (f"{site.url}/a.md", f"{site.url}/b.md")
    source = CorpusSource(
        reader="urls", urls=urls, cache=tmp_path / "cache", private_addresses=True
    )
    with pytest.raises(
        ConfigError, match=r"/a\.md: the server answers 404.*\n.*/b\.md: the server"
    ):
        read_source(source)
    site.pages["/b.md"] = page("Text.", "text/markdown")
    # Nobody went on without them, so they are not remembered as failed.
    assert len(read_source(source).documents) == 1


def test_what_was_fetched_stays_until_it_is_too_old(
    site: Site, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages |= {
        "/a.txt": page("One.", "text/plain", etag='"1"', last_modified="K\xe4se"),
        "/b.txt": says(404, b""),
        "/c.txt": page("Same.", "text/plain"),
        "/d.txt": page("Gone soon.", "text/plain"),
    }
    paths = tuple(site.pages)
    first = read(*paths)
    asked = len(site.asked)
    site.pages["/b.txt"] = page("Too late.", "text/plain")
    assert read(*paths) == first, "the same day gives the same corpus"
    assert len(site.asked) == asked == 4

    # The next day: what failed is tried again, what was fetched stays.
    later = TODAY + timedelta(days=1)
    monkeypatch.setattr(urls_module, "today", lambda: later)
    second = read(*paths)
    assert by_path(second)["b.txt"].retrieved_at == later
    assert [path for path, _ in site.asked[asked:]] == ["/b.txt"]

    # Older than it may be: the server is asked whether it has changed.
    def if_new(request: BaseHTTPRequestHandler) -> None:
        new = request.headers.get("if-none-match") != '"1"'
        (page("Two.", "text/plain", etag='"2"') if new else says(304, b""))(request)

    site.pages |= {"/a.txt": if_new, "/d.txt": says(410, b"")}
    third = read(*paths, max_age_days=1)
    documents = by_path(third)
    assert documents["a.txt"] == by_path(first)["a.txt"] and documents["a.txt"].text == "One."
    assert documents["c.txt"] == by_path(first)["c.txt"], "the same bytes keep their day"
    assert said(third) == {"d.txt": ": the server answers 410 Gone"}
    asked = len(site.asked)
    assert read(*paths, max_age_days=1) == third and len(site.asked) == asked

    site.pages |= {"/a.txt": page("Two.", "text/plain"), "/c.txt": says(503, b"", retry_after="0")}
    last = by_path(read(*paths, max_age_days=0))
    assert (last["a.txt"].text, last["a.txt"].retrieved_at) == ("Two.", later)
    assert last["c.txt"].text == "Same.", "a server that is down takes nothing away"
    files = [file.name for file in (tmp_path / "cache").rglob("a-*.txt")]
    assert len(files) == 1, "the old state is gone"


def test_a_damaged_copy_is_fetched_again(site: Site, read: Read, tmp_path: Path) -> None:
    site.pages["/a.txt"] = page("One.", "text/plain")
    read("/a.txt")
    (kept,) = (tmp_path / "cache").rglob("a-*.txt")
    kept.write_text("Other.")
    assert by_path(read("/a.txt"))["a.txt"].text == "One." and site.count("/a.txt") == 2


def test_a_list_in_a_file_and_names_that_would_be_the_same(
    site: Site, read: Read, tmp_path: Path
) -> None:
    site.pages |= {
        "/a/": page("<p>One.</p>"),
        "/a/index.html": page("<p>Two.</p>"),
        "/b?token=s3cret": page("<p>Three.</p>"),
    }
    file = tmp_path / "list.txt"
    lines = [f"{site.url}{path}" for path in site.pages]
    text = "# Pages\n\n{} # the first\n{}\n{}\nhttp://me:hunter2@{}/\n"
    file.write_text(text.format(*lines, site.url.removeprefix("http://")))
    found = read(path=str(file))
    assert [one.text.strip() for one in found.documents] == ["One.", "Two.", "Three."]
    assert len({one.id for one in found.documents}) == 3
    assert {one.name for one in found.left_out} == {"list.txt:6"}
    assert found.documents[2].source == f"{site.url}/b"
    assert "s3cret" not in str(found) and "hunter2" not in str(found)
    for bad in (tmp_path, tmp_path / "none.txt"):
        with pytest.raises(ConfigError, match="the list of URLs"):
            read(path=str(bad))
    file.write_text("# nothing\n")
    with pytest.raises(ConfigError, match="there is no URL in"):
        read(path=str(file))


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A resolver that gives these answers in turn; returns the names that it is asked."""
    left, asked = list(answers), []

    def look_up(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        if not addresses:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("url", ["http://localhost/", "http://127.1/", "http://[::ffff:7f00:1]/"])
def test_this_machine_is_not_asked(site: Site, read: Read, url: str) -> None:
    port = site.url.rpartition(":")[2]
    found = read(url.removesuffix("/") + f":{port}/", private_addresses=False)
    ((_, why),) = said(found).items()
    assert "an address of this machine or of a private network" in why
    assert "private_addresses: true" in why and not site.asked


def test_a_name_is_looked_up_once_and_its_addresses_are_looked_at(
    site: Site, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/a.txt"] = page("One.", "text/plain")
    port = site.url.rpartition(":")[2]
    url = f"http://docs.example:{port}/a.txt"
    asked = resolving(monkeypatch, ["93.184.216.34", "10.0.0.7"])
    ((_, why),) = said(read(url, private_addresses=False)).items()
    assert "docs.example leads to 10.0.0.7" in why, "one private address is enough"
    # A second look would lead elsewhere: the connection goes where the first one said.
    asked = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.7"])
    (document,) = read(url).documents
    assert (document.text, document.id) == ("One.", f"docs.example_{port}/a.txt")
    assert asked == ["docs.example"] and site.asked[0][1]["host"] == f"docs.example:{port}"
    resolving(monkeypatch, [])
    ((_, why),) = said(read("http://nowhere.example/")).items()
    assert why == ": the name nowhere.example cannot be resolved; is it right?"


def certificate(name: str) -> tuple[bytes, bytes]:
    """A certificate for a name, signed by itself, and its key; both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = (PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM), key.private_bytes(Encoding.PEM, *form)


def test_a_certificate_is_held_against_the_name_and_not_the_address(
    site: Site, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in zip(("cert.pem", "key.pem"), certificate("docs.example"), strict=True):
        (tmp_path / name).write_bytes(data)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    resolving(monkeypatch, ["127.0.0.1"])
    site.pages["/a.txt"] = page("One.", "text/plain")
    with odd_server(site.answer, context) as url:
        port = url.removesuffix("/v1").rpartition(":")[2]
        found = read(*(f"https://{name}.example:{port}/a.txt" for name in ("docs", "other")))
    assert [one.id for one in found.documents] == [f"docs.example_{port}/a.txt"]
    assert "certificate verify failed" in said(found)["a.txt"]


def test_the_next_address_is_tried_where_one_takes_no_connection(
    site: Site, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/a.txt"] = page("One.", "text/plain")
    resolving(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    assert read(site.url.replace("127.0.0.1", "docs.example") + "/a.txt").documents


@pytest.mark.parametrize(
    ("address", "asked", "inside"),
    [
        ("8.8.8.8", True, True),
        ("2606:4700::1111", True, True),
        ("64:ff9b::808:808", True, True),
        *((address, False, True) for address in ("127.0.0.1", "10.1.2.3", "192.168.0.1", "::1")),
        *((address, False, True) for address in ("100.64.0.1", "fc00::1", "fec0::1", "172.16.0.1")),
        *(
            (address, False, True)
            for address in ("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00::")
        ),
        *((address, False, False) for address in ("169.254.169.254", "fe80::1%eth0", "0.0.0.0")),
        *((address, False, False) for address in ("224.0.0.1", "ff02::1", "240.0.0.1", "::")),
        *((address, False, False) for address in ("::ffff:169.254.169.254", "255.255.255.255")),
        *((address, False, False) for address in ("168.63.129.16", "fd00:ec2::254")),
        *((address, False, False) for address in ("100.100.100.200", "::ffff:168.63.129.16")),
    ],
)
def test_which_addresses_are_asked(address: str, asked: bool, inside: bool) -> None:
    assert (not refusal(address, private=False)) is asked
    assert (not refusal(address, private=True)) is inside


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reader": "urls"}, "reader urls needs `urls`, or `path`"),
        ({"reader": "urls", "urls": ["http://me:hunter2@x.org/"]}, "a user's name or password"),
        ({"reader": "urls", "urls": ["https://x.org/?X-Amz-Signature=s3cret"]}, "X-Amz-Signature"),
        ({"reader": "urls", "urls": ["https://x.org/?pass=s3cret"]}, "a parameter 'pass'"),
        ({"path": "x", "urls": ["https://x.org/"]}, "`urls` belongs to reader urls"),
        ({"reader": "hub", "dataset": "a/b", "timeout_s": 3}, "`timeout_s` belongs to reader urls"),
    ],
)
def test_what_a_source_may_hold(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match="validation error") as caught:
        CorpusSource.model_validate(fields)
    (problem,) = caught.value.errors(include_input=False)  # type: ignore[attr-defined]
    assert told in problem["msg"]
    assert "hunter2" not in problem["msg"] and "s3cret" not in problem["msg"]
