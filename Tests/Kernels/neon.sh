#!/usr/bin/env bash
# Compiles the kernels for ARM and compares NEON's with their scalar twins, on an emulated processor.
#
# Needs Debian's gcc-aarch64-linux-gnu and libc6-dev-arm64-cross for the C library and its linker, and qemu-user. The
# same program is compiled for this machine and run first, so that it is known to work.
set -euo pipefail
cd "$(dirname "$0")/../.."
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
sources=(Tests/Kernels/compare.c)
while IFS= read -r file; do sources+=("$file"); done < <(find Sources/CKernels -name '*.c' | sort)
options=(-std=gnu11 -O2 -ffp-contract=off -Wall -Wno-psabi -Wno-nullability-completeness -ISources/CKernels/include)

clang "${options[@]}" "${sources[@]}" -o "$built/here" -lm -lpthread
"$built/here"

clang --target=aarch64-linux-gnu -fuse-ld=lld -static --sysroot=/ \
    -isystem /usr/aarch64-linux-gnu/include -L/usr/aarch64-linux-gnu/lib \
    "${options[@]}" -Werror "${sources[@]}" -o "$built/arm" -lm -lpthread
qemu-aarch64 -cpu max "$built/arm"
