// brain.follow() of tone in Chromium: a planted fault is led down and let go, the hand takes bands back, silence eases, a
// worker that dies is followed by one that goes on. How long a step takes: follow_steps.test.ts.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { KEY, noise, serveLevellers } from '../worker/brain.js';
import { Harness, PAGES, isFull } from './harness.js';
import { planar } from './jobs.js';

const RATE = 48000;
const FAULT = { hz: 2000, gain_db: 9, q: 1 };
const harness = new Harness();
const OPTIONS = { modelBaseUrl: './files/models/' };

describe('follow', { concurrency: 2 }, () => {
    before(async () => {
        const { files } = harness.server;
        await serveLevellers(files, 'models');
        for (const [name, channel] of [
            ['faulty', noise(4, RATE, FAULT)],
            ['clean', noise(4, RATE)],
        ] as const)
            files.set(name, planar([channel, channel]));
    });

    const all = PAGES.flatMap((words) => (['auto_eq', 'surgical_eq'] as const).map((key) => ({ words, key })));
    for (const { words, key } of isFull ? all : all.slice(1, 3))
        test(`${words}: ${key} leads a bell of +9 dB at 2 kHz down, yields to the hand, outlives its worker, eases on silence`, async (t) => {
            const seen = await harness.visit(
                words,
                async ({ rate, options, key, hz }) => {
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context, options);
                    const eq = await kit.createAny(engine, key, {});
                    const [faulty, clean] = [await kit.getStereo('faulty'), await kit.getStereo('clean')];
                    const source = kit.play(context, faulty, true);
                    source.connect(eq).connect(context.destination);
                    await context.resume();
                    const brain = await engine.brain();
                    const following = await brain.follow(eq, { slew_db_per_s: 100, hysteresis_db: 0 });
                    const at = () => {
                        const y = engine.curve(key, eq.values, Float32Array.of(hz, 200))!;
                        return y[0] - y[1];
                    };
                    await kit.until('bands are led', () => following.keys.length > 0);
                    await kit.until('it is led down', () => at() < -6, 30);
                    const after_s = context.currentTime;
                    const led = [...following.keys];
                    // the hand takes one
                    const taken = led.includes('output_db') ? 'output_db' : led[0];
                    eq.set(taken, 1.5);
                    await kit.until('the hand owns it', () => eq.owner(taken) === 'hand');
                    await kit.wait(2.5);
                    const kept = [eq.get(taken), following.keys.includes(taken), following.keys.length];
                    // its worker dies
                    const events: string[] = [];
                    engine.on('worker', ({ state }) => events.push(state));
                    const before = at();
                    await brain.restart();
                    await kit.wait(3.5);
                    const across = [before, at(), eq.owner(following.keys[0])];
                    // the fault goes
                    source.disconnect();
                    const mended = kit.play(context, clean, true);
                    mended.connect(eq);
                    await kit.until('it returns', () => at() > -3, 25);
                    const back = at();
                    // silence
                    mended.disconnect();
                    await kit.until('it eases', () => following.state === 'ease', 20);
                    await kit.until(
                        'neutral',
                        () => following.keys.every((k) => !/gain/.test(k) || eq.get(k) === 0),
                        20,
                    );
                    const { reason } = following;
                    kit.play(context, clean, true).connect(eq);
                    await kit.until('it listens again', () => following.state !== 'ease', 20);
                    following.release();
                    const owners = led.map((k) => eq.owner(k));
                    const model = following.model?.key;
                    const ended = following.state;
                    await engine.destroy();
                    await context.close();
                    return {
                        led,
                        kept,
                        events,
                        across,
                        back,
                        reason,
                        owners,
                        model,
                        ended,
                        after_s,
                    };
                },
                { rate: RATE, options: OPTIONS, key, hz: FAULT.hz },
            );
            assert.ok(seen.led.some((k) => /^band\d+_gain_db$/.test(k)));
            if (key === 'surgical_eq') assert.ok(seen.led.includes('output_db'), 'it has no loudness match on');
            assert.deepEqual(seen.kept, [1.5, false, seen.led.length - 1], 'what the hand took stays');
            assert.deepEqual(seen.events, ['restarted']);
            const [down, again, owner] = seen.across as [number, number, string];
            assert.ok(Math.abs(down - again) < 1.5, `${down} dB, ${again} dB with another worker`);
            assert.equal(owner, 'brain');
            assert.ok(seen.back > -3, `${seen.back} dB when the fault is gone`);
            assert.equal(seen.reason, 'silence');
            assert.ok(seen.owners.every((one) => one === 'hand'));
            assert.deepEqual([seen.model, seen.ended], [KEY, 'ended']);
            t.diagnostic(`down after ${seen.after_s.toFixed(1)} s`);
        });
});
