"""Every request to the real server: responses to strangers, other pages and other host names."""

import json
import os

import pytest

from studio.access.guard import NO_TOKEN, WRONG_HOST, WRONG_ORIGIN, accepted_languages
from studio.access.token import cookie
from tests.studio.access.conftest import TOKEN, Answer, Studio, ask_as_another_account
from tests.studio.access.probes import (
    CLIMBS,
    HOSTS,
    LONG_NAMES,
    ORIGINS,
    PATHS,
    UPLOAD,
    UPLOAD_METHODS,
)


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_every_request_is_refused(studio: Studio, path: str) -> None:
    refused = studio.ask(path)
    assert (refused.status, refused.body.decode().strip()) == (403, NO_TOKEN)
    assert "run_studio.sh printed" in NO_TOKEN


@pytest.mark.parametrize(
    "query", ["token=", "token=wrong", f"token={TOKEN[:-1]}", f"Token={TOKEN}"]
)
def test_a_wrong_token_is_refused_and_sets_no_cookie(studio: Studio, query: str) -> None:
    refused = studio.ask(f"/?{query}")
    assert refused.status == 403
    assert "set-cookie" not in refused.headers


def test_the_right_token_becomes_a_strict_cookie_and_is_removed_from_the_address(
    studio: Studio,
) -> None:
    entered = studio.ask(f"/runs?run=one&token={TOKEN}&runs.x=step")
    assert (entered.status, entered.headers["location"]) == (303, "/runs?run=one&runs.x=step")
    set_cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in set_cookie
    assert "samesite=strict" in set_cookie.lower()
    assert TOKEN not in set_cookie
    assert entered.headers["referrer-policy"] == "no-referrer"
    given = set_cookie.partition(";")[0]
    assert studio.ask("/runs", Cookie=given).status == 200


@pytest.mark.parametrize("path", ["//evil.example", "/%5cevil.example", "/%2f%2fevil.example"])
def test_the_token_redirects_nobody_to_another_host(studio: Studio, path: str) -> None:
    location = studio.ask(f"{path}?token={TOKEN}").headers["location"]
    assert location.startswith("/")
    assert location[1:2] not in ("/", "\\")


def test_a_link_on_another_page_opens_the_studio_by_an_intermediate_page(studio: Studio) -> None:
    """Browsers withhold a strict cookie after a link on another site, redirects included."""
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    opened = studio.ask(f"/runs?token={TOKEN}&run=<b>", Sec_Fetch_Dest="document", **link)
    assert opened.status == 200
    assert b'content="0; url=/runs?run=&lt;b&gt;"' in opened.body
    assert studio.ask("/", Sec_Fetch_Dest="iframe", **link).status == 403


def test_the_health_check_needs_no_token(studio: Studio) -> None:
    assert studio.ask("/_stcore/health").body == b"ok"


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_name_is_refused_on_every_path(studio: Studio, host: str) -> None:
    named = host.format(port=studio.port)
    for path in [*PATHS, "/_stcore/health", f"/?token={TOKEN}"]:
        refused = studio.ask(path, Host=named, **studio.cookie)
        assert (refused.status, refused.body.decode().strip()) == (400, WRONG_HOST), path
    assert studio.open_socket(Host=named, Origin=f"http://{named}", **studio.cookie).status == 400


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_the_host_names_of_the_machine_are_accepted_at_any_forwarded_port(
    studio: Studio, name: str
) -> None:
    for port in (studio.port, 9000):
        known = {"Cookie": "=".join(cookie(TOKEN, port))}
        assert studio.ask("/", Host=f"{name}:{port}", **known).status == 200
        origin = f"http://{name.lower()}:{port}"
        opened = studio.open_socket(Host=f"{name}:{port}", Origin=origin, **known)
        assert opened.status == 101


@pytest.mark.parametrize("origin", ORIGINS)
def test_another_page_gets_nothing_even_with_the_cookie(studio: Studio, origin: str) -> None:
    named = {"Origin": origin.format(port=studio.port), **studio.cookie}
    answers = [
        studio.open_socket(**named),
        studio.ask("/", **named),
        studio.ask(UPLOAD, method="PUT", body=b"bytes", **named),
    ]
    for refused in answers:
        assert (refused.status, refused.body.decode().strip()) == (403, WRONG_ORIGIN)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/", "/app/static/logo.svg", "/media/a.jpg"])
