// <dawg-readouts>: what a plugin reports besides levels, as numbers: loudness, balance, problems it has found.
import { css, html, nothing } from 'lit';
import { NodeElement } from './base.js';
import { onFrame } from './frame.js';
import { Gesture } from './gesture.js';
import { isLevel, isReduction } from './meter.js';
import type { ControlNode } from './node.js';
import { buttons, theme } from './theme.js';
import type { MeterInfo, ParamInfo, PluginInfo } from '../src/manifest.js';

/** Seconds between two readings: slow enough to be read. */
const EVERY_S = 0.2;
const SILENCE_DB = -120;

/** The meters that this element shows: no levels, no reductions, nothing of which there is one per band. */
export const readoutsOf = (info: PluginInfo): MeterInfo[] =>
    info.meters.filter((meter) => !isLevel(meter) && !isReduction(meter) && !/^(band|problem)\d+_/.test(meter.key));

/** A number with its unit, as people read it; a dash for silence and for no frequency. */
export function readoutText({ unit }: Pick<MeterInfo, 'unit'>, value: number): string {
    const isSilent = /^(dB|LU)/.test(unit) && value <= SILENCE_DB;
    if (!Number.isFinite(value) || isSilent || (unit === 'Hz' && value === 0)) return '\u2013';
    const isHigh = unit === 'Hz' && Math.abs(value) >= 1000;
    const number = isHigh ? value / 1000 : value;
    const digits = unit === '' || unit === 'Hz' ? Math.max(0, 2 - Math.floor(Math.log10(Math.abs(number) + 1e-9))) : 1;
    const text = Number.isInteger(value) && unit === '' ? String(value) : number.toFixed(Math.min(2, digits));
    const sign = text.replace('-', '\u2212').replace(/^\u2212(0(\.0+)?)$/, '$1');
    return unit === '' ? sign : `${sign}\u202f${isHigh ? 'kHz' : unit}`;
}

/** What `detected_<parameter>` reads: that parameter's label; a dash for its first, which is no finding. */
export function findingText(info: PluginInfo, { key, unit }: Pick<MeterInfo, 'key' | 'unit'>, value: number): string {
    const labels = info.params.find((param) => key === `detected_${param.key}`)?.labels;
    return labels ? (value > 0 && labels[Math.round(value)]) || '\u2013' : readoutText({ unit }, value);
}
/** The parameter that would take what is suggested; a limiter's drive is its input. */
export function takerOf(info: PluginInfo, { key }: Pick<MeterInfo, 'key'>): ParamInfo | undefined {
    const name = /^suggested_(.+)$/.exec(key)?.[1];
    return info.params.find((param) => param.key === (name === 'drive_db' ? 'input_db' : name));
}

export class DawgReadouts extends NodeElement {
    readonly #gesture = new Gesture(this);

    protected override attach(node: ControlNode): (() => void)[] {
        let last = 0;
        return [
            onFrame((seconds) => {
                if (seconds - last < EVERY_S) return;
                last = seconds;
                const { meters } = node;
                for (const output of this.renderRoot.querySelectorAll('output')) {
                    const meter = node.info.meters.find(({ key }) => key === output.dataset.meter);
                    const text = meter && findingText(node.info, meter, meters[meter.key]);
                    if (text !== undefined && output.textContent !== text) output.textContent = text;
                }
            }),
        ];
    }
    #take(node: ControlNode, meter: MeterInfo, param: ParamInfo): void {
        const value = node.meters[meter.key];
        if (readoutText(meter, value) === '\u2013') return;
        const taken = Math.min(param.max, Math.max(param.min, value));
        this.#gesture.once(node.key, param.key, () => node.set(param.key, taken));
    }
    #use(node: ControlNode, meter: MeterInfo): unknown {
        const param = takerOf(node.info, meter);
        if (!param) return nothing;
        const says = `Set ${param.name} to what is suggested`;
        return html`<button
            class="button"
            title=${says}
            aria-label=${says}
            @click=${() => this.#take(node, meter, param)}
        >
            Use
        </button>`;
    }
    protected override render(): unknown {
        const { node } = this;
        if (!node) return nothing;
        return html`<dl>
            ${readoutsOf(node.info).map(
                (meter) =>
                    html`<div>
                        <dt title=${meter.name}>${meter.name}</dt>
                        <dd>
                            <output class="number" data-meter=${meter.key} aria-live="off"></output>
                            ${this.#use(node, meter)}
                        </dd>
                    </div>`,
            )}
        </dl>`;
    }

    static override styles = [
        theme,
        buttons,
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
