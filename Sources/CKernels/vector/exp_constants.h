// exp(x) = 2^n * exp(r), n = round(x / ln 2), |r| <= ln(2) / 2, exp(r) by its Taylor series to r^7, whose first missing
// term is below 6e-9.
#pragma once

#define CK_LOG2_E 0x1.715476p+0f
// ln 2 in two parts; the first has few bits, so that its product with n is exact.
#define CK_LN2_HIGH 0x1.63p-1f
#define CK_LN2_LOW -0x1.bd0106p-13f
// Adding 1.5 * 2^23 rounds to a whole number.
#define CK_ROUNDER 0x1.8p+23f
#define CK_EXP_MAX 88.0f
#define CK_EXP_MIN -87.0f
#define CK_EXP_2 (1.0f / 2.0f)
#define CK_EXP_3 (1.0f / 6.0f)
#define CK_EXP_4 (1.0f / 24.0f)
#define CK_EXP_5 (1.0f / 120.0f)
#define CK_EXP_6 (1.0f / 720.0f)
#define CK_EXP_7 (1.0f / 5040.0f)
