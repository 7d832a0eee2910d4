// <dawg-plugin>: a whole plugin, made from its manifest: header (bypass, name, presets, A/B, latency), curve, meters, bands
// on a strip, every other parameter in its group. A page puts its own buttons into the slot "actions".
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { cache } from 'lit/directives/cache.js';
import { NodeElement } from './base.js';
import { bandValue } from './bands.js';
import { Gesture } from './gesture.js';
import { nameInBand, nameInGroup, panelOf } from './groups.js';
import type { Band, Group } from './groups.js';
import { isLevel, isReduction, meterPlace, shortName } from './meter.js';
import type { ControlNode } from './node.js';
import { pluginStyles } from './plugin_style.js';
import { readoutsOf } from './readouts.js';
import { canSuggest } from './suggesting.js';
import { valueText } from './text.js';
import type { AudioData, PluginKey, State } from '../src/api.js';
import type { ParamInfo, ParamValue } from '../src/manifest.js';

type Side = 'A' | 'B';
/** As in plugin_style.ts. */
const NARROW_PX = 560;

export class DawgPlugin extends NodeElement {
    static override properties = {
        ...NodeElement.properties,
        live: { type: Boolean },
        collapsed: { type: Boolean, reflect: true },
        suggests: { type: Boolean },
        programme: { attribute: false },
        compared: { state: true },
        band: { state: true },
        side: { state: true },
        isNarrow: { state: true },
    };
    /** Of a generated element: the only plugin it shows. */
    static readonly plugin: PluginKey | undefined = undefined;
    /** Listens to the sound for spectra and loudness (starts the worker). */
    declare live: boolean;
    /** Only the header shows. Fires 'dawg-collapse' when the reader changes it. */
    declare collapsed: boolean;
    /** Has a <dawg-suggestion>, where the plugin has bands that it can set. */
    declare suggests: boolean;
    /** As <dawg-suggestion> has it. */
    declare programme: (() => Promise<AudioBuffer | AudioData>) | undefined;
    /** Values whose curve is drawn beside the present one. */
    declare compared: Record<string, ParamValue> | undefined;
    /** The number of the band on show. */
    declare band: number;
    declare side: Side;
    declare isNarrow: boolean;
    #gesture = new Gesture(this);
    #sides: Partial<Record<Side, State>> = {};
    #sizes: ResizeObserver | undefined;

    constructor() {
        super();
        this.live = false;
        this.collapsed = false;
        this.suggests = false;
        this.band = 1;
        this.side = 'A';
        this.isNarrow = false;
    }
    override connectedCallback(): void {
        super.connectedCallback();
        this.#sizes = new ResizeObserver(() => (this.isNarrow = this.clientWidth > 0 && this.clientWidth <= NARROW_PX));
        this.#sizes.observe(this);
    }
    override disconnectedCallback(): void {
        this.#gesture.end();
        this.#sizes?.disconnect();
        super.disconnectedCallback();
    }
    protected override attach(node: ControlNode): (() => void)[] {
        const { plugin } = this.constructor as typeof DawgPlugin;
        if (plugin !== undefined && node.key !== plugin)
            throw new TypeError(`<${this.localName}> shows ${plugin}; its node is a ${node.key}. Use <dawg-plugin>.`);
        this.#sides = {};
        this.side = 'A';
        const { bands } = panelOf(node.info);
        this.band = bands.find((band) => (bandValue(node, band, 'on') ?? 1) > 0.5)?.number ?? 1;
        const update = (): void => this.requestUpdate();
        return [node.on('change', update), node.on('latencychange', update), node.on('ownerchange', update)];
    }

