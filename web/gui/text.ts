// Values as people read and type them: 1.2 kHz, −3.0 dB, 350 ms, 45 %, labels, on and off. No DOM.
import type { ParamInfo } from '../src/manifest.js';

const MINUS = '\u2212';
const NARROW = '\u202f';

/** 0 .. 1 (-1 .. 1, 0 .. 2, 0 .. 1.1) without a unit: read and typed as percent. */
export function isAmount(p: ParamInfo): boolean {
    return p.unit === '' && p.curve === 'lin' && p.max <= 2;
}

/** `digits` significant ones, at most four of them decimals: 0.0962, 0.962, 9.62, 96.2, 962. */
const significant = (value: number, digits: number): string => {
    const place = Math.floor(Math.log10(Math.max(1e-4, Math.abs(value))));
    return value.toFixed(Math.min(4, Math.max(0, digits - 1 - place)));
};

/** Without a trailing .0 or .50 -> .5. */
const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

const signed = (text: string, plus = false): string => {
    if (/^-?0(\.0+)?$/.test(text)) return text.replace('-', '');
    return text.startsWith('-') ? MINUS + text.slice(1) : plus ? `+${text}` : text;
};

export interface ValueText {
    number: string;
    unit: string;
}

/** Number and unit apart, for a readout of steady width. */
export function valueParts(p: ParamInfo, plain: number): ValueText {
    if (p.curve === 'bool') return { number: plain > 0.5 ? 'on' : 'off', unit: '' };
    if (p.curve === 'enum') return { number: p.labels[Math.round(plain)] ?? '', unit: '' };
    if ((p.minIsOff && plain <= p.min) || (p.maxIsOff && plain >= p.max)) return { number: 'off', unit: '' };
    if (p.maxIsInfinite && plain >= p.max) return { number: '∞', unit: p.unit };
    if (p.curve === 'int') return { number: signed(String(Math.round(plain))), unit: p.unit };
    if (isAmount(p)) return { number: signed((100 * plain).toFixed(0)), unit: '%' };
    if (p.unit === 'Hz' && Math.abs(plain) >= 1000)
        return { number: trimmed(significant(plain / 1000, 3)), unit: 'kHz' };
    if (p.unit === 'ms' && Math.abs(plain) >= 1000) return { number: trimmed(significant(plain / 1000, 3)), unit: 's' };
    if (/^dB/.test(p.unit)) return { number: signed(plain.toFixed(1), p.min < 0 && p.max > 0), unit: p.unit };
    if (p.unit === 'degrees') return { number: signed(plain.toFixed(0)), unit: '°' };
    return { number: signed(trimmed(significant(plain, 3))), unit: p.unit };
}

/** As a readout, a screen reader and a typed entry have it. */
export function valueText(p: ParamInfo, plain: number): string {
    const { number, unit } = valueParts(p, plain);
    return ['', '°', ':1'].includes(unit) ? number + unit : number + NARROW + unit;
}

/** What 1 of this unit is in the parameter's own, by the parameter's unit. */
const FACTORS: Record<string, Record<string, number>> = {
    Hz: { '': 1, hz: 1, k: 1e3, khz: 1e3 },
    ms: { '': 1, ms: 1, s: 1e3, us: 1e-3, µs: 1e-3 },
    s: { '': 1, s: 1, ms: 1e-3 },
    degrees: { '': 1, '°': 1, deg: 1, degree: 1, degrees: 1 },
};
const AMOUNT: Record<string, number> = { '': 0.01, '%': 0.01, percent: 0.01 };

function factorOf(p: ParamInfo, unit: string): number | undefined {
    if (isAmount(p)) return AMOUNT[unit];
    const known = FACTORS[p.unit];
    if (known) return known[unit];
    return unit === '' || unit === p.unit.toLowerCase() || (unit === 'db' && p.unit.startsWith('dB')) ? 1 : undefined;
}

/** What may be typed, for an error. */
export function allowedText(p: ParamInfo): string {
    if (p.curve === 'bool') return 'on or off';
    if (p.curve === 'enum') return p.labels.join(', ');
    const off = p.minIsOff || p.maxIsOff;
    const plain = { ...p, minIsOff: false, maxIsOff: false };
    return `${valueText(plain, p.min)} to ${valueText(plain, p.max)}${off ? ', or off' : ''}`;
}

/** The plain value of typed text, clamped to the range: '1.2k', '-3', '350 ms', '0,5 s', '45 %', labels, 'off', 'min',
 * 'max', 'default'. A number alone is in the unit the readout has, for amounts percent. undefined: cannot be read. */
export function parseText(p: ParamInfo, typed: string): number | undefined {
    const text = typed.trim().toLowerCase().replaceAll(MINUS, '-').replace(/\s+/g, ' ');
    if (text === 'default') return p.def;
    if (text === 'min') return p.min;
    if (text === 'max') return p.max;
    const label = p.labels.findIndex((name) => name.toLowerCase() === text);
    if (label >= 0) return label;
    if (p.curve === 'bool') {
        if (['on', 'yes', 'true', '1'].includes(text)) return 1;
        return ['off', 'no', 'false', '0'].includes(text) ? 0 : undefined;
    }
    if (p.curve === 'enum') return undefined;
    if (p.maxIsInfinite && /^(∞|inf|infinity)( ?:1)?$/.test(text)) return p.max;
    if (text === 'off') return p.minIsOff ? p.min : p.maxIsOff ? p.max : undefined;
    const match = /^([+-]?(?:\d+[.,]?\d*|[.,]\d+)) ?([a-zµ°%]*|:1)$/.exec(text.replace(/\u202f/g, ' '));
    if (!match) return undefined;
    const factor = factorOf(p, match[2]);
    if (factor === undefined) return undefined;
    const plain = Number(match[1].replace(',', '.')) * factor;
    return Math.min(p.max, Math.max(p.min, p.curve === 'int' ? Math.round(plain) : plain));
}
