// <dawg-readouts>: what a plugin reports besides levels, as numbers: loudness, balance, problems it has found.
import { css, html, nothing } from 'lit';
import { NodeElement } from './base.js';
import { onFrame } from './frame.js';
import { isLevel, isReduction } from './meter.js';
import type { ControlNode } from './node.js';
import { theme } from './theme.js';
import type { MeterInfo, PluginInfo } from '../src/manifest.js';

/** Seconds between two readings: slow enough to be read. */
const EVERY_S = 0.2;
const SILENCE_DB = -120;

/** The meters that this element shows: no levels, no reductions, nothing of which there is one per band. */
export const readoutsOf = (info: PluginInfo): MeterInfo[] =>
    info.meters.filter((meter) => !isLevel(meter) && !isReduction(meter) && !/^(band|problem)\d+_/.test(meter.key));

/** A number with its unit, as people read it; a dash for silence. */
export function readoutText({ unit }: Pick<MeterInfo, 'unit'>, value: number): string {
    if (!Number.isFinite(value) || (/^(dB|LU)/.test(unit) && value <= SILENCE_DB)) return '\u2013';
    const isHigh = unit === 'Hz' && Math.abs(value) >= 1000;
    const number = isHigh ? value / 1000 : value;
    const digits = unit === '' || unit === 'Hz' ? Math.max(0, 2 - Math.floor(Math.log10(Math.abs(number) + 1e-9))) : 1;
    const text = Number.isInteger(value) && unit === '' ? String(value) : number.toFixed(Math.min(2, digits));
    const sign = text.replace('-', '\u2212').replace(/^\u2212(0(\.0+)?)$/, '$1');
    return unit === '' ? sign : `${sign}\u202f${isHigh ? 'kHz' : unit}`;
}

export class DawgReadouts extends NodeElement {
    protected override attach(node: ControlNode): (() => void)[] {
        let last = 0;
        return [
            onFrame((seconds) => {
                if (seconds - last < EVERY_S) return;
                last = seconds;
                const { meters } = node;
                for (const output of this.renderRoot.querySelectorAll('output')) {
                    const meter = node.info.meters.find(({ key }) => key === output.dataset.meter);
                    const text = meter && readoutText(meter, meters[meter.key]);
                    if (text !== undefined && output.textContent !== text) output.textContent = text;
                }
            }),
        ];
    }
    protected override render(): unknown {
        const { node } = this;
        if (!node) return nothing;
        return html`<dl>
            ${readoutsOf(node.info).map(
                ({ key, name }) =>
                    html`<div>
                        <dt>${name}</dt>
                        <dd><output class="number" data-meter=${key} aria-live="off"></output></dd>
                    </div>`,
            )}
        </dl>`;
    }

    static override styles = [
        theme,
        css`
            :host {
                display: block;
            }
            dl {
                display: grid;
                grid-template-columns: repeat(auto-fill, minmax(172px, 1fr));
                gap: 2px 14px;
                margin: 0;
            }
            div {
                display: flex;
                justify-content: space-between;
                gap: 8px;
                min-height: 20px;
            }
            dt {
                overflow: hidden;
                color: var(--dim);
                text-overflow: ellipsis;
                white-space: nowrap;
            }
            dd {
                margin: 0;
                white-space: nowrap;
            }
        `,
    ];
}
