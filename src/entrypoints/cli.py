"""
`hexflows`: every command there is, each imported only when it is called.

`hexflows --version` imports nothing at all, `hexflows --help` only click: the table
below says what a list of commands tells of them.
"""

import os
import sys

from ..version import VERSION


def main() -> int:
    """Run the command that the arguments name; return the exit code if it does not exit by itself."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"hexflows {VERSION}\n")
        return 0

    # What we and our children write is for our own eyes: databases, mails, locks.
    os.umask(0o077)
    try:
        from .commands import root

        root(prog_name="hexflows")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("hexflows"):
            raise
        sys.stderr.write(f"{error.name} is not installed; it comes with: pip install 'hexflows[server]'\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
