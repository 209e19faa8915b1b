#!/usr/bin/env bash
# Builds the release binary, serves, loads 100 generated patients and a sample, and goes on serving until it is stopped (Ctrl-C). `FORNAX_DATA`
# and `FORNAX_LISTEN` move it.
set -euo pipefail
cd "$(dirname "$0")/.."

data=${FORNAX_DATA:-data}
listen=${FORNAX_LISTEN:-127.0.0.1:8080}
fornax=${CARGO_TARGET_DIR:?"is set by the Makefile"}/release/fornax

cargo build --release --locked

# The server's only line on stdout says that it is ready, and where.
coproc server { exec "$fornax" serve --data "$data" --listen "$listen" --log warn; }
# The shell forgets this variable as soon as the server ends.
pid=$server_PID
trap 'kill "$pid" 2>/dev/null || true; rm -rf "${generated:-}"' INT TERM EXIT
read -r _ base <&"${server[0]}" || {
    echo "the server did not start" >&2
    exit 1
}

# People who never lived, the same each time. Put under fixed ids, so that running this again changes nothing but versions.
generated=$(mktemp -d)
"$fornax" generate --patients 100 --out "$generated/sample" >/dev/null
"$fornax" load --to "$base" "$generated/sample/population" tools/sample
rm -rf "$generated"

cat <<END

Fornax serves $base, its data is in $data. Three queries to try in another terminal:

  curl '$base/Patient?family=love'
  curl '$base/Observation?code=http://loinc.org|29463-7&value-quantity=gt71&_sort=-date&_include=Observation:subject'
  curl '$base/Patient/sample-ada/_history'

Ctrl-C stops it.
END
wait "$pid"
