// dawg describe: what there is, from the manifest, for people or as JSON.
import { InputError, named } from '../../web/src/errors.js';
import type { Manifest, PluginInfo } from '../../web/src/manifest.js';
import { parseOptions } from './options.js';
import { textTable } from './table.js';
import { rangeText, valueText } from '../../web/src/values.js';

function list({ plugins }: Manifest): string {
    const rows = plugins.map((p) => [
        p.key,
        p.category,
        `${p.params.length}`,
        `${p.presets.length}`,
        `${p.latency}`,
        p.help,
    ]);
    const head = ['plugin', 'category', 'parameters', 'presets', 'latency', ''];
    return `${textTable(head, rows)}\n\nLatency in samples at 48 kHz with default values. Details: dawg describe PLUGIN`;
}

function details(p: PluginInfo): string {
    const key = p.sideChannels ? 'takes a key on its second input' : 'no key input';
    const parts = [`${p.name} (${p.key}, version ${p.version}, ${p.category}): ${p.help}`];
    parts.push(`Latency ${p.latency} samples at 48 kHz with default values; ${key}.`);
    const rows = p.params.map((q) => [
        `  ${q.key}`,
        q.curve === 'enum' ? `${q.labels.length} choices` : rangeText(q),
        valueText(q, q.def),
        q.automatable ? 'yes' : '',
        q.curve === 'enum' ? `${q.help} ${rangeText(q)}.` : q.help,
    ]);
    parts.push(textTable(['  parameter', 'range', 'default', 'automatable', ''], rows));
    if (p.presets.length)
        parts.push(
            textTable(
                ['  preset', 'name', 'promise'],
                p.presets.map((s) => [`  ${s.key}`, s.name, s.promise]),
            ),
        );
    if (p.meters.length)
        parts.push(
            textTable(
                ['  meter', 'unit', 'name'],
                p.meters.map((m) => [`  ${m.key}`, m.unit, m.name]),
            ),
        );
    return parts.join('\n\n');
}

export function describeCommand(manifest: Manifest, args: readonly string[]): void {
    const { options, rest } = parseOptions(args, { json: {} });
    if (rest.length > 1)
        throw new InputError(
            `describe takes one PLUGIN or none, ${rest.length} were given: ${rest.join(', ')}. ` +
                'Usage: dawg describe [PLUGIN] [--json]',
        );
    const plugin = rest.length ? named('plugin', rest[0], manifest.plugins, 'PLUGIN') : undefined;
    if (options.json) console.log(JSON.stringify(plugin ? { ...manifest, plugins: [plugin] } : manifest, null, 2));
    else console.log(plugin ? details(plugin) : list(manifest));
}
