// A context that does not run yet, or not any more: what the hand moves shows at once, and holds when it runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Harness, PAGES } from './harness.js';

const harness = new Harness();

for (const words of PAGES)
    test(`${words} page: in a suspended context a new lookahead changes the latency`, async () => {
        const seen = await harness.visit(
            words,
            async () => {
                const context = new AudioContext({ sampleRate: 48000 });
                await context.suspend();
                const engine = await dawg.createEngine(context);
                const limiter = await engine.create('limiter');
                const before = limiter.latencySamples;
                let told = 0;
                limiter.on('latencychange', ({ samples }) => (told = samples));
                limiter.set('lookahead_ms', 2);
                await kit.until('latencychange comes', () => told > 0);
                limiter.set('lookahead_ms', 5);
                await kit.until('and again', () => told === before);
                await engine.destroy();
                await context.close();
                return { before, state: limiter.context.state };
            },
            null,
        );
        assert.equal(seen.before, 262);
    });
