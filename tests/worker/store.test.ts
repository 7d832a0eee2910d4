// What the worker keeps: bounded in memory and on the shelf, the oldest goes first, and a shelf that fails is no failure.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Store } from '../../worker/store.js';
import { MemoryShelf } from './brain.js';

const bytes = (length: number, value: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value);
const shelved = async (shelf: MemoryShelf): Promise<string[]> =>
    (await shelf.keys()).map(({ url }) => decodeURIComponent(url.split('/').pop() ?? ''));

test('memory holds what was used last, up to the limit', async () => {
    const store = new Store('test', 100, () => Promise.resolve(undefined));
    for (const [key, value] of ['a', 'b', 'c'].entries()) await store.put(value, bytes(30, key));
    await store.get('a');
    await store.put('d', bytes(30, 3));
    assert.equal(store.bytes, 90);
    assert.equal(await store.get('b'), undefined);
    for (const key of ['a', 'c', 'd']) assert.equal((await store.get(key))?.length, 30, key);
    await store.put('whole', bytes(101, 0));
    assert.equal(await store.get('whole'), undefined);
    await store.put('a', bytes(10, 9));
    assert.equal(store.bytes, 70);
});
test('the shelf holds what came last, up to the limit, and outlives the worker', async () => {
    const shelf = new MemoryShelf();
    const store = new Store('test', 100, () => Promise.resolve(shelf));
    for (const key of ['a', 'b', 'c', 'd/?']) await store.put(key, bytes(30, 1));
    assert.deepEqual(await shelved(shelf), ['b', 'c', 'd/?']);
    const later = new Store('test', 100, () => Promise.resolve(shelf));
    assert.deepEqual(await later.get('d/?'), bytes(30, 1));
    assert.equal(await later.get('a'), undefined);
    await later.delete('d/?');
    assert.deepEqual(await shelved(shelf), ['b', 'c']);
    await later.clear();
    assert.deepEqual(await shelved(shelf), []);
    assert.equal(later.bytes, 0);
    assert.equal(await later.get('b'), undefined);
});
test('a shelf that denies itself leaves memory', async () => {
    const denied = (): Promise<never> => Promise.reject(new DOMException('denied', 'SecurityError'));
    const shelf = { match: denied, put: denied, delete: denied, keys: denied };
    for (const open of [() => Promise.resolve(shelf), () => Promise.reject(new Error('no'))]) {
        const store = new Store('test', 100, open);
        await store.put('a', bytes(30, 1));
        assert.equal((await store.get('a'))?.length, 30);
        assert.equal(await store.get('b'), undefined);
        await store.delete('a');
        assert.equal(await store.get('a'), undefined);
        await store.clear();
    }
});
