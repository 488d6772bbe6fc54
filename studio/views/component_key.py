"""Keys of components that contain names from users."""

import hashlib


def component_key(prefix: str, name: str) -> str:
    """A key for a Streamlit component that belongs to `name`, such as a run's id.

    Such keys must not contain two consecutive underscores, which a name may have, so the key uses a
    hash.
    """
    return f"{prefix}.{hashlib.sha256(name.encode()).hexdigest()[:16]}"
