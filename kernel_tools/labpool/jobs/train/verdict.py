"""Whether a training was worth its steps, said in the words that come first."""

from __future__ import annotations

from typing import Any

from labpool.runtime.context import JobContext
from labpool.wire.runs import Notice


def judged(ctx: JobContext, result: dict[str, Any]) -> dict[str, Any]:
    """Say first, in the notes and as a notice, that a model is no better than its baselines.

    Args:
        ctx: The job's context.
        result: Figures of the finished model, with those of the baselines where there are any.

    Returns:
        The result, with the verdict before its other notes.
    """
    told = verdict(result)
    for notice in told:
        ctx.notice(notice.code, notice.message, **notice.args)
    return {**result, "notes": [*(notice.message for notice in told), *result["notes"]]}


def verdict(result: dict[str, Any]) -> list[Notice]:
    """Return what is to be said of a model; nothing if it beats its baselines."""
    accuracy, split = result["accuracy"], result["evaluated_on"]
    if result["predicted_classes"] == 1 and accuracy < 1:
        nothing = f"the model has learned nothing: it answers one class to every text ({split})"
        message = f"{nothing}; take another learning_rate or more epochs"
        return [Notice(code="nothing_learned", message=message, args={"split": split})]
    beaten = [
        f"{name} {result[key]:.4f}"
        for name, key in (
            ("the most frequent class", "majority_accuracy"),
            ("a bag of words", "bag_of_words_accuracy"),
        )
        if key in result and accuracy <= result[key]
    ]
    if not beaten:
        return []
    figures = f"accuracy {accuracy:.4f}, {' and '.join(beaten)}"
    message = f"the model is no better than its baselines ({split}): {figures}"
    args = {"split": split, "accuracy": f"{accuracy:.4f}", "baselines": ", ".join(beaten)}
    return [Notice(code="below_baselines", message=message, args=args)]
