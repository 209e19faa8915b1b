#!/bin/sh
# Installs, by apt, what building (`build`), building and testing (`test`) or building and driving by others' clients (`clients`)
# needs and this machine lacks. Does nothing when all is there. Rust itself comes from rustup.
set -eu

goal=${1:?"usage: tools/setup.sh build|test|clients"}
packages=

# lacks PACKAGE PROBE...: notes the package unless the probe succeeds
lacks() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || packages="$packages $package"
}

has_libclang() {
    [ -n "${LIBCLANG_PATH:-}" ] && return
    # bindgen loads the library and reads the compiler's own headers.
    ls /usr/lib/llvm-*/lib/libclang*.so* >/dev/null && ls -d /usr/lib/llvm-*/lib/clang/*/include >/dev/null
}

if ! command -v cargo >/dev/null; then
    echo "cargo is missing: install Rust from https://rustup.rs, then open a new shell" >&2
    exit 1
fi

lacks make command -v make
lacks g++ command -v g++
lacks libc6-dev test -e /usr/include/stdlib.h
lacks libclang-dev has_libclang
case $goal in
build) ;;
test)
    lacks zstd command -v zstd
    lacks strace command -v strace
    lacks nodejs command -v node
    lacks npm command -v npm
    lacks valgrind command -v valgrind
    ;;
clients)
    lacks nodejs command -v node
    lacks npm command -v npm
    # Debian's python3 has the module venv, and not what it needs.
    lacks python3-venv python3 -c 'import ensurepip'
    ;;
*)
    echo "usage: tools/setup.sh build|test|clients" >&2
    exit 2
    ;;
esac

[ -n "$packages" ] || exit 0
if ! command -v apt-get >/dev/null; then
    echo "missing, and there is no apt-get here to install them:$packages" >&2
    exit 1
fi
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
echo "installing:$packages" >&2
$as_root apt-get update -qq
# The names are single words, to be split.
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
