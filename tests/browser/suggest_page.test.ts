// Suggestions on the demo page: a planted fault is found and named, taken in part, heard beside what was before, undone and
// remembered; listening, a dropped reference, a model that cannot be loaded. The models are the test's own, in the places of
// those that the package ships: they level what they hear.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { DawgPlugin } from '../../web/gui/plugin.js';
import type { Verdict } from '../../web/gui/verdicts.js';
import type { ParamValue } from '../../web/src/manifest.js';
import { encodeWav } from '../../web/src/wav.js';
import { sha256 } from '../../worker/files.js';
import type { Registry } from '../../worker/models.js';
import { leveller, noise } from '../worker/brain.js';
import { DemoPage, read } from './demo_page.js';

const RATE = 48000;
const FAULT = { hz: 300, gain_db: 9 };
const FAULTY = {
    ...{ band4_on: true, band4_freq_hz: FAULT.hz, band4_gain_db: FAULT.gain_db, band4_q: 1.4 },
    ...{ band6_on: true, band6_freq_hz: 3500, band6_gain_db: -6, band6_q: 1.4 },
};
const demo = new DemoPage();
const ours = new Map<string, Buffer>();
let page: Page;

before(async () => {
    await demo.start();
    const { models } = JSON.parse(readFileSync('dist/browser/models/models.json', 'utf8')) as Registry;
    for (const { key } of models) ours.set(key, Buffer.from(leveller(key)));
    registry = models;
});
let registry: Registry['models'] = [];
after(() => demo.stop());
/** The registry is in the page's code, by hash. */
async function swapModels(): Promise<void> {
    const context = page.context();
    await context.route('**/suggest-*.js', async (route) => {
        const response = await route.fetch();
        let body = await response.text();
        for (const { key, variants } of registry) {
            const hash = await sha256(Uint8Array.from(ours.get(key) ?? []));
            for (const variant of variants) body = body.replaceAll(variant.sha256, hash);
        }
        await route.fulfill({ response, body });
    });
    for (const [key, body] of ours) await context.route(`**/${key}*.onnx`, (route) => route.fulfill({ body }));
}
const wavOf = (channel: Float32Array): Buffer =>
    Buffer.from(encodeWav({ sampleRate: RATE, channels: [channel, channel] }, { bits: '24' }));
beforeEach(async () => {
    demo.complaints.length = 0;
    page = await demo.open();
    await swapModels();
    await page
        .locator('input[type=file][accept*="video"]')
        .setInputFiles({ name: 'noise.wav', mimeType: 'audio/wav', buffer: wavOf(noise(10, RATE)) });
    await page.locator('.programme').filter({ hasText: 'noise.wav' }).waitFor({ timeout: 30_000 });
});
afterEach(async () => {
    await page.context().close();
});

/** The chain becomes these plugins. */
async function load(...plugins: object[]): Promise<void> {
    const buffer = Buffer.from(JSON.stringify(plugins));
    const input = page.locator('input[type=file][accept*="json"]');
    await input.setInputFiles({ name: 'chain.json', mimeType: 'application/json', buffer });
    await page.getByText(`chain.json: ${plugins.length} plugin`).waitFor();
}
const button = (place: Locator, name: string | RegExp): Locator =>
    place.getByRole('button', { name, exact: typeof name === 'string' });
const values = (eq: Locator): Promise<Record<string, ParamValue>> =>
    eq.evaluate((element) => (element as DawgPlugin).node!.values);
async function suggested(eq: Locator): Promise<string> {
    await button(eq, 'Suggest').click();
    const found = eq.locator('dawg-changes');
    await found.waitFor({ timeout: 60_000 });
    return found.locator('.summary').innerText();
}
/** A file, on the suggestions of an equalizer. */
const dropOn = (eq: Locator, bytes: number[], name: string): Promise<void> =>
    eq.locator('dawg-suggestion').evaluate(
        (element, file) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(file.bytes)], file.name));
            const how = { dataTransfer: data, cancelable: true, bubbles: true, composed: true };
            for (const type of ['dragover', 'drop']) element.dispatchEvent(new DragEvent(type, how));
        },
        { bytes, name },
    );
