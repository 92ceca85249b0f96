"""No text in the place of a catalog file makes reading fail or hang."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool_catalog import read
from support.catalog import problems

OURS = read()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "models: &a [*a]",
        "models:\n- &a {x: [*a, *a]}\n",
        "[" * 100_000,
        "- " * 100_000,
        "a" * 300_000,
        "---\n1\n---\n2\n",
        "%YAML 1." + "9" * 5000 + "\n---\n1\n",
        'models: [{"\\uD800": 1}]',
        "models:\n- id: x\x00\n",
        b"models:\n- id: \xff\n",
        "models: !!set {a}\n",
    ],
)
def test_no_text_makes_it_fail(tmp_path: Path, text: str | bytes) -> None:
    told = problems(tmp_path, text)
    assert told
    for _, message in told:
        message.encode()


def test_bytes_that_are_no_utf8_have_a_line(tmp_path: Path) -> None:
    assert problems(tmp_path, b"models:\n- id: \xff\n") == [(2, "not UTF-8")]


WORDS = [
    "models:",
    "datasets:",
    "id: x",
    "title: ",
    "{en: a}",
    "revision: ",
    "languages: no",
    "0" * 40,
]
MARKS = [
    "- ",
    "  ",
    "\n",
    "[",
    "]",
    "{",
    "}",
    "? ",
    ": ",
    "|\n",
    ">-\n",
    "'",
    '"',
    "#",
    "\t",
    "---\n",
]
TRAPS = [
    "&a ",
    "*a",
    "!!int ",
    "!x ",
    "\\U",
    "%YAML",
    "<<: ",
    "\ufeff",
    "\u2028",
    "0x",
    "1_0",
    "2020-99-99",
]
PIECES = st.sampled_from([*WORDS, *MARKS, *TRAPS])


@given(text=st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)), kind=st.booleans())
def test_any_text_gives_ours_and_problems(
    tmp_path_factory: pytest.TempPathFactory, text: str, kind: bool
) -> None:
    folder = tmp_path_factory.mktemp("any")
    raw = text.encode(errors="surrogatepass")
    (folder / ("models.yaml" if kind else "datasets.yaml")).write_bytes(raw)
    catalog = read([folder])
    assert (catalog.models, catalog.datasets) == (OURS.models, OURS.datasets)
    assert all(problem.line >= 0 for problem in catalog.problems)
    assert all(problem.message.encode() for problem in catalog.problems)
