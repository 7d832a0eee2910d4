// What a browser loads, in dist/browser: one file per thread, import-free, beside the wasm modules and the manifest.
//   node tools/bundle.mjs        (part of npm run build; needs the wasm modules and web/generated)
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { generate } from '../web/codegen/generate.mjs';
import { Failure, files, isMain, main, root } from './lib/run.mjs';

const out = join(root, 'dist/browser');
const ENTRIES = {
    index: 'web/src/index.ts', // the page
    suggest: 'web/src/suggest.ts', // what index.js loads when a suggestion is first asked for
    gui: 'web/gui/index.ts', // the page's custom elements, with Lit
    'dawg-worklet': 'worklet/processor.ts', // the AudioWorklet
    'dawg-render': 'web/src/render_worker.ts', // the Web Worker of render()
    'dawg-worker': 'worker/worker.ts', // the Web Worker of brain()
};
const COPIES = {
    'dawg-worklet.wasm': 'build/worklet/dawg-worklet.wasm',
    'dawg-worker.wasm': 'build/worker/dawg-worker.wasm',
    'manifest.json': 'web/generated/manifest.json',
    // onnxruntime-web, which the worker loads when a model is first needed; with its own names, as ortWasmPaths has them
    'ort/ort.wasm.bundle.min.mjs': 'node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs',
    'ort/ort-wasm-simd-threaded.wasm': 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
};
const MODELS = 'models/onnx';

export async function bundle() {
    const began = Date.now();
    generate();
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    rmSync(join(out, 'models'), { recursive: true, force: true }); // names of models change
    for (const folder of ['ort', 'models']) mkdirSync(join(out, folder), { recursive: true });
    const late = {
        name: 'loaded late',
        setup: ({ onResolve }) =>
            onResolve({ filter: /^\.\/suggest\.js$/ }, ({ path, kind }) =>
                kind === 'dynamic-import' ? { path, external: true } : undefined,
            ),
    };
    await build({
        plugins: [late],
        absWorkingDir: root,
        entryPoints: Object.entries(ENTRIES).map(([name, path]) => ({ in: path, out: name })),
        outdir: out,
        bundle: true,
        format: 'esm',
        target: 'es2022',
        minify: true,
        sourcemap: true,
        legalComments: 'eof',
        define: { __DAWG_VERSION__: JSON.stringify(version) },
        logLevel: 'warning',
    }).catch((error) => {
        throw new Failure(`bundling failed: ${error.message}`);
    });
    const models = files([MODELS], /\.(onnx|json)$/).map((path) => [`models/${basename(path)}`, path]);
    for (const [name, path] of [...Object.entries(COPIES), ...models]) {
        if (!existsSync(join(root, path))) throw new Failure(`${path} is missing. Run: npm run build`);
        copyFileSync(join(root, path), join(out, name));
    }
    console.log(`build: dist/browser (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

if (isMain(import.meta)) main(bundle);
