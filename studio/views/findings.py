"""The results of a check, as a list of green, red or grey icons."""

from collections.abc import Sequence

import streamlit as st

from engine.language.message import ngettext
from engine.split.finding import Finding
from studio import text

_SIGNS = {
    True: ":green[:material/check_circle:]",
    False: ":red[:material/cancel:]",
    None: ":gray[:material/help:]",
}


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
        f"{_SIGNS[finding.ok]} {text.plain(str(finding.check))} "
        f"&ensp;:gray[{text.plain(str(finding.detail))}]"
        for finding in findings
    ]
    st.markdown("  \n".join(lines))
