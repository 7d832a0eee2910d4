// The files that the package loads: where they lie, how they come, and what to say when they do not.
import type { AssetOptions } from './api.js';
import { InputError } from './errors.js';
import type { Manifest } from './manifest.js';

type UrlOption = 'manifestUrl' | 'workletUrl' | 'wasmUrl' | 'renderUrl' | 'workerUrl' | 'workerWasmUrl';

/** Written out one by one, so that bundlers see the files and bring them along. */
const DEFAULTS: Record<UrlOption, () => URL> = {
    manifestUrl: () => new URL('./manifest.json', import.meta.url),
    workletUrl: () => new URL('./dawg-worklet.js', import.meta.url),
    wasmUrl: () => new URL('./dawg-worklet.wasm', import.meta.url),
    renderUrl: () => new URL('./dawg-render.js', import.meta.url),
    workerUrl: () => new URL('./dawg-worker.js', import.meta.url),
    workerWasmUrl: () => new URL('./dawg-worker.wasm', import.meta.url),
};
const pageUrl = (): string | undefined => (typeof document === 'undefined' ? undefined : document.baseURI);

/** The address of a file as given, or beside the main file. Throws InputError for one that is none. */
export function urlOf(options: AssetOptions, name: UrlOption): string {
    try {
        return new URL(options[name] ?? DEFAULTS[name](), pageUrl()).href;
    } catch {
        throw new InputError(
            `${name} is "${String(options[name] ?? '')}" and no address; give one such as "/assets/…".`,
        );
    }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function fetchFile(name: UrlOption, url: string): Promise<Response> {
    let response: Response;
    try {
        response = await fetch(url);
    } catch (error) {
        throw new Error(
            `${url} could not be fetched (${reason(error)}): the server is away, or does not allow other origins (CORS), ` +
                `or the page's connect-src forbids it. ${name} says where the file is.`,
            { cause: error },
        );
    }
    if (!response.ok)
        throw new Error(
            `${url} could not be fetched: ${response.status} ${response.statusText}`.trim() +
                `. Serve the file there, or give ${name}.`,
        );
    return response;
}

/** Why a file that a browser loads by itself (a worklet, a worker) did not come, as far as fetching it again tells. */
export async function whyNot(name: UrlOption, url: string): Promise<string> {
    try {
        const type = (await fetchFile(name, url)).headers.get('content-type') ?? 'none';
        if (!/javascript|ecmascript/.test(type))
            return `${url} has the type ${type}, not text/javascript: ${name} points to another file, or the server does not know .js.`;
        return `${url} is there, but the browser refused it: see its console (Content-Security-Policy, CORS, or an error in the file).`;
    } catch (error) {
        return reason(error);
    }
}

/** Compiles, or says why that cannot be: blocked by the page's policy, or no wasm. */
export async function compile(bytes: BufferSource, source: string): Promise<WebAssembly.Module> {
    if (typeof WebAssembly === 'undefined') throw new Error('This browser has no WebAssembly.');
    try {
        return await WebAssembly.compile(bytes);
    } catch (error) {
        const text = reason(error);
        if (error instanceof EvalError || /unsafe-eval|\bCSP\b|Content.Security.Policy/i.test(text))
            throw new Error(
                `The page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src. (${text})`,
                { cause: error },
            );
        throw new Error(
            `${source} is no WebAssembly module: the address leads to another file, or it is damaged. (${text})`,
            {
                cause: error,
            },
        );
    }
}

/** A module and, to be had when needed, its bytes. */
export interface Wasm {
    module: WebAssembly.Module;
    bytes(): Promise<ArrayBuffer>;
}

/** Files that all engines of the page share, by address. A failure is forgotten, so that it can be tried again. */
const shared = new Map<string, Promise<unknown>>();
function once<T>(url: string, load: () => Promise<T>): Promise<T> {
    const before = shared.get(url) as Promise<T> | undefined;
    if (before) return before;
    const promise = load();
    shared.set(url, promise);
    promise.catch(() => shared.delete(url));
    return promise;
}

/** Fetches and compiles by any MIME type. */
export function loadWasm(name: UrlOption, url: string): Promise<Wasm> {
    return once(url, async () => {
        const bytes = await (await fetchFile(name, url)).arrayBuffer();
        return { module: await compile(bytes, url), bytes: () => Promise.resolve(bytes) };
    });
}

export async function workletWasm(options: AssetOptions): Promise<Wasm> {
    const { wasmModule, wasmBinary } = options;
    if (wasmBinary) {
        const bytes = ArrayBuffer.isView(wasmBinary)
            ? wasmBinary.buffer.slice(wasmBinary.byteOffset, wasmBinary.byteOffset + wasmBinary.byteLength)
            : wasmBinary;
        return { module: wasmModule ?? (await compile(bytes, 'wasmBinary')), bytes: () => Promise.resolve(bytes) };
    }
    const load = (): Promise<Wasm> => loadWasm('wasmUrl', urlOf(options, 'wasmUrl'));
    if (wasmModule) return { module: wasmModule, bytes: async () => (await load()).bytes() };
    return load();
}

export async function loadManifest(options: AssetOptions): Promise<Manifest> {
    const url = options.manifest ? 'manifest' : urlOf(options, 'manifestUrl');
    const manifest =
        options.manifest ??
        (await once(url, async () => {
            const text = await (await fetchFile('manifestUrl', url)).text();
            try {
                return JSON.parse(text) as Manifest;
            } catch (error) {
                throw new Error(`${url} is no JSON: manifestUrl must lead to manifest.json. (${reason(error)})`, {
                    cause: error,
                });
            }
        }));
    if (!(Array.isArray(manifest?.plugins) && typeof manifest.hash === 'string'))
        throw new Error(`${url} is no manifest of this package: it must hold abi, hash and plugins.`);
    return manifest;
}

/** Starts a self-contained script as a worker. Browsers refuse one of another origin: then a line of its own imports it,
 * which a strict policy forbids; serve the file from the page's origin there. */
export function startWorker(url: string, name: string): Worker {
    if (typeof Worker === 'undefined') throw new Error('There are no Web Workers here.');
    if (new URL(url).origin === location.origin) return new Worker(url, { type: 'module', name });
    const line = URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
    try {
        return new Worker(line, { type: 'module', name });
    } finally {
        setTimeout(() => URL.revokeObjectURL(line), 10000);
    }
}
