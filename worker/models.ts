// The models that the brain may use: found in the registry (models/onnx/models.json), loaded with progress, and refused
// with a reason when they are not what the registry says or were made for other features or parameters than these.
import type { Analysis } from './analysis.js';
import { CoreRuntime } from './core_runtime.js';
import { Refused, messageOf } from './errors.js';
import { fetchFile, sha256 } from './files.js';
import type { ReadFile } from './files.js';
import { onnxMetadata } from './onnx_metadata.js';
import { OrtRuntime, runtimeIn, whyNoWebGpu } from './session.js';
import type { Provider, Runtime, RuntimeFiles, Session } from './session.js';
import type { Store } from './store.js';

export interface Variant {
    variant: string;
    file: string;
    bytes: number;
    /** Hexadecimal. */
    sha256: string;
    default?: boolean;
}
export interface RegisteredModel {
    key: string;
    version: number;
    variants: Variant[];
    /** By plugin: the hash of the parameters and features that it was made for. */
    schema: Record<string, string>;
    /** Version of the feature frame. */
    features: number;
}
export interface Registry {
    models: RegisteredModel[];
}
/** What this package has; of the manifest. */
export interface Schema {
    features: { version: number; values: readonly { key: string }[] };
    schemas: Record<string, string>;
}
export interface ModelFiles {
    /** The package's own, and the address of each file ... */
    registry: Registry;
    urls: Record<string, string>;
    /** ... unless models.json and the files lie here. */
    baseUrl?: string;
    /** onnxruntime-web: its files, or a folder. */
    runtime: RuntimeFiles | string;
    provider: Provider;
    /** > 1 needs shared memory. */
    threads: number;
}

/** Which part is being loaded. */
export type OnLoad = (part: 'model' | 'runtime', loaded: number, total: number | undefined) => void;

/** An open model. */
export interface Model extends Found {
    session: Session;
    provider: Provider;
    threads: number;
    /** What was asked for and is not there, with the reason. */
    skipped: string | undefined;
    /** What it was made for, by itself. */
    made: Made;
}
/** A model of the registry that may be used. */
export interface Found {
    key: string;
    version: number;
    variant: Variant;
}
type Made = Pick<RegisteredModel, 'features' | 'schema'>;

const WHERE = 'modelBaseUrl says where the models are';
const FITTING =
    'take engine and models from the same version of the package, or give a modelBaseUrl with models made for it';

/** Throws when the model was made for something else. */
function check(name: string, plugin: string, made: Made, is: Schema): void {
    if (made.features !== is.features.version)
        throw new Error(
            `${name} was made for version ${made.features} of the feature frame, this engine has ${is.features.version}: ${FITTING}.`,
        );
    const [before, now] = [made.schema[plugin], is.schemas[plugin]];
    if (before === undefined) {
        const known = Object.keys(made.schema).join(', ') || 'none';
        throw new Refused(`${name} was not made for ${plugin}; it was for: ${known}. Take one of these plugins.`);
    }
    if (before !== now)
        throw new Error(
            `${name} was made for other parameters of ${plugin} (schema ${before}) than this engine has (${now ?? 'none'}): ${FITTING}.`,
        );
}

/** What the file itself says. */
function madeFor(name: string, key: string, model: Uint8Array): Made {
    let metadata: Map<string, string>;
    let schema: Record<string, string>;
    try {
        metadata = onnxMetadata(model);
        schema = JSON.parse(metadata.get('dawg.schema') ?? '{}') as Record<string, string>;
    } catch (error) {
        throw new Error(`${name} is no ONNX file of this package: ${messageOf(error)}`, { cause: error });
    }
    if (metadata.get('dawg.model') !== key)
        throw new Error(`${name} says that it is "${metadata.get('dawg.model') ?? ''}", not ${key}. ${WHERE}.`);
    return { features: Number(metadata.get('dawg.features')), schema };
}

export class Models {
    readonly #open = new Map<string, Promise<Model>>();
    #runtime: Promise<Runtime> | undefined;
    #skipped: string | undefined;
    #registry: Promise<Registry> | undefined;
    readonly #listeners = new Set<OnLoad>();
    readonly #tell: OnLoad = (...seen) => {
        for (const listener of this.#listeners) listener(...seen);
    };

    constructor(
        readonly files: ModelFiles,
        private readonly schema: Schema,
        readonly store: Store,
        private readonly read: ReadFile = fetchFile,
        /** What the provider 'core' runs in. */
        private readonly analysis?: Analysis,
    ) {}

