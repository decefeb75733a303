"""``python -m app``: serve the dashboard of a home."""

import argparse
from pathlib import Path

from app.main import serve


def main() -> None:
    """Read what is asked for, and serve."""
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("data/warehouse"), help="where the warehouse is")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8050, help="the port")
    asked = parser.parse_args()
    serve(asked.home, asked.host, asked.port)


if __name__ == "__main__":
    main()
