"""The studio's server: `python -m studio.server`, started by run_studio.sh."""

import argparse
import contextlib
import os
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from engine.errors import BadInput, StudioError
from engine.files import write_atomic
from engine.home import keep_private
from engine.language.message import Message, gettext, message
from studio import current
from studio.access import sign_in
from studio.access.guard import Guard
from studio.access.hosts import LOOPBACK, is_loopback
from studio.access.serving import declare_guarded
from studio.access.token import TOKEN_VARIABLE, start_token
from studio.terminal import say, terminal_language

APP = Path(__file__).with_name("app.py")
Lifespan = Callable[[st.App], contextlib.AbstractAsyncContextManager[dict[str, Any] | None]]


def main(words: Sequence[str] | None = None) -> None:
    """Serve the studio until Ctrl-C.

    Raises:
        SystemExit: 2 after wrong usage or bad input, 1 if the work failed.
    """
    options = _options(words)
    keep_private()
    try:
        serve(options.listen, options.port, options.open)
    except StudioError as error:
        say(error.message)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        say(message("Plant Studio is closed."))


def serve(listen: str, port: int, open_browser: bool) -> None:
    """Serve the studio on an address and a port.

    Raises:
        BadInput: other machines can reach the address and sign-in is not required, or
        STUDIO_TOKEN is not a valid token.
        WorkFailed: the home cannot be created.
    """
    require_sign_in(listen)
    # Read before it is removed: the token is printed only if it is generated.
    was_chosen = TOKEN_VARIABLE in os.environ
    token = start_token()
    current.home()
    app = st.App(
        APP,
        lifespan=_announcing(_address(listen, port), token, was_chosen, open_browser),
        middleware=[Middleware(_guarded, token=token, listen=listen)],
    )
    app.run(
        config={
            "server.address": listen,
            "server.port": port,
            # `Guard` checks the host of every request, not only of those that open a socket.
            "server.allowedHosts": [],
            "server.headless": True,
            # Its address lacks the token.
            "logger.hideWelcomeMessage": True,
        }
    )


def require_sign_in(listen: str) -> None:
    """Reject an address that other machines can reach if sign-in over HTTPS is not required.

    Raises:
        BadInput: this is the case.
    """
    if is_loopback(listen):
        return
    reason = sign_in.sign_in_problem()
    if reason is None and not sign_in.is_encrypted():
        reason = message("redirect_uri in {file} is not an https address.", file=sign_in.SECRETS)
    if reason is not None:
        raise BadInput(
            "Other computers can reach {address}, so sign-in must be set up. {reason} "
            "To use the studio from another computer without sign-in, run there: {command}",
            address=listen,
            reason=reason,
            command="ssh -L 8501:127.0.0.1:8501 HOST",
        )


def _guarded(app: ASGIApp, token: str, listen: str) -> Guard:
    # Called when the server is assembled: only now can secrets be read without affecting the
    # settings above, and only now are the checks in place before the pages.
    guard = Guard(app, token=token, hosts=_names(listen))
    declare_guarded(needs_sign_in=sign_in.settings() is not None)
    return guard


def _names(listen: str) -> list[str]:
    """The host names under which the studio answers."""
    names = {*LOOPBACK, listen.lower(), sign_in.host() or "localhost"}
    return sorted(names - {"0.0.0.0", "::"})


def _address(listen: str, port: int) -> str:
    """The address at which people open the studio."""
    if not is_loopback(listen):
        return f"https://{sign_in.host()}/"
    return f"http://[{listen}]:{port}/" if ":" in listen else f"http://{listen}:{port}/"


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    with terminal_language():
        description, to_open = gettext("Serve Plant Studio."), gettext("open it in the browser")
    parser = argparse.ArgumentParser(prog="studio.server", description=description)
    parser.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--open", action="store_true", help=to_open)
    return parser.parse_args(words)


def _announcing(address: str, token: str, was_chosen: bool, open_browser: bool) -> Lifespan:
    """Print the address of the studio when it is ready; remove the browser's file at the end."""

    @contextlib.asynccontextmanager
    async def lifespan(app: st.App) -> AsyncIterator[dict[str, Any] | None]:
        entrance = f"{address}?token={token}"
        say(_opened(address) if was_chosen else _opened_with_token(entrance))
        page = current.home().data / "open-studio.html"
        if open_browser and _has_screen():
            Thread(target=_open, args=(page, entrance), daemon=True).start()
        yield None
        page.unlink(missing_ok=True)

    return lifespan


def _opened(address: str) -> Message:
    return message(
        "Plant Studio is open at {address} (add ?token= and the value of {variable}). "
        "Ctrl-C closes it; runs and jobs continue.",
        address=address,
        variable=TOKEN_VARIABLE,
    )


def _opened_with_token(entrance: str) -> Message:
    return message(
        "Plant Studio is open at {address} (Ctrl-C closes it; runs and jobs continue).",
        address=entrance,
    )


def _has_screen() -> bool:
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform == "darwin" or any(os.environ.get(screen) for screen in screens)


def _open(page: Path, entrance: str) -> None:
    # Every account of the machine can read the arguments of a command, so the browser gets a
    # private file that redirects to the address.
    with contextlib.suppress(StudioError, webbrowser.Error):
        write_atomic(page, f'<meta http-equiv="refresh" content="0; url={entrance}">')
        webbrowser.open(page.as_uri())


if __name__ == "__main__":
    main()
