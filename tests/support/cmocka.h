/* SPDX-License-Identifier: MIT
 * cmocka.h - cmocka with what it needs before it. */
#ifndef DAWG_TEST_CMOCKA_H
#define DAWG_TEST_CMOCKA_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#endif
