"""A headless Chromium, spoken to by its own protocol (CDP)."""

from __future__ import annotations

import base64
import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = Path("/usr/bin/chromium")


@dataclass
class Browser:
    """One tab. ``events`` is what it has told by itself, as pairs of a method and its details."""

    socket: ClientConnection
    session: str = ""
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def say(self, method: str, **details: Any) -> dict[str, Any]:
        """Send a command and return what it came to."""
        number = next(self.numbers)
        said: dict[str, Any] = {"id": number, "method": method, "params": details}
        if self.session:
            said["sessionId"] = self.session
        self.socket.send(json.dumps(said))
        while True:
            heard = json.loads(self.socket.recv(timeout=60))
            if heard.get("id") == number:
                assert "error" not in heard, (method, heard)
                result: dict[str, Any] = heard["result"]
                return result
            if "method" in heard:
                self.events.append((heard["method"], heard["params"]))

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page; promises are awaited."""
        found = self.say(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def show(self, page: Path, width: int, scheme: str) -> None:
        """Open a page at a width and in a colour scheme; events begin anew."""
        self.say(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        look = [{"name": "prefers-color-scheme", "value": scheme}]
        self.say("Emulation.setEmulatedMedia", media="", features=look)
        self.events.clear()
        self.say("Page.navigate", url=page.as_uri())
        waiting = (
            "document.readyState == 'complete' || new Promise(r => addEventListener('load', r))"
        )
        while self.evaluate("location.href") != page.as_uri():
            pass
        self.evaluate(f"Promise.resolve({waiting}).then(() => true)")

    def picture(self, target: Path) -> None:
        """A picture of the whole page."""
        shot = self.say("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        target.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def browsing(profile: Path) -> Iterator[Browser]:
    """A browser that ends with the block; it keeps its files in ``profile``."""
    command = [str(CHROMIUM), "--headless=new", "--remote-debugging-port=0", "--disable-gpu"]
    command += [f"--user-data-dir={profile}", "--no-first-run", "--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        command.append("--no-sandbox")  # Chromium has no sandbox for root
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        heard = (line.partition("listening on ")[2].strip() for line in process.stderr)
        url = next(found for found in heard if found)
        with connect(url, max_size=None) as socket:
            browser = Browser(socket)
            target = browser.say("Target.createTarget", url="about:blank")["targetId"]
            attached = browser.say("Target.attachToTarget", targetId=target, flatten=True)
            browser.session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Network", "Log"):
                browser.say(f"{domain}.enable")
            yield browser
    finally:
        process.kill()
        process.communicate()
