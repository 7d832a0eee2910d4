// brain.suggest() and follow(): checks what is asked for, and lets the worker hear, judge and fit. Loaded when it is first needed; it
// gets from the main file what exists once, such as the class of its errors.
import type { Answer, Progress, Suggest } from '../../worker/messages.js';
import type { ModelFiles, Registry } from '../../worker/models.js';
import { MODELS, REGISTRY } from '../generated/models.js';
import type { Engine, EngineOptions, FollowToneOptions, PluginNode, SuggestOptions, Suggestion } from './api.js';
import { changesOf, curveHz, settled } from './changes.js';
import type { Response } from './changes.js';
import type { InputError } from './errors.js';
import { NodeFollowing } from './following.js';
import type { FollowHome } from './following.js';
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

function filesOf({ options, InputError: Wrong, numberIn: number }: Omit<SuggestHome, 'ask'>): ModelFiles {
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

/** Plain values of all parameters. */
export function plainValues({ info, values }: PluginNode): Float32Array {
    return Float32Array.from(info.params, ({ key, labels }) => {
        const label = labels.indexOf(String(values[key]));
        return label >= 0 ? label : Number(values[key]);
    });
}
/** What a node does with these values. */
export const responseFor =
    ({ key, engine }: PluginNode): Response =>
    (values, hz) =>
        engine.curve(key, values, hz) ?? new Float32Array(hz.length);

type Wish = Pick<SuggestOptions, 'goal' | 'reference' | 'programme' | 'strength' | 'max_gain_db' | 'variant'>;
/** What suggestions and followers ask for. Throws InputError. */
export function askedOf(home: Omit<SuggestHome, 'ask'>, node: PluginNode, options: Wish) {
    const { engine, InputError: Wrong, numberIn: number } = home;
    const { goal = 'balance', reference, programme, strength = 1, max_gain_db = 12, variant } = options;
    const { info } = node;
    const { manifest, context } = engine;
    if (!GOALS.includes(goal)) throw new Wrong(`goal is "${String(goal)}"; allowed: ${GOALS.join(', ')}.`);
    if (!programme && context.state !== 'running')
        throw new Wrong(
            `The context is ${context.state}, so that there is nothing to hear: resume() it and play, or give the programme.`,
        );
    const own = ownBands(node);
    return {
        ...(reference && { reference: home.soundOf(reference, 'The reference') }),
        goal: GOALS.indexOf(goal),
        plugin: manifest.plugins.indexOf(info),
        key: info.key,
        values: plainValues(node),
        own,
        settled: settled(info, node.values, own, responseFor(node)),
        strength: number('strength', strength, 0, 1, ''),
        max_gain_db: number('max_gain_db', max_gain_db, 0.1, 24, 'dB'),
        ...(variant !== undefined && { variant }),
        files: filesOf(home),
        schema: { features: manifest.features, schemas: manifest.schemas },
    };
}

export async function suggest(
    home: SuggestHome,
    instance: number,
    node: PluginNode,
    options: SuggestOptions,
): Promise<Suggestion> {
    const { InputError: Wrong, numberIn: number } = home;
    const { programme, seconds = 10, signal, onProgress } = options;
    const asked = askedOf(home, node, options);
    const before = node.values;
    const answer = await home.ask(
        {
            ...asked,
            ...{ type: 'suggest', instance },
            seconds: number('seconds', seconds, 1, 600, 's'),
            ...(programme && { programme: home.soundOf(programme, 'The programme') }),
        },
        { signal, ...(onProgress && { onProgress }) },
    );
    if (answer.type !== 'suggested') throw new Error(`The worker answered "${answer.type}" to suggest().`);
    const changes = changesOf(node.info, curveHz(home.engine.manifest), before, answer);
    return new NodeSuggestion(node, answer, changes, before, responseFor(node), Wrong);
}

export function follow(home: FollowHome, node: PluginNode, options: FollowToneOptions): NodeFollowing {
    return new NodeFollowing(home, node, options);
}
