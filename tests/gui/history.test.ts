// Undo of the demo page: whole states, no step without a change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../../web/demo/history.js';

test('every change comes back step by step, and forth again', () => {
    const history = new History({ x: 0 });
    for (const x of [1, 2, 3]) assert.equal(history.commit({ x }), true);
    assert.deepEqual(
        [history.undo(), history.undo(), history.undo(), history.undo()],
        [{ x: 2 }, { x: 1 }, { x: 0 }, undefined],
    );
    assert.deepEqual(
        [history.redo(), history.redo(), history.redo(), history.redo()],
        [{ x: 1 }, { x: 2 }, { x: 3 }, undefined],
    );
});
test('what changes nothing is no step; a change after undo forgets what was undone', () => {
    const history = new History({ x: 0 });
    assert.equal(history.commit({ x: 0 }), false);
    assert.equal(history.canUndo, false);
    history.commit({ x: 1 });
    history.undo();
    assert.equal(history.canRedo, true);
    history.commit({ x: 5 });
    assert.equal(history.canRedo, false);
    assert.deepEqual(history.undo(), { x: 0 });
});
test('states are copies: what the page does to one it got or gave changes no step', () => {
    const state = { list: [1] };
    const history = new History(state);
    state.list.push(2);
    history.commit(state);
    state.list.push(3);
    const before = history.undo();
    before?.list.push(9);
    assert.deepEqual(history.redo(), { list: [1, 2] });
    assert.deepEqual(history.undo(), { list: [1] });
});
