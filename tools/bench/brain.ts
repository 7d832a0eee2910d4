// What a suggestion takes, part by part, in Node with one thread: the frame of 10 s of sound, the default model on
// onnxruntime-web and in the core, and the bands of its answer. The parts take turns; ratios are to the model in the core.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Manifest } from '../../web/src/manifest.js';
import { makeSong } from '../../web/src/song.js';
import { Analysis } from '../../worker/analysis.js';
import { CoreRuntime } from '../../worker/core_runtime.js';
import { suggest, vote } from '../../worker/curves.js';
import type { Registry } from '../../worker/models.js';
import { OrtRuntime, runtimeIn } from '../../worker/session.js';
import type { Runtime, Tensors } from '../../worker/session.js';
import { loadModule, root } from '../dawg/assets.js';

const RATE = 48000;
const SOUND_S = 10;
const KEY = 'auto_eq_blind';
const PLUGIN = 'surgical_eq';
/** Of a round: the mean of so many counts. */
const REPEATS = 10;

export interface BrainRow {
    name: string;
    /** The least of the rounds. */
    ms: number;
    ratio: number;
}

export async function brainRows(manifest: Manifest, rounds: number): Promise<BrainRow[]> {
    const folder = join(root, 'dist/browser');
    const { models } = JSON.parse(readFileSync(join(folder, 'models/models.json'), 'utf8')) as Registry;
    const { file } = models.find(({ key }) => key === KEY)!.variants.find((variant) => variant.default)!;
    const model = new Uint8Array(readFileSync(join(folder, 'models', file)));
    const analysis = new Analysis(loadModule('worker', 'worker'), manifest);
    const read = (url: string) => Promise.resolve(Uint8Array.from(readFileSync(new URL(url))));
    const ort = runtimeIn(`${pathToFileURL(join(folder, 'ort')).href}/`, 'wasm');
    const opened = (runtime: Runtime) => runtime.open(model, file);
    const [theirs, ours] = [
        await opened(await OrtRuntime.load('wasm', ort, 1, read, () => undefined)),
        await opened(new CoreRuntime(analysis)),
    ];

    const { left, right } = makeSong(RATE);
    const sound = [left, right].map((channel) => channel.subarray(0, SOUND_S * RATE));
    const features = analysis.features(RATE);
    const hear = (): Float32Array => {
        features.reset();
        features.process(sound, 0, SOUND_S * RATE);
        return features.read();
    };
    const inputs: Tensors = { features: hear(), goal: Float32Array.of(1, 0, 0, 0, 0) }; // [1, features], [1, goals]
    const { curve_db, sigma_db } = await ours.run(inputs, 1);
    const judged = vote(analysis, [{ curve_db, sigma_db }])!;
    const plugin = manifest.plugins.findIndex(({ key }) => key === PLUGIN);
    const values = manifest.plugins[plugin].params.map(({ def }) => def);

    const parts: [string, number, () => unknown][] = [
        [`features of ${SOUND_S} s of stereo`, 1, hear],
        [`${file}, onnxruntime-web`, REPEATS, () => theirs.run(inputs, 1)],
        [`${file}, core`, REPEATS, () => ours.run(inputs, 1)],
        [`bands of ${PLUGIN}`, REPEATS, () => suggest(analysis, plugin, values, judged, { strength: 1 })],
    ];
    const least = parts.map(() => Infinity);
    for (let round = 0; round <= rounds; ++round)
        // the first lets the engine compile its best code
        for (const [i, [, repeats, run]] of parts.entries()) {
            const began = performance.now();
            for (let k = 0; k < repeats; ++k) await run();
            if (round) least[i] = Math.min(least[i], (performance.now() - began) / repeats);
        }
    await theirs.close();
    return parts.map(([name], i) => ({ name, ms: least[i], ratio: Number((least[i] / least[2]).toFixed(2)) }));
}
