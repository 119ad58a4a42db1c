// For instruction sets that take one group of weights at a time: the format becomes a constant in the includer's `tile`, so
// that each has code of its own.
#pragma once

#include "panels.h"

static void panel_rows(ck_packed_format format, int groups, ptrdiff_t rows, const ck_panel *p) {
    (void)groups;
    switch (format) {
    case CK_PACKED_BF16: tile(CK_PACKED_BF16, rows, p); break;
    case CK_PACKED_INT8: tile(CK_PACKED_INT8, rows, p); break;
    case CK_PACKED_INT4: tile(CK_PACKED_INT4, rows, p); break;
    case CK_PACKED_CODEBOOK4: tile(CK_PACKED_CODEBOOK4, rows, p); break;
    }
}
