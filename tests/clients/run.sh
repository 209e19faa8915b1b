#!/usr/bin/env bash
# Serves a new directory on a free loopback port and drives it with the client libraries that others use, each in its own
# program; `run.sh NAME...` with some of them. What they need is installed beside the build, never in the checkout. Fails
# with the first step that does. FORNAX names another binary than the last build's.
set -euo pipefail
cd "$(dirname "$0")"

built=${CARGO_TARGET_DIR:?"is set by the Makefile"}
fornax=${FORNAX:-$built/debug/fornax}
installed=$built/clients

# Those that drive it unless the command line names some.
[ $# -gt 0 ] || set -- fhir-kit-client fhirclient fhirpy schemathesis

# as_locked NAME: whether what is installed is what this file locks
as_locked() {
    cmp -s "$1" "$1.installed"
}

mkdir -p "$installed"
cp -r . "$installed"
cd "$installed"
if ! as_locked package-lock.json; then
    # Optional packages are of other platforms and of no use here.
    npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json package-lock.json.installed
fi
if ! as_locked requirements.txt; then
    python3 -m venv --clear python
    python/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
    cp requirements.txt requirements.txt.installed
fi

folder=$(mktemp -d)
# The server's only line on stdout says that it is ready, and where.
coproc server { exec "$fornax" serve --data "$folder/data" --listen 127.0.0.1:0 2>"$folder/log"; }
# The shell forgets this variable as soon as the server ends.
pid=$server_PID
trap 'kill "$pid" && wait "$pid" || true; rm -rf "$folder"' EXIT
read -r _ base <&"${server[0]}" || {
    echo "the server did not start:" >&2
    cat "$folder/log" >&2
    exit 1
}

for client in "$@"; do
    case $client in
    fhir-kit-client | fhirclient) node "$client.mjs" "$base" ;;
    fhirpy) python/bin/python -W ignore fhirpy_client.py "$base" ;;
    schemathesis) ./schemathesis.sh "${base%/fhir}/openapi.json" "$base" ;;
    *)
        echo "no such client: $client" >&2
        exit 2
        ;;
    esac
done
