#include "../packed/quantize.h"

void ck_scalar_quantize(const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end) { quantize(job, begin, end); }
