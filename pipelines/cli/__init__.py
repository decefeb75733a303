"""The command ``clausemeter``, one file a verb. Exit status: 0 fine, 1 the answer is no, 2 cannot run."""

import io
import os
import sys

from pipelines.cli.program import program
from pipelines.core.problem import Refused

CANNOT_RUN = 2


def main() -> None:
    """Run the command; what goes wrong is told in words, never as a traceback (``CLAUSEMETER_DEBUG=1`` shows it)."""
    for stream in (
        sys.stdout,
        sys.stderr,
    ):  # a pipe of another encoding shows what it cannot write as \\x…, and goes on
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        program()
    except Refused as refused:
        for problem in refused.problems:
            print(f"{problem}\n", file=sys.stderr)
        sys.exit(CANNOT_RUN)
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:  # a place that cannot be read or written: no folder, no permission, no room
        if os.environ.get("CLAUSEMETER_DEBUG"):
            raise
        print(
            f"{error.filename or 'clausemeter ' + ' '.join(sys.argv[1:])}\n"
            f"This cannot be read or written: {error.strerror or error}. "
            "Check the place, its permissions and the room on its disk.  [cli.file]",
            file=sys.stderr,
        )
        sys.exit(CANNOT_RUN)
    except Exception as error:
        if os.environ.get("CLAUSEMETER_DEBUG"):
            raise
        first = str(error).partition("\n")[0]
        print(
            f"clausemeter {' '.join(sys.argv[1:])}\n"
            f"This went wrong in a way nobody foresaw: {type(error).__name__}: {first}"
            "\nNothing was half-written. Run it again with CLAUSEMETER_DEBUG=1 for the details to report.  [cli.bug]",
            file=sys.stderr,
        )
        sys.exit(CANNOT_RUN)