/** Hz and dB too much of each band on show. */
const reasons = async (eq: Locator): Promise<{ band: number; db: number; hz: number }[]> => {
    const all = await button(eq, /^(Reject|Accept) band/).evaluateAll((buttons) =>
        buttons.map((one) => one.getAttribute('aria-label') ?? ''),
    );
    return all.flatMap((label) => {
        const [, band, db, much, hz, kilo] =
            /band (\d+): ([\d.]+) dB too (much|little) \w+ ([\d.]+) (k?)Hz/.exec(label) ?? [];
        return band
            ? [{ band: Number(band), db: Number(db) * (much === 'much' ? 1 : -1), hz: Number(hz) * (kilo ? 1000 : 1) }]
            : [];
    });
};
const isFault = ({ db, hz }: { db: number; hz: number }): boolean => db > 3 && Math.abs(Math.log2(hz / FAULT.hz)) < 0.5;

test('a planted fault has its reason; one band is left, the rest taken as one step of undo; both sides; kept and saved', async () => {
    await load({ plugin: 'surgical_eq', params: FAULTY }, { plugin: 'surgical_eq' });
    const [faulty, eq] = [page.locator('dawg-surgical-eq').first(), page.locator('dawg-surgical-eq').last()];
    await button(page.locator('.transport'), 'Play').click();
    assert.match(await suggested(eq), /^The tone is \d+\.\d.dB away from the goal/);
    const found = await reasons(eq);
    const fault = found.find(isFault);
    assert.ok(fault, `${JSON.stringify(found)} has the fault`);
    assert.ok(found.length > 1, 'more than one band');
    const about = eq.locator('summary');
    assert.match(await about.innerText(), /^auto_eq_blind \d+ \(\w+, \d+.kB\): \d+.% sure, \d/);
    assert.equal(await eq.locator('path.other').count(), 1, 'the curve that would be');

    const left = found.find(({ band }) => band !== fault.band)!;
    const start = await values(eq);
    await button(eq, new RegExp(`^Reject band ${left.band}:`)).click();
    await button(eq, 'After').click();
    const heard = await values(eq);
    assert.equal(heard[`band${left.band}_on`], start[`band${left.band}_on`]);
    assert.ok(Number(heard[`band${fault.band}_gain_db`]) < -1);
    assert.ok(Number(heard.output_db) > 0, 'as loud as before');
    assert.ok(await button(page.locator('.bar'), 'Undo').isEnabled(), 'the chain was loaded');
    await button(eq, 'Before').click();
    assert.deepEqual(await values(eq), start);

    const strength = eq.locator('dawg-changes').getByRole('slider', { name: 'Strength' });
    await strength.focus();
    for (let i = 0; i < 10; ++i) await page.keyboard.press('ArrowLeft');
    assert.equal(await read(strength), '50 %');
    await button(eq, 'Apply').click();
    const applied = await values(eq);
    const gain = `band${fault.band}_gain_db`;
    assert.ok(Math.abs(Number(applied[gain]) - Number(heard[gain]) / 2) < 1e-4, `${applied[gain]} of ${heard[gain]}`);
    await eq.getByText('Applied.').waitFor();
    await button(eq, new RegExp(`^Reject band ${fault.band}:`)).click();
    assert.equal((await values(eq))[gain], start[gain]);
    await page.keyboard.press('Control+z');
    await button(eq, new RegExp(`^Reject band ${fault.band}:`)).waitFor();
    assert.deepEqual(await values(eq), applied);
    await page.keyboard.press('Control+z');
    await eq.getByText('Applied.').waitFor({ state: 'detached' });
    assert.deepEqual(await values(eq), start);
    await page.keyboard.press('Control+Shift+z');
    await eq.getByText('Applied.').waitFor();
    assert.deepEqual(await values(eq), applied);

    const [file] = await Promise.all([
        page.waitForEvent('download'),
        button(page.locator('.verdicts'), 'Save').click(),
    ]);
    const { verdicts } = JSON.parse(readFileSync(await file.path(), 'utf8')) as { verdicts: Verdict[] };
    assert.equal(verdicts.length, 1);
    assert.deepEqual([verdicts[0].plugin, verdicts[0].goal, verdicts[0].strength], ['surgical_eq', 'balance', 0.5]);
    const accepted = new Map(verdicts[0].bands.map(({ band, accepted: isIn }) => [band, isIn]));
    assert.equal(accepted.get(left.band), false);
    assert.equal(accepted.get(fault.band), true);
    await button(eq, 'Take back').click();
    assert.deepEqual(await values(eq), start);

    await faulty.evaluate((element) => (element as DawgPlugin).node!.set('band4_on', false));
    await suggested(eq);
    assert.equal((await reasons(eq)).find(isFault), undefined, 'without the fault there is no such reason');
    assert.deepEqual(demo.complaints, []);
});

