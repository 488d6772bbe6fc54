"""Find a port that the studio can listen on."""

import errno
import socket

from engine.errors import BadInput, WorkFailed
from engine.reasons import reason_of

_TAKEN = (errno.EADDRINUSE, errno.EACCES)


def free_port(address: str, first: int) -> int:
    """The first free port of an address, starting at `first`.

    Raises:
        BadInput: the address does not belong to this machine.
        WorkFailed: no port is free.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for port in range(first, 65_536):
        with socket.socket(family) as probe:
            # Without this option, a port that was released a moment ago looks occupied.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                if error.errno in _TAKEN:
                    continue
                raise BadInput(
                    "{address} is not an address of this computer ({reason}). Choose another.",
                    address=address,
                    reason=reason_of(error),
                ) from error
        return port
    raise WorkFailed(
        "No port from {first} up is free. Choose a lower one by --port.", first=str(first)
    )
