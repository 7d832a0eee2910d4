// The built files that the command runs: the manifest and the two modules that the browser loads as well.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '../../web/src/manifest.js';
import { Engine } from '../../worklet/engine.js';
import { WorkError } from './errors.js';

/** The package's root, seen from dist/tools/dawg/. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

function read(path: string): Buffer<ArrayBuffer> {
    try {
        return readFileSync(join(root, path));
    } catch {
        throw new WorkError(`${join(root, path)} is missing. Run: npm run build`);
    }
}

export const loadManifest = (): Manifest => JSON.parse(read('web/generated/manifest.json').toString()) as Manifest;
/** `build` is a CMake preset: worklet, worklet-scalar, cli; worker. */
export const loadModule = (build: string, name: 'worklet' | 'worker'): WebAssembly.Module =>
    new WebAssembly.Module(read(`build/${build}/dawg-${name}.wasm`));
export const loadEngine = (manifest: Manifest, build = 'worklet'): Engine =>
    new Engine(loadModule(build, 'worklet'), manifest);
