"""The checks that every request must pass before the app answers it."""

import re
from collections.abc import Collection
from html import escape
from urllib.parse import parse_qsl, quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.language.current import best_language, language_set
from engine.language.message import deferred, gettext
from studio.access.hosts import AllowedHost, is_allowed, is_same_origin, parse_host
from studio.access.token import cookie, same

HEALTH = "/_stcore/health"
# No file system allows longer names, and some raise an error for a longer one.
_LONGEST_NAME = 255
_MOST_LANGUAGES = 30
_LANGUAGE = re.compile(
    r"\s*(?P<name>[A-Za-z0-9-]{2,35})\s*(?:;\s*q=(?P<weight>[01](\.\d{0,3})?))?\s*"
)
_STARTS = ("http.response.start", "websocket.http.response.start")
_HEADERS = {
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

WRONG_HOST = deferred(
    "Plant Studio does not answer under this host name. "
    "Open the address that run_studio.sh printed."
)
WRONG_ORIGIN = deferred(
    "Another web page sent this request. Plant Studio answers only its own pages."
)
NO_TOKEN = deferred(
    "Plant Studio does not know this browser. "
    "Open the address that run_studio.sh printed; it contains the start token."
)
NO_SUCH_NAME = deferred("There is nothing at this address.")
FAILED = deferred("An error occurred in Plant Studio; see its log. Reload the page.")


class Guard:
    """ASGI middleware that checks host, origin and start token, and adds headers to responses.

    Args:
        app: the app that handles a request after the checks.
        token: the start token.
        hosts: the host names under which the studio answers, without ports.
    """

    def __init__(self, app: ASGIApp, *, token: str, hosts: Collection[str]) -> None:
        self._app, self._token, self._hosts = app, token, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            started = started or message["type"] in (*_STARTS, "websocket.accept")
            if message["type"] in _STARTS:
                MutableHeaders(scope=message).update(_protection(headers.get("host", "")))
            await send(message)

        language = best_language(accepted_languages(headers.get("accept-language", "")))
        with language_set(language):
            response = self._response(scope, headers)
        if response is not None:
            await response(scope, receive, answer)
            return
        try:
            await self._app(scope, receive, answer)
        except Exception:
            if not started:
                with language_set(language):
                    failure = _refusal(500, FAILED)
                await failure(scope, receive, answer)
            raise

    def _response(self, scope: Scope, headers: Headers) -> Response | None:
        """The response sent instead of the app's; None if the request may pass."""
        named = headers.getlist("host")
        host = parse_host(named[0]) if len(named) == 1 else None
        if host is None or not is_allowed(host, self._hosts):
            return _refusal(400, WRONG_HOST)
        if any(len(name.encode()) > _LONGEST_NAME for name in scope["path"].split("/")):
            return _refusal(404, NO_SUCH_NAME)
        if not _is_own_page(scope, headers):
            return _refusal(403, WRONG_ORIGIN)
        if scope["path"] == HEALTH:
            return None
        return self._entrance(scope, headers, host)

    def _entrance(self, scope: Scope, headers: Headers, host: AllowedHost) -> Response | None:
        """Move the token from the address into a cookie; None if the cookie is already set."""
        query = scope["query_string"].decode("latin-1")
        tokens = [value for key, value in parse_qsl(query) if key == "token"]
        may_enter = any(same(given, self._token) for given in tokens)
        name, value = cookie(self._token, host.port)
        known = any(same(given, value) for given in _cookies(headers, name))
        navigates = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        from_elsewhere = headers.get("sec-fetch-site", "none") in ("cross-site", "same-site")
        if navigates and (from_elsewhere or (tokens and (may_enter or known))):
            response = _visit(_address(scope["path"], query), from_elsewhere)
            if may_enter:
                secure = HTTPConnection(scope).url.scheme == "https"
                response.set_cookie(name, value, httponly=True, samesite="strict", secure=secure)
            return response
        return None if known else _refusal(403, NO_TOKEN)


def accepted_languages(header: str) -> list[str]:
    """The languages of an Accept-Language header, in descending preference."""
    parts = [_LANGUAGE.fullmatch(part) for part in header.split(",")[:_MOST_LANGUAGES]]
    weighed = [(float(part["weight"] or 1), part["name"]) for part in parts if part]
    return [name for weight, name in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def _is_own_page(scope: Scope, headers: Headers) -> bool:
    """Whether the request comes from a page of the studio or from the address bar.

    A link on another page may open the studio, but only as a top-level window, not in a frame.
    """
    origin = headers.get("origin")
    if origin is None and scope["type"] == "websocket":
        return False
    if origin is not None and not is_same_origin(origin, headers["host"]):
        return False
    if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return True
    followed_a_link = headers.get("sec-fetch-mode") == "navigate"
    in_a_window = headers.get("sec-fetch-dest") == "document"
    return followed_a_link and in_a_window and scope.get("method") in ("GET", "HEAD")


def _cookies(headers: Headers, name: str) -> list[str]:
    """All values of a cookie: a service on another port of the host can set the same name."""
    pairs = ";".join(headers.getlist("cookie")).split(";")
    return [
        value for key, _, value in (pair.strip().partition("=") for pair in pairs) if key == name
    ]


def _address(path: str, query: str) -> str:
    """The redirect target: the same address, without the token and on this host."""
    kept = [part for part in query.split("&") if part and not part.startswith("token=")]
    # Two leading slashes would name another host.
    return "/" + quote(path.lstrip("/")) + (f"?{'&'.join(kept)}" if kept else "")


def _visit(address: str, from_elsewhere: bool) -> Response:
    """Make the browser open an address of the studio.

    After a link from another site, browsers withhold a strict cookie, also through redirects. In
    this case a page of the studio opens the address.
    """
    if not from_elsewhere:
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    target = escape(address)
    return HTMLResponse(
        f'<!doctype html><meta http-equiv="refresh" content="0; url={target}">'
        f'<title>Plant Studio</title><a href="{target}">{escape(gettext("Open Plant Studio"))}</a>',
        headers={"Cache-Control": "no-store"},
    )


def _refusal(status: int, sentence: str) -> Response:
    return PlainTextResponse(f"{gettext(sentence)}\n", status, {"Cache-Control": "no-store"})


def _protection(host: str) -> dict[str, str]:
    """Headers that block content from other origins and requests to them."""
    own = f"'self' ws://{host} wss://{host}" if parse_host(host) else "'self'"
    policy = {
        # Streamlit's pages and Plotly's create styles and functions at run time.
        "default-src": "'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
        "connect-src": f"{own} data: blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    written = "; ".join(f"{name} {value}" for name, value in policy.items())
    return {**_HEADERS, "Content-Security-Policy": written}
