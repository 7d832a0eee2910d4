// The browser's rows of npm run bench, in Chromium: what an AudioWorklet node costs by itself, each plugin in it, how long a
// move takes from the page into the sound, how long from createEngine() to the first processed block, sizes of the scripts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, whyNoChromium } from '../../tests/browser/chromium.js';
import { BUNDLES, TestServer } from '../../tests/browser/server.js';
import type { Manifest, ParamValue, PluginInfo } from '../../web/src/manifest.js';
import { makeSong } from '../../web/src/song.js';
import { jsonValue } from '../../web/src/values.js';
import { QUANTUM, RATE, busyValues } from '../dawg/measure.js';
import { textTable } from '../dawg/table.js';
import { BELLS, HIGH_BELL, IMPULSE_FRAMES, bellParams, errorDb } from './bells.js';
import type { Bell } from './bells.js';
import { SETTING, compressorParams } from './compressors.js';
import { LIMIT, limiterParams } from './limiters.js';

const [FROM_S, LENGTH_S] = [10, 2]; // the song's loudest bars
const FLOOR_PARAMS = [0, 12, 24];
/** A node's cost is the difference between many and few of them. */
const [FEW, MANY] = [2, 18];
const ROUNDS = 7;
const COLD_STARTS = 5;
const MOVES = 24;
const [OWN_BELLS, NODES] = ['surgical_eq, 8 bells', 'a chain of 8 BiquadFilterNodes'];
const [OWN_COMPRESSOR, DYNAMICS] = ['modern_compressor, 4:1', 'a DynamicsCompressorNode, 4:1'];

const [OWN_LIMITER, DYNAMICS_20] = ['limiter, -7 dBTP', 'a DynamicsCompressorNode, 20:1 from -7 dBFS'];

/** Median, least and most of the rounds. */
export interface Spread {
    median: number;
    least: number;
    most: number;
}
export interface BrowserBench {
    browser: string;
    /** us per quantum of 128 frames of a node that does nothing, by its number of AudioParams. */
    node_us: Record<string, Spread>;
    /** us per quantum of each plugin as a lean node, the node itself included. */
    plugin_us: Record<string, Spread>;
    /** The same of eight bells, in surgical_eq as a lean node and in a chain of BiquadFilterNodes. */
    bells_us: Record<'surgical_eq' | 'biquad_nodes', Spread>;
    /** The same of one compressor setting, in modern_compressor as a lean node and in a DynamicsCompressorNode. */
    compressors_us: Record<'modern_compressor' | 'dynamics_node', Spread>;
    /** The same of one limiter setting, and the nearest that a DynamicsCompressorNode has. */
    limiters_us: Record<'limiter' | 'dynamics_node', Spread>;
    /** Largest distance of a BiquadFilterNode from its analog prototype: the bell that tells designs apart. */
    biquad_error_db: number;
    /** From set() in the page until the page hears, by a message, of the first changed sample: ms, a buffer of the audio
     * device included; frames of the context between the two; us of the call. */
    move: Record<'shared' | 'messages', { ms: Spread; frames: Spread; call_us: number }>;
    /** ms from createEngine() in a new page to a ready engine, a ready node, its first processed block. */
    start_ms: Record<'engine' | 'node' | 'block', Spread>;
    /** Bytes, gzip -9. */
    gzip: Record<string, number>;
}

const spread = (values: readonly number[]): Spread => {
    const sorted = [...values].sort((a, b) => a - b);
    const exact = (value: number): number => Number(value.toFixed(3));
    return {
        median: exact(sorted[sorted.length >> 1]),
        least: exact(sorted[0]),
        most: exact(sorted[sorted.length - 1]),
    };
};

/** Processors with 0, 12 and 24 AudioParams that do nothing, and one that posts the frame at which its input changes. */
const PROCESSORS = `
for (const count of ${JSON.stringify(FLOOR_PARAMS)})
    registerProcessor('noop/' + count, class extends AudioWorkletProcessor {
        static get parameterDescriptors() {
            return Array.from({ length: count }, (_, i) => ({ name: 'p' + i, automationRate: 'a-rate' }));
        }
        process() { return true; }
    });
registerProcessor('edge', class extends AudioWorkletProcessor {
    last = NaN;
    process([input]) {
        const channel = input[0];
        if (channel) {
            if (channel[0] !== this.last && channel[0] === channel[channel.length - 1]) this.last = channel[0];
            else for (let i = 0; i < channel.length && this.isStill; ++i)
                if (channel[i] !== this.last) { this.isStill = false; this.port.postMessage(currentFrame + i); }
            if (channel[0] === channel[channel.length - 1] && channel[0] === this.last) this.isStill = true;
        }
        return true;
    }
});
`;

