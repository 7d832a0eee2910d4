// The README's page example runs as printed, in a page with shared memory and in one without.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Harness, PAGES } from './harness.js';

const harness = new Harness();
const example = /```js\n([^]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1];

for (const words of PAGES)
    test(`${words} page: the README's example plays, meters move and the worker follows`, async () => {
        assert.ok(example, 'an example');
        const [first, ...rest] = example.split('\n');
        assert.equal(first, "import { createEngine, makeSong } from '@dawg-ai/engine';");
        const seen = await harness.visit(
            words,
            async (body: string) => {
                const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
                const run = AsyncFunction('{ createEngine, makeSong }', `${body}\nreturn { engine, eq, limiter };`) as (
                    names: unknown,
                ) => Promise<{
                    engine: Awaited<ReturnType<typeof dawg.createEngine>>;
                    eq: import('../../web/src/api.js').PluginNode<'surgical_eq'>;
                    limiter: import('../../web/src/api.js').PluginNode<'limiter'>;
                }>;
                console.log = () => undefined;
                const { engine, eq, limiter } = await run(dawg);
                await kit.until('the meters move', () => limiter.meters.output_peak_db > -60);
                await kit.until('the brain owns the input', () => limiter.owner('input_db') === 'brain');
                await kit.until('the follower has turned it up', () => limiter.get('input_db') > 0.5);
                await kit.until('the ramp has ended', () => eq.get('band1_gain_db') === 0);
                await kit.until('the timed move has acted', () => eq.get('band2_freq_hz') === 4200);
                const preset = limiter.preset;
                await engine.destroy();
                await (engine.context as AudioContext).close();
                return preset;
            },
            rest.join('\n'),
        );
        assert.ok(seen === 'streaming_safe' || seen === null, 'the preset, or moved on from it');
    });
