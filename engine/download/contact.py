"""The contact address that is sent with every request."""

from collections.abc import Iterable

from engine.download.addresses import is_private_host
from engine.errors import BadInput
from engine.settings.download import DownloadSettings


def stranger_among(hosts: Iterable[str]) -> str:
    """The first host that is not this machine or a private address; empty if there is none."""
    return next((host for host in hosts if host and not is_private_host(host)), "")


def require_contact(hosts: Iterable[str], settings: DownloadSettings) -> None:
    """Check that a contact is given, unless all hosts are private.

    Raises:
        BadInput: the settings name no contact address.
    """
    stranger = stranger_among(hosts)
    if stranger and not settings.contact.strip():
        raise BadInput(
            "{host} requires a contact address with each request. Give your e-mail or web address "
            "with --contact, under Contact on the page, or in configs/studio.yaml.",
            host=stranger,
        )