interface OfflineRow {
    name: string;
    count: number;
    /** A plugin's key, a processor ('noop/12'), or bells for a chain of BiquadFilterNodes. */
    plugin?: string;
    noop?: string;
    bells?: readonly Bell[];
    /** Settings of a DynamicsCompressorNode. */
    dynamics?: DynamicsCompressorOptions;
    values: Record<string, ParamValue>;
    hasKey: boolean;
}

/** ms of an offline rendering with `count` nodes between one source and the destination. Runs in the page. */
async function timeOffline({ row, rate }: { row: OfflineRow; rate: number }): Promise<number> {
    const input = await kit.getStereo('input');
    const context = new OfflineAudioContext(2, input[0].length, rate);
    await context.audioWorklet.addModule('./files/processors.js');
    const source = kit.play(context, input);
    const sum = new GainNode(context, { gain: 1 / row.count });
    sum.connect(context.destination);
    const engine = row.plugin ? await dawg.createEngine(context) : undefined;
    for (let i = 0; i < row.count; ++i) {
        let last: AudioNode = source;
        for (const { freq_hz, gain_db, q } of row.bells ?? [])
            last = last.connect(
                new BiquadFilterNode(context, { type: 'peaking', frequency: freq_hz, gain: gain_db, Q: q }),
            );
        if (engine && row.plugin)
            last = last.connect(await kit.createAny(engine, row.plugin, row.values, { audioParams: false }));
        if (row.dynamics) last = last.connect(new DynamicsCompressorNode(context, row.dynamics));
        if (row.noop) last = last.connect(new AudioWorkletNode(context, row.noop, { outputChannelCount: [2] }));
        if (row.hasKey) source.connect(last, 0, 1);
        last.connect(sum);
    }
    const began = performance.now();
    await context.startRendering();
    const ms = performance.now() - began;
    await engine?.destroy();
    return ms;
}

/** What a BiquadFilterNode makes of an impulse. Runs in the page. */
async function biquadResponse({ bell, rate, frames }: { bell: Bell; rate: number; frames: number }): Promise<number[]> {
    const context = new OfflineAudioContext(1, frames, rate);
    const { freq_hz, gain_db, q } = bell;
    kit.play(context, [Float32Array.of(1)])
        .connect(new BiquadFilterNode(context, { type: 'peaking', frequency: freq_hz, gain: gain_db, Q: q }))
        .connect(context.destination);
    return [...(await context.startRendering()).getChannelData(0)];
}

/** From set() to the first changed sample. Runs in the page. */
async function timeMoves({ rate, moves, shared }: { rate: number; moves: number; shared: boolean }) {
    const context = new AudioContext({ sampleRate: rate });
    await context.audioWorklet.addModule('./files/processors.js');
    const engine = await dawg.createEngine(context, { sharedMemory: shared });
    const eq = await engine.create('surgical_eq', {}, { audioParams: false });
    const edge = new AudioWorkletNode(context, 'edge');
    const source = new ConstantSourceNode(context, { offset: 0.5 });
    source.start();
    source.connect(eq).connect(edge).connect(context.destination);
    await kit.until('it runs', () => context.currentTime > 0.3, 30);
    const [ms, frames]: [number[], number[]] = [[], []];
    for (let i = 0; i < moves; ++i) {
        const acted = new Promise<number>((done) => {
            edge.port.onmessage = ({ data }: MessageEvent<number>) => done(data);
        });
        const [began, from] = [performance.now(), Math.round(context.currentTime * rate)];
        eq.set('output_db', i % 2 ? -1 : -2);
        const frame = await acted;
        ms.push(performance.now() - began);
        frames.push(frame - from);
        const next = frame / rate + 0.08 + 0.002 * ((7 * i) % 11); // longer than the ramp, out of step with the audio
        await kit.until('the ramp is over', () => context.currentTime > next, 30);
    }
    let call_us = Infinity; // the least: the first calls are not compiled yet
    for (let round = 0; round < 10; ++round) {
        const calls = 300;
        const began = performance.now();
        for (let i = 0; i < calls; ++i) eq.set('output_db', i % 2 ? -1 : -2);
        call_us = Math.min(call_us, (1000 * (performance.now() - began)) / calls);
        await kit.wait(0.05);
    }
    await engine.destroy();
    await context.close();
    return { ms, frames, call_us };
}

