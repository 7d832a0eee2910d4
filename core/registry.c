/* SPDX-License-Identifier: MIT
 * registry.c - the plugins that there are: plugins/registry.h as a table. */
#include "runtime.h"
#include <string.h>

#define DAWG_PLUGIN(key) extern const dawg_plugin dawg_##key;
#include "plugins/registry.h"
#undef DAWG_PLUGIN
#define DAWG_PLUGIN(key) &dawg_##key,
const dawg_plugin *const dawg_plugins[] = {
#include "plugins/registry.h"
};
#undef DAWG_PLUGIN
const uint32_t dawg_plugin_count = DAWG_COUNT(dawg_plugins);

#if !defined(DAWG_LEAN)
const dawg_plugin *dawg_plugin_find(const char *key)
{
    for (uint32_t i = 0; i < dawg_plugin_count; ++i)
        if (!strcmp(dawg_plugins[i]->key, key)) return dawg_plugins[i];
    return NULL;
}
#endif
