// Parameter values as people write them: numbers in plain units, labels, on and off.
import type { ParamInfo, ParamValue, PluginInfo } from './manifest.js';
import { InputError, didYouMean, named } from './errors.js';

/** As messages and tables write it: 20 .. 20000 Hz; Clean, Rough; on, off. */
export function rangeText(p: ParamInfo): string {
    if (p.curve === 'bool') return 'on, off';
    if (p.curve === 'enum') return p.labels.map((label, i) => `${label} (${i})`).join(', ');
    return `${p.min} .. ${p.max}${p.unit && ` ${p.unit}`}${p.curve === 'int' ? ', whole numbers' : ''}`;
}

/** A plain value as people write it. */
export function valueText(p: ParamInfo, plain: number): string {
    if (p.curve === 'bool') return plain > 0.5 ? 'on' : 'off';
    if (p.curve === 'enum') return p.labels[Math.round(plain)];
    return String(shortest(plain));
}

/** A plain value as JSON has it: label, switch or number. */
export function jsonValue(p: ParamInfo, plain: number): ParamValue {
    if (p.curve === 'bool') return plain > 0.5;
    if (p.curve === 'enum') return p.labels[Math.round(plain)];
    return shortest(plain);
}

/** The shortest decimal that is the same 32-bit float. */
function shortest(plain: number): number {
    for (let digits = 1; digits < 9; ++digits) {
        const value = Number(plain.toPrecision(digits));
        if (Math.fround(value) === plain) return value;
    }
    return Number(plain.toPrecision(9));
}

const SWITCH: Record<string, number> = { on: 1, true: 1, yes: 1, '1': 1, off: 0, false: 0, no: 0, '0': 0 };

/** The number that stands for a value: of a label, a switch, a text. NaN when nothing does. */
function numberOf(p: ParamInfo, value: ParamValue): number {
    const text = String(value).trim();
    const label = p.labels.findIndex((name) => name.toLowerCase() === text.toLowerCase());
    if (label >= 0) return label;
    return p.curve === 'bool' ? (SWITCH[text.toLowerCase()] ?? NaN) : text === '' ? NaN : Number(text);
}

function notAllowed(plugin: PluginInfo, p: ParamInfo, value: ParamValue, where: string): InputError {
    const text = String(value).trim();
    return new InputError(
        `${where}: ${plugin.key} ${p.key} is "${text}"; allowed: ${rangeText(p)}.${didYouMean(text, p.labels)}`,
    );
}

/** The plain value, or an InputError that says what is allowed. `where` names the place: --set, chain.json … */
export function parseValue(plugin: PluginInfo, p: ParamInfo, value: ParamValue, where: string): number {
    const plain = numberOf(p, value);
    if (Number.isInteger(plain) || (p.curve !== 'enum' && p.curve !== 'int')) {
        if (plain >= p.min && plain <= p.max) return plain;
        if (Math.fround(plain) === Math.fround(p.min)) return p.min; // ends are floats: 1.1 is not exact
        if (Math.fround(plain) === Math.fround(p.max)) return p.max;
    }
    throw notAllowed(plugin, p, value, where);
}

/** As parseValue(), but for a move while audio plays: numbers out of range pass, and the core clamps and counts them. */
export function parseMove(plugin: PluginInfo, p: ParamInfo, value: ParamValue, where: string): number {
    const plain = typeof value === 'number' ? value : numberOf(p, value);
    if (Number.isNaN(plain)) throw notAllowed(plugin, p, value, where);
    return plain;
}

/** The number of a plugin's parameter; an InputError names near ones. */
export function paramIndex(plugin: PluginInfo, key: string): number {
    return plugin.params.indexOf(named(`parameter of ${plugin.key} called`, key, plugin.params, plugin.key));
}
