#!/bin/sh
# Prints the path of a Chromium that starts; installs one where that needs no question.
set -eu
cd "$(dirname "$0")/.."
. tools/apt.sh

# On some systems the name on PATH only tells how to install the browser.
works() {
	"$1" --version >/dev/null 2>&1 </dev/null
}

on_path() {
	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		path=$(command -v "$name") || continue
		if works "$path"; then
			echo "$path"
			return
		fi
	done
	return 1
}

from_playwright() {
	say 'Installing Chromium with Playwright'
	.venv/bin/python -m playwright install chromium >&2 </dev/null || return 1
	path=$(.venv/bin/python - <<-'END'
		from playwright.sync_api import sync_playwright
		with sync_playwright() as playwright:
		    print(playwright.chromium.executable_path)
	END
	)
	works "$path" && echo "$path"
}

if [ -n "${LABPOOL_CHROMIUM:-}" ]; then
	if works "$LABPOOL_CHROMIUM"; then
		echo "$LABPOOL_CHROMIUM"
		exit
	fi
	say "LABPOOL_CHROMIUM is set to $LABPOOL_CHROMIUM, which does not start"
	exit 1
fi
on_path && exit
apt_install chromium && on_path && exit
from_playwright && exit
say 'No Chromium was found and none could be installed. Install one, or set LABPOOL_CHROMIUM to its path.'
exit 1
