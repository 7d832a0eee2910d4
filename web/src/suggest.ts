// brain.suggest(): checks what is asked for, and lets the worker hear, judge and fit. Loaded when it is first needed; it
// gets from the main file what exists once, such as the class of its errors.
import type { Answer, Progress, Suggest } from '../../worker/messages.js';
import type { ModelFiles, Registry } from '../../worker/models.js';
import { MODELS, REGISTRY } from '../generated/models.js';
import type { Engine, EngineOptions, PluginNode, SuggestOptions, Suggestion } from './api.js';
import { changesOf, curveHz, settled } from './changes.js';
import type { InputError } from './errors.js';
import type { soundOf } from './match.js';
import type { numberIn } from './render.js';
import { NodeSuggestion, ownBands } from './suggestion.js';

export interface SuggestHome {
    engine: Pick<Engine, 'context' | 'curve' | 'manifest'>;
    options: EngineOptions;
    ask(
        asked: Omit<Suggest, 'id'>,
        more: { onProgress?: (progress: Progress) => void; signal?: AbortSignal | undefined },
    ): Promise<Answer>;
    InputError: typeof InputError;
    soundOf: typeof soundOf;
    numberIn: typeof numberIn;
}

const GOALS = ['balance', 'clarity', 'warmth', 'brightness', 'punch'] as const;
const PROVIDERS = ['wasm', 'core', 'webgpu'] as const;

/** Written out, so that bundlers see the files and bring them along. */
const RUNTIME = {
    js: () => new URL('./ort/ort.wasm.bundle.min.mjs', import.meta.url),
    wasm: () => new URL('./ort/ort-wasm-simd-threaded.wasm', import.meta.url),
};

function filesOf({ options, InputError: Wrong, numberIn: number }: SuggestHome): ModelFiles {
    const { modelBaseUrl, ortWasmPaths, provider = 'wasm', threads = 1 } = options;
    const address = (name: string, url: string | URL, isFolder = false): string => {
        try {
            const { href } = new URL(url, document.baseURI);
            return isFolder && !href.endsWith('/') ? `${href}/` : href;
        } catch {
            throw new Wrong(`${name} is "${String(url)}" and no address; give one such as "/assets/…".`);
        }
    };
    if (!PROVIDERS.includes(provider))
        throw new Wrong(`provider is "${String(provider)}"; allowed: ${PROVIDERS.join(', ')}.`);
    const given = ortWasmPaths ?? { js: RUNTIME.js(), wasm: RUNTIME.wasm() };
    const runtime =
        typeof given === 'string' || given instanceof URL
            ? address('ortWasmPaths', given, true)
            : { js: address('ortWasmPaths.js', given.js), wasm: address('ortWasmPaths.wasm', given.wasm) };
    return {
        registry: REGISTRY as Registry,
        urls: Object.fromEntries(Object.entries(MODELS).map(([file, url]) => [file, url().href])),
        ...(modelBaseUrl !== undefined && { baseUrl: address('modelBaseUrl', modelBaseUrl, true) }),
        ...{ runtime, provider, threads: number('threads', threads, 1, 64, '') },
    };
}

export async function suggest(
    home: SuggestHome,
    instance: number,
    node: PluginNode,
    options: SuggestOptions,
): Promise<Suggestion> {
    const { engine, InputError: Wrong, numberIn: number } = home;
    const { goal = 'balance', seconds = 10, strength = 1, max_gain_db = 12, variant, signal, onProgress } = options;
    const { info } = node;
    const { manifest, context } = engine;
    if (!GOALS.includes(goal)) throw new Wrong(`goal is "${String(goal)}"; allowed: ${GOALS.join(', ')}.`);
    const [programme, reference] = (['programme', 'reference'] as const).map((name) => {
        const audio = options[name];
        return audio && home.soundOf(audio, `The ${name}`);
    });
    if (!programme && context.state !== 'running')
        throw new Wrong(
            `The context is ${context.state}, so that there is nothing to hear: resume() it and play, or give the programme.`,
        );
    const before = node.values;
    const response = (values: typeof before, hz: Float32Array): Float32Array =>
        engine.curve(node.key, values, hz) ?? new Float32Array(hz.length);
    const own = ownBands(node);
    const plain = info.params.map(({ key, labels }) => {
        const label = labels.indexOf(String(before[key]));
        return label >= 0 ? label : Number(before[key]);
    });
    const answer = await home.ask(
        {
            type: 'suggest',
            instance,
            seconds: number('seconds', seconds, 1, 600, 's'),
            ...(programme && { programme }),
            ...(reference && { reference }),
            goal: GOALS.indexOf(goal),
            plugin: manifest.plugins.indexOf(info),
            key: info.key,
            values: Float32Array.from(plain),
            own,
            settled: settled(info, before, own, response),
            strength: number('strength', strength, 0, 1, ''),
            max_gain_db: number('max_gain_db', max_gain_db, 0.1, 24, 'dB'),
            ...(variant !== undefined && { variant }),
            files: filesOf(home),
            schema: { features: manifest.features, schemas: manifest.schemas },
        },
        { signal, ...(onProgress && { onProgress }) },
    );
    if (answer.type !== 'suggested') throw new Error(`The worker answered "${answer.type}" to suggest().`);
    return new NodeSuggestion(
        node,
        answer,
        changesOf(info, curveHz(manifest), before, answer),
        before,
        response,
        Wrong,
    );
}
