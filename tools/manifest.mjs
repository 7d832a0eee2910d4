// npm run manifest: writes what follows from the tables (both tracked): web/generated/manifest.json, as the C compiler
// sees the plugins and the features, with the hashes that models are held to, and web/docs/requirements.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPreset } from './build.mjs';
import { isMain, main, must, python, root } from './lib/run.mjs';
import { setup } from './setup.mjs';

const path = 'web/generated/manifest.json';

/** What a model of a plugin was trained for: the parameters that it may set and the features that it hears. A model
 * carries it and is refused by another version of either. First 16 hex digits of SHA-256 of compact JSON. */
function schemaOf({ params }, { version, values }) {
    const targets = params.filter((p) => p.mlTarget);
    const text = JSON.stringify({
        params: targets.map(({ key, unit, curve, min, max, labels }) => [key, unit, curve, min, max, labels]),
        features: [version, ...values.map(({ key, unit }) => [key, unit])],
    });
    return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** What the C tables say, with `schemas`: {plugin key: hash}. */
export function withSchemas(text) {
    const { plugins, features } = JSON.parse(text);
    const schemas = plugins.map((plugin) => `    "${plugin.key}": "${schemaOf(plugin, features)}"`);
    return text.replace(/\n}\n$/, `,\n  "schemas": {\n${schemas.join(',\n')}\n  }\n}\n`);
}

/** The manifest of the sources as they are now. */
export async function currentManifest() {
    await buildPreset('native');
    return withSchemas((await must('build/native/dawg-manifest', [], { quiet: true })).out);
}

/** True when the tracked file says the same. */
export async function isManifestFresh() {
    const current = await currentManifest();
    try {
        return readFileSync(join(root, path), 'utf8') === current;
    } catch {
        return false;
    }
}

if (isMain(import.meta))
    main(async () => {
        await setup();
        const manifest = await currentManifest();
        mkdirSync(join(root, 'web/generated'), { recursive: true });
        writeFileSync(join(root, path), manifest);
        console.log(`manifest: ${path}, hash ${JSON.parse(manifest).hash}`);
        await must(python, ['tools/quality_docs.py']);
    });
