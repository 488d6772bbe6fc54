#!/usr/bin/env bash
# The one door to Plant Studio.
#
#   ./run_studio.sh [--home DIR] [--port N] [--listen ADDRESS]
#                                             set up what is missing and open the studio
#   ./run_studio.sh setup                     only set up
#   ./run_studio.sh test [pytest arguments]   set up and run the tests (without the slow ones)
#   ./run_studio.sh check                     formatting, lint and types
#   ./run_studio.sh docs                      build the documentation in site/
#   ./run_studio.sh translate [--check]       bring the files of the languages up to date
#   ./run_studio.sh pin                       write the requirements files from pyproject.toml
#   ./run_studio.sh COMMAND …                 the engine's command line, for example `counts`
set -euo pipefail

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

# `plant-studio` of this folder. It starts in the user's folder, whose modules -P keeps out.
plant_studio() {
    PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH} exec "$python" -P -m studio "$@"
}

run_tests() {
    cd "$root"
    local argument
    if [ "$#" = 2 ] && [ "$1" = -m ] && [ "$2" = slow ]; then
        run_slow_tests
        return
    fi
    for argument in "$@"; do
        case $argument in -m | -m?* | *::* | tests/*) exec "$python" -m pytest "$@" ;; esac
    done
    in_parallel -m "not slow" "$@"
}

# One process more than cores: half the time of a test is waiting, for a browser or a process. Each
# process runs whole files, so that what a file sets up is set up once. The files keep their order,
# which begins with those that drive the browser and take longest.
in_parallel() {
    local cores
    cores=$("$python" -c 'import os; print(os.cpu_count() or 1)')
    OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} "$python" -m pytest -n $((cores + 1)) --dist loadfile \
        --no-loadscope-reorder "$@"
}

# Tests that measure the machine, or need all its cores, run one at a time, after the others.
run_slow_tests() {
    local failed=0
    in_parallel -m "slow and not alone" || failed=$?
    "$python" -m pytest -m "slow and alone" || failed=$?
    return "$failed"
}

run_checks() {
    cd "$root"
    "$python" -m ruff format --check . && "$python" -m ruff check . && "$python" -m mypy
}

build_docs() {
    cd "$root"
    "$python" -m docs.make_reference >&2
    # Silences a note about the successor of MkDocs, which is no fault of these pages.
    NO_MKDOCS_2_WARNING=1 "$python" -m mkdocs build --strict --quiet
    say "The documentation is in $root/site/index.html."
}

# A version that a requirements file names stays; delete its line, or the file, for the newest.
pin_packages() {
    cd "$root"
    local file extra
    for extra in "" dev docs; do
        file=requirements${extra:+-$extra}.txt
        "$python" -m uv pip compile --quiet --no-deps --no-annotate --python-version 3.11 \
            --custom-compile-command "./run_studio.sh pin" \
            ${extra:+--extra "$extra" --constraint requirements.txt} pyproject.toml -o "$file"
    done
}

case ${1:-} in
    "" | --home | --port | --listen)
        install "$root/requirements.txt"
        plant_studio "$@" ;;
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
    docs)
        install "$root/requirements-docs.txt"
        build_docs ;;
    translate)
        install "$root/requirements.txt"
        shift
        cd "$root"
        exec "$python" -m engine.language.update "$@" ;;
    pin)
        install "$root/requirements-dev.txt"
        pin_packages ;;
    -h | --help | help)
        sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        [ ! -x "$python" ] || (cd "$root" && "$python" -m engine --help) ;;
    *)
        install "$root/requirements.txt"
        plant_studio "$@" ;;
esac
