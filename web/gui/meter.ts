// <dawg-meter>: one meter of a node. Levels rise and hold their peak; a reduction hangs down from 0.
import { css, html, nothing } from 'lit';
import { NodeElement } from './base.js';
import { onFrame } from './frame.js';
import type { ControlNode } from './node.js';
import { place } from './scale.js';
import { theme } from './theme.js';
import type { MeterInfo } from '../src/manifest.js';

/** IEC 60268-18 falls 20 dB in 1.7 s. */
const FALL_DB_PER_S = 11.8;
const HOLD_S = 1.5;
const LOWEST_DB = -60;
const DEEPEST_DB = 24;

/** What a meter shows, by its key. */
export const isReduction = (meter: MeterInfo): boolean => meter.key.includes('reduction');
export const isLevel = (meter: MeterInfo): boolean => /(^|_)(peak|level)_dB/i.test(meter.key) && /^dB/.test(meter.unit);

const SHORT: [RegExp, string][] = [
    [/^input_/, 'In'],
    [/^key_/, 'Key'],
    [/^gain_reduction/, 'GR'],
    [/reduction/, ''],
    [/^output_/, 'Out'],
    [/^true_peak/, 'TP'],
];
/** What stands over a meter: a band's number, a stage's name, else a common abbreviation. */
export function shortName({ key, name }: Pick<MeterInfo, 'key' | 'name'>): string {
    const band = /^band(\d+)_/.exec(key)?.[1];
    return band ?? (SHORT.find(([words]) => words.test(key))?.[1] || name.replace(/ Reduction$/, ''));
}
/** From left to right: what comes in, what is taken off, what goes out. */
export const meterPlace = ({ key }: Pick<MeterInfo, 'key'>): number => SHORT.findIndex(([words]) => words.test(key));

/** A level that follows at once and falls slowly, with its held peak. dB. */
export class Ballistics {
    shown = -Infinity;
    peak = -Infinity;
    #held = 0;
    constructor(private readonly lowest: number) {}
    move(level: number, seconds: number): void {
        const now = Math.max(level, this.lowest);
        this.shown = Math.max(now, this.shown - FALL_DB_PER_S * seconds);
        this.#held += seconds;
        if (now >= this.peak) {
            this.peak = now;
            this.#held = 0;
        } else if (this.#held > HOLD_S) this.peak = Math.max(now, this.peak - FALL_DB_PER_S * seconds);
    }
}

export class DawgMeter extends NodeElement {
    static override properties = {
        ...NodeElement.properties,
        meter: { type: String },
        label: { type: String },
        orient: { type: String, reflect: true },
    };
    /** The meter's key. */
    declare meter: string;
    declare label: string | undefined;
    declare orient: 'vertical' | 'horizontal';
    #level = new Ballistics(LOWEST_DB);
    #reduction = new Ballistics(0);
    #highest = -Infinity;
    #since = 0;
    #text = '';

