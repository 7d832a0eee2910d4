// Command-line options: --name value, --name=value, -x value; flags without a value.

import { InputError, didYouMean } from '../../web/src/errors.js';
export interface Option {
    /** One letter, for -x. */
    short?: string;
    /** What its value is called in messages; a flag has none. */
    value?: string;
    /** May be given several times. */
    many?: boolean;
}

/** Splits arguments into option values (in order; '' for a flag) and the rest. */
export function parseOptions<K extends string>(
    args: readonly string[],
    spec: Readonly<Record<K, Option>>,
): { options: Partial<Record<K, string[]>>; rest: string[] } {
    const names = Object.keys(spec) as K[];
    const options: Partial<Record<K, string[]>> = {};
    const rest: string[] = [];
    for (let i = 0; i < args.length; ++i) {
        const arg = args[i];
        if (arg === '--') {
            rest.push(...args.slice(i + 1));
            break;
        }
        if (!arg.startsWith('-') || arg === '-') {
            rest.push(arg);
            continue;
        }
        const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
        const given = equals > 0 ? arg.slice(0, equals) : arg;
        const name = names.find((n) => `--${n}` === given || (spec[n].short && `-${spec[n].short}` === given));
        if (!name) {
            const all = names.map((n) => `--${n}`);
            throw new InputError(`Unknown option ${given}.${didYouMean(given, all)} Allowed: ${all.join(', ')}.`);
        }
        const { value, many } = spec[name];
        const values = (options[name] ??= []);
        if (values.length && !many) throw new InputError(`${given} is given twice; give it once.`);
        if (value === undefined) {
            if (equals > 0) throw new InputError(`${given} takes no value, "${arg.slice(equals + 1)}" was given.`);
            values.push('');
            continue;
        }
        const text = equals > 0 ? arg.slice(equals + 1) : args[++i];
        if (text === undefined || text === '' || (equals < 0 && text.startsWith('--')))
            throw new InputError(`${given} needs a value: ${given} ${value}.`);
        values.push(text);
    }
    return { options, rest };
}

/** The one IN of a command, or an InputError with its usage. */
export function oneInput(command: string, rest: readonly string[], usage: string): string {
    if (rest.length === 1) return rest[0];
    const given = `${rest.length} were given${rest.length ? `: ${rest.join(', ')}` : ''}`;
    throw new InputError(`${command} takes one IN file, ${given}. Usage: dawg ${command} ${usage}`);
}

/** A number in min..max, or an InputError. */
export function numberIn(what: string, text: string, min: number, max: number, unit = ''): number {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max) return value;
    const range = max === Infinity ? `${min} or more` : `${min} .. ${max}`;
    throw new InputError(`${what} is "${text}"; allowed is a number, ${range}${unit && ` ${unit}`}.`);
}
