"""`plant-studio` and `python -m studio`: open the studio, or run one command of the engine."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_OPENING = ("--home", "--port", "--listen")
_HELP = ("-h", "--help", "help")
_OPEN = "plant-studio [--home DIR] [--port N] [--listen ADDRESS]"
_COMMAND = "plant-studio COMMAND ..."


def main() -> None:
    """Open the studio, or run a command.

    Raises:
        SystemExit: with the exit status of the studio or the command.
    """
    words = sys.argv[1:]
    if not words or words[0].partition("=")[0] in _OPENING:
        open_studio(words)
        return
    if words[0] in _HELP:
        print(_usage())
        sys.argv[1:] = ["--help"]
    from engine.cli import main as run_command

    run_command()


def open_studio(words: Sequence[str]) -> None:
    """Serve the studio at the requested port or the next free one, and open it in a browser.

    Raises:
        SystemExit: 2 after wrong usage or bad input, 1 if the work failed.
    """
    # Importing Streamlit takes a second, and a command of the engine does not need it.
    from engine.errors import StudioError
    from engine.home import chosen_root
    from engine.language.message import message
    from engine.settings.configs import PROJECT, studio_settings
    from studio.free_port import free_port
    from studio.terminal import say

    options = opening_options(words)
    try:
        port = free_port(options.listen, options.port)
        root = chosen_root(options.home, studio_settings().home)
    except StudioError as error:
        say(error.message)
        sys.exit(error.exit_status)
    if port != options.port:
        taken, free = str(options.port), str(port)
        say(message("Port {taken} is in use; using {free}.", taken=taken, free=free))
    os.environ["STUDIO_HOME"] = str(root.expanduser().absolute())
    # Streamlit reads .streamlit/ in the current folder.
    os.chdir(PROJECT)
    from studio import server

    server.main(["--listen", options.listen, "--port", str(port), "--open"])


def _usage() -> str:
    from engine.language.message import gettext
    from studio.terminal import terminal_language

    with terminal_language():
        lines = (
            (_OPEN, gettext("open the studio in the browser")),
            (_COMMAND, gettext("run one of the commands below")),
        )
    return "\n".join(f"{usage:<58}{meaning}" for usage, meaning in lines) + "\n"


def opening_options(words: Sequence[str]) -> argparse.Namespace:
    """The home (None = as configured), the port and the address to open the studio with.

    Raises:
        SystemExit: 2 after wrong usage.
    """
    from engine.language.message import gettext
    from studio.terminal import terminal_language

    with terminal_language():
        description = gettext("Open Plant Studio.")
        folder = gettext("the folder of data/ and runs/")
        default = gettext("default: {value}", value="8501")
    parser = argparse.ArgumentParser(
        prog="plant-studio", description=description, allow_abbrev=False
    )
    parser.add_argument("--home", type=Path, metavar="DIR", help=folder)
    parser.add_argument("--port", type=_port, default=8501, metavar="N", help=default)
    parser.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS")
    return parser.parse_args(words)


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65_536:
        raise ValueError(text)
    return port


if __name__ == "__main__":
    main()
