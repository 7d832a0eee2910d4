// Plugins in a row with their values, as a chain (format dawg-chain, or a bare array) or a state (dawg-state) names them.
// What a newer version may have added is kept and warned about; wrong values are refused.
import type { Manifest, ParamValue, PluginInfo } from './manifest.js';
import { InputError, named } from './errors.js';
import { paramIndex, parseValue } from './values.js';

export interface Slot {
    /** Number in the manifest. */
    index: number;
    info: PluginInfo;
    preset?: string;
    /** Plain values by parameter number; the rest are defaults. */
    values: Map<number, number>;
    /** Fields, and parameters, that this version does not know, as they were. */
    unknown: Record<string, unknown>;
    unknownParams: Record<string, unknown>;
}
/** Takes notes on what has no effect. */
export type Warn = (message: string) => void;

export function makeSlot(manifest: Manifest, key: string, where?: string): Slot {
    const info = named('plugin', key, manifest.plugins, '', where);
    return { index: manifest.plugins.indexOf(info), info, values: new Map(), unknown: {}, unknownParams: {} };
}

export function applyPreset(slot: Slot, key: string): void {
    const { info } = slot;
    const preset = named(`preset of ${info.key} called`, key, info.presets, info.key);
    slot.preset = key;
    for (const [name, value] of Object.entries(preset.values)) {
        const param = paramIndex(info, name);
        slot.values.set(param, parseValue(info, info.params[param], value, `preset ${key}`));
    }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
const isValue = (value: unknown): value is ParamValue => ['number', 'string', 'boolean'].includes(typeof value);

/** Notes and keeps the fields of `object` that are not in `known`. */
function keepUnknown(
    object: Record<string, unknown>,
    known: readonly string[],
    where: string,
    warn: Warn,
): Record<string, unknown> {
    const unknown = Object.fromEntries(Object.entries(object).filter(([key]) => !known.includes(key)));
    for (const key of Object.keys(unknown)) warn(`${where}: "${key}" is unknown to this version and has no effect.`);
    return unknown;
}

/** One entry of a chain or a state. `where` names it in messages. */
export function parseEntry(manifest: Manifest, entry: unknown, where: string, warn: Warn): Slot {
    if (!isObject(entry) || typeof entry.plugin !== 'string')
        throw new InputError(`${where} is ${JSON.stringify(entry)}; it must be an object with "plugin": "key".`, '');
    const slot = makeSlot(manifest, entry.plugin, where);
    const { info } = slot;
    slot.unknown = keepUnknown(entry, ['plugin', 'version', 'preset', 'params', 'bypass', 'format'], where, warn);
    if (typeof entry.version === 'number' && entry.version !== info.version)
        warn(
            `${where}: made with version ${entry.version} of ${info.key}, this is ${info.version}; it may sound different.`,
        );
    if (entry.preset !== undefined && entry.preset !== null) {
        if (typeof entry.preset !== 'string')
            throw new InputError(`${where}: "preset" is ${JSON.stringify(entry.preset)}; it must be a preset's key.`);
        applyPreset(slot, entry.preset);
    }
    const params = entry.params ?? {};
    if (!isObject(params))
        throw new InputError(`${where}: "params" is ${JSON.stringify(params)}; it must be an object of key: value.`);
    const keys = info.params.map((p) => p.key);
    slot.unknownParams = keepUnknown(params, keys, `${where}: params of ${info.key}`, warn);
    for (const [key, value] of Object.entries({
        ...params,
        ...(entry.bypass !== undefined && { bypass: entry.bypass }),
    })) {
        if (!keys.includes(key)) continue;
        const param = keys.indexOf(key);
        if (!isValue(value))
            throw new InputError(
                `${where}: ${info.key} ${key} is ${JSON.stringify(value)}; it must be a number, a label, true or false.`,
            );
        slot.values.set(param, parseValue(info, info.params[param], value, where));
    }
    return slot;
}

/** A chain, a bare array or a state, as JSON gives it. `where` names it in messages. */
export function parseChain(manifest: Manifest, json: unknown, where: string, warn: Warn): Slot[] {
    const isState = isObject(json) && json.format === 'dawg-state';
    if (isObject(json)) {
        if (json.format !== 'dawg-chain' && !isState)
            throw new InputError(
                `${where}: "format" is ${JSON.stringify(json.format)}; allowed: "dawg-chain", "dawg-state", or a bare array of plugins.`,
            );
        if (json.version !== 1 && !(isState && json.plugin))
            throw new InputError(
                `${where}: version ${JSON.stringify(json.version)} of ${String(json.format)} is unknown; allowed: 1. ` +
                    'Write "version": 1, or use a newer dawg.',
            );
        if (!json.plugin) keepUnknown(json, ['format', 'version', 'plugins'], where, warn);
    }
    const list: unknown = isObject(json) ? (json.plugins ?? (json.plugin ? [json] : undefined)) : json;
    if (!Array.isArray(list) || list.length === 0)
        throw new InputError(
            `${where} names no plugin; "plugins" must be an array such as [{"plugin": "${manifest.plugins[0].key}"}].`,
        );
    return list.map((entry, i) => parseEntry(manifest, entry, `${where}, plugin ${i + 1}`, warn));
}