    constructor() {
        super();
        this.meter = '';
        this.orient = 'vertical';
    }
    get #info(): MeterInfo | undefined {
        return this.node?.info.meters.find(({ key }) => key === this.meter);
    }
    protected override attach(node: ControlNode): (() => void)[] {
        this.#highest = -Infinity;
        let last = 0;
        const end = onFrame((seconds) => {
            const passed = Math.min(0.1, seconds - last);
            last = seconds;
            this.#draw(node.meters[this.meter], passed);
        });
        return [end];
    }
    #draw(value: number, passed: number): void {
        const info = this.#info;
        const bar = this.renderRoot.querySelector<HTMLElement>('.bar');
        const mark = this.renderRoot.querySelector<HTMLElement>('.mark');
        if (!info || !bar || !mark || value === undefined) return;
        const isDown = isReduction(info);
        const motion = isDown ? this.#reduction : this.#level;
        motion.move(isDown ? Math.abs(value) : value, passed);
        const range = isDown ? { min: 0, max: DEEPEST_DB, from: 0, to: 1 } : { min: LOWEST_DB, max: 0, from: 0, to: 1 };
        const share = (db: number): number => Math.min(1, Math.max(0, place(range, db)));
        const axis = this.orient === 'vertical' ? 'Y' : 'X';
        bar.style.transform = `scale${axis}(${share(motion.shown).toFixed(4)})`;
        mark.style.setProperty('--at', share(motion.peak).toFixed(4));
        this.#highest = Math.max(this.#highest, isDown ? Math.abs(value) : value);
        this.#since += passed;
        if (this.#since < 0.1) return;
        this.#since = 0;
        const held = isDown ? motion.peak : this.#highest;
        const text = isDown
            ? held < 0.05
                ? '0.0'
                : `\u2212${held.toFixed(1)}`
            : held <= LOWEST_DB
              ? '\u2212\u221e'
              : held.toFixed(1).replace('-', '\u2212');
        const readout = this.renderRoot.querySelector<HTMLElement>('.readout');
        if (!readout || text === this.#text) return;
        this.#text = readout.textContent = text;
        readout.classList.toggle('over', !isDown && held > 0);
        this.renderRoot.querySelector('.well')?.setAttribute('aria-valuenow', Math.max(-200, motion.shown).toFixed(1));
    }
    protected override render(): unknown {
        const info = this.#info;
        if (!info) return nothing;
        const isDown = isReduction(info);
        const [min, max] = isDown ? [0, DEEPEST_DB] : [LOWEST_DB, 0];
        return html`<span class="name" title=${`${info.name}, ${info.unit}`}>${this.label ?? info.name}</span>
            <div
                class="well ${isDown ? 'down' : 'up'}"
                role="meter"
                aria-label=${`${info.name}, ${info.unit}`}
                aria-valuemin=${min}
                aria-valuemax=${max}
                aria-valuenow=${info.idle}
            >
                <div class="bar"></div>
                <div class="mark"></div>
            </div>
            <button
                class="readout number"
                title="Highest so far; a click starts anew"
                @click=${() => this.#anew()}
            ></button>`;
    }
    #anew(): void {
        this.#highest = -Infinity;
    }

    static override styles = [
        theme,
        css`
            :host {
                display: grid;
                grid-template: auto 1fr auto / 100%;
                justify-items: center;
                gap: 3px;
                min-width: 44px;
                min-height: 110px;
            }
            .name {
                color: var(--dim);
                white-space: nowrap;
            }
            .well {
                position: relative;
                width: 14px;
                border-radius: 3px;
                background: var(--well);
                overflow: hidden;
                box-shadow: inset 0 0 0 1px var(--line);
            }
            .bar,
            .mark,
            .well::after {
                position: absolute;
                inset: 0;
            }
            .bar {
                background: var(--level);
                transform: scaleY(0);
                transform-origin: bottom;
            }
            .down .bar {
                background: var(--accent);
                transform-origin: top;
            }
            .mark {
                inset: auto 0 calc(var(--at, 0) * 100% - 1px) 0;
                height: 2px;
                background: var(--text);
            }
            .down .mark {
                inset: calc(var(--at, 0) * 100% - 1px) 0 auto 0;
            }
            .well::after {
                /* every 12 dB of a level, every 6 dB of a reduction */
                content: '';
                left: auto;
                width: 4px;
                background: repeating-linear-gradient(transparent 0 calc(20% - 1px), var(--edge) 0 20%);
            }
            .down.well::after {
                background: repeating-linear-gradient(transparent 0 calc(25% - 1px), var(--edge) 0 25%);
            }
            .readout {
                min-height: 20px;
                padding: 0 2px;
                border: 0;
                background: none;
                cursor: pointer;
            }
            .over {
                color: var(--hot);
                font-weight: 700;
            }
            :host([orient='horizontal']) {
                grid-template: auto / 44px 1fr 44px;
                align-items: center;
                width: auto;
                min-height: 0;
            }
            :host([orient='horizontal']) .well {
                width: 100%;
                height: 10px;
            }
            :host([orient='horizontal']) .bar {
                transform: scaleX(0);
                transform-origin: left;
            }
            :host([orient='horizontal']) .mark {
                inset: 0 auto 0 calc(var(--at, 0) * 100% - 1px);
                width: 2px;
                height: auto;
            }
            :host([orient='horizontal']) .well::after {
                display: none;
            }
            @media (pointer: coarse) {
                .readout {
                    min-width: 36px;
                    min-height: 32px;
                }
            }
        `,
    ];
}
