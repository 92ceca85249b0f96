"""A notebook runs in a kernel of its own; what is done is on disk, whatever happens next."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from labpool.runtime.context import Cancelled, JobError
from labpool.wire.events import ArtifactSaved, ProgressReported

from .conftest import Runs, Write

pytestmark = pytest.mark.slow

VARIED = [
    "import sys\nprint('out'); print('err', file=sys.stderr)\n1 + 1",
    "for i in range(3):\n    print(i, end='\\r')\nprint()",
    "from IPython.display import *\nhandle = display(HTML('<b>one</b>'), display_id='d')",
    "update_display(HTML('<b>two</b>'), display_id='d')\n'متن فارسی'",
    "print('gone'); clear_output(); print('left')",
    "{'a': [1, 2], 'b': None}",
    "",
    "%%bash\necho from a shell",
    "await __import__('asyncio').sleep(0)\nlen('سلام')",
]


def outputs(path: Path) -> list[list[dict[str, Any]]]:
    """Return the outputs of each cell of a notebook on disk."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return [cell["outputs"] for cell in notebook.cells]


def kernels() -> list[psutil.Process]:
    """Return the kernels that this process has started and that live."""
    below = psutil.Process().children(recursive=True)
    return [child for child in below if "ipykernel_launcher" in child.cmdline()]


def test_outputs_are_those_of_nbclient(write: Write, run: Runs) -> None:
    path = write(*VARIED)
    before = path.read_bytes()
    result = run(path)
    assert (result["cells"], result["errors"], run.notices) == (8, 0, [])
    assert path.read_bytes() == before
    copy = Path(result["notebook"])
    assert copy == path.with_name("report.run1.ipynb")
    peer = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(
        peer, coalesce_streams=True, resources={"metadata": {"path": path.parent}}
    ).execute()
    assert outputs(copy) == [cell.outputs for cell in peer.cells]
    nbformat.validate(nbformat.read(copy, as_version=4))  # type: ignore[no-untyped-call]
    (artifact,) = (e for e in run.context.events if isinstance(e, ArtifactSaved))
    assert artifact.name == "report.ipynb"
    assert (run.context.run_dir / "report.ipynb").read_bytes() == copy.read_bytes()
    assert {"out", "err", "2", "left", "from a shell"} <= set(run.log)
    told = [e.progress for e in run.context.events if isinstance(e, ProgressReported)]
    assert (told[-1].done, told[-1].total, told[-1].unit) == (8, 8, "cell")


def test_it_runs_where_the_notebook_is(write: Write, run: Runs) -> None:
    path = write("open('made.txt', 'w').write('here')")
    run(path)
    assert (path.parent / "made.txt").read_text() == "here"


def test_parameters_take_the_place_of_defaults(write: Write, run: Runs) -> None:
    path = write(("", "import json"), ("parameters", "a = 1\nb = 2"), "print([a, b, c])")
    given = {"a": "متن 'و' \"نقل\"", "c": [1.5, None, True, {"x": "\\"}]}
    result = run(path, parameters=given)
    assert run.log == [str([given["a"], 2, given["c"]])]
    again = Path(result["notebook"])
    run(again, parameters={"c": 3})
    tags = [cell["metadata"]["tags"] for cell in json.loads(again.read_text())["cells"]]
    assert tags == [[], ["parameters"], ["injected-parameters"], []]
    assert run.log == ["[1, 2, 3]"]
    first = run(write("print(x)"), parameters={"x": 7})
    assert first["cells"] == 2


def test_an_error_is_told_with_its_cell_and_what_was_done_is_kept(write: Write, run: Runs) -> None:
    path = write("print('done')", "def inner():\n    return 1 / 0\ninner()", "print('never')")
    with pytest.raises(JobError) as caught:
        run(path)
    assert caught.value.code == "cell_error"
    assert caught.value.message == "Cell 2 of 3: ZeroDivisionError: division by zero"
    assert "return 1 / 0" in caught.value.details["traceback"]
    assert "\x1b" not in caught.value.details["traceback"]
    first, second, third = outputs(path.with_name("report.run1.ipynb"))
    assert first[0]["text"] == "done\n"
    assert second[0]["ename"] == "ZeroDivisionError"
    assert third == []


def test_errors_that_are_allowed_are_counted_and_told(write: Write, run: Runs) -> None:
    path = write("1 / 0", ("raises-exception", "int('x')"), "print('on')")
    result = run(path, allow_errors=True)
    assert (result["errors"], run.log[0]) == (2, "on")
    assert run.notices == ["2 of 3 cells failed; the notebook shows where"]


def test_a_kernel_that_dies_is_told(write: Write, run: Runs) -> None:
    with pytest.raises(JobError, match="Cell 2 of 2: its kernel died") as caught:
        run(write("x = 1", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    assert caught.value.code == "kernel_died"
    assert kernels() == []


def test_a_cell_that_takes_too_long_is_ended(write: Write, run: Runs) -> None:
    with pytest.raises(JobError, match=r"Cell 1 of 1 took longer than 1 s\.") as caught:
        run(write("import time\nwhile True: time.sleep(0.01)"), cell_timeout_s=1)
    assert caught.value.code == "cell_timeout"
    assert kernels() == []


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_cancelled_run_interrupts_its_cell_and_keeps_what_is_done(
    write: Write, run: Runs, stubborn: bool
) -> None:
    loop = "while True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass"
    path = write(
        "import time\nprint('done')",
        "print('begun', flush=True)\n" + (loop if stubborn else "time.sleep(600)"),
    )
    began = threading.Event()

    def hear(event: Any) -> None:
        run.context.events.append(event)
        if getattr(event, "text", "") == "begun":
            began.set()

    def cancel() -> None:
        began.wait()
        run.context.stop.set()

    thread = threading.Thread(target=cancel)
    thread.start()
    context = run.new(9)
    context.send = hear
    run.context = context
    with pytest.raises(Cancelled):
        run.go(path)
    thread.join()
    first, second = outputs(path.with_name("report.run9.ipynb"))
    assert first[0]["text"] == "done\n"
    assert second[0]["text"] == "begun\n"
    assert kernels() == []


def test_input_is_refused_with_a_word(write: Write, run: Runs) -> None:
    with pytest.raises(JobError, match="StdinNotImplementedError"):
        run(write("input('name?')"))


def test_a_folder_that_cannot_be_written_is_told(write: Write, run: Runs, tmp_path: Path) -> None:
    path = write("print(1)")
    gone = tmp_path / "gone" / "copy.ipynb"
    result = run(path, output=str(gone))
    assert "cannot be written" in run.notices[0]
    assert Path(result["notebook"]) == run.context.run_dir / "report.ipynb"
    assert outputs(Path(result["notebook"]))[0][0]["text"] == "1\n"
    with pytest.raises(JobError):
        run(write("1 / 0"), output=str(gone))
    assert "cannot be written" in run.notices[0]


def test_much_output_is_cut_in_the_log_and_whole_in_the_notebook(write: Write, run: Runs) -> None:
    result = run(write("for i in range(5000): print(i)"))
    assert len(run.log) == 2001
    assert run.log[-1] == "… 3,000 more lines, which the notebook has"
    assert outputs(Path(result["notebook"]))[0][0]["text"].count("\n") == 5000
