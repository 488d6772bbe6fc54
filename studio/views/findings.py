"""The results of a check, as a green or red list."""

from collections.abc import Sequence

import streamlit as st

from engine.split.finding import Finding
from studio import text


def show_findings(findings: Sequence[Finding]) -> None:
    """Show each check with its icon and result."""
    lines = [
        f":{'green' if finding.ok else 'red'}"
        f"[:material/{'check_circle' if finding.ok else 'cancel'}:] "
        f"{text.plain(str(finding.check))} &ensp;:gray[{text.plain(str(finding.detail))}]"
        for finding in findings
    ]
    st.markdown("  \n".join(lines))
