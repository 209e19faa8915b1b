#!/usr/bin/env bash
# schemathesis.sh DOCUMENT BASE: sends the server what its OpenAPI document allows and what it does not, and fails where an
# answer is a 5xx. The same requests each time: for other ones, another seed.
set -euo pipefail

document=$1 base=$2

# Types share their code: these stand for all, beside what is of the system and of any type. OPERATIONS=. takes every one.
operations=${OPERATIONS:-'^/([{$_mo]|$|(Patient|Observation|Binary|SearchParameter|Group)(/|$))'}
# Of each operation.
examples=5
seconds_max=${SECONDS_MAX:-300}

# What is no Latin-1 the client itself can't put into a header.
timeout "$seconds_max" python/bin/schemathesis run "$document" --url "$base" --include-path-regex "$operations" \
    --checks not_a_server_error --phases examples,coverage,fuzzing --max-examples "$examples" --seed 1 \
    --generation-database none --generation-codec latin-1 --no-shrink --continue-on-failure --suppress-health-check all \
    --request-timeout 30 --warnings off --no-color
