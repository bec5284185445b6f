"""Artifacts of workflow runs: listed by the API, downloaded by a link to another host that must not see the token."""

import hashlib
import io
import threading
import zipfile
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .routing import PAGING, ApiError, Call, Json, Reply, route
from .state import Artifact, World, node_id, now


def pack(files: Mapping[str, bytes]) -> bytes:
    """Zip files as the upload action does."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def add_artifact(world: World, run_id: int, name: str, data: bytes) -> Artifact:
    """Add an upload."""
    with world.lock:
        artifact = Artifact(next(world.ids), run_id, name, data, now())
        world.artifacts[artifact.id] = artifact
    return artifact


def artifact_json(world: World, artifact: Artifact) -> Json:
    """Return an artifact as the API shows it."""
    address = world.api(f"/actions/artifacts/{artifact.id}")
    return {
        "id": artifact.id,
        "node_id": node_id("Artifact", artifact.id),
        "name": artifact.name,
        "size_in_bytes": len(artifact.data),
        "url": address,
        "archive_download_url": f"{address}/zip",
        "expired": artifact.expired,
        "created_at": artifact.created_at,
        "updated_at": artifact.created_at,
        "expires_at": "2099-01-01T00:00:00Z",
        "digest": f"sha256:{hashlib.sha256(artifact.data).hexdigest()}",
        "workflow_run": _made_by(world, artifact.run_id),
    }


def _made_by(world: World, run_id: int) -> Json:
    run = world.workflow_runs.get(run_id)
    return {
        "id": run_id,
        "repository_id": world.repository_id,
        "head_repository_id": world.id_of_repository(run.head_repo if run else world.full_name),
        "head_branch": run.head_branch if run else world.default_branch,
        "head_sha": run.head_sha if run else world.branch_tip(world.default_branch) or "0" * 40,
    }


@route("GET", "actions/runs/{run_id}/artifacts", "actions:read", (*PAGING, "name"))
def list_artifacts(world: World, call: Call) -> Reply:
    """List the artifacts of a run, of all its attempts."""
    run_id, name = call.number("run_id"), call.query.get("name")
    found = [a for a in world.artifacts.values() if a.run_id == run_id and name in (None, a.name)]
    rows = [artifact_json(world, a) for a in sorted(found, key=lambda a: -a.id)]
    return call.paged(world, rows, "artifacts")


@route("GET", "actions/artifacts", "actions:read", (*PAGING, "name"))
def list_all_artifacts(world: World, call: Call) -> Reply:
    """List the artifacts of the repository, of forks' runs, too: the newest first."""
    name = call.query.get("name")
    found = [a for a in world.artifacts.values() if name in (None, a.name)]
    rows = [artifact_json(world, a) for a in sorted(found, key=lambda a: -a.id)]
    return call.paged(world, rows, "artifacts")


@route("GET", "actions/artifacts/{artifact_id}/zip", "actions:read")
def download(world: World, call: Call) -> Reply:
    """Hand over a link to the storage."""
    artifact = world.artifacts.get(call.number("artifact_id"))
    if artifact is None:
        raise ApiError(404, "Not Found")
    if artifact.expired:
        raise ApiError(410, "Artifact has expired")
    return Reply(None, 302, {"Location": f"{world.storage}/{artifact.id}"})


class Storage:
    """The other host: serves zips to whoever has the link, and refuses requests that bring a token."""

    def __init__(self, world: World) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                leaked = "Authorization" in self.headers
                artifact = world.artifacts.get(int(self.path.strip("/")))
                data = b"" if leaked or artifact is None else artifact.data
                self.send_response(400 if leaked else 404 if artifact is None else 200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_arguments: Any) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        world.storage = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
