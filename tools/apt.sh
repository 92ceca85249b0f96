# Sourced by the other scripts: installs Debian packages when nobody has to be asked.

say() {
	printf '%s\n' "$*" >&2
}

# apt_install PACKAGE...: fails without a word when there is no apt or no right to use it.
apt_install() {
	command -v apt-get >/dev/null 2>&1 || return 1
	if [ "$(id -u)" -eq 0 ]; then
		as_root='env'
	elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
		as_root='sudo -n env'
	else
		return 1
	fi
	say "Installing with apt: $*"
	{
		$as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
			$as_root DEBIAN_FRONTEND=noninteractive \
				apt-get install -y -qq --no-install-recommends "$@"
	} </dev/null >/dev/null
}
