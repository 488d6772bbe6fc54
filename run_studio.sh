#!/usr/bin/env bash
# The one door to Plant Studio.
#
#   ./run_studio.sh [--home DIR] [--port N] [--listen ADDRESS]
#                                             set up what is missing and open the studio
#   ./run_studio.sh setup                     only set up
#   ./run_studio.sh test [pytest arguments]   set up and run the tests (without the slow ones)
#   ./run_studio.sh check                     formatting, lint and types
#   ./run_studio.sh translate [--check]       bring the files of the languages up to date
#   ./run_studio.sh COMMAND …                 the engine's command line, for example `counts`
set -euo pipefail

started_in=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$root/.venv
python=$venv/bin/python
needed_gb=9

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    fail "Plant Studio needs Python 3.11 or newer; found $(python3 --version 2>/dev/null || echo none)." \
        "Install one, or name it: PYTHON=/path/to/python3.11 ./run_studio.sh"
}

require_room() {
    local free_kb
    free_kb=$(df -Pk "$root" | awk 'NR == 2 { print $4 }')
    if [ "$free_kb" -lt $((needed_gb * 1000 * 1000)) ]; then
        fail "The disk that holds $root has $((free_kb / 1000 / 1000)) GB free;" \
            "setting up needs $needed_gb GB (PyTorch is large). Make room and start again."
    fi
}

# Installs a requirements file unless this very text was installed before.
install() {
    local file=$1 stamp
    stamp=$venv/installed-$(basename "$file")
    # The second file includes the first, so a change in either counts.
    if cat "$root"/requirements*.txt | cmp -s - "$stamp"; then
        return
    fi
    require_room
    if ! "$python" -m pip --version >/dev/null 2>&1; then
        local base
        base=$(find_python)
        say "Making $venv with $("$base" --version) …"
        "$base" -m venv --clear "$venv" || fail "The environment $venv could not be made."
    fi
    say "Installing what $(basename "$file") names; the first time takes a few minutes …"
    "$python" -m pip install --disable-pip-version-check -r "$file" >&2 ||
        fail "Not everything could be installed; the lines above say why. Start again to go on."
    cat "$root"/requirements*.txt >"$stamp"
    # What checks the studio includes what it runs on.
    [ "$file" = "$root/requirements.txt" ] || cp "$stamp" "$venv/installed-requirements.txt"
}

free_port() {
    "$python" - "$1" "$2" <<'PY'
import errno
import socket
import sys

for port in range(int(sys.argv[1]), 65536):
    with socket.socket(socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET) as probe:
        # Without this a port that was let go of a moment ago looks taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((sys.argv[2], port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                continue
            sys.exit(f"The address {sys.argv[2]} is none of this machine ({error.strerror}).")
    print(port)
    break
PY
}

open_studio() {
    local wanted=8501 address=127.0.0.1 port
    while [ $# -gt 0 ]; do
        case $1 in
            --home) [ $# -gt 1 ] || fail "--home needs a folder."
                    case $2 in /*) STUDIO_HOME=$2 ;; *) STUDIO_HOME=$started_in/$2 ;; esac
                    export STUDIO_HOME; shift 2 ;;
            --port) [[ ${2:-} =~ ^[0-9]+$ ]] || fail "--port needs a number."; wanted=$2; shift 2 ;;
            --listen) [ -n "${2:-}" ] || fail "--listen needs an address."; address=$2; shift 2 ;;
            *) fail "The studio opens with --home DIR, --port N, --listen ADDRESS; $1 is none." ;;
        esac
    done
    port=$(free_port "$wanted" "$address")
    [ -n "$port" ] || fail "No port from $wanted on is free."
    [ "$port" = "$wanted" ] || say "Port $wanted is taken; using $port."
    cd "$root"
    exec "$python" -m studio.server --listen "$address" --port "$port" --open >&2
}

run_tests() {
    cd "$root"
    local argument
    for argument in "$@"; do
        case $argument in -m | -m?* | *::* | tests/*) exec "$python" -m pytest "$@" ;; esac
    done
    # A process a core, each with whole files of tests, so that what a file sets up is set up once.
    OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} exec "$python" -m pytest -m "not slow" -n auto \
        --dist loadfile "$@"
}

run_checks() {
    cd "$root"
    "$python" -m ruff format --check . && "$python" -m ruff check . && "$python" -m mypy
}

case ${1:-} in
    "" | --home | --port | --listen)
        install "$root/requirements.txt"
        open_studio "$@" ;;
    setup)
        install "$root/requirements.txt"
        say "Plant Studio is set up." ;;
    test)
        install "$root/requirements-dev.txt"
        shift
        run_tests "$@" ;;
    check)
        install "$root/requirements-dev.txt"
        run_checks ;;
    translate)
        install "$root/requirements.txt"
        shift
        cd "$root"
        exec "$python" -m engine.language.update "$@" ;;
    -h | --help | help)
        sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        [ ! -x "$python" ] || (cd "$root" && "$python" -m engine --help) ;;
    *)
        install "$root/requirements.txt"
        # Paths on the command line are meant from where the user stands.
        PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH} exec "$python" -m engine "$@" ;;
esac
