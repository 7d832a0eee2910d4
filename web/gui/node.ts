// What the controls need of a node, by strings: they are made for any plugin, so no key is known to the compiler.
import type { Engine, Listening, Owner, PluginKey, State } from '../src/api.js';
import type { ParamInfo, ParamValue, PluginInfo } from '../src/manifest.js';

export interface ControlEvents {
    change: { key: string; value: ParamValue };
    ownerchange: { key: string; owner: Owner };
    latencychange: { samples: number };
}
/** A PluginNode of any plugin. */
export interface ControlNode {
    readonly key: PluginKey;
    readonly info: PluginInfo;
    readonly engine: ControlEngine;
    readonly context: BaseAudioContext;
    set(key: string, value: ParamValue): void;
    get(key: string): ParamValue;
    readonly values: Record<string, ParamValue>;
    bypass: boolean;
    state: State;
    applyPreset(key: string): void;
    readonly preset: string | null;
    readonly latencySamples: number;
    readonly meters: Record<string, number>;
    owner(key: string): Owner;
    on<E extends keyof ControlEvents>(event: E, listener: (value: ControlEvents[E]) => void): () => void;
}
export type ControlEngine = Pick<Engine, 'toPlain' | 'toKnob' | 'curve' | 'brain'>;
export type { Listening };

/** A value as a number: switches 0 and 1, labels their place. */
export function plainOf(param: ParamInfo, value: ParamValue): number {
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    return Math.max(0, param.labels.indexOf(value));
}

/** A number as the node takes it. */
export function valueOf(param: ParamInfo, plain: number): ParamValue {
    if (param.curve === 'bool') return plain > 0.5;
    return param.curve === 'enum' ? (param.labels[Math.round(plain)] ?? Math.round(plain)) : plain;
}

export const paramOf = (node: ControlNode, key: string): ParamInfo | undefined =>
    node.info.params.find((param) => param.key === key);
