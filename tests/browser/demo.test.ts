// The demo page in Chromium: controls by pointer, wheel, keys and typed text, undo, chains, files, export; and once without
// isolation.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { DemoPage, read } from './demo_page.js';

const demo = new DemoPage();
let page: Page;
before(() => demo.start());
after(() => demo.stop());
beforeEach(async () => {
    demo.complaints.length = 0;
    page = await demo.open();
});
afterEach(async () => {
    await page.context().close();
    assert.deepEqual(demo.complaints, []);
});

const slider = (plugin: string, name: string): Locator =>
    page.locator(plugin).getByRole('slider', { name, exact: true });
/** Waits until the control reads so. */
async function reads(control: Locator, wanted: RegExp, seconds = 3): Promise<void> {
    for (const end = Date.now() + 1000 * seconds; Date.now() < end; await page.waitForTimeout(30))
        if (wanted.test(await read(control))) return;
    assert.match(await read(control), wanted);
}
const center = async (control: Locator): Promise<[number, number]> => {
    await control.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    await page.waitForTimeout(400); // a wheel counts as scrolling until the page has come to rest
    const box = await control.boundingBox();
    assert.ok(box);
    return [box.x + box.width / 2, box.y + box.height / 2];
};
const order = (): Promise<string[]> =>
    page.locator('.slot').evaluateAll((all) => all.map((slot) => slot.firstElementChild?.localName ?? ''));
async function ordered(...wanted: string[]): Promise<void> {
    for (let i = 0; i < 100 && String(await order()) !== String(wanted); ++i) await page.waitForTimeout(30);
    assert.deepEqual(await order(), wanted);
}

test('a dial: drag is one step of undo, Shift is ten times finer, double-click is the default', async () => {
    const input = slider('dawg-limiter', 'Input');
    const [x, y] = await center(input);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y - 50, { steps: 10 });
    await page.mouse.up();
    await reads(input, /^\+8\.2 dB$/); // 50 of 220 px of a range of 36 dB
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.keyboard.down('Shift');
    await page.mouse.move(x, y + 50, { steps: 10 });
    await page.keyboard.up('Shift');
    await page.mouse.up();
    await reads(input, /^\+7\.4 dB$/);
    await page.keyboard.press('Control+z');
    await reads(input, /^\+8\.2 dB$/);
    await page.keyboard.press('Control+z');
    await reads(input, /^0\.0 dB$/);
    await page.keyboard.press('Control+Shift+z');
    await reads(input, /^\+8\.2 dB$/);
    await input.dblclick();
    await reads(input, /^0\.0 dB$/);
});

test('a dial by wheel and keys; typed values with units; what cannot be read stays to be mended', async () => {
    const input = slider('dawg-limiter', 'Input');
    const release = slider('dawg-limiter', 'Release');
    await page.mouse.move(...(await center(input)));
    await page.mouse.wheel(0, -100);
    await reads(input, /^\+0\.5 dB$/);
    await input.focus();
    for (const [key, wanted] of [
        ['ArrowUp', /^\+1\.0/],
        ['Shift+ArrowDown', /^\+0\.[89]/],
        ['PageDown', /^-4\.[01]/],
        ['Home', /^-12\.0/],
        ['End', /^\+24\.0/],
    ] as const) {
        await page.keyboard.press(key);
        await reads(input, wanted);
    }
    await page.locator('dawg-limiter').getByRole('button', { name: 'Release: type a value' }).click();
    await page.keyboard.type('0,35 s');
    await page.keyboard.press('Enter');
    await reads(release, /^350 ms$/);
    await page.keyboard.press('Enter');
    await page.keyboard.type('loud');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('dawg-limiter input[aria-invalid=true]').count(), 1);
    await page.keyboard.press('Escape');
    await reads(release, /^350 ms$/);
});

test('the curve: a handle by pointer, wheel and keys; focus stays on it; Enter switches the band', async () => {
    const handle = page.locator('dawg-curve .handle[data-band="3"]');
    const before = await read(handle);
    const [x, y] = await center(handle);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 80, y - 40, { steps: 8 });
    await page.mouse.up();
    await reads(handle, /^bell, 6\d\d Hz, \+\d\.\d dB, Q 0\.7$/); // 80 of 827 px of ten octaves: 320 Hz -> 624 Hz
    await page.mouse.wheel(0, -100);
    await reads(handle, /Q 0\.786$/);
    await page.keyboard.press('Control+z');
    await reads(handle, /Q 0\.7$/);
    await page.keyboard.press('Control+z');
    await reads(handle, new RegExp(`^${before.replace('+', '\\+')}$`));
    await handle.focus();
    await page.keyboard.press('ArrowRight');
    await reads(handle, /339 Hz/); // a semitone above 320 Hz
    await page.keyboard.press('Enter');
    await reads(handle, /^off$/);
    await page.keyboard.press('Enter');
    await reads(handle, /^bell/);
});

