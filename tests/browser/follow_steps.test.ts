// brain.follow() of tone with the models of the package: the song's planted bell is led down for a goal and for a reference,
// and each step's time from the last frame of its window to the moved parameter. One at a time, for they are timed.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { makeSong } from '../../web/src/song.js';
import { record } from '../wasm/builds.js';
import { KEY, MATCH } from '../worker/brain.js';
import { Harness, PAGES, isFull } from './harness.js';
import { planar } from './jobs.js';

const RATE = 48000;
const HZ = 4000;
const harness = new Harness();
interface Case {
    words: (typeof PAGES)[number];
    key: 'auto_eq' | 'surgical_eq' | 'mastering_eq';
    isMatch: boolean;
    steps: number;
}
const CASES: Case[] = isFull
    ? PAGES.flatMap((words) => [
          { words, key: 'surgical_eq', isMatch: false, steps: 110 },
          { words, key: 'mastering_eq', isMatch: true, steps: 110 },
          { words, key: 'auto_eq', isMatch: false, steps: 20 },
      ])
    : [
          { words: 'isolated', key: 'auto_eq', isMatch: false, steps: 6 },
          { words: 'plain', key: 'mastering_eq', isMatch: true, steps: 6 },
      ];

describe('follow, with the models of the package', { concurrency: 1 }, () => {
    before(() => {
        const { left, right } = makeSong(RATE);
        harness.server.files.set('song', planar([left, right]));
    });

    for (const { words, key, isMatch, steps } of CASES)
        test(`${words}: ${key} leads the song's bell of +9 dB at 4 kHz down for ${isMatch ? 'a reference' : 'balance'}, ${steps} steps`, async (t) => {
            const seen = await harness.visit(
                words,
                async ({ rate, key, isMatch, steps, hz }) => {
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context);
                    const moves = await kit.watchMoves(context);
                    const faulty = await engine.create('surgical_eq', {
                        ...{ band4_on: true, band4_freq_hz: hz, band4_gain_db: 9, band4_q: 1 },
                    });
                    const eq = await kit.createAny(engine, key, key === 'auto_eq' ? { freeze: true } : {}); // nobody else moves it
                    const song = await kit.getStereo('song');
                    kit.play(context, song, true).connect(faulty).connect(eq).connect(context.destination);
                    await context.resume();
                    const brain = await engine.brain();
                    const reference = { sampleRate: rate, channels: song };
                    const following = await brain.follow(eq, {
                        ...(isMatch && { reference }),
                        ...{ slew_db_per_s: 100, hysteresis_db: 0 },
                    });
                    const answers = new Map<number, { state: string; ms: typeof following.ms }>();
                    let [doubt_db, down] = [0, Infinity];
                    following.on('change', () => {
                        const { frame, ms, state, keys } = following;
                        if (ms && keys.length && !answers.has(frame)) answers.set(frame, { state, ms });
                        doubt_db = Math.max(doubt_db, following.doubt_db);
                        const y = engine.curve(key, eq.values, Float32Array.of(hz, hz / 4, hz * 4))!;
                        down = Math.min(down, y[0] - (y[1] + y[2]) / 2);
                    });
                    const stepped = () => [...answers.values()].filter(({ state }) => state === 'follow').length;
                    await kit.until(`${steps} steps`, () => stepped() > steps, 30 + 1.2 * steps);
                    const { model, error, keys } = following;
                    await engine.destroy();
                    await context.close();
                    return { answers: [...answers], moves, down, doubt_db, model, error: error?.message, keys };
                },
                { rate: RATE, key, isMatch, steps, hz: HZ },
                undefined,
                60 + 2 * steps,
            );
            assert.equal(seen.error, undefined);
            assert.equal(seen.model?.key, isMatch ? MATCH : KEY);
            assert.ok(seen.keys.filter((k) => /^band\d+_gain_db$/.test(k)).length >= 2, String(seen.keys));
            // how well the models judge is for their cards: the blind one wants 2 to 3 dB less of this bell
            assert.ok(seen.down < (isMatch ? -4 : -1), `${seen.down} dB at 4 kHz, against two octaves beside it`);

            const acted = new Map<number, number>(); // the first of each answer
            for (const { heardTo, frame } of seen.moves) if (!acted.has(heardTo)) acted.set(heardTo, frame);
            const answers = seen.answers.slice(0, -1); // the last one's moves may not be there yet
            const led = answers.flatMap(([heardTo, { ms, state }]) => {
                const frame = acted.get(heardTo % 2 ** 32);
                assert.ok(frame !== undefined || state === 'hold', `nothing moved for frame ${heardTo}: ${state}`);
                return frame === undefined ? [] : [{ ms: ms!, whole: (1000 * (frame - heardTo)) / RATE }];
            });
            const states = answers.map(([, { state }]) => state).join(' ');
            assert.ok(led.length >= steps, `${led.length} steps of ${steps}: ${states}`);
            assert.ok(answers.length <= 4 + steps / 0.7, `after ${answers.length} answers: ${states}`); // it begins by holding
            const share = (values: number[], part: number): number =>
                values.sort((a, b) => a - b)[Math.ceil(part * values.length) - 1];
            const own = led.map(({ ms }) => ms.features + ms.inference + ms.fit);
            const rows = [
                [
                    'median',
                    share(
                        led.map(({ whole }) => whole),
                        0.5,
                    ),
                ],
                [
                    '95th percentile',
                    share(
                        led.map(({ whole }) => whole),
                        0.95,
                    ),
                ],
                [
                    'of it features, median',
                    share(
                        led.map(({ ms }) => ms.features),
                        0.5,
                    ),
                ],
                [
                    'of it the net, median',
                    share(
                        led.map(({ ms }) => ms.inference),
                        0.5,
                    ),
                ],
                [
                    'of it vote and fit, median',
                    share(
                        led.map(({ ms }) => ms.fit),
                        0.5,
                    ),
                ],
                ["of it the worker's own time, 95th percentile", share(own, 0.95)],
            ] as const;
            t.diagnostic(
                `${led.length} steps, doubt up to ${seen.doubt_db.toFixed(1)} dB, ${seen.down.toFixed(1)} dB down`,
            );
            t.diagnostic(states);
            t.diagnostic(led.map(({ whole }) => whole.toFixed(0)).join(' '));
            t.diagnostic(rows.map(([what, ms]) => `${what} ${ms.toFixed(1)} ms`).join(', '));
            for (const [what, ms] of rows)
                record('FL-3', `${words} ${key}: window's end to moved parameter, ${what}`, ms, 'ms', 'measured');
        });
});
