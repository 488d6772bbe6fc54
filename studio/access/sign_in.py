"""Sign-in with an OpenID Connect provider, by Streamlit's `st.login`."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from engine.language.message import Message, gettext, message
from studio import text
from studio.access.serving import needs_sign_in

SECRETS = ".streamlit/secrets.toml"
_KEYS = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")


def settings() -> Mapping[str, Any] | None:
    """The table [auth] of .streamlit/secrets.toml; None if it does not exist.

    A file that cannot be read may contain one, so it counts as an empty table.
    """
    try:
        found: Mapping[str, Any] | None = st.secrets.get("auth")
    except StreamlitSecretNotFoundError:
        files = st.get_option("secrets.files")
        return {} if any(Path(file).exists() for file in files) else None
    return found


def sign_in_problem() -> Message | None:
    """Why nobody can sign in, as a sentence; None if sign-in is set up."""
    found = settings()
    if found is None:
        return message("{file} has no [auth] table.", file=SECRETS)
    missing = [key for key in _KEYS if not found.get(key)]
    if missing:
        return message("[auth] in {file} lacks {keys}.", file=SECRETS, keys=missing)
    if find_spec("authlib") is None:
        return message('The package Authlib is missing. Install it: pip install "streamlit[auth]"')
    return None


def host() -> str | None:
    """The host name under which people sign in."""
    address = (settings() or {}).get("redirect_uri")
    return urlsplit(str(address)).hostname if address else None


def is_encrypted() -> bool:
    """Whether people sign in over HTTPS."""
    return str((settings() or {}).get("redirect_uri", "")).startswith("https://")


def require() -> None:
    """Stop the script and show a sign-in button if sign-in is required and nobody is signed in."""
    if settings() is None and not needs_sign_in():
        return
    reason = sign_in_problem()
    if reason is None and st.user.get("is_logged_in"):
        return
    st.title("Plant Studio")
    if reason is None:
        st.button(gettext("Sign in"), on_click=st.login, type="primary")
    else:
        st.error(text.plain(gettext("Nobody can sign in. {reason}", reason=reason)))
        st.caption(gettext("Fix this and restart the studio."))
    st.stop()