test('listening starts the programme, shows how far it is and can be cancelled; a dropped reference is aimed at', async () => {
    await load({ plugin: 'mastering_eq' });
    const eq = page.locator('dawg-mastering-eq');
    await button(eq, 'Listen').click();
    await button(page.locator('.transport'), 'Pause').waitFor();
    await eq.getByText(/Listening: [12] of 10.s/).waitFor();
    assert.ok(await button(eq, 'Suggest').isDisabled());
    await button(eq, 'Cancel').click();
    assert.ok(await button(eq, 'Suggest').isEnabled());
    assert.equal(await eq.locator('progress').count(), 0);

    await dropOn(eq, [1, 2, 3], 'no.wav');
    await eq.getByRole('alert').filter({ hasText: 'cannot decode no.wav' }).waitFor();
    await dropOn(eq, [...wavOf(noise(3, RATE, { ...FAULT, q: 1.4 }))], 'warm.wav');
    await eq.getByText('Tone of warm.wav').waitFor({ state: 'attached' });
    assert.match(await page.locator('.programme').innerText(), /noise\.wav/, 'the page has not taken it');
    assert.match(await suggested(eq), /the tone of warm\.wav/);
    assert.match(await eq.locator('summary').innerText(), /^auto_eq_match/);
    await button(eq, 'After').click();
    const heard = await values(eq);
    assert.ok(
        (await reasons(eq)).some(({ db, hz }) => db < -3 && Math.abs(Math.log2(hz / FAULT.hz)) < 0.5),
        'the reference has more there',
    );
    await button(eq, 'Discard').click();
    assert.notDeepEqual(await values(eq), heard, 'what was only heard is gone');
    await page.getByText('1 kept in this browser').waitFor();
    await button(page.locator('.verdicts'), 'Forget').click();
    await page.getByText('kept in this browser').waitFor({ state: 'detached' });
    assert.deepEqual(demo.complaints, []);
});

test('a model that cannot be loaded is said so, with what to do; the next try works', async () => {
    await load({ plugin: 'auto_eq' });
    const eq = page.locator('dawg-auto-eq');
    await page.context().route('**/*.onnx', (route) => route.fulfill({ status: 404, body: '' }));
    await button(eq, 'Suggest').click();
    const alert = eq.getByRole('alert');
    await alert.filter({ hasText: /auto_eq_blind.*could not be fetched: 404/ }).waitFor({ timeout: 30_000 });
    assert.match(await alert.innerText(), /The sound goes on\. Check the connection and try again\./);
    await page.context().unroute('**/*.onnx');
    await swapModels();
    await suggested(eq);
    await button(eq, 'Apply').click();
    await eq.getByText('Applied.').waitFor();
    assert.equal((await values(eq)).freeze, true, 'its own engine leaves it alone');
});

