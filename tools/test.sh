#!/usr/bin/env bash
# Runs every test of the workspace, doc tests included, to the end; then repeats the runners' own summaries. Fails when
# any part failed. cargo-nextest is used where it is installed; without it the same tests run under `cargo test`.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0

# run COMMAND...: shows the output and keeps it
run() {
    echo "+ $*"
    "$@" 2>&1 | tee -a "$log" || failed=1
}

if cargo nextest --version >/dev/null 2>&1; then
    run cargo test --workspace --locked --doc
    run cargo nextest run --workspace --locked --config-file .ci/nextest.toml
else
    run cargo test --workspace --locked --no-fail-fast
fi

echo
echo "Summary of all runs:"
# Colours would hide the words from the search.
sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '^ +Summary \[|^test result:|Doc-tests|^error' || {
    echo "no test ran" >&2
    exit 1
}
exit "$failed"
