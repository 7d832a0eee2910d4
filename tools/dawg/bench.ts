// dawg bench: what each plugin costs here, in the wasm that users run.
import { named } from '../../web/src/errors.js';
import type { Manifest } from '../../web/src/manifest.js';
import { measure } from './measure.js';
import { parseOptions } from './options.js';
import { textTable } from './table.js';

const ROUNDS = 9;

/** A line of `dawg bench --json`: µs per 128 stereo frames at 48 kHz. */
export interface BenchRow {
    key: string;
    us: number;
    us_min: number;
    us_max: number;
    /** Where the native build is there. */
    native_us?: number;
}

export function benchCommand(manifest: Manifest, args: readonly string[]): void {
    const { options, rest } = parseOptions(args, { json: {} });
    const plugins = rest.length ? rest.map((key) => named('plugin', key, manifest.plugins, '')) : manifest.plugins;
    const rows = measure(manifest, plugins, ['worklet'], ROUNDS).map(({ worklet, native }, i): BenchRow => {
        const { us, us_min, us_max } = worklet;
        return { key: plugins[i].key, us, us_min, us_max, ...(native && { native_us: native.us }) };
    });
    if (options.json) return console.log(JSON.stringify(rows, null, 2));
    const cells = rows.map((row) => [
        row.key,
        ...[row.us, row.us_min, row.us_max, row.native_us].map((value) => value?.toFixed(2) ?? '-'),
    ]);
    console.log(textTable(['µs per 128 frames', 'median', 'least', 'most', 'native'], cells, 1));
}
