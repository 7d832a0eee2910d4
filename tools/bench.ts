// npm run bench: every plugin natively, in wasm with and without SIMD, and in Chromium; settings beside their aims, eight
// bells beside those of others; what a suggestion takes; ratios, evenness, what rings and messages cost, and the sizes of
// what is loaded.
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadManifest, root } from './dawg/assets.js';
import { NATIVE, measure } from './dawg/measure.js';
import { textTable } from './dawg/table.js';
import { brainRows } from './bench/brain.js';
import { browserBench, browserText } from './bench/browser.js';
import { caseRows, peerRow } from './bench/cases.js';
import type { PeerRow } from './bench/cases.js';
import { ringCosts } from './bench/rings.js';

const ROUNDS = 15;
const [SIMD, SCALAR] = ['worklet', 'worklet-scalar'];
const MODULES = ['build/worklet/dawg-worklet.wasm', 'build/worker/dawg-worker.wasm'];

const RINGS = [
    ['move_ns', 'a move through a ring'],
    ['tap_ns', 'a tap record of 128 frames through a ring'],
    ['slot_write_ns', 'a slot of 64 words written, all changed'],
    ['slot_write_meters_ns', 'the same, 8 changed'],
    ['slot_read_ns', 'the same, read'],
    ['message_1_us', 'a message of 1 move, ring to ring'],
    ['message_64_us', 'a message of 64 moves'],
] as const;

interface Row {
    key: string;
    native_us?: number;
    wasm_us: number;
    scalar_us?: number;
    wasm_per_native?: number;
    scalar_per_wasm?: number;
    /** The first quantum after a reset; the slowest of the others. */
    first_per_median: number;
    worst_per_median: number;
}

const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : Number((a / b).toFixed(2));

function rows(): Row[] {
    const manifest = loadManifest();
    const builds = [SIMD, SCALAR].filter((build) => existsSync(join(root, `build/${build}/dawg-worklet.wasm`)));
    const times = measure(manifest, manifest.plugins, builds, ROUNDS);
    return manifest.plugins.map(({ key }, i): Row => {
        const { [SIMD]: simd, [SCALAR]: scalar, native } = times[i];
        return {
            key,
            native_us: native?.us_min,
            wasm_us: simd.us_min,
            scalar_us: scalar?.us_min,
            wasm_per_native: ratio(simd.us_min, native?.us_min),
            scalar_per_wasm: ratio(scalar?.us_min, simd.us_min),
            first_per_median: simd.first,
            worst_per_median: simd.worst,
        };
    });
}

/** Chromium's own nodes against surgical_eq as a node there; no row where there is no Chromium. */
function nodePeers(browser: Awaited<ReturnType<typeof browserBench>>): PeerRow[] {
    if ('skipped' in browser) return [];
    const { surgical_eq, biquad_nodes } = browser.bells_us;
    return [
        peerRow(
            "Chromium's BiquadFilterNodes, surgical_eq as a node",
            biquad_nodes.median,
            surgical_eq.median,
            browser.biquad_error_db,
        ),
    ];
}

function nodeCompressors(browser: Awaited<ReturnType<typeof browserBench>>): PeerRow[] {
    if ('skipped' in browser) return [];
    const { modern_compressor, dynamics_node } = browser.compressors_us;
    return [
        peerRow(
            "Chromium's DynamicsCompressorNode, modern_compressor as a node",
            dynamics_node.median,
            modern_compressor.median,
            NaN, // its curve is its own, with a make-up that cannot be taken off
        ),
    ];
}

function nodeLimiters(browser: Awaited<ReturnType<typeof browserBench>>): PeerRow[] {
    if ('skipped' in browser) return [];
    const { limiter, dynamics_node } = browser.limiters_us;
    return [peerRow("Chromium's DynamicsCompressorNode, limiter as a node", dynamics_node.median, limiter.median, NaN)];
}

