"""A real SFTP server (asyncssh) for tests, and a proxy before it that cuts connections at a chosen byte."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncssh

USER, PASSWORD = "hospital", "CANARY-password-7"


class _Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


class PartnerServer:
    """A partner's server: its folder `root` (with `in` and `out`), its port, its host key."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.client_key = asyncssh.generate_private_key("ssh-ed25519")
        self.logins = 0
        self.renames: list[tuple[str, str]] = []
        for name in ("in", "out"):
            (root / name).mkdir(parents=True)
        self._loop = _Loop()
        self._acceptor = self._loop.run(self._listen())
        self.port: int = self._acceptor.get_port()

    async def _listen(self) -> Any:
        partner = self

        class Login(asyncssh.SSHServer):
            def begin_auth(self, username: str) -> bool:
                return True

            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                partner.logins += 1
                return (username, password) == (USER, PASSWORD)

            def public_key_auth_supported(self) -> bool:
                return True

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                return username == USER and key == partner.client_key.convert_to_public()

        class Files(asyncssh.SFTPServer):
            def __init__(self, channel: Any) -> None:
                super().__init__(channel, chroot=str(partner.root).encode())

            def rename(self, oldpath: bytes, newpath: bytes) -> None:
                partner.renames.append((oldpath.decode(), newpath.decode()))
                super().rename(oldpath, newpath)

        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Login, server_host_keys=[self.key], sftp_factory=Files
        )

    def known_hosts(self, port: int | None = None) -> str:
        """The line of a file of host keys for this server."""
        public = self.key.export_public_key().decode().strip()
        return f"[127.0.0.1]:{port or self.port} {public}\n"

    def close(self) -> None:
        self._loop.run(self._shut())
        self._loop.stop()

    async def _shut(self) -> None:
        self._acceptor.close()
        await self._acceptor.wait_closed()


@contextmanager
def a_partner(root: Path) -> Iterator[PartnerServer]:
    """A server below a folder, until the block ends."""
    server = PartnerServer(root)
    try:
        yield server
    finally:
        server.close()


class CuttingProxy:
    """Passes bytes on to a port, and cuts each connection after so many of them, both directions together.

    `limit` is asked for each new connection; None passes all.
    """

    def __init__(self, port: int) -> None:
        self.limit: Callable[[], int | None] = lambda: None
        self.cuts = 0
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            left = [self.limit()]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, target, left), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, left: list[int | None]) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                with self._lock:
                    passing = len(data) if left[0] is None else min(len(data), left[0])
                    if left[0] is not None:
                        left[0] -= passing
                if passing:
                    target.sendall(data[:passing])
                if passing < len(data):
                    self.cuts += 1
                    break
        for one in (source, target):
            _shut(one)


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
