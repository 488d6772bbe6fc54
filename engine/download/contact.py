"""A contact address goes with every request."""

from collections.abc import Iterable

from engine.download.addresses import is_private_host
from engine.errors import BadInput
from engine.settings.download import DownloadSettings


def stranger_among(hosts: Iterable[str]) -> str:
    """The first host that is not this machine or a private address; empty where all are."""
    return next((host for host in hosts if host and not is_private_host(host)), "")


def require_contact(hosts: Iterable[str], settings: DownloadSettings) -> None:
    """Pass where a contact is given, or all of the hosts are private.

    Raises:
        BadInput: the settings name no contact address.
    """
    stranger = stranger_among(hosts)
    if stranger and not settings.contact.strip():
        raise BadInput(
            f"{stranger} must be told whom to write to: give an e-mail or web address of yours "
            "with --contact, on the page, or as download.contact in configs/studio.yaml."
        )