async function main(): Promise<void> {
    const manifest = loadManifest();
    const plugins = rows();
    const { cases, peers, compressors, limiters, multibands } = await caseRows(manifest, ROUNDS);
    const browser = await browserBench(manifest);
    const result = {
        machine: `${cpus()[0]?.model ?? arch()}, ${cpus().length} cores, Node ${process.versions.node}`,
        plugins,
        modules: MODULES.map((path) => {
            const bytes = readFileSync(join(root, path));
            return { path, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
        }),
        rings: await ringCosts(),
        brain: await brainRows(manifest, ROUNDS),
        browser,
        cases,
        peers: [...peers, ...nodePeers(browser)],
        compressors: [...compressors, ...nodeCompressors(browser)],
        limiters: [...limiters, ...nodeLimiters(browser)],
        multibands,
    };
    if (process.argv.includes('--json')) return console.log(JSON.stringify(result, null, 2));
    const text = (value: number | undefined, digits = 2): string => value?.toFixed(digits) ?? '-';
    console.log(
        `${result.machine}\nµs per 128 stereo frames at 48 kHz, every stage at work; the least of ${ROUNDS} interleaved rounds`,
    );
    if (!existsSync(NATIVE)) console.log('(no native build: npm run build -- native)');
    const cells = result.plugins.map((r) => [
        r.key,
        ...[
            r.native_us,
            r.wasm_us,
            r.scalar_us,
            r.wasm_per_native,
            r.scalar_per_wasm,
            r.first_per_median,
            r.worst_per_median,
        ].map((v) => text(v)),
    ]);
    console.log(
        `\n${textTable(['plugin', 'native', 'wasm', 'wasm scalar', 'wasm/native', 'scalar/wasm', 'first/median', 'worst/median'], cells, 1)}`,
    );
    const settings = cases.flatMap((r) =>
        r.skipped
            ? []
            : [
                  [
                      `${r.plugin}, ${r.name}`,
                      ...[r.us_min, r.us, r.aim_us, r.first_per_median, r.worst_per_median].map((v) => text(v)),
                  ],
              ],
    );
    console.log(`\n${textTable(['in wasm', 'least', 'median', 'aim', 'first/median', 'worst/median'], settings, 1)}`);
    for (const { plugin, name, aim_us, skipped } of cases)
        if (skipped) console.log(`${plugin}, ${name}: skipped, ${skipped}${aim_us ? ` (aim ${aim_us})` : ''}`);
    const bells = result.peers.map((r) => [r.name, ...[r.us, r.ours_us, r.ratio, r.error_db].map((v) => text(v))]);
    console.log(
        `\n${textTable(['8 bells in series, stereo', 'µs', 'ours', 'ratio', 'error dB'], bells, 1)}\n` +
            "error: of a bell at 16 kHz, +12 dB, Q 1 from its analog prototype, 20 Hz to 20 kHz, by an impulse; Chromium's " +
            'times are medians',
    );
    const compressed = result.compressors.map((r) => [
        r.name,
        ...[r.us, r.ours_us, r.ratio, r.error_db].map((v) => text(v)),
    ]);
    console.log(
        `\n${textTable(['compressor, 4:1 from -20 dBFS, 10 and 100 ms', 'µs', 'ours', 'ratio', 'error dB'], compressed, 1)}\n` +
            'error: of a settled 1 kHz tone from the textbook curve, -40 to 0 dBFS; of nodes none, their curve is their own',
    );
    const limited = result.limiters.map((r) => [r.name, ...[r.us, r.ours_us, r.ratio, r.error_db].map((v) => text(v))]);
    console.log(
        `\n${textTable(['limiter, -7 dBTP, 5 ms ahead, 100 ms', 'µs', 'ours', 'ratio', 'over dB'], limited, 1)}\n` +
            'over: the true peak of a full-scale tone at a quarter of the rate over the ceiling',
    );
    const multiband = result.multibands.map((r) => [
        r.name,
        ...[r.us, r.ours_us, r.ratio].map((v) => text(v)),
        r.error_db.toFixed(4),
    ]);
    console.log(
        `\n${textTable(['four bands of that, 200, 1000 and 5000 Hz', 'µs', 'ours', 'ratio', 'error dB'], multiband, 1)}\n` +
            'error: of the bands at 1:1 from flat, 20 Hz to 20 kHz, by an impulse',
    );
    const sizes = result.modules.map((m) => [m.path, `${m.bytes}`, `${m.gzip}`]);
    console.log(`\n${textTable(['module', 'bytes', 'gzip'], sizes, 1)}`);
    const brain = result.brain.map(({ name, ms, ratio }) => [name, text(ms, 3), text(ratio)]);
    console.log(`\n${textTable(['a suggestion, one thread in Node', 'ms', 'ratio'], brain, 1)}`);
    const { rings } = result;
    const costs = RINGS.map(([key, name]) => [
        name,
        rings[key].toFixed(key.endsWith('_us') ? 2 : 0),
        key.endsWith('_us') ? 'µs' : 'ns',
    ]);
    console.log(`\n${textTable(['rings and messages, one thread in Node', 'cost', ''], costs, 1)}`);
    console.log(`\n${browserText(browser)}`);
}

await main();
