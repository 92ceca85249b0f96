#!/bin/sh
# Runs every check that needs no running server, and says at the end which ones failed.
set -u
cd "$(dirname "$0")/.."

failed=''

check() {
	name=$1
	shift
	printf -- '--- %s\n' "$name"
	"$@" || failed="$failed $name"
}

bin=.venv/bin
check ruff "$bin/ruff" check .
check ruff-format "$bin/ruff" format --check .
check mypy "$bin/mypy"
check borders "$bin/lint-imports" --no-logo
check typescript "$bin/python" hatch_build.py typecheck
check eslint "$bin/python" hatch_build.py lint:code
check cycles "$bin/python" hatch_build.py lint:cycles
check prettier "$bin/python" hatch_build.py lint:format
check generated "$bin/python" tools/generate.py --check
check generated-types "$bin/python" hatch_build.py generated

if [ -n "$failed" ]; then
	printf 'Failed:%s. `make fmt` mends the style.\n' "$failed"
	exit 1
fi
echo 'All checks passed'
