// What a node promises of its values: set and get, what is refused, presets, states, timed moves, destruction.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { Harness, PAGES, inTurn } from './harness.js';

const harness = new Harness();

// Mostly they wait for audio: two at a time.
describe('nodes', { concurrency: 2 }, () => {
    for (const words of PAGES) {
        const each = inTurn(words);
        each('set() and get(): numbers, labels, switches, several at once', async () => {
            const seen = await harness.call(
                words,
                async () => {
                    const context = new AudioContext();
                    const engine = await dawg.createEngine(context);
                    const eq = await engine.create('surgical_eq', { band1_gain_db: -3 });
                    const start = [eq.get('band1_gain_db'), eq.get('band1_on'), eq.get('band1_type')];
                    const changes: string[] = [];
                    eq.on('change', ({ key, value }) => changes.push(`${key}=${value}`));
                    eq.set('band3_freq_hz', 4200);
                    eq.set('band1_type', 'notch');
                    eq.set({ band1_on: true, band2_type: 3, output_db: 1.5 });
                    const at = () => [
                        eq.get('band3_freq_hz'),
                        eq.get('band1_type'),
                        eq.get('band1_on'),
                        eq.get('band2_type'),
                    ];
                    await kit.until('the values hold', () => at().join() === '4200,notch,true,high shelf');
                    await kit.wait(0.2);
                    const after = [...at(), eq.values.output_db, eq.values.band1_gain_db];
                    await engine.destroy();
                    await context.close();
                    return { start, after, changes, kind: engine.transportKind };
                },
                null,
            );
            assert.equal(seen.kind, words === 'isolated' ? 'shared' : 'messages');
            assert.deepEqual(seen.start, [-3, false, 'bell']);
            assert.deepEqual(seen.after, [4200, 'notch', true, 'high shelf', 1.5, -3]);
            for (const change of ['band3_freq_hz=4200', 'band1_type=notch', 'band1_on=true', 'output_db=1.5'])
                assert.ok(seen.changes.includes(change), `no change event ${change}: ${seen.changes.join(' ')}`);
        });

        each(
            'wrong values are refused with what is allowed; numbers out of range are clamped and counted',
            async () => {
                const seen = await harness.call(
                    words,
                    async () => {
                        const context = new AudioContext();
                        const engine = await dawg.createEngine(context);
                        const eq = await engine.create('surgical_eq');
                        const set = (key: string, value: unknown) => () =>
                            (eq.set as (k: string, v: unknown) => void)(key, value);
                        const errors = {
                            plugin: await kit.refusal(() => kit.createAny(engine, 'surgical')),
                            createKey: await kit.refusal(() => kit.createAny(engine, 'surgical_eq', { band1_gain: 1 })),
                            createValue: await kit.refusal(() =>
                                kit.createAny(engine, 'surgical_eq', { band1_gain_db: NaN }),
                            ),
                            key: await kit.refusal(set('band1_gian_db', 1)),
                            nan: await kit.refusal(set('band1_gain_db', NaN)),
                            text: await kit.refusal(set('band1_gain_db', 'loud')),
                            label: await kit.refusal(set('band1_type', 'bel')),
                            preset: await kit.refusal(() => (eq.applyPreset as (key: string) => void)('mud')),
                        };
                        const untouched = eq.get('band1_gain_db');
                        const before = eq.counters.clamped;
                        eq.set('band1_gain_db', 99);
                        eq.set('band2_gain_db', -99);
                        await kit.until(
                            'clamped',
                            () => eq.get('band1_gain_db') === 24 && eq.get('band2_gain_db') === -24,
                        );
                        await kit.until('counted', () => eq.counters.clamped === before + 2);
                        const { nodes } = engine;
                        await engine.destroy();
                        await context.close();
                        return { errors, untouched, nodes: nodes.length };
                    },
                    null,
                );
                assert.match(seen.errors.plugin, /"surgical".*surgical_eq/s);
                assert.match(seen.errors.createKey, /"band1_gain".*band1_gain_db/s);
                assert.match(seen.errors.createValue, /band1_gain_db.*NaN.*-24 \.\. 24 dB/s);
                assert.match(seen.errors.key, /"band1_gian_db".*band1_gain_db/s);
                assert.match(seen.errors.nan, /band1_gain_db.*NaN.*-24 \.\. 24 dB/s);
                assert.match(seen.errors.text, /band1_gain_db.*loud.*-24 \.\. 24 dB/s);
                assert.match(seen.errors.label, /band1_type.*"bel".*bell/s);
                assert.match(seen.errors.preset, /"mud".*de_mud/s);
                assert.equal(seen.untouched, 0);
            },
        );

        each('presets and state: applied, named until a value moves, stored and taken back', async () => {
            const seen = await harness.call(
                words,
                async () => {
                    const context = new AudioContext();
                    const engine = await dawg.createEngine(context);
                    const eq = await engine.create('surgical_eq', {}, { preset: 'de_mud' });
                    const preset = eq.preset;
                    const info = eq.info.presets.find(({ key }) => key === 'de_mud')!;
                    const values = eq.values as Record<string, unknown>;
                    const wrong = Object.entries(info.values).filter(([key, value]) => values[key] !== value);
                    eq.set('output_db', -2);
                    await kit.until('no preset', () => eq.preset === null);
                    const stored = JSON.stringify(eq.state);
                    eq.applyPreset('hum_50_hz');
                    await kit.until('preset', () => eq.preset === 'hum_50_hz');
                    const rest = eq.get('output_db');
                    eq.state = JSON.parse(stored) as typeof eq.state;
                    await kit.until('state is back', () => eq.get('output_db') === -2);
                    const again = JSON.stringify(eq.state);
                    const twin = await engine.createFrom(JSON.parse(stored) as typeof eq.state);
                    const newer = JSON.parse(stored) as { plugins: Record<string, unknown>[] };
                    newer.plugins[0].later = { x: 1 };
                    (newer.plugins[0].params as Record<string, unknown>).band9_gain_db = 3;
                    const future = await engine.createFrom(newer as never);
                    const other = await kit.refusal(() => (eq.state = { plugin: 'limiter', params: {} }));
                    const result = {
                        ...{ preset, wrong, rest, stored, again, other },
                        twin: JSON.stringify(twin.state),
                        future: future.state.plugins[0],
                    };
                    await engine.destroy();
                    await context.close();
                    return result;
                },
                null,
                /"(later|band9_gain_db)" is unknown to this version/,
            );
            assert.equal(seen.preset, 'de_mud');
            assert.deepEqual(seen.wrong, []);
            assert.equal(seen.rest, 0, 'a preset sets what it does not name to its default');
            assert.equal(seen.again, seen.stored);
            assert.equal(seen.twin, seen.stored);
            assert.match(seen.stored, /"format":"dawg-state","version":1/);
            assert.match(seen.other, /limiter.*surgical_eq|surgical_eq.*limiter/s);
            assert.deepEqual(seen.future.later, { x: 1 }, 'what a newer version stored is kept');
            assert.equal(seen.future.params?.band9_gain_db, 3);
        });

        each('timed moves act at their frame; an event far ahead and one in the past as well', async () => {
            const seen = await harness.call(
                words,
                async () => {
                    const rate = 48000;
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context);
                    const eq = await engine.create('surgical_eq', { output_db: -24 });
                    const tape: { at: number; db: number }[] = [];
                    const source = new ConstantSourceNode(context, { offset: 0.5 });
                    source.start();
                    source.connect(eq).connect(context.destination);
                    await kit.until('it runs', () => context.currentTime > 0.1);
                    const now = context.currentTime;
                    eq.set('output_db', -12, { time: now + 0.4 });
                    eq.set('output_db', 0, { time: now + 2.2 });
                    const early = eq.get('output_db');
                    let isDone = false;
                    eq.on('change', ({ key, value }) => {
                        if (key === 'output_db') tape.push({ at: context.currentTime - now, db: Number(value) });
                        isDone = value === 0;
                    });
                    await kit.until('both moves', () => isDone, 20);
                    eq.set('output_db', 3, { time: now });
                    await kit.until('the late one', () => eq.get('output_db') === 3);
                    await engine.destroy();
                    await context.close();
                    return { early, tape };
                },
                null,
            );
            assert.equal(seen.early, -24, 'a move of later holds later');
            const [first, second] = seen.tape;
            assert.equal(first?.db, -12);
            assert.equal(second?.db, 0);
            assert.ok(first.at > 0.35, `${first.at} s: not before its time`);
            assert.ok(second.at > 2.15, `${second.at} s: not before its time`);
        });

        each(
            "destroy(): silence, gone from engine.nodes, twice does no harm; the engine's destroy takes all",
            async () => {
                const seen = await harness.call(
                    words,
                    async () => {
                        const context = new AudioContext();
                        const engine = await dawg.createEngine(context);
                        const [a, b] = [await engine.create('limiter'), await engine.create('surgical_eq')];
                        const source = new ConstantSourceNode(context, { offset: 0.1 });
                        source.start();
                        const listen = new AnalyserNode(context);
                        source.connect(a).connect(listen);
                        source.connect(b);
                        const block = new Float32Array(64);
                        const level = () => {
                            listen.getFloatTimeDomainData(block);
                            return kit.peak([block]);
                        };
                        await kit.until('sound', () => level() > 0.09);
                        const before = engine.nodes.length;
                        await a.destroy();
                        await a.destroy();
                        await kit.until('silence', () => level() === 0);
                        const between = engine.nodes.map(({ key }) => key);
                        const late = await kit.refusal(() => a.set('input_db', 3));
                        const c = await engine.create('limiter');
                        await engine.destroy();
                        await engine.destroy();
                        const after = engine.nodes.length;
                        const closed = await kit.refusal(() => engine.create('limiter'));
                        // A destroyed engine makes room for a new one in the same context.
                        const next = await dawg.createEngine(context);
                        const d = await next.create('limiter');
                        source.connect(d).connect(listen);
                        await kit.until('sound again', () => level() > 0.09);
                        await next.destroy();
                        await context.close();
                        return { before, between, after, late, closed, c: c.key };
                    },
                    null,
                );
                assert.equal(seen.before, 2);
                assert.deepEqual(seen.between, ['surgical_eq']);
                assert.equal(seen.after, 0);
                assert.match(seen.late, /destroyed/);
                assert.match(seen.closed, /destroyed/);
            },
        );
    }
});
