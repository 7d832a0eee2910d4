// <dawg-loudness>: momentary, short-term and integrated loudness (LUFS), true peak (dBTP) and loudness range (LU) at a
// node's input or output.
import { css, html } from 'lit';
import { NodeElement } from './base.js';
import { hear } from './ears.js';
import type { Point } from './ears.js';
import type { ControlNode } from './node.js';
import { theme } from './theme.js';
import type { Loudness } from '../src/api.js';

const LOWEST_LUFS = -42;
const HIGHEST_LUFS = 0;

const ROWS: [key: keyof Loudness, name: string, unit: string, help: string][] = [
    ['momentary_lufs', 'M', 'LUFS', 'Momentary loudness, over 0.4 s'],
    ['short_term_lufs', 'S', 'LUFS', 'Short-term loudness, over 3 s'],
    ['integrated_lufs', 'I', 'LUFS', 'Integrated loudness of the programme so far'],
    ['true_peak_dbtp', 'TP', 'dBTP', 'Highest true peak so far'],
    ['lra_lu', 'LRA', 'LU', 'Loudness range of the programme so far'],
];

export class DawgLoudness extends NodeElement {
    static override properties = {
        ...NodeElement.properties,
        point: { type: String },
        target: { type: Number },
        loudness: { state: true },
    };
    declare point: Point;
    /** Marks this loudness (LUFS). */
    declare target: number | undefined;
    declare loudness: Loudness | undefined;

    constructor() {
        super();
        this.point = 'out';
    }
    protected override attach(node: ControlNode): (() => void)[] {
        this.loudness = undefined;
        let last = 0;
        const end = hear(node, this.point, (heard) => {
            const now = performance.now();
            if (now - last < 90) return;
            last = now;
            this.loudness = { ...heard.loudness };
        });
        return [end];
    }
    /** Starts integrated loudness, true peak and range anew. */
    reset(): void {
        const { node } = this;
        if (!node) return;
        void node.engine.brain().then((brain) => brain.resetLoudness(node as never, this.point));
    }
    #text(key: keyof Loudness): string {
        const value = this.loudness?.[key];
        if (value === undefined || !Number.isFinite(value)) return '\u2013';
        return value.toFixed(1).replace('-', '\u2212');
    }
    #share(key: keyof Loudness): number {
        const value = this.loudness?.[key] ?? -Infinity;
        return Math.min(1, Math.max(0, (value - LOWEST_LUFS) / (HIGHEST_LUFS - LOWEST_LUFS)));
    }
    protected override render(): unknown {
        const target =
            this.target === undefined ? undefined : (this.target - LOWEST_LUFS) / (HIGHEST_LUFS - LOWEST_LUFS);
        return html`<dl>
                ${ROWS.map(
                    ([key, name, unit, help], i) =>
                        html`<div class="row" title=${help}>
                            <dt>${name}</dt>
                            <dd>
                                ${
                                    i < 3
                                        ? html`<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                                              <rect class="well" width="100" height="6" rx="1" />
                                              <rect class="bar" width=${100 * this.#share(key)} height="6" rx="1" />
                                              ${target === undefined ? '' : this.#target(target)}
                                          </svg>`
                                        : html`<span></span>`
                                }
                                <span class="number">${this.#text(key)}</span><span class="unit">${unit}</span>
                            </dd>
                        </div>`,
                )}
            </dl>
            <button @click=${() => this.reset()} title="Start integrated loudness, true peak and range anew">
                Reset
            </button>`;
    }
    #target(share: number): unknown {
        // one pixel or so in a stretched picture
        return html`<svg x=${100 * share - 0.4} width="0.8" height="6" preserveAspectRatio="none" viewBox="0 0 1 1">
            <rect class="target" width="1" height="1" />
        </svg>`;
    }

    static override styles = [
        theme,
        css`
            :host {
                display: grid;
                align-content: start;
                min-width: 190px;
            }
            dl,
            dd {
                margin: 0;
            }
            .row {
                display: grid;
                grid-template-columns: 2.6em 1fr;
                align-items: center;
                min-height: 22px;
            }
            dt {
                color: var(--dim);
            }
            dd {
                display: grid;
                grid-template-columns: 1fr 3.6em 2.8em;
                align-items: center;
                gap: 6px;
            }
            .number {
                text-align: end;
                font-size: 14px;
                font-weight: 600;
            }
            .unit {
                color: var(--dim);
            }
            svg {
                display: block;
                width: 100%;
                height: 8px;
            }
            .well {
                fill: var(--well);
                stroke: var(--line);
                stroke-width: 0.5;
            }
            .bar {
                fill: var(--level);
            }
            .target {
                fill: var(--text);
            }
            button {
                justify-self: end;
                min-height: 24px;
                padding: 0 8px;
                border: 1px solid var(--line);
                border-radius: var(--radius);
                background: none;
                color: var(--dim);
                cursor: pointer;
            }
            button:hover {
                color: var(--text);
                border-color: var(--edge);
            }
            @media (pointer: coarse) {
                button {
                    min-height: 34px;
                }
            }
        `,
    ];
}
