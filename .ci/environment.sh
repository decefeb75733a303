#!/bin/sh
# Makes .venv: the packages of requirements.lock, each checked against its hash, and this project, editable.
#
# It wants a Python from 3.11 to 3.14 and nothing else: it installs by the uv on PATH, else the uv of the lock, else pip.
# PYTHON=/a/python chooses the Python, UV=/a/uv the uv, UV=no does without uv; SETUP=system lets it ask apt for pip.
# A second run finds the stamp and does nothing. Nothing is written outside the checkout but caches under HOME.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
stamp=$venv/.made-from

say() { echo "environment: $*" >&2; }

# What .venv follows from. The path is part of it: its scripts and the editable install name it.
made_from() { { pwd && "$venv/bin/python" -VV && cat requirements.lock pyproject.toml .ci/environment.sh; } | cksum; }

# --- which Python ---

# A name on PATH may be a shim that only complains, or a Python too old or too new for the wheels of the lock.
is_fit() { "$1" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1; }

# Every file of a name on PATH is tried: behind a shim that fails there may be one that works.
fit_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_fit "$PYTHON" && echo "$PYTHON"
        return
    fi
    for name in python3 python3.11 python3.12 python3.13 python3.14 python; do
        IFS=:
        for folder in $PATH; do
            is_fit "$folder/$name" && echo "$folder/$name" && return
        done
        unset IFS
    done
    return 1
}

# Whether .venv works, was made here (not moved or copied), and of the Python that is asked for, if one is.
is_usable() {
    is_fit "$venv/bin/python" && grep -qsF "$(pwd)/$venv" "$venv/bin/activate" || return
    [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" -VV)" = "$("$venv/bin/python" -VV)" ]
}

# --- how to install ---

# Debian and Ubuntu keep ensurepip, which brings pip, in a package of its own.
have_pip() {
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
    "$venv/bin/python" -m ensurepip >/dev/null 2>&1 && return
    if [ "${SETUP:-}" = system ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq python3-venv >&2 && "$venv/bin/python" -m ensurepip >/dev/null
    else
        say "this Python has no pip and no ensurepip to make one. On Debian and Ubuntu: apt-get install python3-venv"
        return 1
    fi
}

by_pip() {
    have_pip || return
    set -- "$venv/bin/python" -m pip --quiet --disable-pip-version-check --no-input install
    "$@" --require-hashes -r requirements.lock && "$@" --no-deps --no-build-isolation -e .
}

by_uv() {
    UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS-1} # a company's own certificate authority stands in the system's store
    export UV_SYSTEM_CERTS
    "$1" pip sync --quiet --python "$venv/bin/python" --require-hashes requirements.lock &&
        "$1" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e .
}

# The lock names uv itself, with its hashes: pip installs that one line first.
by_uv_of_the_lock() {
    have_pip || return
    sed -n '/^uv==/,/[^\\]$/p' requirements.lock >"$venv/uv.lock"
    "$venv/bin/python" -m pip --quiet --disable-pip-version-check install --no-deps --require-hashes -r "$venv/uv.lock" &&
        by_uv "$venv/bin/uv"
}

install() {
    case ${UV:-$(command -v uv)} in
        no) by_pip ;;
        "") by_uv_of_the_lock || { say "uv could not; pip tries" && by_pip; } ;;
        *) by_uv "${UV:-uv}" || { say "uv could not; pip tries" && by_pip; } ;;
    esac
}

# --- the chore ---

usable=$(is_usable && echo yes || true)

if [ "$usable" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(made_from)" ]; then
    exit 0
fi

if ! [ -w "${HOME:-/nonexistent}" ]; then
    XDG_CACHE_HOME=$(pwd)/.cache # no home to keep caches in
    export XDG_CACHE_HOME
fi

if ! [ "$usable" ]; then
    python=$(fit_python) || {
        say "found no Python from 3.11 to 3.14${PYTHON:+ by the name of $PYTHON} on PATH." \
            "Install one, or name it: make ${1:-env} PYTHON=/path/to/python3.12"
        exit 1
    }
    say "making $venv of $("$python" -V), $python"
    rm -rf "$venv"
    "$python" -m venv --without-pip "$venv"
fi

rm -f "$stamp"
say "installing requirements.lock"
install || {
    say "could not install requirements.lock; why stands above"
    exit 1
}
made_from >"$stamp"
say "ready"
