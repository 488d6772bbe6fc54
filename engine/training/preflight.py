"""Checks a run's data before the run is created."""

from collections.abc import Sequence

from engine.errors import BadInput
from engine.home import Home
from engine.language.message import Message, deferred, message, plural_message
from engine.split.finding import Finding
from engine.split.folder import SplitFolder
from engine.split.outside import no_shared_photographs, photograph_file
from engine.training.data.parts import Parts
from engine.training.data.tolerance import too_many

_PHOTOGRAPHS = {
    "train": deferred("Train photographs"),
    "val": deferred("Validation photographs"),
}


def data_findings(home: Home, parts: Parts) -> list[Finding]:
    """Check the split and that its photographs exist. Takes seconds and does not import torch."""
    if parts.outside is not None:
        wrong = [finding for finding in parts.outside.findings if finding.ok is False]
        split = wrong or [Finding(message("Split"), True, _summary(parts))]
    else:
        split = [_split(home, parts)]
    return [*split, *(_photographs(home, parts, part) for part in ("train", "val"))]


def require_no_findings(findings: Sequence[Finding]) -> None:
    """Refuse to start if there are findings.

    Raises:
        BadInput: there are; the message gives the first two reasons.
    """
    reasons = [item.detail for item in findings if item.ok is False]
    if len(reasons) == 1:
        raise BadInput("The run cannot start. {reason}", reason=reasons[0])
    if reasons:
        raise BadInput(
            "The run cannot start. {reason} {other}", reason=reasons[0], other=reasons[1]
        )


def _split(home: Home, parts: Parts) -> Finding:
    """Run the split's own check; for files without a split folder, compare train and val."""
    name, folder = message("Split"), SplitFolder(parts.paths["train"].parent)
    own = parts.paths["train"] == folder.part("train") and parts.paths["val"] == folder.part("val")
    if own and folder.manifest.is_file():
        # Imports a table library, which takes half a second.
        from engine.embeddings.near_duplicates import near_duplicate_pairs
        from engine.split.check import check_split

        found = check_split(folder, near_duplicate_pairs(home), asked_only=True)
        wrong = next((each for each in found if each.ok is False), None)
        if wrong:
            detail = message(
                "The split fails its check ({check}: {detail}). Make it again.",
                check=wrong.check,
                detail=wrong.detail,
            )
            return Finding(name, False, detail)
    else:
        trained = {line.path for line in parts.lines["train"] if line.path}
        shared = sum(line.path in trained for line in parts.lines["val"])
        if shared:
            detail = plural_message(
                "{n} validation photograph is also in train. Make the split again.",
                "{n} validation photographs are also in train. Make the split again.",
                shared,
            )
            return Finding(name, False, detail)
        finding = no_shared_photographs(home, parts.lines)
        if not finding.ok:
            return finding
    return Finding(name, True, _summary(parts))


def _summary(parts: Parts) -> Message:
    fields = {
        "species": len(parts.classes),
        "train": len(parts.lines["train"]),
        "val": len(parts.lines["val"]),
    }
    if parts.outside is not None and parts.outside.repeated:
        return message(
            "{species} species, {train} train photographs, {val} validation photographs; "
            "{repeated} repeated rows are left out",
            repeated=parts.outside.repeated,
            **fields,
        )
    return message(
        "{species} species, {train} train photographs, {val} validation photographs", **fields
    )


def _is_here(home: Home, path: str) -> bool:
    return bool(path) and photograph_file(home, path).is_file()


def _photographs(home: Home, parts: Parts, part: str) -> Finding:
    name, lines = Message(_PHOTOGRAPHS[part]), parts.lines[part]
    missing = [line for line in lines if not _is_here(home, line.path)]
    if too_many(len(missing), len(lines)):
        detail = message(
            "{missing} of {total} photographs are not on this computer, such as {example}. "
            "Download them or make the split again.",
            missing=len(missing),
            total=len(lines),
            example=missing[0].path or missing[0].url or missing[0].image_id,
        )
        return Finding(name, False, detail)
    there = len(lines) - len(missing)
    detail = plural_message(
        "{n} photograph is on this computer", "{n} photographs are on this computer", there
    )
    return Finding(name, True, detail)
