// Builds: CMake presets, then TypeScript into dist/ and the bundles into dist/browser.   node tools/build.mjs [preset...]
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '../web/codegen/generate.mjs';
import { bin, files, isMain, main, must, root } from './lib/run.mjs';
import { setup } from './setup.mjs';

/** Configures (the first time, and when the presets changed; ninja does the rest) and builds one CMake preset. */
export async function buildPreset(preset) {
    const age = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const quiet = true;
    if (age(`build/${preset}/build.ninja`) <= age('CMakePresets.json'))
        await must('cmake', ['--preset', preset], { quiet });
    const { seconds } = await must('cmake', ['--build', '--preset', preset], { quiet });
    console.log(`build: ${preset} (${seconds.toFixed(1)} s)`);
}

/** Compiles TypeScript and removes from dist/ what no source stands for any more. */
export async function buildTypeScript() {
    generate();
    for (const path of files(['dist'], /\.js$/))
        if (
            !/^dist\/(browser|demo)\//.test(path) &&
            !existsSync(join(root, path.replace(/^dist\//, '').replace(/\.js$/, '.ts')))
        )
            for (const suffix of ['.js', '.js.map', '.d.ts'])
                rmSync(join(root, path.replace(/\.js$/, suffix)), { force: true });
    const { seconds } = await must(bin('tsc'), [], { quiet: true });
    console.log(`build: TypeScript (${seconds.toFixed(1)} s)`);
}

/** The bundles that a browser loads; needs the worklet and worker presets. esbuild is there only after the set-up. */
export async function buildBrowser() {
    const { bundle } = await import('./bundle.mjs');
    await bundle();
}

if (isMain(import.meta))
    main(async () => {
        await setup();
        const presets = process.argv.slice(2);
        for (const preset of presets.length ? presets : ['native', 'worklet', 'worker']) await buildPreset(preset);
        if (!presets.length) {
            await buildTypeScript();
            await buildBrowser();
        }
    });
