// npm run manifest: writes what follows from the tables (both tracked): web/generated/manifest.json, as the C compiler
// sees the plugins, and web/docs/requirements.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPreset } from './build.mjs';
import { isMain, main, must, python, root } from './lib/run.mjs';
import { setup } from './setup.mjs';

const path = 'web/generated/manifest.json';

/** The manifest of the sources as they are now. */
export async function currentManifest() {
    await buildPreset('native');
    return (await must('build/native/dawg-manifest', [], { quiet: true })).out;
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
