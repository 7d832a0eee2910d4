// What an equalizer could do about a file, and what kind of source it is: heard by dawg-worker.wasm while it passes.
import type { Analysis as Wasm, EqEngine, Problem, SourceGuess } from '../../worker/analysis.js';

type Bell = Pick<Problem, 'frequency_hz' | 'gain_db' | 'q'>;

/** What `dawg analyze --json` says beyond loudness; null: silence, above half the rate, or too short to say. */
export interface Heard {
    /** Level in 100 bands, 20 Hz .. 20 kHz, equal ratios. 0 dB: a full-scale sine in both channels. */
    bands: (number | null)[];
    /** Level between 20, 60, 120, 250, 500 Hz, 2, 4, 8 and 20 kHz. */
    balance: (number | null)[];
    /** Of the power density: white noise 0, pink noise -3. */
    tilt_db_per_octave: number | null;
    /** The most severe first. */
    problems: (Bell & Pick<Problem, 'type' | 'severity' | 'confidence'> & { fix: { type: 'bell' } & Bell })[];
    source: { type: string | null; confidence: number | null };
}

const rounded = (value: number): number | null => (Number.isNaN(value) ? null : round(value));
const round = (value: number): number => Math.round(value * 1000) / 1000;

/** Feed it everything, then ask. One channel or two. */
export class Ear {
    readonly #engine: EqEngine;
    readonly #guess: SourceGuess;
    constructor(analysis: Wasm, rate: number) {
        this.#engine = analysis.eqEngine(rate);
        this.#guess = analysis.sourceGuess(rate);
    }

    feed(channels: readonly Float32Array[], at: number, frames: number): void {
        this.#engine.process(channels, at, frames);
        this.#guess.process(channels, at, frames);
    }

    /** Ends the listening. */
    result(): Heard {
        const { level, tilt, bands, balance, problems } = this.#engine.read('total');
        const source = this.#guess.read();
        this.#engine.destroy();
        this.#guess.destroy();
        return {
            bands: bands.map(rounded),
            balance: balance.map(rounded),
            tilt_db_per_octave: rounded(tilt),
            problems: problems.map(({ type, severity, confidence, ...p }) => {
                const bell = { frequency_hz: round(p.frequency_hz), gain_db: round(p.gain_db), q: round(p.q) };
                return {
                    ...{ type, ...bell, severity: round(severity), confidence: round(confidence) },
                    fix: { type: 'bell', ...bell },
                };
            }),
            source: Number.isNaN(level)
                ? { type: null, confidence: null }
                : { type: source.type, confidence: round(source.confidence) },
        };
    }
}

const LOW_ENDS = ['20 Hz', '60', '120', '250', '500', '2k', '4k', '8k'];

/** Rows for people: name and text. */
export function heardRows({ balance, tilt_db_per_octave: tilt, problems, source }: Heard): [string, string][] {
    const none = 'unknown (silence, or too short)';
    if (tilt === null) return [['tone', none]];
    const levels = balance.map((db, i) => (db === null ? '' : `${LOW_ENDS[i]} ${db.toFixed(1)}`)).filter(Boolean);
    const percent = (share: number): string => `${Math.round(share * 100)} %`;
    return [
        ['tone', `${tilt.toFixed(2)} dB per octave (pink noise -3.01)`],
        ['balance from', `${levels.join(', ')} dB`],
        ['source', `${source.type} (${percent(source.confidence ?? 0)})`],
        ...problems.map(({ type, frequency_hz, gain_db, q, severity, confidence }, i): [string, string] => [
            i ? '' : 'problems',
            `${type}: a bell at ${frequency_hz.toFixed(0)} Hz, ${gain_db.toFixed(1)} dB, Q ${q.toFixed(1)} would mend it ` +
                `(severity ${percent(severity)}, confidence ${percent(confidence)})`,
        ]),
        ...(problems.length ? [] : [['problems', 'none found'] as [string, string]]),
    ];
}
