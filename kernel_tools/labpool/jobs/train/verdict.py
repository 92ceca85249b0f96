"""Whether a training was worth its steps, said in the words that come first."""

from __future__ import annotations

from typing import Any

from labpool.runtime.context import JobContext


def judged(ctx: JobContext, result: dict[str, Any]) -> dict[str, Any]:
    """Say first, in the notes and as a warning, that a model is no better than its baselines.

    Args:
        ctx: The job's context.
        result: Figures of the finished model, with those of the baselines where there are any.

    Returns:
        The result, with the verdict before its other notes.
    """
    told = verdict(result)
    for sentence in told:
        ctx.log("warning", sentence)
    return {**result, "notes": [*told, *result["notes"]]}


def verdict(result: dict[str, Any]) -> list[str]:
    """Return what is to be said of a model; nothing if it beats its baselines."""
    accuracy, on = result["accuracy"], f"({result['evaluated_on']})"
    if result["predicted_classes"] == 1 and accuracy < 1:
        nothing = f"the model has learned nothing: it answers one class to every text {on}"
        return [f"{nothing}; take another learning_rate or more epochs"]
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
    return [f"the model is no better than its baselines {on}: {figures}"]
