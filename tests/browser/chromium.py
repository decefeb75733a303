"""Finds a Chromium to drive, and installs one where it may: `python tests/browser/chromium.py`.

The order: CLAUSEMETER_CHROMIUM, an installed Chromium or Chrome, one that playwright fetched into .venv, and for the
chore `make browser` alone: `playwright install chromium`, then, as root with SETUP=system, `apt-get install chromium`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FETCHED = Path(sys.prefix) / ".browsers"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--no-sandbox",  # a container's root has no user namespace to lock itself in
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOW_TO = "install chromium, or name one: CLAUSEMETER_CHROMIUM=/path/to/chrome"


def candidates() -> Iterator[str]:
    """Name every Chromium that may be here, the one asked for first."""
    if named := os.environ.get("CLAUSEMETER_CHROMIUM"):
        yield named
        return
    yield from filter(None, map(shutil.which, NAMES))
    yield from APPLICATIONS
    yield from sorted(map(str, FETCHED.glob("chromium-*/chrome-*/chrome")), reverse=True)


def answers(path: str) -> bool:
    """Say whether the file starts: a stub that asks for a snap, or one whose libraries are missing, does not."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find_chromium() -> str | None:
    """Return the path of a Chromium that starts, or None."""
    return next(filter(answers, candidates()), None)


def run(command: list[str], environment: dict[str, str], *, timeout_s: int) -> bool:
    """Run a command that may fail or hang; say whether it succeeded."""
    print("browser:", *command, flush=True)
    try:
        subprocess.run(command, env=os.environ | environment, timeout=timeout_s, check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        print("browser:", error)
        return False
    return True


def may_use_apt() -> bool:
    """Only who says SETUP=system, and is root where there is an apt-get, has packages installed."""
    return os.environ.get("SETUP") == "system" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages: str) -> bool:
    """Install Debian packages without a question."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return run(["apt-get", "update", "-qq"], quiet, timeout_s=300) and run(install, quiet, timeout_s=900)


def has_chinese_font() -> bool:
    """Say whether fontconfig knows a font for Chinese; without one every 条款 is drawn as two boxes."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


def install_chromium() -> None:
    """Try playwright's own, which needs its download server; then the system's, where that is allowed."""
    fetched = run(
        [sys.executable, "-m", "playwright", "install", "chromium"],
        {"PLAYWRIGHT_BROWSERS_PATH": str(FETCHED), "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"},
        timeout_s=300,
    )
    if not (fetched and find_chromium()) and may_use_apt():
        apt_install("chromium", "fonts-wqy-microhei")


def main() -> None:
    """See that there is a Chromium, or say what to do. That there is none is no failure here: the tests say skipped."""
    if find_chromium() is None and "CLAUSEMETER_CHROMIUM" not in os.environ:
        install_chromium()
    if may_use_apt() and not has_chinese_font():
        apt_install("fontconfig", "fonts-wqy-microhei")
    found = find_chromium()
    print("browser:", found or f"none; the browser tests will be skipped. To run them, {HOW_TO}")


if __name__ == "__main__":
    main()