/** ms since createEngine() in a page that is new. Runs in the page. */
async function timeStart() {
    const slot = kit.watchSlots();
    const context = new AudioContext({ sampleRate: 48000 });
    const began = performance.now();
    const engine = await dawg.createEngine(context);
    const ready = performance.now() - began;
    const eq = await engine.create('surgical_eq');
    eq.connect(context.destination);
    const node = performance.now() - began;
    await kit.until('the first block', () => slot(0).frame > 0, 30);
    const block = performance.now() - began;
    await engine.destroy();
    await context.close();
    return { engine: ready, node, block };
}

async function openPage(browser: Browser, server: TestServer, words: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(server.url(words));
    await page.waitForFunction(() => globalThis.loaded);
    return page;
}

const busy = (plugin: PluginInfo): Record<string, ParamValue> =>
    Object.fromEntries(
        busyValues(plugin).map(([param, value]) => {
            const p = plugin.params[param];
            return [p.key, jsonValue(p, Math.fround(value))];
        }),
    );

/** us per quantum of each row: (many - few) / the difference, by rounds that interleave all rows. */
async function offlineCosts(
    browser: Browser,
    server: TestServer,
    rows: readonly Omit<OfflineRow, 'count'>[],
): Promise<Record<string, Spread>> {
    const quanta = (LENGTH_S * RATE) / QUANTUM;
    const costs = new Map<string, number[]>(rows.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; ++round) {
        // A page holds about 120 contexts with wasm: every 20 rows have a page of their own.
        for (let first = 0; first < rows.length; first += 20) {
            const page = await openPage(browser, server, 'isolated');
            for (const row of rows.slice(first, first + 20)) {
                const time = (count: number): Promise<number> =>
                    page.evaluate(timeOffline, { row: { ...row, count }, rate: RATE });
                const [few, many] = [await time(FEW), await time(MANY)];
                costs.get(row.name)?.push((1000 * (many - few)) / ((MANY - FEW) * quanta));
            }
            await page.close();
        }
    }
    return Object.fromEntries([...costs].map(([name, values]) => [name, spread(values)]));
}

