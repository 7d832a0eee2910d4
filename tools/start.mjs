// npm start: sets up and builds what the demo page needs, then serves it.   npm start [-- --port N]
import { buildBrowser, buildPreset, buildTypeScript } from './build.mjs';
import { bin, main, must, run } from './lib/run.mjs';
import { setup } from './setup.mjs';

main(async () => {
    await setup('start');
    for (const preset of ['worklet', 'worker']) await buildPreset(preset);
    await buildTypeScript();
    await buildBrowser();
    const { seconds } = await must(bin('vite'), ['build', 'web/demo', '--logLevel', 'warn'], { quiet: true });
    console.log(`build: demo page (${seconds.toFixed(1)} s)\n`);
    const { code } = await run(bin('vite'), ['preview', 'web/demo', ...process.argv.slice(2)], { raw: true });
    process.exitCode = code;
});