    /** Keeps this side's values and shows the other's; a side not used yet begins as a copy. */
    #swap(side: Side): void {
        const { node } = this;
        if (!node || side === this.side) return;
        this.#sides[this.side] = node.state;
        this.side = side;
        const state = this.#sides[side];
        if (state) this.#gesture.once(node.key, 'state', () => (node.state = state));
    }
    #copy(): void {
        if (this.node) this.#sides[this.side === 'A' ? 'B' : 'A'] = this.node.state;
    }
    #bypass(node: ControlNode): void {
        this.#gesture.once(node.key, 'bypass', () => (node.bypass = !node.bypass));
        this.requestUpdate();
    }
    #collapse(): void {
        this.collapsed = !this.collapsed;
        this.dispatchEvent(new CustomEvent('dawg-collapse', { detail: this.collapsed, bubbles: true, composed: true }));
    }

    #header(node: ControlNode): TemplateResult {
        const ms = (1000 * node.latencySamples) / node.context.sampleRate;
        const other: Side = this.side === 'A' ? 'B' : 'A';
        return html`<header part="header">
            <button
                class="power"
                role="switch"
                aria-checked=${!node.bypass}
                aria-label=${`${node.info.name} in the path`}
                title=${node.bypass ? 'Bypassed: a click puts it in the path' : 'In the path: a click bypasses it'}
                @click=${() => this.#bypass(node)}
            >
                <span></span>
            </button>
            <h2 title=${node.info.help}>
                <button class="fold" aria-expanded=${!this.collapsed} @click=${() => this.#collapse()}>
                    ${node.info.name}<span class="caret" aria-hidden="true"></span>
                </button>
            </h2>
            <span class="latency number" title="Latency">
                ${node.latencySamples === 0 ? 'no latency' : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`}
            </span>
            <span class="tools">
                <dawg-presets .node=${node}></dawg-presets>
                <span class="sides" role="group" aria-label="Two sets of values">
                    ${(['A', 'B'] as const).map(
                        (side) =>
                            html`<button
                                class="button"
                                aria-pressed=${side === this.side}
                                title="Values ${side}"
                                @click=${() => this.#swap(side)}
                            >
                                ${side}
                            </button>`,
                    )}
                    <button
                        class="button copy"
                        title="Copy ${this.side} to ${other}"
                        aria-label="Copy ${this.side} to ${other}"
                        @click=${() => this.#copy()}
                    >
                        ${this.side}→${other}
                    </button>
                </span>
            </span>
            <slot name="actions"></slot>
        </header>`;
    }

    #control(node: ControlNode, param: ParamInfo, label?: string): TemplateResult {
        if (param.curve === 'bool')
            return html`<dawg-switch .node=${node} param=${param.key} .label=${label}></dawg-switch>`;
        if (param.curve === 'enum')
            return html`<dawg-choice .node=${node} param=${param.key} .label=${label}></dawg-choice>`;
        return html`<dawg-knob .node=${node} param=${param.key} .label=${label}></dawg-knob>`;
    }
    #group(node: ControlNode, group: Group): TemplateResult {
        return html`<fieldset>
            ${group.name ? html`<legend>${group.name}</legend>` : nothing}
            <div class="controls">
                ${group.params.map((param) => this.#control(node, param, nameInGroup(param, group)))}
            </div>
        </fieldset>`;
    }

    #tab(node: ControlNode, band: Band): TemplateResult {
        const isOn = (bandValue(node, band, 'on') ?? 1) > 0.5;
        const param = band.params.get('freq_hz');
        const hz = bandValue(node, band, 'freq_hz');
        const isChosen = band.number === this.band;
        return html`<button
            class="tab ${isOn ? 'on' : ''}"
            role="tab"
            id=${`tab${band.number}`}
            aria-selected=${isChosen}
            aria-controls="band"
            aria-label=${`Band ${band.number}, ${isOn ? 'on' : 'off'}`}
            tabindex=${isChosen ? 0 : -1}
            @click=${() => (this.band = band.number)}
        >
            <b>${band.number}</b>${
                param && hz !== undefined ? html`<span class="number">${valueText(param, hz)}</span>` : nothing
            }
        </button>`;
    }
    #tabKey(event: KeyboardEvent, bands: Band[]): void {
        const at = bands.findIndex(({ number }) => number === this.band);
        const to: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: bands.length - 1 };
        if (!(event.key in to)) return;
        event.preventDefault();
        this.band = bands[(to[event.key] + bands.length) % bands.length].number;
        void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab${this.band}`)?.focus());
    }
    #bands(node: ControlNode, bands: Band[]): TemplateResult {
        const band = bands.find(({ number }) => number === this.band) ?? bands[0];
        return html`<section class="bands ${band.params.size > 7 ? 'many' : ''}">
            <div
                class="tabs"
                role="tablist"
                aria-label="Bands"
                @keydown=${(event: KeyboardEvent) => this.#tabKey(event, bands)}
            >
                ${bands.map((one) => this.#tab(node, one))}
            </div>
            <div class="controls" id="band" role="tabpanel" aria-labelledby=${`tab${band.number}`}>
                ${[...band.params.values()].map((param) => this.#control(node, param, nameInBand(param, band)))}
            </div>
        </section>`;
    }

    #meters(node: ControlNode): TemplateResult {
        const shown = node.info.meters
            .filter((meter) => isLevel(meter) || isReduction(meter))
            .sort((a, b) => meterPlace(a) - meterPlace(b));
        return html`<div class="meters" role="group" aria-label="Meters">
            ${shown.map(
                (meter) =>
                    html`<dawg-meter
                        .node=${node}
                        meter=${meter.key}
                        label=${shortName(meter)}
                        orient=${this.isNarrow ? 'horizontal' : 'vertical'}
                    ></dawg-meter>`,
            )}
        </div>`;
    }

    #suggestion(node: ControlNode): TemplateResult {
        return html`<dawg-suggestion
            .node=${node}
            .programme=${this.programme}
            @dawg-compare=${(event: CustomEvent<typeof this.compared>) => (this.compared = event.detail)}
        ></dawg-suggestion>`;
    }
    protected override render(): unknown {
        const { node } = this;
        if (!node) return nothing;
        const { bands, groups } = panelOf(node.info);
        const isResponse = node.info.curve === 'response' || bands.some(({ params }) => params.has('freq_hz'));
        const hasCurve = isResponse || node.info.curve === 'transfer';
        const shape = isResponse ? 'wide' : hasCurve ? 'square' : 'none';
        return html`${this.#header(node)}${cache(
            this.collapsed
                ? nothing
                : html`<div class="body ${shape} ${node.bypass ? 'bypassed' : ''}">
                      ${
                          hasCurve
                              ? html`<dawg-curve
                                    .node=${node}
                                    .live=${this.live}
                                    .selected=${this.band}
                                    .compared=${this.compared}
                                    @dawg-select=${(event: CustomEvent<number>) => (this.band = event.detail)}
                                ></dawg-curve>`
                              : nothing
                      }
                      ${this.#meters(node)} ${this.suggests && canSuggest(node.info) ? this.#suggestion(node) : nothing}
                      <div class="panel">
                          ${bands.length > 0 ? this.#bands(node, bands) : nothing}
                          ${groups.map((group) => this.#group(node, group))}
                          ${
                              readoutsOf(node.info).length > 0
                                  ? html`<fieldset class="readouts">
                                        <legend>Readings</legend>
                                        <dawg-readouts .node=${node}></dawg-readouts>
                                    </fieldset>`
                                  : nothing
                          }
                          <slot></slot>
                      </div>
                  </div>`,
        )}`;
    }

    static override styles = pluginStyles;
}
