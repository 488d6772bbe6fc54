"""The checks of a split that are possible before it is written."""

from engine.language.message import Message, message, plural_message
from engine.split.finding import Finding
from engine.split.plan import SplitPlan
from engine.split.shuffle import ShuffleFaults


def findings_of(plan: SplitPlan, found: ShuffleFaults) -> list[Finding]:
    """The results of the checks that are possible before anything is written."""
    held_out_only = found.val_only + found.test_only
    return [
        Finding(
            message("Every species in validation and test is in train"),
            not held_out_only,
            plural_message("{n} is not", "{n} are not", held_out_only)
            if held_out_only
            else plural_message("{n} species in train", "{n} species in train", len(plan.classes)),
        ),
        Finding(
            message("No group is in two parts"),
            not found.straddling,
            plural_message("{n} is", "{n} are", found.straddling)
            if found.straddling
            else plural_message(
                "{n} group of {photographs} photographs",
                "{n} groups of {photographs} photographs",
                len(plan.groups),
                photographs=len(plan.parts),
            ),
        ),
        Finding(
            message("No observation is in two parts"),
            not plan.straddling_groups,
            _straddling_text(plan.straddling_groups),
        ),
    ]


def _straddling_text(observations: int) -> Message:
    if not observations:
        return message("each is in one part")
    return plural_message(
        "{n} is. Photographs of one plant on one day look alike, so validation and test will look "
        "too good.",
        "{n} are. Photographs of one plant on one day look alike, so validation and test will look "
        "too good.",
        observations,
    )
