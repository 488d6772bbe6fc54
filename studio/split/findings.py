"""What can be checked of a split before it is written."""

from engine.split.finding import Finding
from engine.split.plan import SplitPlan
from engine.split.shuffle import ShuffleFaults
from studio import text


def findings_of(plan: SplitPlan, found: ShuffleFaults) -> list[Finding]:
    """What can be checked before anything is written."""
    held_out_only = found.val_only + found.test_only
    trained = f"{len(plan.classes):,} species in train"
    return [
        Finding(
            "Every species in val and test is in train",
            not held_out_only,
            f"{held_out_only:,} are not" if held_out_only else trained,
        ),
        Finding(
            "No group is in two parts",
            not found.straddling,
            f"{found.straddling:,} are" if found.straddling else _groups(plan),
        ),
        Finding(
            "No observation is in two parts",
            not plan.straddling_groups,
            _straddling_text(plan.straddling_groups),
        ),
    ]


def _groups(plan: SplitPlan) -> str:
    return f"{text.count(len(plan.groups), 'group')} of {len(plan.parts):,} photographs"


def _straddling_text(observations: int) -> str:
    if not observations:
        return "none is torn apart"
    return (
        f"{text.count(observations, 'is', 'are')} torn apart; pictures of one plant on one day "
        "resemble each other, so val and test will look a little too good"
    )
