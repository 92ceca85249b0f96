#!/bin/sh
# Runs the benchmarks, with what they measure ours against: tools/bench.sh [pytest arguments]
set -eu
cd "$(dirname "$0")/.."
. tools/apt.sh

# These bring much of their own, so they get an environment of their own.
peers='crawlee[playwright]==1.11.0 scrapy-playwright==0.0.48'
stamp=.stamps/bench

if [ ! -x .bench/bin/python ] || [ "$(cat "$stamp" 2>/dev/null)" != "$peers" ]; then
	say 'Installing what the benchmarks compare with'
	rm -rf .bench
	.venv/bin/python -m venv .bench
	mkdir -p .stamps
	# shellcheck disable=SC2086  # two words
	if .bench/bin/python -m pip install --disable-pip-version-check --quiet $peers; then
		echo "$peers" >"$stamp"
	else
		say 'They cannot be installed; going on without them.'
	fi
fi
if [ -f "$stamp" ]; then
	LABPOOL_BENCH_PEERS=$PWD/.bench/bin/python
	export LABPOOL_BENCH_PEERS
fi
exec .venv/bin/python -m pytest -m bench tests "$@"
