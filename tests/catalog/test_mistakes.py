"""Each mistake in a catalog file is told with its line and its field."""

from pathlib import Path

import pytest

from support.catalog import MODEL, problems, read_files


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("id: our-model", "id: Our Model", 2, "Our Model: id: must be lower-case"),
        ("id: our-model", "id: fabert", 2, "fabert: id: taken already, in Labpool's own"),
        ("id: our-model", "id: persian-legal", 2, "taken already"),
        ("id: our-model", "colour: red", 2, "id: the field is missing"),
        ("license: MIT", "licence: MIT", 6, "our-model: licence: there is no such field"),
        ("    license: MIT\n", "", 2, "our-model: license: the field is missing"),
        ("license: MIT", "license: 7", 6, "license"),
        ("0123456789012345678901234567890123456789", "main", 4, "revision: must be a full commit"),
        ("revision: 0", "revision: A", 4, "revision: must be a full commit"),
        ("    revision: 0123456789012345678901234567890123456789\n", "", 2, "takes a revision"),
        ("repo_id: lab/our-model", "repo_id: our-model", 3, "repo_id: must be a repository"),
        ("repo_id: lab/our-model", "builtin: data", 2, "go with repo_id only"),
        ("[config.json, model.safetensors]", "[]", 2, "takes allow_patterns"),
        ("[config.json, model.safetensors]", "config.json", 5, "allow_patterns: Input should be"),
        ("config.json,", "/etc/passwd,", 5, "allow_patterns.0: '/etc/passwd' must be relative"),
        ("config.json,", "a/../../b,", 5, "must not contain '..'"),
        ("config.json,", "'a\\b',", 5, "must be relative"),
        ("config.json,", "'C:/b',", 5, "must be relative"),
        ("config.json,", "weights/,", 5, "names a folder"),
        ("size_bytes: 1000", "size_bytes: 1 GB", 7, "size_bytes: Input should be a valid integer"),
        ("size_bytes: 1000", "size_bytes: -1", 7, "size_bytes"),
        ("size_bytes: 1000", "size_bytes: true", 7, "size_bytes: Input should be a valid integer"),
        ("[fa]", "[fa, Persian]", 8, "languages.1: must be a language code"),
        ("[fa]", "[]", 8, "languages"),
        ("{en: Ours, fa: مدل ما}", "{en: Ours}", 9, "title: it takes a text in English (en)"),
        ("fa: مدل خود ما.", "de: Unser.", 10, "description: it takes a text in English (en)"),
        ("fa: مدل خود ما.", "fa: ''", 12, "description.fa: String should have at least 1"),
        (
            "license: MIT",
            "license: MIT\n    gated: maybe",
            7,
            "gated: Input should be a valid bool",
        ),
        ("license: MIT", "license: MIT\n    kind: dataset", 7, "kind: this file lists entries of"),
        (
            "license: MIT",
            "license: MIT\n    splits: {train: a}",
            2,
            "splits is a field of data sets",
        ),
        ("license: MIT", "license: MIT\n    unverified: [size]", 2, "there is no field 'size'"),
        ("license: MIT", "license: MIT\n    license: MIT", 7, "license: this field is here twice"),
        ("license: MIT", "license: !!python/name:os.system x", 6, "is not allowed"),
        ("license: MIT", "license: &a MIT", 6, "anchors and aliases are not allowed"),
        ("license: MIT", "[license]: MIT", 6, "the name of a field must be a word"),
        ("license: MIT", "license: [[[[[[[[MIT]]]]]]]]", 6, "nested too deeply"),
        ("license: MIT", "license: 'MIT", 13, "not YAML: found unexpected end of stream"),
        ("license: MIT", 'license: "\\UFFFFFFFF"', 6, "not YAML"),
        ("models:", "", 2, "must begin with `models:`"),
        ("models:", "others: 1\nmodels:", 1, "others: there is no such field"),
        ("models:", "datasets:", 1, "models: the field is missing"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in MODEL
    told = problems(tmp_path, MODEL.replace(old, new, 1))
    assert [(at, text) for at, text in told if at == line and message in text], told


def test_one_bad_entry_leaves_the_others(tmp_path: Path) -> None:
    good = MODEL.removeprefix("models:\n")
    catalog = read_files(
        tmp_path, models=MODEL + "  - just words\n" + good.replace("our-model", "second")
    )
    assert [entry.id for entry in catalog.models[-2:]] == ["our-model", "second"]
    assert [(p.line, p.message) for p in catalog.problems] == [
        (13, "an entry must be a list of fields")
    ]


def test_every_mistake_of_an_entry_is_told_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, "models:\n  - id: x\n    size_bytes: big\n    colour: red\n")
    assert {line for line, _ in told} == {2, 3, 4}


@pytest.mark.parametrize(
    "pattern",
    [
        "pytorch_model.bin",
        "*.PT",
        "*",
        "model.*",
        "*.p?l",
        "*.[pb]t",
        "a/*.ckpt",
        "x.b*",
        "**/m.pkl",
    ],
)
def test_a_pickle_is_refused_unless_it_is_said(tmp_path: Path, pattern: str) -> None:
    text = MODEL.replace("config.json,", f"'{pattern}',")
    assert [line for line, told in problems(tmp_path, text) if "run code" in told] == [2]
    assert problems(tmp_path, text.replace("license", "pickle: true\n    license", 1)) == []


@pytest.mark.parametrize(
    "pattern", ["*.json", "model*.safetensors", "tokenizer.?son", "data/*.csv"]
)
def test_other_patterns_fetch_no_pickle(tmp_path: Path, pattern: str) -> None:
    assert problems(tmp_path, MODEL.replace("config.json,", f"'{pattern}',")) == []
