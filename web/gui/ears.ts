// What the elements hear: one tap of a node, shared by all that show it.
import type { ControlNode } from './node.js';
import type { Listening, PluginNode } from '../src/api.js';

export type Point = 'in' | 'out';
interface Tap {
    listeners: Set<(heard: Listening) => void>;
    last: Listening | undefined;
    end: () => void;
}
const taps = new WeakMap<ControlNode, Partial<Record<Point, Tap>>>();

/** Calls `listener` with what is heard at `point`, until the function it returns is called. Without a worker: never. */
export function hear(node: ControlNode, point: Point, listener: (heard: Listening) => void): () => void {
    const ofNode = taps.get(node) ?? {};
    taps.set(node, ofNode);
    const tap = (ofNode[point] ??= open(node, point));
    tap.listeners.add(listener);
    if (tap.last) listener(tap.last);
    return () => {
        tap.listeners.delete(listener);
        if (tap.listeners.size > 0 || ofNode[point] !== tap) return;
        delete ofNode[point];
        tap.end();
    };
}

function open(node: ControlNode, point: Point): Tap {
    let isOpen = true;
    let stop = (): void => undefined;
    const tap: Tap = {
        listeners: new Set(),
        last: undefined,
        end: () => {
            isOpen = false;
            stop();
        },
    };
    node.engine
        .brain()
        .then((brain) => {
            if (!isOpen) return;
            stop = brain.listen(node as unknown as PluginNode, point, (heard) => {
                tap.last = heard;
                for (const listener of tap.listeners) listener(heard);
            });
        })
        .catch(() => undefined); // sound and controls do not need a worker; the engine reports it
    return tap;
}
