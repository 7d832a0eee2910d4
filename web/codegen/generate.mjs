// Writes what TypeScript needs of the manifest (types of every key, the worklet's AudioParam table, the custom elements)
// and of the registry of models.
//   node web/codegen/generate.mjs        (part of npm run build)
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const out = join(dirname(fileURLToPath(import.meta.url)), '../generated');
const quoted = (text) => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
const union = (keys) => (keys.length ? keys.map(quoted).join(' | ') : 'never');
const typeOf = (p) => (p.curve === 'bool' ? 'boolean' : p.curve === 'enum' ? `${union(p.labels)} | number` : 'number');
const comment = (p) =>
    p.curve === 'bool' || p.curve === 'enum' ? p.help : `${p.min} .. ${p.max}${p.unit && ` ${p.unit}`}. ${p.help}`;

function plugins(manifest) {
    const entries = manifest.plugins.map(
        (plugin) => `    /** ${plugin.name}: ${plugin.help} */
    ${plugin.key}: {
        values: {
${plugin.params.map((p) => `            /** ${comment(p)} */\n            ${p.key}: ${typeOf(p)};`).join('\n')}
        };
        presets: ${union(plugin.presets.map(({ key }) => key))};
        meters: ${union(plugin.meters.map(({ key }) => key))};
    };`,
    );
    return `export interface Plugins {\n${entries.join('\n')}\n}\n`;
}

/** [plugin key, [[parameter number, key, min, max, default] ...] of the automatable ones] by plugin number. */
function processors(manifest) {
    const table = manifest.plugins.map(({ key, params }) => [
        key,
        params.flatMap((p, i) => (p.automatable ? [[i, p.key, p.min, p.max, p.def]] : [])),
    ]);
    return `export type AudioParamRow = [param: number, key: string, min: number, max: number, def: number];
export const PROCESSORS: [key: string, params: AudioParamRow[]][] = ${JSON.stringify(table)};\n`;
}

/** <dawg-surgical-eq> for surgical_eq. */
function elements(manifest) {
    const table = manifest.plugins.map(({ key }) => [`dawg-${key.replaceAll('_', '-')}`, key]);
    return `import type { PluginKey } from '../src/api.js';
export const ELEMENTS: [tag: string, key: PluginKey][] = ${JSON.stringify(table)};\n`;
}

/** models/onnx/models.json, and the address of each file in it, written out so that bundlers see it. */
function models() {
    const path = join(out, '../../models/onnx/models.json');
    const registry = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { models: [] };
    const names = registry.models.flatMap(({ variants }) => variants.map(({ file }) => file));
    const urls = names.map(
        (name) => `    ${quoted(name)}: () => new URL(${quoted(`./models/${name}`)}, import.meta.url),`,
    );
    return `export const REGISTRY: unknown = ${JSON.stringify(registry)};
export const MODELS: Record<string, () => URL> = {\n${urls.join('\n')}\n};\n`;
}

export function generate() {
    mkdirSync(out, { recursive: true });
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    const header = '// Generated from manifest.json and models.json by web/codegen/generate.mjs.\n';
    for (const [name, make] of Object.entries({ plugins, processors, elements, models })) {
        const path = join(out, `${name}.ts`);
        const text = header + make(manifest);
        if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generate();