test('the chain: move, remove, undo; two sides of the chain and of a plugin; kept over a reload; saved and loaded', async () => {
    const release = slider('dawg-limiter', 'Release');
    await page.getByRole('button', { name: 'Move Limiter up' }).click();
    await ordered('dawg-limiter', 'dawg-surgical-eq');
    await page.getByRole('button', { name: 'Remove Surgical EQ' }).click();
    await ordered('dawg-limiter');
    await page.keyboard.press('Control+z');
    await ordered('dawg-limiter', 'dawg-surgical-eq');
    await page.keyboard.press('Control+z');
    await ordered('dawg-surgical-eq', 'dawg-limiter');

    const sides = page.locator('.master');
    await sides.getByRole('button', { name: 'B', exact: true }).click();
    await release.focus();
    await page.keyboard.press('Home');
    await reads(release, /^1 ms$/);
    await sides.getByRole('button', { name: 'A', exact: true }).click();
    await reads(release, /^200 ms$/);
    await sides.getByRole('button', { name: 'B', exact: true }).click();
    await reads(release, /^1 ms$/);
    await page.locator('dawg-limiter').getByRole('button', { name: 'B', exact: true }).click();
    await release.focus();
    await page.keyboard.press('End');
    await reads(release, /^1 s$/);
    await page.locator('dawg-limiter').getByRole('button', { name: 'A', exact: true }).click();
    await reads(release, /^1 ms$/);

    await page.getByRole('group', { name: 'Add a plugin' }).getByText('Ducking Delay').click();
    await ordered('dawg-surgical-eq', 'dawg-limiter', 'dawg-ducking-delay');
    const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save chain' }).click(),
    ]);
    const chain = JSON.parse(readFileSync(await saved.path(), 'utf8')) as { format: string; plugins: object[] };
    assert.equal(chain.format, 'dawg-chain');
    assert.equal(chain.plugins.length, 3);
    await page.reload();
    await ordered('dawg-surgical-eq', 'dawg-limiter', 'dawg-ducking-delay');
    await reads(release, /^1 ms$/);
    const json = (value: unknown) => ({
        name: 'chain.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify(value)),
    });
    const load = page.locator('input[type=file][accept*="json"]');
    await load.setInputFiles(json([{ plugin: 'limiter' }, { plugin: 'no_such' }]));
    await page.getByRole('alert').filter({ hasText: 'no_such' }).waitFor();
    await ordered('dawg-surgical-eq', 'dawg-limiter', 'dawg-ducking-delay');
    await load.setInputFiles(json(chain.plugins.slice(1)));
    await ordered('dawg-limiter', 'dawg-ducking-delay');
});

/** Plays, and waits for meters, loudness and cost. */
async function plays(transport: string): Promise<void> {
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    const shows = (place: Locator, wanted: RegExp): Promise<void> =>
        place.filter({ hasText: wanted }).waitFor({ timeout: 15_000 });
    await shows(page.locator('.status'), new RegExp(transport));
    await shows(page.locator('.status'), /running/);
    await shows(page.locator('dawg-limiter dawg-meter[label=Out] .readout'), /^\s*\u2212\d/);
    await shows(page.locator('dawg-loudness dl'), /M\s+\u2212\d+\.\d\s*LUFS/);
    await shows(page.locator('.status'), /CPU.*\d.*Limiter \d+\.\d µs/s);
}

test('it plays, measures, holds loudness until the hand takes the knob, and exports the song at 24 bit', async () => {
    await plays('shared memory');
    const hold = page.locator('dawg-limiter').getByRole('switch', { name: /Hold loudness/ });
    await hold.check();
    const input = slider('dawg-limiter', 'Input');
    await reads(input, /^[+-](?!0\.0)/, 15);
    await input.focus();
    await page.keyboard.press('ArrowUp');
    await page.waitForFunction((node) => !(node as HTMLInputElement).checked, await hold.elementHandle());
    const files = page.locator('input[type=file][accept*="video"]');
    await files.setInputFiles({ name: 'no.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('no sound at all') });
    await page.getByRole('alert').filter({ hasText: 'cannot decode no.mp3' }).waitFor();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('dialog').getByRole('button', { name: 'Export' }).click(),
    ]);
    const wav = readFileSync(await file.path());
    assert.equal(wav.toString('latin1', 0, 4), 'RIFF');
    assert.equal(wav.readUInt16LE(34), 24);
    const seconds = wav.readUInt32LE(40) / 6 / wav.readUInt32LE(24);
    assert.ok(seconds >= 20 && seconds < 22, `${seconds} s`);

    const second = [...wav.subarray(0, 44 + 6 * 44100)]; // its header promises more: decoders take what is there
    await page.evaluate((bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], 'dropped.wav'));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
    }, second);
    await page.locator('.programme').filter({ hasText: 'dropped.wav' }).waitFor();
});

test('without isolation everything is there too, over messages', async () => {
    await page.context().close();
    page = await demo.open(false);
    await plays('messages');
});

test('on a phone, 400 px wide, no two controls of an equalizer overlap', async () => {
    await page.setViewportSize({ width: 400, height: 900 });
    const keys = ['surgical_eq', 'mastering_eq', 'vintage_eq', 'auto_eq'];
    const buffer = Buffer.from(JSON.stringify(keys.map((plugin) => ({ plugin }))));
    const load = page.locator('input[type=file][accept*="json"]');
    await load.setInputFiles({ name: 'chain.json', mimeType: 'application/json', buffer });
    await ordered(...keys.map((key) => `dawg-${key.replace('_', '-')}`));
    for (const key of keys) {
        const controls = page
            .locator(`dawg-${key.replace('_', '-')}`)
            .locator('.panel')
            .locator('select, [role=switch], [role=slider]');
        const boxes = await controls.evaluateAll((all) =>
            all.map((one) => ({
                name: one.closest('label')?.innerText ?? one.ariaLabel,
                box: one.getBoundingClientRect(),
            })),
        );
        const shown = boxes.filter(({ box }) => box.width > 0);
        assert.ok(shown.length > 5, `${key} has ${shown.length} controls`);
        for (const [i, { name, box: a }] of shown.entries())
            for (const { name: other, box: b } of shown.slice(i + 1)) {
                const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                assert.ok(width < 1 || height < 1, `${key}: ${name} and ${other} share ${width} x ${height} px`);
            }
    }
});
