"""A name that does not exist brings the one that was meant, wherever it stands."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labpool.jobs.scrape import Recipe
from labpool.runtime.registry import Registry
from labpool.wire.errors import InvalidParams
from labpool.wire.suggest import did_you_mean


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cat(Strict):
    kind: Literal["cat"] = "cat"
    whiskers: int = 0


class Dog(Strict):
    kind: Literal["dog"] = "dog"
    colour: str = ""


class Home(Strict):
    cats: list[Cat] = []
    pets: dict[str, Cat | Dog] = {}
    tagged: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    from_: Dog | None = Field(default=None, alias="from")


def told(model: type[BaseModel], value: Any) -> str:
    with pytest.raises(ValidationError) as error:
        model.model_validate(value)
    return InvalidParams.of(error.value, prefix="params", model=model).message


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"cat": []}, "params.cat: there is no such field; did you mean `cats`?"),
        ({"frm": {}}, "params.frm: there is no such field; did you mean `from`?"),
        ({"cats": [{"wiskers": 1}]}, "params.cats.0.wiskers: there is no such field; did you mean"),
        ({"pets": {"x": {"color": "red"}}}, "did you mean `colour`?"),
        ({"tagged": {"kind": "dog", "color": "red"}}, "did you mean `colour`?"),
        ({"from": {"Colour": "red"}}, "did you mean `colour`?"),
        ({"zzzzzz": 1}, "there is no such field; there are: cats, from, pets, tagged"),
    ],
)
def test_a_field_at_any_depth(value: Any, said: str) -> None:
    assert said in told(Home, value)


@pytest.mark.parametrize("name", Registry().names())
def test_every_kind(name: str) -> None:
    kind = Registry().get(name)
    if kind is None:
        pytest.skip("not installed")
    for field, info in kind.params.model_fields.items():
        known = info.alias or field
        if len(known) > 4:
            wrong = known[:2] + known[3:]
            assert "Extra inputs" not in told(kind.params, {wrong: 1})
            assert f"params.{wrong}: there is no such field; did you mean `" in told(
                kind.params, {wrong: 1}
            )


def test_a_recipe_in_its_depth() -> None:
    with pytest.raises(ValidationError) as error:
        Recipe.model_validate({"name": "x", "limits": {"rate_per_sec": 1}})
    said = InvalidParams.of(error.value, prefix="recipe", model=Recipe).message
    assert "recipe.limits.rate_per_sec: there is no such field; did you mean `rate_per_s`?" in said


@given(st.text(), st.lists(st.text()))
def test_only_what_there_is_is_proposed(name: str, known: list[str]) -> None:
    said = did_you_mean(name, known)
    assert not said or any(f"`{each}`" in said for each in known)
    if name and name in known:
        assert said
