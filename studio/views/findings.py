"""What a check found, as a list of green, red or grey signs."""

from collections.abc import Sequence

import streamlit as st

from engine.split.finding import Finding
from studio import text

_SIGNS = {
    True: ":green[:material/check_circle:]",
    False: ":red[:material/cancel:]",
    None: ":gray[:material/help:]",
}


def show_findings(findings: Sequence[Finding]) -> None:
    """Each check with its sign and what was found."""
    lines = [
        f"{_SIGNS[finding.ok]} {text.plain(str(finding.check))} "
        f"&ensp;:gray[{text.plain(str(finding.detail))}]"
        for finding in findings
    ]
    st.markdown("  \n".join(lines))
