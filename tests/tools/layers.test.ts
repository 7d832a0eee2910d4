// The layer rule is only worth something if a violation turns it red: each test plants one in an empty tree.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

function layers(tree?: Record<string, string>): { status: number | null; stderr: string } {
    if (!tree) return spawnSync(process.execPath, ['tools/layers.mjs'], { encoding: 'utf8' });
    const dir = mkdtempSync(join(tmpdir(), 'layers-'));
    try {
        for (const [path, text] of Object.entries(tree)) {
            mkdirSync(dirname(join(dir, path)), { recursive: true });
            writeFileSync(join(dir, path), text);
        }
        return spawnSync(process.execPath, ['tools/layers.mjs', dir], { encoding: 'utf8' });
    } finally {
        rmSync(dir, { recursive: true });
    }
}

test('the project itself keeps the layer rule', () => {
    const { status, stderr } = layers();
    assert.equal(stderr, '');
    assert.equal(status, 0);
});

const headers = {
    'core/dsp/svf.h': '#include <stdint.h>\n',
    'core/analysis/spectrum.h': '#include "dsp/svf.h"\n',
    'core/plugin.h': '#include <stddef.h>\n',
    'core/plugins/registry.h': '',
    'core/runtime.h': '#include "plugin.h"\n#include "plugins/registry.h"\n',
};

test('every allowed direction passes', () => {
    const { status, stderr } = layers({
        ...headers,
        'core/dsp/fft.c': '#include <kiss_fftr.h>\n#include "dsp/svf.h"\n',
        'core/plugins/eq/auto_eq.c': '#include "plugin.h"\n#include "dsp/svf.h"\n#include "analysis/spectrum.h"\n',
        'core/tools/manifest.c': '#include <stdio.h>\n#include "runtime.h"\n',
        'wasm/worklet.c': '#include "runtime.h"\n',
        'worklet/processor.ts':
            "import { plugins } from '../web/generated/plugins.js';\nimport './protocol/ring.js';\n",
        'worker/session.ts': "import * as ort from 'onnxruntime-web';\nimport '../worklet/protocol/ring.js';\n",
        'web/src/index.ts': "export * from '../../worklet/engine.js';\n",
    });
    assert.equal(stderr, '');
    assert.equal(status, 0);
});

const planted: [string, string, string][] = [
    ['a block that knows analysis', 'core/dsp/svf.c', '#include "analysis/spectrum.h"'],
    ['a block that knows plugins', 'core/dsp/svf.c', '#include "plugin.h"'],
    ['a block that knows plugins by a relative path', 'core/dsp/svf.c', '#include "../plugin.h"'],
    ['analysis that knows plugins', 'core/analysis/spectrum.c', '  #  include "plugin.h"'],
    ['a plugin that knows the runtime', 'core/plugins/eq/auto_eq.c', '#include "runtime.h"'],
    ['stdio in a plugin', 'core/plugins/eq/auto_eq.c', '#include <stdio.h>'],
    ['libm in a block', 'core/dsp/svf.c', '#include <math.h>'],
    ['malloc in the runtime', 'core/runtime.c', '#include <stdlib.h>'],
    ['kissfft outside dsp', 'core/analysis/spectrum.c', '#include <kiss_fft.h>'],
    ['a missing header', 'core/runtime.c', '#include "dsp/nowhere.h"'],
    ['the worklet knowing the web', 'worklet/processor.ts', "import { x } from '../web/src/index.js';"],
    ['the worklet importing a package', 'worklet/processor.ts', "import x from 'some-package';"],
    ['the worker knowing the engine', 'worker/brain.ts', "import type { E } from '../worklet/engine.js';"],
    ['the worker knowing the page, lazily', 'worker/brain.ts', "const p = await import('../web/src/index.js');"],
    ['a second file naming onnxruntime', 'worker/brain.ts', "import * as ort from 'onnxruntime-web';"],
    ['the page knowing a tool', 'web/src/index.ts', "export { x } from '../../tools/dawg.js';"],
];
for (const [what, path, line] of planted) {
    test(`${what} is a violation`, () => {
        const { status, stderr } = layers({ ...headers, [path]: `${line}\n` });
        assert.equal(status, 1);
        assert.match(stderr, new RegExp(`^${path}: `));
    });
}
