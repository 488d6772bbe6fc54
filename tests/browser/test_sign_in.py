"""Sign-in with a real OpenID Connect provider: no page is shown before it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, TOKEN, admit
from tests.studio.access.conftest import Studio, free_port, serve
from tests.studio.access.provider import Provider


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[Studio]:
    """A studio that requires sign-in."""
    pytest.importorskip("authlib", reason='needs pip install "streamlit[auth]"')
    provider = Provider()
    port = free_port()
    shutil.copytree(ROOT / ".streamlit", tmp_path / ".streamlit")
    (tmp_path / ".streamlit" / "secrets.toml").write_text(
        "[auth]\n"
        f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        f'cookie_secret = "{"s" * 40}"\n'
        'client_id = "studio"\n'
        'client_secret = "secret"\n'
        f'server_metadata_url = "{provider.address}"\n'
    )
    running = serve(tmp_path, port, STUDIO_TOKEN=TOKEN)
    yield running
    running.process.kill()
    running.process.wait()
    provider.close()


@pytest.fixture
def page(browser: Browser, signed: Studio) -> Iterator[Page]:
    """A page that may also contact the provider, which is on another site."""
    with browser.new_context() as context:
        admit(context, f"http://{signed.host}")
        yield context.new_page()


def test_no_page_is_shown_before_sign_in(page: Page, signed: Studio) -> None:
    page.goto(f"http://{signed.host}/runs")
    button = page.get_by_role("button", name="Sign in")
    expect(button).to_be_visible()
    expect(page.get_by_role("link", name="Runs")).to_have_count(0)
    expect(page.get_by_role("heading", name="Runs")).to_have_count(0)
    button.click()
    expect(page.get_by_role("heading", name="Overview").first).to_be_visible()
    page.goto(f"http://{signed.host}/runs")
    expect(page.get_by_role("heading", name="Runs").first).to_be_visible()
