#include "../include/CKernels.h"

// Values at which normally distributed weights are densest, with the step of an 8-bit scale.
const int8_t ck_codebook[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
