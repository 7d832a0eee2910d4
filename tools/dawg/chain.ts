// Plugins in a row with their values: from options, from a chain or a state file (decisions: format dawg-chain, a bare
// array, or dawg-state). What a newer version may have added is kept and warned about; wrong values are refused.
import { readFileSync } from 'node:fs';
import type { Manifest, ParamValue, PluginInfo } from '../../web/src/manifest.js';
import { InputError, named, warn } from './errors.js';
import { paramIndex, parseValue } from './values.js';

export interface Slot {
    /** Number in the manifest. */
    index: number;
    info: PluginInfo;
    preset?: string;
    /** Plain values by parameter number; the rest are defaults. */
    values: Map<number, number>;
    /** Fields that this version does not know, as they were. */
    unknown: Record<string, unknown>;
}

export function makeSlot(manifest: Manifest, key: string, where: string): Slot {
    const info = named('plugin', key, manifest.plugins, `(${where}) Details: dawg describe`);
    return { index: manifest.plugins.indexOf(info), info, values: new Map(), unknown: {} };
}

export function applyPreset(slot: Slot, key: string): void {
    const { info } = slot;
    const preset = named(`preset of ${info.key} called`, key, info.presets, `Details: dawg describe ${info.key}`);
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
): Record<string, unknown> {
    const unknown = Object.fromEntries(Object.entries(object).filter(([key]) => !known.includes(key)));
    for (const key of Object.keys(unknown)) warn(`${where}: "${key}" is unknown to this version and has no effect.`);
    return unknown;
}

function slotFrom(manifest: Manifest, entry: unknown, where: string): Slot {
    if (!isObject(entry) || typeof entry.plugin !== 'string')
        throw new InputError(
            `${where} is ${JSON.stringify(entry)}; it must be an object with "plugin": "key". Plugins: dawg describe`,
        );
    const slot = makeSlot(manifest, entry.plugin, where);
    const { info } = slot;
    slot.unknown = keepUnknown(entry, ['plugin', 'version', 'preset', 'params', 'bypass', 'format'], where);
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
    Object.assign(slot.unknown, keepUnknown(params, keys, `${where}: params of ${info.key}`));
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

/** Reads a chain, a bare array or a state. */
export function readChain(manifest: Manifest, path: string): Slot[] {
    let json: unknown;
    try {
        json = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
        throw new InputError(`Cannot read the chain ${path}: ${(error as Error).message}. Give a JSON file.`);
    }
    const isState = isObject(json) && json.format === 'dawg-state';
    if (isObject(json)) {
        if (json.format !== 'dawg-chain' && !isState)
            throw new InputError(
                `${path}: "format" is ${JSON.stringify(json.format)}; allowed: "dawg-chain", "dawg-state", or a bare array of plugins.`,
            );
        if (json.version !== 1 && !(isState && json.plugin))
            throw new InputError(
                `${path}: version ${JSON.stringify(json.version)} of ${String(json.format)} is unknown; allowed: 1. ` +
                    'Write "version": 1, or use a newer dawg.',
            );
        if (!json.plugin) keepUnknown(json, ['format', 'version', 'plugins'], path);
    }
    const list: unknown = Array.isArray(json)
        ? json
        : isObject(json)
          ? (json.plugins ?? (json.plugin ? [json] : undefined))
          : json;
    if (!Array.isArray(list) || list.length === 0)
        throw new InputError(
            `${path} names no plugin; "plugins" must be an array such as [{"plugin": "${manifest.plugins[0].key}"}].`,
        );
    return list.map((entry, i) => slotFrom(manifest, entry, `${path}, plugin ${i + 1}`));
}
