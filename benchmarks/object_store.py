"""A real S3 server to measure and test against: SeaweedFS, a process from its package."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

BUCKET = "datasets"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, each with a port 10,000 above it that is free, too."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as probe, socket.socket() as above:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            if port > 55_000 or port in found:
                continue
            above.bind(("127.0.0.1", port + 10_000))
            found.append(port)
    return found


def environment(port: int) -> Mapping[str, str]:
    """Variables by which programs find the server."""
    return {
        "AWS_ACCESS_KEY_ID": "stillhouse",
        "AWS_SECRET_ACCESS_KEY": "only-for-tests",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def serving_objects(folder: Path) -> Iterator[Mapping[str, str]]:
    """A server with an empty bucket; yields the variables by which it is found."""
    s3, master, volume, filer = free_ports(4)
    known = environment(s3)
    keys = {"accessKey": known["AWS_ACCESS_KEY_ID"], "secretKey": known["AWS_SECRET_ACCESS_KEY"]}
    who = {"name": "tests", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [who]}))
    (folder / "data").mkdir()
    weed = Path(sys.executable).with_name("weed")
    command = [
        *(str(weed if weed.exists() else shutil.which("weed")), "server", "-ip=127.0.0.1"),
        *(f"-dir={folder / 'data'}", "-s3", f"-s3.port={s3}", f"-s3.config={folder / 's3.json'}"),
        *(f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}"),
        *(
            "-master.volumeSizeLimitMB=64",
            "-volume.max=20",
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait_for(server, f"http://127.0.0.1:{s3}", folder / "log")
        _make_bucket(known)
        yield known
    finally:
        server.kill()  # it would wait twenty seconds for its own parts
        server.wait()


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            httpx.get(f"{url}/healthz", timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text(errors="replace")[-2000:])


def _make_bucket(known: Mapping[str, str]) -> None:
    script = (
        "import s3fs, time\n"
        "fs = s3fs.S3FileSystem()\n"
        "for turn in range(100):\n"
        "    try:\n"
        f"        fs.mkdir({BUCKET!r}); fs.pipe({BUCKET + '/ready'!r}, b'1'); break\n"
        "    except OSError as error:\n"
        "        time.sleep(0.1)\n"
        "else:\n"
        "    raise error\n"
    )
    subprocess.run([sys.executable, "-c", script], env={**os.environ, **known}, check=True)
