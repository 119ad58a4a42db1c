#!/usr/bin/env bash
# Feeds made-up bytes to what reads from clients, with libFuzzer and the address sanitizer; a crash fails.
#
#   Tests/Fuzz/run.sh [seconds for each target] [target ...]
#
# The corpus grows in .build-fuzz/corpus. A crash leaves its input in .build-fuzz; it belongs into a test then.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-15}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then targets=(parser chunked gzip tls json); fi

export ACTUARY_FUZZ=1
# Of several flags only the last one counts for the compiler, so both sanitizers are named in one.
build=(swift build --scratch-path .build-fuzz --product Fuzz --sanitize fuzzer -Xswiftc -sanitize=address,fuzzer)
# The linker has a warning for each of the sanitizer's own symbols.
"${build[@]}" 2>&1 | { grep -v 'warning: Cannot export local symbol' || true; }
fuzzer=$("${build[@]}" --show-bin-path)/Fuzz
folder=.build-fuzz
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=fuzz \
    -keyout $folder/fuzz.key -out $folder/fuzz.pem 2>/dev/null
export FUZZ_CERTIFICATE=$folder/fuzz.pem FUZZ_KEY=$folder/fuzz.key

seed() { # target, name: the seed comes on standard input
    mkdir -p "$folder/corpus/$1"
    cat >"$folder/corpus/$1/seed-$2"
}
printf 'POST /v1/x?y=z HTTP/1.1\r\nHost: h:1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\n\r\n' | seed parser 1
printf 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n' | seed parser 2
printf '3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n' | seed chunked 1
{ printf 'one member ' | gzip -c; printf 'and another' | gzip -c; } | seed gzip 1
printf '{"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],"n":2,"stream":true,"stop":["a"]}' | seed json 1
printf '{"messages":[],"thinking":{"type":"enabled","budget_tokens":9},"tools":[{"type":"function","function":{"name":"f"}}]}' |
    seed json 2
python3 - <<'SEED' | seed tls 1
import ssl, sys
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
try:
    ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
except ssl.SSLWantReadError:
    pass
sys.stdout.buffer.write(b"\xff" + outgoing.read())
SEED

for target in "${targets[@]}"; do
    mkdir -p "$folder/corpus/$target"
    echo "$target:"
    FUZZ_TARGET=$target "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=16384 \
        -artifact_prefix="$folder/$target-" -print_final_stats=1 -verbosity=0 "$folder/corpus/$target" 2>"$folder/$target.log" ||
        { tail -50 "$folder/$target.log"; exit 1; }
    grep number_of_executed_units "$folder/$target.log"
done
