#!/usr/bin/env bash
# Makes a bare Debian 12 machine ready:
#   cmake/setup.sh packages LIST | node LIST | python REQUIREMENTS VENV
# Says one line per step and keeps the rest in build/setup.log; does nothing where there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."
log=build/setup.log
mkdir -p build

step=set-up
. cmake/quietly.sh

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo >/dev/null; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    printf 'set-up: installing packages needs root or sudo\n' >&2
    return 1
  fi
}

install_packages() {
  local wanted missing=()
  mapfile -t wanted < <(grep -v '^#' "$1")
  for package in "${wanted[@]}"; do
    dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  install_missing() { as_root apt-get install -y -qq --no-install-recommends "${missing[@]}"; }
  refresh_and_install() { install_missing || { as_root apt-get update -qq && install_missing; }; }
  quietly "installing ${#missing[@]} Debian packages (once, a minute or two)" refresh_and_install
}

# Somebody's own node serves as well, if it is not too old.
has_node() {
  command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null
}

make_environment() {
  local requirements=$1 venv=$2
  # Debian's Python, not one that happens to come first in PATH: the extension is built for the one it runs in.
  [ -x "$venv/bin/python" ] || quietly "making $venv" /usr/bin/python3 -m venv "$venv"
  quietly "installing the Python packages of $requirements (once, a minute or two)" \
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
}

case "${1:-}" in
  packages | node)
    if [ "$1" = node ] && has_node; then exit 0; fi
    command -v dpkg >/dev/null || { echo "set-up: not a Debian machine; install what $2 lists by hand" >&2; exit 0; }
    install_packages "$2" ;;
  python) make_environment "$2" "$3" ;;
  *) echo "usage: cmake/setup.sh packages LIST | node LIST | python REQUIREMENTS VENV" >&2; exit 2 ;;
esac
