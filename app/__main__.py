"""``python -m app``: serve a home's dashboard."""

import argparse
from pathlib import Path

from app.main import serve


def main() -> None:
    """Read the address and serve."""
    parser = argparse.ArgumentParser(prog="app", description="Serve the dashboard of a clausemeter home.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8050)
    asked = parser.parse_args()
    serve(asked.home, asked.host, asked.port)


main()
