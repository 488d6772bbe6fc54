"""HTTP connections that go only to checked addresses and respect deadlines."""

import socket
from collections.abc import Mapping
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError, NewConnectionError

from engine.download.addresses import RefusedAddress, resolve
from engine.download.watchdog import Watchdog
from engine.settings.download import DownloadSettings


class Connections:
    """Requests addresses from any number of threads: no cookies, proxies, retries or redirects.

    Uses the adapter of `requests` without a session, which would follow redirects, store
    cookies, and read proxies and passwords from the environment.
    """

    def __init__(self, settings: DownloadSettings, watchdog: Watchdog) -> None:
        self._settings = settings
        self._adapter = _CheckedAdapter(settings, watchdog)
        self._headers = {"User-Agent": user_agent(settings), "Accept-Encoding": "identity"}

    def get(
        self, url: str, headers: Mapping[str, str] | None, patience: float
    ) -> requests.Response:
        """Send a GET; returns the answer with its body unread.

        The answer must begin within `patience` seconds.

        Raises:
            OSError: there was no answer; its causes say why.
        """
        request = requests.Request("GET", url, headers={**self._headers, **(headers or {})})
        timeout = (self._settings.connect_seconds, patience)
        return self._adapter.send(request.prepare(), stream=True, timeout=timeout)

    def close(self) -> None:
        self._adapter.close()


def user_agent(settings: DownloadSettings) -> str:
    """The User-Agent: project and contact, as in "PlantStudio (me@example.org)"."""
    contact = settings.contact.strip()
    return f"{settings.project} ({contact})" if contact else settings.project


class _CheckedAdapter(HTTPAdapter):
    def __init__(self, settings: DownloadSettings, watchdog: Watchdog) -> None:
        self._settings, self._watchdog = settings, watchdog
        super().__init__(pool_connections=64, pool_maxsize=settings.connections, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **words: Any) -> None:
        super().init_poolmanager(*arguments, **words)
        settings, watchdog = self._settings, self._watchdog

        class Plain(_Checked, HTTPConnection):  # type: ignore[misc]
            download_settings, watch = settings, watchdog

        class Secure(_Checked, HTTPSConnection):  # type: ignore[misc]
            download_settings, watch = settings, watchdog

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


class _Checked:
    """A mix-in that resolves and checks the host, connects to that address, and sets deadlines."""

    download_settings: DownloadSettings
    watch: Watchdog

    def _new_conn(self) -> socket.socket:
        connection = cast(HTTPConnection, self)
        settings = self.download_settings
        try:
            addresses = resolve(connection.host, connection.port, settings.allow_private_hosts)
        except RefusedAddress as error:
            raise NewConnectionError(connection, str(error)) from error
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(
                connection.host, connection, socket.gaierror(str(error))
            ) from error
        problem: OSError | None = None
        # Many addresses without an answer must not take more time than a few.
        patience = settings.connect_seconds / min(len(addresses), 2)
        for address in addresses[:2]:
            try:
                sock = socket.create_connection((address, connection.port), patience)
            except OSError as error:
                problem = error
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        raise NewConnectionError(connection, str(problem)) from problem

    def getresponse(self) -> HTTPResponse:
        connection = cast(HTTPConnection, self)
        sock = connection.sock
        patience = connection.timeout
        if not isinstance(patience, (int, float)):
            patience = self.download_settings.first_byte_seconds
        with self.watch.limit(sock, patience):
            response = super().getresponse()  # type: ignore[misc]
        # Reading the body has its own deadline, which needs the socket.
        response.watched_socket = sock
        return cast(HTTPResponse, response)
