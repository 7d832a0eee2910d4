// What the tests of the brain share: models made on the spot, files that lie in memory, the runtime from dist/browser.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadManifest, loadModule } from '../../tools/dawg/assets.js';
import { seededRandom } from '../../web/src/random.js';
import { Analysis } from '../../worker/analysis.js';
import { sha256 } from '../../worker/files.js';
import type { ReadFile } from '../../worker/files.js';
import { Models } from '../../worker/models.js';
import type { ModelFiles, Registry, Schema } from '../../worker/models.js';
import { Segments } from '../../worker/segments.js';
import { Store } from '../../worker/store.js';
import type { Shelf } from '../../worker/store.js';
import { onnxFile } from './onnx.js';
import type { TestModel } from './onnx.js';

export const ORT = pathToFileURL(resolve('dist/browser/ort/')).href + '/';
export const BASE = 'https://models.test/';
export const KEY = 'auto_eq_blind';
export const MATCH = 'auto_eq_match';
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

export const newAnalysis = (): Analysis => new Analysis(loadModule('worker', 'worker'), manifest);

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
        more.provider === 'core' ? newAnalysis() : undefined,
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

/** Noise that falls above 4 kHz as music does, seeded; with a bell of +9 dB or so at a frequency, by an RBJ biquad (Audio EQ Cookbook). */
export function noise(seconds: number, rate: number, bell?: { hz: number; gain_db: number; q: number }): Float32Array {
    const random = seededRandom(17);
    let dull = 0;
    const plain = Float32Array.from(
        { length: Math.round(seconds * rate) },
        () => (dull = 0.6 * dull + 0.05 * (2 * random() - 1)),
    );
    if (!bell) return plain;
    const w = (2 * Math.PI * bell.hz) / rate;
    const [a, alpha] = [10 ** (bell.gain_db / 40), Math.sin(w) / (2 * bell.q)];
    const [b0, b1, b2] = [1 + alpha * a, -2 * Math.cos(w), 1 - alpha * a].map((b) => b / (1 + alpha / a));
    const [a1, a2] = [-2 * Math.cos(w), 1 - alpha / a].map((c) => c / (1 + alpha / a));
    let [x1, x2, y1, y2] = [0, 0, 0, 0];
    return plain.map((x) => {
        const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
        [x2, x1, y2, y1] = [x1, x, y1, y];
        return y;
    });
}

export const manifest = loadManifest();
export const realSchema: Schema = { features: manifest.features, schemas: manifest.schemas };

/** A model that wants that sound (or the reference): in each of 32 bands the mean of the two of the features' bands in
 * it, the other way round. */
export function leveller(key = KEY, wanted = noise(10, 48000), sigma_db = 0.2): Uint8Array<ArrayBuffer> {
    const [bands, width] = [32, manifest.features.values.length];
    const segments = new Segments(newAnalysis(), 48000);
    segments.process([wanted, wanted], 0, wanted.length);
    const frames = segments.all.map(({ frame }) => frame);
    const target = frames[0].map((_, i) => frames.reduce((sum, frame) => sum + frame[i], 0) / frames.length);
    const matrix = (sign: number): Float32Array => {
        const weights = new Float32Array(width * bands);
        for (let band = 0; band < bands; ++band)
            for (const half of [0, 1]) weights[(2 * band + half) * bands + band] = 0.5 * sign;
        return weights;
    };
    const isBlind = key === KEY;
    const bias_db = Float32Array.from({ length: bands }, (_, band) =>
        isBlind ? (target[2 * band] + target[2 * band + 1]) / 2 : 0,
    );
    const other = isBlind
        ? { name: 'goal', width: 5, weights: new Float32Array(5 * bands) }
        : { name: 'reference', width, weights: matrix(1) };
    return onnxFile({
        inputs: [{ name: 'features', width, weights: matrix(-1) }, other],
        bias_db,
        sigma_db,
        metadata: {
            'dawg.model': key,
            'dawg.features': String(manifest.features.version),
            'dawg.schema': JSON.stringify(manifest.schemas),
        },
    });
}
/** Of files by their keys, as models/onnx/models.json has them. */
export async function realRegistry(files: Record<string, Uint8Array<ArrayBuffer>>): Promise<Registry> {
    const models = Object.entries(files).map(async ([key, file]) => {
        const variant = {
            variant: 'fp32',
            file: `${key}.onnx`,
            bytes: file.length,
            sha256: await sha256(file),
            default: true,
        };
        return { key, version: 1, variants: [variant], schema: manifest.schemas, features: manifest.features.version };
    });
    return { models: await Promise.all(models) };
}
/** Puts levellers, blind and for a reference, and their registry into a folder of a server's files. */
export async function serveLevellers(files: Map<string, Buffer>, folder: string): Promise<void> {
    const models = { [KEY]: leveller(), [MATCH]: leveller(MATCH) };
    files.set(`${folder}/models.json`, Buffer.from(JSON.stringify(await realRegistry(models))));
    for (const [key, file] of Object.entries(models)) files.set(`${folder}/${key}.onnx`, Buffer.from(file));
}
