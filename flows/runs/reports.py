"""Reports of versions at an address that a page of the Prefect UI may link to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import BinaryIO
from urllib.parse import quote

from store.versions import Version

URL, FOLDER = "STILLHOUSE_REPORTS_URL", "STILLHOUSE_REPORTS_FOLDER"
"""Environment variables: an address, and the folder of datasets whose reports are found there."""
_REPORT = re.compile(r"/[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*-v\d+/report\.html")


def report_url(version: Version) -> str:
    """The address of a version's report; empty where nobody serves it."""
    base, folder = os.environ.get(URL, "").rstrip("/"), os.environ.get(FOLDER, "")
    if not (base and folder and isinstance(version.root, Path)):
        return ""
    if version.root.absolute() != Path(folder).absolute():
        return ""
    return f"{base}/{quote(version.dataset)}/{quote(version.name)}/report.html"


@contextmanager
def serving_reports(folder: Path, port: int) -> Iterator[str]:
    """Serve the reports of a folder of datasets, and nothing else of it, to this machine.

    Yields their address, which is in the environment of this process meanwhile.

    Raises:
        OSError: the port is taken.
    """
    handler = partial(_Reports, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        os.environ.update({URL: url, FOLDER: str(folder.absolute())})
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield url
        finally:
            server.shutdown()
            for name in (URL, FOLDER):
                os.environ.pop(name, None)


class _Reports(SimpleHTTPRequestHandler):
    """Files of a folder, as far as they are reports."""

    def send_head(self) -> BytesIO | BinaryIO | None:
        """The report that is asked for, else 404; also to pages that call us by another name."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        if host not in ("127.0.0.1", "localhost") or not _REPORT.fullmatch(self.path):
            self.send_error(404)
            return None
        return super().send_head()

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is for runs."""