/** All rows; or why there are none. Takes about half a minute. */
export async function browserBench(manifest: Manifest): Promise<BrowserBench | { skipped: string }> {
    const missing = whyNoChromium();
    if (missing) return { skipped: missing };
    const server = await TestServer.start();
    const browser = await launchChromium();
    try {
        const song = makeSong(RATE);
        const pieces = [song.left, song.right].map((channel) =>
            channel.slice(FROM_S * RATE, (FROM_S + LENGTH_S) * RATE),
        );
        server.files
            .set('input', Buffer.concat(pieces.map((piece) => Buffer.from(piece.buffer))))
            .set('processors.js', Buffer.from(PROCESSORS));

        const floors = FLOOR_PARAMS.map((count) => {
            const name = `noop/${count}`;
            return { name, noop: name, values: {}, hasKey: false };
        });
        const plugins = manifest.plugins.map((plugin) => ({
            name: plugin.key,
            plugin: plugin.key,
            values: busy(plugin),
            hasKey: plugin.sideChannels > 0,
        }));
        const bells = [
            { name: OWN_BELLS, plugin: 'surgical_eq', values: bellParams(BELLS), hasKey: false },
            { name: NODES, bells: BELLS, values: {}, hasKey: false },
        ];
        const { threshold_db: threshold, knee_db: knee, ratio, attack_ms, release_ms } = SETTING;
        const dynamics = { threshold, knee, ratio, attack: attack_ms / 1000, release: release_ms / 1000 };
        const compressors = [
            { name: OWN_COMPRESSOR, plugin: 'modern_compressor', values: compressorParams, hasKey: false },
            { name: DYNAMICS, dynamics, values: {}, hasKey: false },
        ];
        const wall = { threshold: LIMIT.ceiling_db, knee: 0, ratio: 20, attack: 0, release: LIMIT.release_ms / 1000 };
        const limiters = [
            { name: OWN_LIMITER, plugin: 'limiter', values: limiterParams, hasKey: false },
            { name: DYNAMICS_20, dynamics: wall, values: {}, hasKey: false },
        ];
        const costs = await offlineCosts(browser, server, [
            ...floors,
            ...plugins,
            ...bells,
            ...compressors,
            ...limiters,
        ]);

        const starts = [];
        for (let i = 0; i < COLD_STARTS; ++i) {
            const page = await openPage(browser, server, 'isolated');
            starts.push(await page.evaluate(timeStart));
            await page.close();
        }
        const page = await openPage(browser, server, 'isolated');
        const response = await page.evaluate(biquadResponse, { bell: HIGH_BELL, rate: RATE, frames: IMPULSE_FRAMES });
        const move = async (shared: boolean) => {
            const { ms, frames, call_us } = await page.evaluate(timeMoves, { rate: RATE, moves: MOVES, shared });
            return { ms: spread(ms), frames: spread(frames), call_us: Number(call_us.toFixed(3)) };
        };
        const scripts = ['dawg-worklet.js', 'index.js', 'dawg-render.js', 'dawg-worker.js'];
        return {
            browser: `Chromium ${browser.version()}`,
            node_us: Object.fromEntries(FLOOR_PARAMS.map((count) => [count, costs[`noop/${count}`]])),
            plugin_us: Object.fromEntries(manifest.plugins.map(({ key }) => [key, costs[key]])),
            compressors_us: { modern_compressor: costs[OWN_COMPRESSOR], dynamics_node: costs[DYNAMICS] },
            limiters_us: { limiter: costs[OWN_LIMITER], dynamics_node: costs[DYNAMICS_20] },
            bells_us: { surgical_eq: costs[OWN_BELLS], biquad_nodes: costs[NODES] },
            biquad_error_db: errorDb(response, [HIGH_BELL], RATE),
            move: { shared: await move(true), messages: await move(false) },
            start_ms: {
                engine: spread(starts.map((start) => start.engine)),
                node: spread(starts.map((start) => start.node)),
                block: spread(starts.map((start) => start.block)),
            },
            gzip: Object.fromEntries(
                scripts.map((name) => [name, gzipSync(readFileSync(join(BUNDLES, name)), { level: 9 }).length]),
            ),
        };
    } finally {
        await browser.close();
        server.stop();
    }
}

/** As npm run bench prints it. */
export function browserText(result: BrowserBench | { skipped: string }): string {
    if ('skipped' in result) return `In the browser: skipped. ${result.skipped}`;
    const cells = (name: string, { median, least, most }: Spread): string[] => [
        name,
        ...[median, least, most].map((value) => value.toFixed(2)),
    ];
    const nodes = [
        ...Object.entries(result.node_us).map(([count, us]) =>
            cells(`a node that does nothing, ${count} AudioParams`, us),
        ),
        ...Object.entries(result.plugin_us).map(([key, us]) => cells(key, us)),
        cells(OWN_BELLS, result.bells_us.surgical_eq),
        cells(NODES, result.bells_us.biquad_nodes),
        cells(OWN_COMPRESSOR, result.compressors_us.modern_compressor),
        cells(DYNAMICS, result.compressors_us.dynamics_node),
        cells(OWN_LIMITER, result.limiters_us.limiter),
        cells(DYNAMICS_20, result.limiters_us.dynamics_node),
    ];
    const { shared, messages } = result.move;
    const times = [
        cells('set(), the changed sound, a message back; shared memory', shared.ms),
        cells('set(), the changed sound, a message back; messages', messages.ms),
        cells('createEngine() in a new page: engine', result.start_ms.engine),
        cells('createEngine() in a new page: a node', result.start_ms.node),
        cells('createEngine() in a new page: its first block', result.start_ms.block),
    ];
    const sizes = Object.entries(result.gzip).map(([name, bytes]) => [name, `${bytes}`]);
    return [
        `${result.browser}, ${ROUNDS} interleaved rounds, offline; plugins as lean nodes, the node included`,
        textTable(['µs per 128 frames', 'median', 'least', 'most'], nodes, 1),
        textTable(['ms', 'median', 'least', 'most'], times, 1),
        `a call of set(): ${shared.call_us.toFixed(2)} µs shared, ${messages.call_us.toFixed(2)} µs messages; it acts within ` +
            `${shared.frames.most} and ${messages.frames.most} frames of the context's time`,
        textTable(['script', 'gzip bytes'], sizes, 1),
    ].join('\n\n');
}
