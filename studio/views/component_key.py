"""Keys of components that are made of others' names."""

import hashlib


def component_key(prefix: str, name: str) -> str:
    """A key for a component of Streamlit that belongs to `name`, such as a run's id.

    Such keys must not hold two underscores in a row, as a name may: a hash stands for it.
    """
    return f"{prefix}.{hashlib.sha256(name.encode()).hexdigest()[:16]}"
