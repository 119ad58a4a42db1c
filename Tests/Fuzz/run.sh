#!/usr/bin/env bash
# Feeds made-up bytes to what reads from clients, with libFuzzer, coverage and the address sanitizer; a crash fails.
#
#   Tests/Fuzz/run.sh [seconds [target ...]]      # targets: parser chunked gzip tls json
#
# The targets run side by side, each for so many seconds (60), at the lowest priority. They start from the cases of the
# tests (seeds.py), and what they find new is kept in .build-fuzz/corpus. A crash leaves its input in .build-fuzz as
# TARGET-crash-…; it belongs into a test then. OpenSSL and zlib are the system's and not watched from inside.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then targets=(parser chunked gzip tls json); fi

export ACTUARY_FUZZ=1
folder=.build-fuzz
# Of several flags only the last one counts for the compiler, so both sanitizers are named in one.
build=(nice swift build --scratch-path "$folder" --product Fuzz --sanitize fuzzer -Xswiftc -sanitize=address,fuzzer)
# The linker has a warning for each of the sanitizer's own symbols.
"${build[@]}" 2>&1 | { grep -v 'warning: Cannot export local symbol' || true; }
fuzzer=$("${build[@]}" --show-bin-path)/Fuzz
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=fuzz \
    -keyout $folder/fuzz.key -out $folder/fuzz.pem 2>/dev/null
export FUZZ_CERTIFICATE=$folder/fuzz.pem FUZZ_KEY=$folder/fuzz.key
# What Swift's globals hold is taken for leaked at the end of the process.
export ASAN_OPTIONS=detect_leaks=0
python3 Tests/Fuzz/seeds.py "$folder/seeds"

declare -A runs
for target in "${targets[@]}"; do
    mkdir -p "$folder/corpus/$target"
    words=()
    if [ "$target" = json ]; then words=(-dict="$folder/seeds/json.words"); fi
    FUZZ_TARGET=$target nice -n 19 "$fuzzer" -max_total_time="$seconds" -timeout=120 -rss_limit_mb=4096 -max_len=16384 \
        -artifact_prefix="$folder/$target-" -print_final_stats=1 ${words[@]+"${words[@]}"} \
        "$folder/corpus/$target" "$folder/seeds/$target" >"$folder/$target.log" 2>&1 &
    runs[$target]=$!
done
failed=0
for target in "${targets[@]}"; do
    if ! wait "${runs[$target]}"; then
        tail -n 50 "$folder/$target.log"
        failed=1
    fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$target.log")
    coverage=$(grep -o 'cov: [0-9]*' "$folder/$target.log" | tail -n 1)
    echo "$target: ${executions:-no} executions, ${coverage:-no coverage}"
    # Without feedback, or before all seeds have been tried, nothing was tested.
    seeds=$(find "$folder/seeds/$target" -type f | wc -l)
    if [ -z "$coverage" ] || [ "${executions:-0}" -lt "$seeds" ]; then failed=1; fi
done
exit $failed
