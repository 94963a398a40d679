from __future__ import annotations

import statistics
import subprocess
import sys
import time
from importlib.metadata import version

import pytest

pytestmark = pytest.mark.slow

CLI = (sys.executable, "-m", "hexflows.entrypoints.cli")


def seconds(*command):
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def test_help_takes_at_most_five_times_as_long_as_nothing():
    # Side by side, so that a neighbour slows both; the best of a few rounds, since only a slow machine can be wrong.
    ratios = []
    for _ in range(5):
        pairs = [(seconds(*CLI, "--help"), seconds(sys.executable, "-I", "-c", "pass")) for _ in range(7)]
        ratios.append(statistics.median(each for each, _ in pairs) / statistics.median(each for _, each in pairs))
        if min(ratios) <= 5:
            break

    assert min(ratios) <= 5


@pytest.mark.parametrize(
    ("argument", "unwanted"),
    [("--help", {"attr", "cattrs", "dramatiq", "falcon", "sqlalchemy"}), ("--version", {"click"})],
)
def test_only_what_is_needed_is_imported(argument, unwanted):
    program = (
        f"import sys, atexit; sys.argv = ['hexflows', '{argument}']\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from hexflows.entrypoints.cli import main; sys.exit(main())"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert not unwanted & {name.partition(".")[0] for name in done.stderr.split()}


def test_the_version_is_that_of_the_package():
    done = subprocess.run([*CLI, "--version"], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout == f"hexflows {version('hexflows')}\n"
