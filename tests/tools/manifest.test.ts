// Schemas: the hashes that say whether a model was trained for these parameters and features.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { loadManifest } from '../../tools/dawg/assets.js';
import type { Manifest } from '../../web/src/manifest.js';

const { withSchemas } = (await import(pathToFileURL(resolve('tools/manifest.mjs')).href)) as {
    withSchemas: (text: string) => string;
};
const manifest = loadManifest();

/** The schemas after a change of what the C tables print. */
function after(change: (manifest: Manifest) => void): Record<string, string> {
    const printed: Partial<Manifest> = structuredClone(manifest);
    delete printed.schemas;
    change(printed as Manifest);
    return (JSON.parse(withSchemas(`${JSON.stringify(printed, null, 2)}\n`)) as Manifest).schemas;
}
const changed = (schemas: Record<string, string>): string[] =>
    Object.keys(schemas).filter((key) => schemas[key] !== manifest.schemas[key]);

test('the tracked schemas follow from the tables', () => {
    assert.deepEqual(
        after(() => {}),
        manifest.schemas,
    );
    assert.equal(new Set(Object.values(manifest.schemas)).size, manifest.plugins.length);
});

test("what a model may set changes its plugin's schema, and that alone", () => {
    const at = manifest.plugins.findIndex(({ key }) => key === 'mastering_eq');
    const target = manifest.plugins[at].params.findIndex((p) => p.mlTarget && p.curve === 'log');
    const other = manifest.plugins[at].params.findIndex((p) => !p.mlTarget);
    assert.ok(target >= 0 && other >= 0);
    const params = (m: Manifest) => m.plugins[at].params;
    assert.deepEqual(changed(after((m) => (params(m)[target].max *= 2))), ['mastering_eq']);
    assert.deepEqual(changed(after((m) => (params(m)[target].unit = 'kHz'))), ['mastering_eq']);
    assert.deepEqual(changed(after((m) => (params(m)[target].key += '_new'))), ['mastering_eq']);
    assert.deepEqual(changed(after((m) => (params(m)[target].help = 'Other words.'))), []);
    assert.deepEqual(changed(after((m) => (params(m)[target].def *= 0.5))), []);
    assert.deepEqual(changed(after((m) => (params(m)[other].max += 1))), []);
});

test('what models hear changes every schema', () => {
    const all = manifest.plugins.map(({ key }) => key);
    assert.deepEqual(changed(after((m) => (m.features.version += 1))), all);
    assert.deepEqual(changed(after((m) => (m.features.values[3].unit = 'B'))), all);
    assert.deepEqual(changed(after((m) => m.features.values.reverse())), all);
});
