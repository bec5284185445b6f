"""A server with a certificate of one's own in front of the fake GitHub, addressed as GitHub Enterprise Server is."""

import http.client
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def make_authority(folder: Path) -> tuple[Path, Path]:
    """An authority, and a certificate of it for `localhost`: the files that a client and the server need."""
    folder.mkdir()
    today = datetime.now(UTC)
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def certificate(subject: str, key: ec.EllipticCurvePublicKey, *, authority: bool) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name("Acme authority"))
        builder = builder.public_key(key).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=2))
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        return builder.add_extension(names, critical=False).sign(root, hashes.SHA256())

    pem = serialization.Encoding.PEM
    known, served = folder / "authority.pem", folder / "server.pem"
    known.write_bytes(certificate("Acme authority", root.public_key(), authority=True).public_bytes(pem))
    secret = leaf.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    served.write_bytes(secret + certificate("localhost", leaf.public_key(), authority=False).public_bytes(pem))
    return known, served


@contextmanager
def _serving(server: ThreadingHTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


@contextmanager
def enterprise(fake_url: str, certificate: Path, seen: list[str]) -> Iterator[str]:
    """Serve the fake's REST below `/api/v3` and its GraphQL at `/api/graphql`, over TLS; yields the address."""
    fake = urlsplit(fake_url).netloc

    class Handler(_Quiet):
        def _forward(self) -> None:
            seen.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            inner = http.client.HTTPConnection(fake, timeout=30)
            path = self.path.removeprefix("/api/v3" if self.path.startswith("/api/v3/") else "/api")
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            inner.request(self.command, path, body or None, headers)
            answer = inner.getresponse()
            data = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "connection", "server", "date"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            inner.close()

        do_GET = do_POST = do_PATCH = _forward  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_about: None  # type: ignore[method-assign]  # a client that refuses the certificate
    with _serving(server) as port:
        yield f"https://localhost:{port}"


@contextmanager
def proxy(seen: list[str]) -> Iterator[str]:
    """A proxy that opens tunnels and notes where to; yields its address."""

    class Handler(_Quiet):
        def do_CONNECT(self) -> None:
            seen.append(self.path)
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=30) as inner:
                self.send_response(200)
                self.end_headers()
                pair = {self.connection: inner, inner: self.connection}
                while ready := select.select(list(pair), [], [], 30)[0]:
                    for side in ready:
                        data = side.recv(65_536)
                        if not data:
                            self.close_connection = True
                            return
                        pair[side].sendall(data)

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}"
