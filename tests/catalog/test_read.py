"""The catalog files of an admin: what counts, and how mistakes are told."""

from pathlib import Path

from labpool_catalog import Problem, read
from support.catalog import DATASET, MODEL, problems, read_files

OURS = read()


def test_entries_of_an_admin_come_after_ours(tmp_path: Path) -> None:
    catalog = read_files(tmp_path, models=MODEL, datasets=DATASET)
    assert catalog.problems == ()
    assert catalog.models[:-1] == OURS.models
    assert catalog.datasets[:-1] == OURS.datasets
    model, texts = catalog.models[-1], catalog.datasets[-1]
    assert (model.kind, model.id, model.gated, model.pickle) == (
        "model",
        "our-model",
        False,
        False,
    )
    assert model.revision == "0123456789012345678901234567890123456789"
    assert (texts.text_column, texts.labels) == ("متن", ("no", "yes"))
    assert texts.files(tmp_path) == {"train": tmp_path / "config.json"}


def test_either_file_is_enough(tmp_path: Path) -> None:
    assert read_files(tmp_path, datasets=DATASET).problems == ()


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert problems(tmp_path, b"\xef\xbb\xbf" + MODEL.encode()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    catalog = read([folder])
    assert catalog.problems == (
        Problem(file=str(folder), line=0, message="there is no such folder"),
    )
    assert catalog.models == OURS.models


def test_a_folder_with_neither_file(tmp_path: Path) -> None:
    (problem,) = read([tmp_path]).problems
    assert (problem.file, problem.line) == (str(tmp_path), 0)
    assert "neither models.yaml nor datasets.yaml" in problem.message


def test_a_name_too_long_for_any_folder(tmp_path: Path) -> None:
    (problem,) = read([tmp_path / ("x" * 5000)]).problems
    assert "cannot be read" in problem.message


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").mkdir()
    (problem,) = read([tmp_path]).problems
    assert (problem.line, problem.message) == (0, "this is no file")


def test_the_same_id_in_two_folders(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        (folder / "models.yaml").write_text(MODEL)
    (problem,) = read([first, second]).problems
    assert (problem.file, problem.line) == (str(second / "models.yaml"), 2)
    assert str(first / "models.yaml") in problem.message


def test_nothing_of_an_admin_lies_in_the_wheel(tmp_path: Path) -> None:
    text = DATASET.replace("repo_id: lab/our-texts", "builtin: data/persian_legal")
    kept = [row for row in text.splitlines() if "revision" not in row and "allow" not in row]
    (problem,) = read_files(tmp_path, datasets="\n".join(kept)).problems
    assert (problem.line, "ship inside it" in problem.message) == (3, True)


def test_a_split_that_would_not_be_downloaded(tmp_path: Path) -> None:
    text = DATASET.replace("{train: config.json}", "{train: data/train.csv}")
    (problem,) = read_files(tmp_path, datasets=text).problems
    assert "allow_patterns leave out 'data/train.csv'" in problem.message