def test_another_page_cannot_embed_a_file(studio: Studio, site: str, path: str) -> None:
    refused = studio.ask(path, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors", **studio.cookie)
    assert refused.status == 403


def test_a_socket_needs_the_cookie_and_an_origin(studio: Studio) -> None:
    own = {"Origin": f"http://{studio.host}"}
    assert studio.open_socket(**own, **studio.cookie).status == 101
    assert studio.open_socket(**own).status == 403
    assert studio.open_socket(**studio.cookie).status == 403
    other_studio = "=".join(cookie("another-token-another-token-another", studio.port))
    assert studio.open_socket(**own, Cookie=other_studio).status == 403


def test_a_cookie_from_another_port_does_not_lock_anyone_out(studio: Studio) -> None:
    name = cookie(TOKEN, studio.port)[0]
    both = f"{name}=planted; {studio.cookie['Cookie']}"
    assert studio.ask("/", Cookie=both).status == 200


@pytest.mark.parametrize("method", UPLOAD_METHODS)
def test_an_upload_without_the_token_is_refused(studio: Studio, method: str) -> None:
    assert studio.ask(UPLOAD, method=method, body=b"bytes").status == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_upload_needs_the_anti_forgery_header_too(studio: Studio, method: str) -> None:
    own = {"Origin": f"http://{studio.host}", **studio.cookie}
    refused = studio.ask(UPLOAD, method=method, body=b"bytes", **own)
    assert refused.status == 403


@pytest.mark.parametrize("path", CLIMBS)
def test_no_path_leads_out_of_the_served_folders(studio: Studio, path: str) -> None:
    answer = studio.ask(path, **studio.cookie)
    assert answer.status < 500
    assert b"root:" not in answer.body
    assert b"import streamlit" not in answer.body
    assert studio.ask(path).status in (400, 403)


@pytest.mark.parametrize("path", LONG_NAMES, ids=len)
def test_a_long_name_causes_no_error(studio: Studio, path: str) -> None:
    assert studio.ask(path, **studio.cookie).status < 500


def headers_of_every_kind(studio: Studio) -> list[Answer]:
    return [
        studio.ask("/", **studio.cookie),
        studio.ask("/app/static/fonts/figtree-latin.woff2", **studio.cookie),
        studio.ask("/no-such-page", **studio.cookie),
        studio.ask(f"/{'a' * 5_000}", **studio.cookie),
        studio.ask("/_stcore/health"),
        studio.ask("/"),
        studio.ask("/", Host="evil.example"),
        studio.ask(f"/?token={TOKEN}"),
        studio.open_socket(),
    ]


def test_every_response_forbids_frames_and_other_origins(studio: Studio) -> None:
    for answer in headers_of_every_kind(studio):
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'self'" in policy
        assert "default-src 'self'" in policy
        assert "http" not in policy
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_another_account_of_the_machine_gets_nothing(studio: Studio) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may become another user")
    looked = ask_as_another_account(studio)
    assert looked.returncode == 0, looked.stderr
    assert json.loads(looked.stdout) == {
        "found": [403] * 6,
        "token and server seen": [False, True],
    }


def test_the_log_never_contains_the_token(studio: Studio) -> None:
    studio.ask(f"/?token={TOKEN}")
    studio.ask("/?token=wrong-token-that-somebody-tried")
    written = studio.log.read_text()
    assert "Plant Studio is open at" in written
    assert TOKEN not in written
    assert "somebody-tried" not in written


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("", []),
        ("es-ES,es;q=0.9,en;q=0.8", ["es-ES", "es", "en"]),
        ("en;q=0.5, es", ["es", "en"]),
        ("en;q=0, es; q=0.1", ["es"]),
        ("*, fr;q=x, ../../etc, es", ["es"]),
    ],
)
def test_the_preferred_language_of_a_browser_comes_first(header: str, languages: list[str]) -> None:
    assert accepted_languages(header) == languages


def test_a_refusal_is_in_the_language_of_the_browser(studio: Studio) -> None:
    refused = studio.ask("/", Accept_Language="es-ES,es;q=0.9")
    assert refused.body.decode().startswith("Plant Studio no conoce este navegador.")
    entered = studio.ask(
        f"/?token={TOKEN}",
        Accept_Language="es",
        Sec_Fetch_Site="cross-site",
        Sec_Fetch_Mode="navigate",
        Sec_Fetch_Dest="document",
    )
    assert "Abrir Plant Studio" in entered.body.decode()
