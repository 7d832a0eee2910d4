// What the tests of the brain share: models made on the spot, files that lie in memory, the runtime from dist/browser.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '../../worker/files.js';
import type { ReadFile } from '../../worker/files.js';
import { Models } from '../../worker/models.js';
import type { ModelFiles, Registry, Schema } from '../../worker/models.js';
import { Store } from '../../worker/store.js';
import type { Shelf } from '../../worker/store.js';
import { onnxFile } from './onnx.js';
import type { TestModel } from './onnx.js';

export const ORT = pathToFileURL(resolve('dist/browser/ort/')).href + '/';
export const BASE = 'https://models.test/';
export const KEY = 'auto_eq_blind';
export const PLUGIN = 'surgical_eq';
const HASH = '0123456789abcdef';
export const schema: Schema = {
    features: { version: 1, values: Array.from({ length: 12 }, (_, i) => ({ key: `value_${i}` })) },
    schemas: { [PLUGIN]: HASH },
};

/** curve_db = the first features x 2 + 1 in every band, sigma_db = 0.5. */
export function testModel(
    more: Partial<TestModel> = {},
    width = schema.features.values.length,
): Uint8Array<ArrayBuffer> {
    const bands = 32;
    const weights = new Float32Array(width * bands);
    weights.fill(2, 0, bands);
    return onnxFile({
        inputs: [
            { name: 'features', width, weights },
            { name: 'goal', width: 5, weights: new Float32Array(5 * bands) },
        ],
        bias_db: new Float32Array(bands).fill(1),
        sigma_db: 0.5,
        metadata: { 'dawg.model': KEY, 'dawg.features': '1', 'dawg.schema': JSON.stringify({ [PLUGIN]: HASH }) },
        ...more,
    });
}

/** What a server would have, and what was asked of it. */
export class Files {
    readonly byUrl = new Map<string, Uint8Array<ArrayBuffer>>();
    readonly asked: string[] = [];
    readonly read: ReadFile = async (url, where, onBytes) => {
        this.asked.push(url);
        const file = url.startsWith('file:') ? Uint8Array.from(readFileSync(new URL(url))) : this.byUrl.get(url);
        if (!file) throw new Error(`${url} could not be fetched: 404 Not Found. Serve the file there; ${where}.`);
        const half = file.length >> 1;
        onBytes?.(half, file.length);
        await Promise.resolve();
        onBytes?.(file.length, file.length);
        return file;
    };
}

export async function registryOf(file: Uint8Array<ArrayBuffer>): Promise<Registry> {
    const variant = {
        variant: 'fp32',
        file: 'blind.onnx',
        bytes: file.length,
        sha256: await sha256(file),
        default: true,
    };
    return { models: [{ key: KEY, version: 1, variants: [variant], schema: { ...schema.schemas }, features: 1 }] };
}

export interface Setup {
    models: Models;
    files: Files;
    registry: Registry;
    store: Store;
}
export async function setUp(model = testModel(), more: Partial<ModelFiles> = {}, shelf?: Shelf): Promise<Setup> {
    const files = new Files();
    const registry = await registryOf(model);
    files.byUrl.set(`${BASE}blind.onnx`, model);
    const urls = { 'blind.onnx': `${BASE}blind.onnx` };
    const store = new Store('test', 1 << 20, () => Promise.resolve(shelf));
    const models = new Models(
        { registry, urls, runtime: ORT, provider: 'wasm', threads: 1, ...more },
        schema,
        store,
        files.read,
    );
    return { models, files, registry, store };
}

/** A browser's Cache in memory. */
export class MemoryShelf implements Shelf {
    readonly kept = new Map<string, Response>();
    match = (request: RequestInfo | URL): Promise<Response | undefined> =>
        Promise.resolve(this.kept.get(this.#name(request))?.clone());
    put = (request: RequestInfo | URL, response: Response): Promise<void> => {
        this.kept.delete(this.#name(request));
        this.kept.set(this.#name(request), response);
        return Promise.resolve();
    };
    delete = (request: RequestInfo | URL): Promise<boolean> => Promise.resolve(this.kept.delete(this.#name(request)));
    keys = (): Promise<Request[]> => Promise.resolve([...this.kept.keys()].map((url) => new Request(url)));
    #name(request: RequestInfo | URL): string {
        return request instanceof Request ? request.url : String(request);
    }
}
