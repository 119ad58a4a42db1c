// zlib's header, and functions for those of its macros that Swift cannot see.
#ifndef ACTUARY_ZLIB_SHIM_H
#define ACTUARY_ZLIB_SHIM_H

#include <zlib.h>

static inline int actuary_deflate_init(z_stream *stream, int level, int window_bits, int memory_level) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY);
}

static inline int actuary_inflate_init(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}

#endif