    /** The variant by name, or the registry's default: it is there, and made for this plugin. What is refused is read again
     * the next time. */
    async find(key: string, plugin: string, variant?: string): Promise<Found> {
        try {
            return this.#pick(await (this.#registry ??= this.#readRegistry()), key, plugin, variant);
        } catch (error) {
            this.#registry = undefined;
            throw error;
        }
    }
    #pick({ models }: Registry, key: string, plugin: string, variant: string | undefined): Found {
        const entry = models.find((model) => model.key === key);
        if (!entry) {
            const known = models.map((model) => model.key).join(', ') || 'none';
            throw new Error(`There is no model "${key}"; there are: ${known}. ${WHERE}.`);
        }
        const found = entry.variants.find((v) => (variant === undefined ? v.default : v.variant === variant));
        if (!found) {
            const known = entry.variants.map((v) => v.variant).join(', ');
            throw new Error(`${key} has no variant "${variant ?? 'default'}"; there are: ${known}.`);
        }
        check(found.file, plugin, entry, this.schema);
        return { key, version: entry.version, variant: found };
    }
    /** Loads it, the first time. What fails is forgotten, so that it can be tried again. */
    async open(found: Found, plugin: string, onLoad: OnLoad): Promise<Model> {
        const name = found.variant.sha256;
        this.#listeners.add(onLoad);
        try {
            const opened = this.#open.get(name) ?? this.#load(found);
            this.#open.set(name, opened);
            const model = await opened;
            check(found.variant.file, plugin, model.made, this.schema);
            return model;
        } catch (error) {
            this.#open.delete(name);
            this.#registry = undefined;
            throw error;
        } finally {
            this.#listeners.delete(onLoad);
        }
    }

    async #load(found: Found): Promise<Model> {
        const { key, variant } = found;
        const [bytes, runtime] = await Promise.all([this.#readModel(variant), this.#startRuntime()]);
        const made = madeFor(variant.file, key, bytes);
        const session = await runtime.open(bytes, variant.file).catch((error: unknown) => {
            this.#runtime = undefined; // it may be the runtime that is broken
            throw error;
        });
        const [width, given] = [this.schema.features.values.length, session.inputs.get('features')];
        if (given !== width)
            throw new Error(`${variant.file} takes ${given ?? 'no'} features, a frame has ${width}: ${FITTING}.`);
        const { provider, threads } = runtime;
        return { ...found, made, session, provider, threads, skipped: this.#skipped };
    }
    async #readRegistry(): Promise<Registry> {
        const { baseUrl, registry } = this.files;
        if (baseUrl === undefined) return registry;
        const url = new URL('models.json', baseUrl).href;
        const text = new TextDecoder().decode(await this.read(url, WHERE));
        try {
            const given = JSON.parse(text) as Registry;
            if (given.models.every(({ variants, schema }) => variants.length && schema)) return given;
        } catch {
            // said below
        }
        throw new Error(`${url} is no registry of models: ${WHERE}.`);
    }
    async #readModel({ file, bytes, sha256: wanted }: Variant): Promise<Uint8Array<ArrayBuffer>> {
        const kept = await this.store.get(wanted);
        if (kept && (await sha256(kept)) === wanted) return kept;
        const { baseUrl, urls } = this.files;
        const url = baseUrl === undefined ? urls[file] : new URL(file, baseUrl).href;
        const model = await this.read(url, WHERE, (loaded) => this.#tell('model', loaded, bytes));
        const is = await sha256(model);
        if (is !== wanted)
            throw new Error(
                `${url} is not the model of the registry: it has ${model.length} bytes and SHA-256 ${is.slice(0, 16)}…, ` +
                    `not ${bytes} and ${wanted.slice(0, 16)}…. It is damaged or of another version: put the right one there. ${WHERE}.`,
            );
        await this.store.put(wanted, model);
        return model;
    }
    #startRuntime(): Promise<Runtime> {
        return (this.#runtime ??= this.#loadRuntime().catch((error: unknown) => {
            this.#runtime = undefined;
            throw error;
        }));
    }
    async #loadRuntime(): Promise<Runtime> {
        const { runtime: at, provider, threads } = this.files;
        if (provider === 'core') {
            if (!this.analysis) throw new Error("provider 'core' needs dawg-worker.wasm, which is not there.");
            return new CoreRuntime(this.analysis);
        }
        this.#skipped = provider === 'webgpu' ? await whyNoWebGpu(at) : undefined;
        const used = this.#skipped ? 'wasm' : provider;
        const files = typeof at === 'string' ? runtimeIn(at, used) : at;
        const isShared = globalThis.crossOriginIsolated;
        return OrtRuntime.load(used, files, isShared ? threads : 1, this.read, (loaded, total) =>
            this.#tell('runtime', loaded, total),
        );
    }
}
