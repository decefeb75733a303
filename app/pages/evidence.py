"""A statement's evidence, downloaded: written to a folder of its own, sent as a ZIP while that is made, and gone."""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import flask
from werkzeug.wrappers import Response

from app import queries
from app.auth import current_reader, gate, trail
from app.views import Trouble

evidence = flask.Blueprint("evidence", __name__)
PIECE = 1 << 16


@evidence.get("/evidence/<statement_id>")
def send(statement_id: str) -> Response:
    """Send the evidence as a reader sees it; that somebody took it, or was not let, stands in the audit trail."""
    folder = Path(tempfile.mkdtemp(prefix="clausemeter-"))
    try:
        found = queries.evidence(statement_id, folder, reader=current_reader())
    except Trouble:
        rmtree(folder, ignore_errors=True)
        trail.note("export", statement_id, outcome="refused", form="csv")
        return gate.said(404, "web.no_such_statement")
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    trail.note("export", statement_id, form="csv")
    response = flask.Response(_zipped(found.files), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    response.call_on_close(lambda: rmtree(folder, ignore_errors=True))
    return response


class _Sink:
    """Takes what a ZIP is written in, to be handed on; it cannot go back, so nothing has to be kept."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, piece: bytes) -> int:
        """Take a piece."""
        self.held += piece
        return len(piece)

    def flush(self) -> None:
        """Do nothing: what is held is handed on as it comes."""

    def take(self) -> bytes:
        """Hand on what is held."""
        piece, self.held = bytes(self.held), bytearray()
        return piece


def _zipped(paths: tuple[Path, ...]) -> Iterator[bytes]:
    """Yield the files as one ZIP, in pieces, while it is written."""
    sink: Any = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            with path.open("rb") as file, archive.open(path.name, "w", force_zip64=True) as member:
                while piece := file.read(PIECE):
                    member.write(piece)
                    yield sink.take()
    yield sink.take()
