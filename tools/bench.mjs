// npm run bench: builds, then measures every plugin natively and in wasm (dist/tools/bench.js prints the table).
import { buildBrowser, buildPreset, buildTypeScript } from './build.mjs';
import { main, run } from './lib/run.mjs';
import { setup } from './setup.mjs';

main(async () => {
    await setup();
    for (const preset of ['native', 'worklet', 'worklet-scalar', 'worker']) await buildPreset(preset);
    await buildTypeScript();
    await buildBrowser();
    const { code } = await run(process.execPath, ['dist/tools/bench.js', ...process.argv.slice(2)], { raw: true });
    process.exitCode = code;
});
