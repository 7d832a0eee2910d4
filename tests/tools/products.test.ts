// What the builds leave behind: modules any host can load, and a core that stands on nothing but itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const MODULES = [
    'build/worklet/dawg-worklet.wasm',
    'build/worker/dawg-worker.wasm',
    'build/worklet-scalar/dawg-worklet.wasm',
    'build/worklet-scalar/dawg-worker.wasm',
    'build/cli/dawg-worklet.wasm',
    'build/cli/dawg-worker.wasm',
];

for (const path of MODULES) {
    test(`${path} imports nothing, exports its memory, starts at 2 MiB or less and stops at 1 GiB`, () => {
        const module = new WebAssembly.Module(readFileSync(path));
        assert.deepEqual(WebAssembly.Module.imports(module), []);
        const memory = new WebAssembly.Instance(module).exports.memory as WebAssembly.Memory;
        assert.ok(memory.buffer.byteLength <= 2 ** 21, `${memory.buffer.byteLength} bytes`);
        memory.grow(2 ** 14 - memory.buffer.byteLength / 65536);
        assert.throws(() => memory.grow(1), RangeError);
    });
}

/** What the compiler itself may call; sqrt and floor are exact, so they give the same bits with every C library. */
const COMPILER_CALLS =
    /^(mem(cpy|move|set|cmp)|bcmp|strcmp|strlen|sqrtf?|floor|__assert_fail|__stack_chk_fail|__cxa_finalize)$/;

for (const preset of ['native', 'clang', 'debug']) {
    test(`libdawg.so (${preset}) calls neither malloc, stdio nor libm`, () => {
        const listing = execFileSync('nm', ['-D', '--undefined-only', `build/${preset}/libdawg.so`], {
            encoding: 'utf8',
        });
        const needed = [...listing.matchAll(/ U ([^@\s]+)/g)].map(([, name]) => name ?? '');
        assert.deepEqual(
            needed.filter((name) => !COMPILER_CALLS.test(name)),
            [],
        );
    });
}
