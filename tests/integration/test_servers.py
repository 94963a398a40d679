"""The servers that tests use, and that nothing of them stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import psutil
import psycopg
import pytest

SERVE = """
import sys
sys.path.insert(0, {folder!r})
import servers
with servers.{kind}() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["postgres", "valkey"])
def serving(request):
    """A process that uses a server from a wheel."""
    program = SERVE.format(folder=str(Path(__file__).parent), kind=request.param)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEXFLOWS_TEST_")}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        url = process.stdout.readline().strip()
        if not url:
            pytest.skip("there is no such wheel here")
        yield process, url


def servers_at(url):
    """Return the processes that listen where *url* says, and those that they started."""
    place = url.rpartition("host=")[2] if "host=" in url else url.rpartition(":")[2].partition("/")[0]
    found = []
    for each in psutil.process_iter(["cmdline", "name"]):
        command = " ".join(each.info["cmdline"] or ())
        if each.info["name"] in {"postgres", "valkey-server"} and (place in command or f":{place}" in command):
            found.append(each)
    return found


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, None])
def test_servers_end_with_the_tests_however_those_end(serving, how):
    process, url = serving
    assert servers_at(url)

    if how is None:
        process.stdin.close()
        assert process.wait(20) == 0
    else:
        process.send_signal(how)
        process.wait(20)

    end = monotonic() + 20
    while servers_at(url):
        assert monotonic() < end, servers_at(url)
        sleep(0.05)


def test_postgresql_answers(postgres_url):
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() is not None


def test_redis_answers(redis_url, redis_prefix):
    redis = pytest.importorskip("redis")
    with redis.Redis.from_url(redis_url) as client:
        client.set(f"{redis_prefix}one", 1)

        assert client.get(f"{redis_prefix}one") == b"1"
        client.delete(f"{redis_prefix}one")
