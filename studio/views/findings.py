"""The results of a check, as a green or red list."""

from collections.abc import Sequence

import streamlit as st

from engine.language.message import ngettext
from engine.split.finding import Finding
from studio import text


def show_findings(findings: Sequence[Finding], *, folded: bool = False) -> None:
    """Show each check with its icon and result.

    `folded` hides them in an expander if all of them pass.
    """
    if folded and all(finding.ok for finding in findings):
        passed = ngettext("{n} check passed", "{n} checks passed", len(findings))
        with st.expander(passed, icon=":material/check_circle:"):
            show_findings(findings)
        return
    lines = [
        f":{'green' if finding.ok else 'red'}"
        f"[:material/{'check_circle' if finding.ok else 'cancel'}:] "
        f"{text.plain(str(finding.check))} &ensp;:gray[{text.plain(str(finding.detail))}]"
        for finding in findings
    ]
    st.markdown("  \n".join(lines))
