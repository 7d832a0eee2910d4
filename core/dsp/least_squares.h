/* SPDX-License-Identifier: MIT
 * least_squares.h - linear least squares for filter designs: few unknowns, a fixed order of sums, no memory. */
#ifndef DAWG_LEAST_SQUARES_H
#define DAWG_LEAST_SQUARES_H
#include "cold.h"

#define DAWG_LEAST_SQUARES_MAX 4u /* unknowns */

/* The e[0..n-1] that makes the sum over m rows of (rows[i][0] e[0] + .. + rows[i][n-1] e[n-1] + rows[i][4])^2 least:
 * normal equations with unit columns, Cholesky. Columns that say the same share the solution. */
DAWG_COLD void dawg_least_squares(double rows[][DAWG_LEAST_SQUARES_MAX + 1u], unsigned m, unsigned n,
                                  double e[DAWG_LEAST_SQUARES_MAX]);

#endif
