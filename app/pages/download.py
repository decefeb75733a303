"""A statement's documents and evidence, downloaded: written to a folder of its own, sent in pieces, and gone."""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import flask
from werkzeug.wrappers import Response

from app import queries
from app.auth import current_reader, gate, trail
from app.i18n import language
from app.views import Trouble

download = flask.Blueprint("download", __name__)
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "voucher": "text/csv",
    "csv": "application/zip",
}
PIECE = 1 << 16


@download.get("/download/<statement_id>/<form>")
def send(statement_id: str, form: str) -> Response:
    """Send a statement in a form; that somebody took it, or was not let, stands in the audit trail."""
    if form not in TYPES:
        flask.abort(404)
    if not current_reader().may("export").yes:
        trail.note("export.statement", statement_id, outcome="refused", form=form, code="auth.not_your_role")
        return gate.said(403, "auth.not_your_role")
    folder = Path(tempfile.mkdtemp(prefix="clausemeter-"))
    try:
        found = queries.document(statement_id, form, folder, language(), reader=current_reader())
    except Trouble as trouble:
        rmtree(folder, ignore_errors=True)
        trail.note("export.statement", statement_id, outcome="refused", form=form, code=trouble.problems[0].code)
        flask.abort(404)
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    trail.note("export.statement", statement_id, form=form, sha256=found.sha256)
    pieces = _zipped(found.files) if form == "csv" else _pieces(found.files[0])
    response = flask.Response(pieces, mimetype=TYPES[form])
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    response.call_on_close(lambda: rmtree(folder, ignore_errors=True))
    if form != "csv":
        response.content_length = found.files[0].stat().st_size
    return response


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


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
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload] # it only writes
        for path in paths:
            with path.open("rb") as file, archive.open(path.name, "w", force_zip64=True) as member:
                while piece := file.read(PIECE):
                    member.write(piece)
                    yield sink.take()
    yield sink.take()
