// npm start: sets up and builds what the main job needs, then renders the built-in song into out/.
import { buildPreset, buildTypeScript } from './build.mjs';
import { main, run } from './lib/run.mjs';
import { setup } from './setup.mjs';

main(async () => {
    await setup('start');
    for (const preset of ['worklet', 'worker']) await buildPreset(preset);
    await buildTypeScript();
    const { code } = await run(process.execPath, ['dist/tools/song.js', ...process.argv.slice(2)], { raw: true });
    process.exitCode = code;
});
