/* SPDX-License-Identifier: MIT
 * least_squares.c - see least_squares.h. */
#include "least_squares.h"
#include "maths.h"

#define UNKNOWNS DAWG_LEAST_SQUARES_MAX

void dawg_least_squares(double rows[][UNKNOWNS + 1u], unsigned m, unsigned n, double e[UNKNOWNS])
{
    double g[UNKNOWNS][UNKNOWNS], b[UNKNOWNS], scale[UNKNOWNS];
    for (unsigned i = 0; i < n; ++i) {
        double sum = 1e-300;
        for (unsigned r = 0; r < m; ++r) sum += rows[r][i] * rows[r][i];
        scale[i] = 1.0 / dawg_sqrt_d(sum);
    }
    for (unsigned i = 0; i < n; ++i) {
        b[i] = 0.0;
        for (unsigned r = 0; r < m; ++r) b[i] -= scale[i] * rows[r][i] * rows[r][UNKNOWNS];
        for (unsigned j = 0; j <= i; ++j) {
            g[i][j] = i == j ? 1e-15 : 0.0; /* enough that rounding cannot make the pivot negative */
            for (unsigned r = 0; r < m; ++r) g[i][j] += scale[i] * rows[r][i] * (scale[j] * rows[r][j]);
        }
    }
    for (unsigned i = 0; i < n; ++i) {
        for (unsigned j = 0; j < i; ++j) {
            for (unsigned l = 0; l < j; ++l) g[i][j] -= g[i][l] * g[j][l];
            g[i][j] /= g[j][j];
        }
        for (unsigned l = 0; l < i; ++l) g[i][i] -= g[i][l] * g[i][l];
        g[i][i] = dawg_sqrt_d(dawg_max_d(g[i][i], 1e-16));
        for (unsigned l = 0; l < i; ++l) b[i] -= g[i][l] * b[l];
        b[i] /= g[i][i];
    }
    for (unsigned i = n; i-- > 0;) {
        for (unsigned l = i + 1; l < n; ++l) b[i] -= g[l][i] * e[l];
        e[i] = b[i] / g[i][i];
        b[i] = e[i];
    }
    for (unsigned i = 0; i < n; ++i) e[i] *= scale[i];
}
