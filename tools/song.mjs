// npm run song: renders the built-in song through the plugins into out/ and prints one table.
import { buildBrowser, buildPreset, buildTypeScript } from './build.mjs';
import { main, run } from './lib/run.mjs';
import { setup } from './setup.mjs';

main(async () => {
    await setup('start');
    for (const preset of ['worklet', 'worker']) await buildPreset(preset);
    await buildTypeScript();
    await buildBrowser();
    const { code } = await run(process.execPath, ['dist/tools/song.js', ...process.argv.slice(2)], { raw: true });
    process.exitCode = code;
});