test('Follow by keyboard: a model that cannot be loaded is said so; the next try leads, keeps the focus and ends when the hand has all; a dropped reference is followed', async () => {
    await load({ plugin: 'auto_eq', params: { freeze: true } });
    const eq = page.locator('dawg-auto-eq');
    const follow = button(eq, 'Follow');
    const pressed = (): Promise<string | null> => follow.getAttribute('aria-pressed');
    const hasFocus = (): Promise<boolean> => follow.evaluate((element) => element.matches(':focus'));
    await page.context().route('**/*.onnx', (route) => route.fulfill({ status: 404, body: '' }));
    await follow.focus();
    await page.keyboard.press('Enter'); // the page plays by itself
    const alert = eq.getByRole('alert').filter({ hasText: 'Not followed.' });
    await alert.filter({ hasText: /auto_eq_blind.*could not be fetched: 404/ }).waitFor({ timeout: 30_000 });
    assert.match(await alert.innerText(), /The sound goes on\. Check the connection and try again\./);
    assert.deepEqual([await pressed(), await hasFocus()], ['false', true]);
    demo.complaints.length = 0; // of the 404
    await page.context().unroute('**/*.onnx');
    await swapModels();

    await page.keyboard.press('Space');
    await eq.getByText(/^(Leads|Holds) 32 bands, \d+.% sure .*auto_eq_blind/).waitFor({ timeout: 60_000 });
    assert.equal(await alert.count(), 0);
    assert.deepEqual([await pressed(), await hasFocus()], ['true', true]);
    const led = (): Promise<number> =>
        eq.evaluate((element) => {
            const { node } = element as DawgPlugin;
            return Object.keys(node!.values).filter((key) => node!.owner(key) === 'brain').length;
        });
    assert.ok((await led()) >= 32);
    await eq.evaluate((element) => {
        const { node } = element as DawgPlugin;
        for (let band = 1; band <= 32; ++band) node!.set(`band${band}_gain_db`, 0);
    });
    await eq.getByText(/^(Leads|Holds)/).waitFor({ state: 'detached' });
    assert.deepEqual([await pressed(), await led(), await alert.count()], ['false', 0, 0], 'the hand has all of it');

    await dropOn(eq, [...wavOf(noise(3, RATE, { ...FAULT, q: 1.4 }))], 'warm.wav');
    await eq.getByText('Tone of warm.wav').waitFor({ state: 'attached' });
    await follow.focus();
    await page.keyboard.press('Enter');
    await eq.getByText(/^(Leads|Holds) 32 bands.*auto_eq_match/).waitFor({ timeout: 60_000 });
    await page.keyboard.press('Enter');
    await eq.getByText(/^(Leads|Holds)/).waitFor({ state: 'detached' });
    assert.deepEqual([await pressed(), await led(), await hasFocus()], ['false', 0, true]);
    assert.deepEqual(demo.complaints, []);
});

test("Follow leads bands against a fault while it plays; a touched knob is the hand's; pressed again, all are", async () => {
    await load({ plugin: 'surgical_eq', params: FAULTY }, { plugin: 'surgical_eq' });
    const eq = page.locator('dawg-surgical-eq').last();
    const follow = button(eq, 'Follow');
    await follow.click(); // the page plays by itself
    await eq
        .getByText(/^Leads \d bands?, \d+.% sure of the last \d+.s \(auto_eq_blind, \w+\)$/)
        .waitFor({ timeout: 60_000 });
    assert.equal(await follow.getAttribute('aria-pressed'), 'true');
    const led = (): Promise<string[]> =>
        eq.evaluate((element) => {
            const { node } = element as DawgPlugin;
            return Object.keys(node!.values).filter((key) => node!.owner(key) === 'brain');
        });
    const gains = (await led()).filter((key) => key.endsWith('_gain_db'));
    assert.ok(gains.length >= 2, String(gains));
    const cut = async (): Promise<string | undefined> => {
        const now = await values(eq);
        const isThere = (key: string): boolean =>
            Math.abs(Math.log2(Number(now[key.replace('gain_db', 'freq_hz')]) / FAULT.hz)) < 0.5;
        return gains.find((key) => isThere(key) && Number(now[key]) < -3);
    };
    await page.waitForTimeout(6000);
    const fault = await cut();
    assert.ok(fault, JSON.stringify(await values(eq)));

    await eq.evaluate((element, key) => (element as DawgPlugin).node!.set(key, -1), fault);
    await eq.getByText(new RegExp(`^(Leads|Holds) ${gains.length - 1} band`)).waitFor();
    await page.waitForTimeout(2000);
    assert.equal((await values(eq))[fault], -1, 'what the hand has set stays');
    await follow.click();
    await eq.getByText(/^(Leads|Holds)/).waitFor({ state: 'detached' });
    assert.deepEqual(await led(), []);
    assert.equal(await follow.getAttribute('aria-pressed'), 'false');
});
