// engine.matchReference(): checks what is asked for, lets the brain's worker hear and fit, and moves the bands.
import type { AudioData, MatchOptions, MatchResult, PluginNode } from './api.js';
import type { WebBrain } from './brain.js';
import { InputError } from './errors.js';
import type { ParamValue } from './manifest.js';
import type { Mirror } from './mirror.js';
import { audioOf, numberIn } from './render.js';
import { jsonValue, paramIndex } from './values.js';
import type { WholeSound } from '../../worker/messages.js';

const PLUGIN = 'mastering_eq';

export const soundOf = (audio: AudioBuffer | AudioData, name: string): WholeSound => {
    const { sampleRate: rate, channels } = audioOf(audio, name);
    return { rate, channels: channels.map((channel) => channel.slice()) }; // an AudioBuffer's may not be transferred
};

export async function matchReference(
    brain: () => Promise<WebBrain>,
    context: BaseAudioContext,
    mirror: Mirror,
    node: PluginNode,
    reference: AudioBuffer | AudioData,
    options: MatchOptions = {},
): Promise<MatchResult> {
    const { info, instance } = mirror;
    const { seconds = 10, strength = 1, max_gain_db = 12, apply = true, programme, signal } = options;
    if (info.key !== PLUGIN)
        throw new InputError(`matchReference moves the bands of a ${PLUGIN}; this node is a ${info.key}.`);
    const asked = {
        type: 'match' as const,
        instance,
        seconds: numberIn('seconds', seconds, 1, 600, 's'),
        strength: numberIn('strength', strength, 0, 1, ''),
        max_gain_db: numberIn('max_gain_db', max_gain_db, 0.1, info.params[3].max, 'dB'),
        reference: soundOf(reference, 'The reference'),
        ...(programme && { programme: soundOf(programme, 'The programme') }),
    };
    if (!programme && context.state !== 'running')
        throw new InputError(
            `The context is ${context.state}, so that there is nothing to hear: resume() it and play, or give the programme.`,
        );
    signal?.throwIfAborted();
    const answer = await (
        await brain()
    ).ask(asked, { signal, onProgress: ({ fraction = 0 }) => options.onProgress?.(fraction) });
    if (answer.type !== 'matched') throw new Error(`The worker answered "${answer.type}" to a match.`);
    const { values, level_db, output_db, before_db, after_db } = answer;
    const moves = new Map(values.entries());
    // The bands make up for the whole difference, and the output for the programme's own loudness: what match_loudness
    // knows is pink noise's.
    for (const key of ['tilt_db', 'target_amount', 'match_loudness']) moves.set(paramIndex(info, key), 0);
    moves.set(paramIndex(info, 'output_db'), output_db);
    const params: Record<string, ParamValue> = {};
    for (const [i, plain] of moves) params[info.params[i].key] = jsonValue(info.params[i], Math.fround(plain));
    if (apply) node.set(params);
    return { params, level_db, before_db, after_db };
}
