"""Whoever is asked is told whom to write to."""

from collections.abc import Iterable

from engine.download.addresses import is_private_host
from engine.errors import BadInput
from engine.settings.download import DownloadSettings


def require_contact(hosts: Iterable[str], settings: DownloadSettings) -> None:
    """Pass where a contact is given, or all of the hosts are private.

    Raises:
        BadInput: servers would not be told whom to write to.
    """
    strangers = [host for host in hosts if host and not is_private_host(host)]
    if strangers and not settings.contact.strip():
        raise BadInput(
            f"{strangers[0]} must be told whom to write to: give an e-mail or web address of "
            "yours with --contact, on the page, or as download.contact in configs/studio.yaml."
        )
