#!/usr/bin/env bash
# schemathesis.sh DOCUMENT BASE: sends the server what its OpenAPI document allows and what it does not, and fails where an
# answer is a 5xx. The same requests each time: for other ones, another seed.
set -euo pipefail

document=$1 base=$2

# Of each operation. A failure is not made smaller, which would take longer than to find it.
examples=20
seconds_max=120

timeout "$seconds_max" python/bin/schemathesis run "$document" --url "$base" \
    --checks not_a_server_error --phases examples,coverage,fuzzing --max-examples "$examples" --seed 1 \
    --generation-database none --no-shrink --continue-on-failure --suppress-health-check all \
    --request-timeout 30 --warnings off --no-color
