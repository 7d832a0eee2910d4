// <dawg-curve>: what a plugin's settings do to level, by the C core's own maths. A response (Hz -> dB) lies over the live
// spectrum, with a handle per band: drag for frequency and gain, wheel for Q, double-click for on and off; arrows, Page Up
// and Down, Enter on the keyboard. A transfer curve (dBFS -> dBFS) carries a dot at the present level.
import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { NodeElement } from './base.js';
import { bandValue, bandsOf, handleText, handlesOf, idleOf, setBand } from './bands.js';
import type { Handle } from './bands.js';
import { curveStyles } from './curve_style.js';
import { onFrame } from './frame.js';
import { Gesture } from './gesture.js';
import type { ControlNode } from './node.js';
import { findsProblems, mend, problemsOf } from './problems.js';
import type { Problem } from './problems.js';
import { GRID_HZ, hzName, hzToX, logFrequencies, place, steps, valueAt, xToHz } from './scale.js';
import type { Axis } from './scale.js';
import { valueText } from './text.js';
import { isScrolling } from './wheel.js';
import type { ParamValue } from '../src/manifest.js';

const POINTS = 480;
const FREQUENCIES = logFrequencies(POINTS);
/** Half the height of a response, dB: the smallest that holds all bands. */
const RANGES_DB = [6, 12, 24];
const LOWEST_DBFS = -60;
const LEVELS = Float32Array.from({ length: 121 }, (_, i) => LOWEST_DBFS + i / 2);
const FINE = 0.2;
/** Said of a problem that no band is left for. */
const FULL = 'every band is in use: switch one off to add it';

export class DawgCurve extends NodeElement {
    static override properties = {
        ...NodeElement.properties,
        live: { type: Boolean },
        selected: { type: Number },
        compared: { attribute: false },
        width: { state: true },
        height: { state: true },
    };
    /** Shows the live spectrum below a response (starts the worker). */
    declare live: boolean;
    /** The band that has the attention: its number. Fires 'dawg-select' (detail: number) when the reader chooses. */
    declare selected: number;
    /** Values, some or all: the response with them is drawn dashed beside the present one. */
    declare compared: Record<string, ParamValue> | undefined;
    declare width: number;
    declare height: number;
    #gesture = new Gesture(this);
    #sizes: ResizeObserver | undefined;
    #drag: { pointer: number; handle: Handle; x: number; y: number; hz: number; gainDb: number } | undefined;
    #rangeDb = RANGES_DB[1];
    #problems: Problem[] = [];
    #problemText = '';

    constructor() {
        super();
        this.live = false;
        this.selected = 1;
        this.width = 0;
        this.height = 0;
        this.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    }
    protected override attach(node: ControlNode): (() => void)[] {
        const ends = [
            node.on('change', () => this.requestUpdate()),
            node.on('ownerchange', () => this.requestUpdate()),
        ];
        if (node.info.curve === 'transfer') ends.push(onFrame(() => this.#moveDot()));
        if (findsProblems(node.info)) ends.push(onFrame(() => this.#lookForProblems(node)));
        return ends;
    }
    override connectedCallback(): void {
        super.connectedCallback();
        this.#sizes = new ResizeObserver(() => {
            this.width = this.clientWidth;
            this.height = this.clientHeight;
        });
        this.#sizes.observe(this);
    }
    override disconnectedCallback(): void {
        this.#gesture.end();
        this.#sizes?.disconnect();
        super.disconnectedCallback();
    }
    get #axis(): Axis {
        const range = this.#rangeDb * 1.08;
        return { min: -range, max: range, from: this.height, to: 0 };
    }
    #select(number: number): void {
        if (this.selected === number) return;
        this.selected = number;
        this.dispatchEvent(new CustomEvent('dawg-select', { detail: number, bubbles: true, composed: true }));
    }

    #down(event: PointerEvent, handle: Handle): void {
        if (event.button !== 0 || !this.node) return;
        const target = event.currentTarget as SVGElement;
        target.setPointerCapture(event.pointerId);
        target.focus();
        event.preventDefault();
        this.#select(handle.band.number);
        const { clientX: x, clientY: y } = event;
        this.#drag = { pointer: event.pointerId, handle, x, y, hz: handle.hz, gainDb: handle.gainDb };
        this.#gesture.begin(this.node.key, `${handle.band.prefix}freq_hz`);
    }
    #pull(event: PointerEvent): void {
        const { node } = this;
        const drag = this.#drag;
        if (!node || drag?.pointer !== event.pointerId) return;
        const speed = event.shiftKey ? FINE : 1;
        const right = (event.clientX - drag.x) * speed;
        const down = (event.clientY - drag.y) * speed;
        if (right === 0 && down === 0) return;
        [drag.x, drag.y] = [event.clientX, event.clientY];
        if (drag.handle.isFixed) return this.#paint(node, event);
        drag.hz = Math.min(20000, Math.max(20, xToHz(hzToX(drag.hz, this.width) + right, this.width)));
        setBand(node, drag.handle.band, 'on', 1);
        setBand(node, drag.handle.band, 'freq_hz', Number(drag.hz.toPrecision(event.shiftKey ? 4 : 3)));
        if (drag.handle.hasGain) {
            drag.gainDb = valueAt(this.#axis, place(this.#axis, drag.gainDb) + down);
            setBand(node, drag.handle.band, 'gain_db', Number(drag.gainDb.toFixed(1)));
        }
    }
    /** Fixed bands: the pointer draws their gains as it passes. */
    #paint(node: ControlNode, event: PointerEvent): void {
        const box = this.getBoundingClientRect();
        const x = event.clientX - box.left;
        const near = handlesOf(node).filter(({ isFixed }) => isFixed);
        const distance = ({ hz }: Handle): number => Math.abs(hzToX(hz, this.width) - x);
        const nearest = near.reduce((best, handle) => (distance(handle) < distance(best) ? handle : best), near[0]);
        this.#select(nearest.band.number);
        setBand(node, nearest.band, 'gain_db', Number(valueAt(this.#axis, event.clientY - box.top).toFixed(1)));
    }
    #up(event: PointerEvent): void {
        if (this.#drag?.pointer !== event.pointerId) return;
        this.#drag = undefined;
        this.#gesture.end();
        this.requestUpdate();
    }
    #toggle(handle: Handle): void {
        const { node } = this;
        if (!node) return;
        const word = handle.isFixed ? 'gain_db' : 'on';
        this.#gesture.once(node.key, `${handle.band.prefix}${word}`, () =>
            setBand(node, handle.band, word, handle.isFixed || handle.isOn ? 0 : 1),
        );
    }
    /** A double-click beside the handles puts the first idle band there. */
    #add(event: MouseEvent): void {
        const { node } = this;
        const idle = node && idleOf(node, handlesOf(node));
        if (!node || !idle || event.target !== event.currentTarget) return;
        const box = this.getBoundingClientRect();
        const hz = xToHz(event.clientX - box.left, this.width);
        const gainDb = valueAt(this.#axis, event.clientY - box.top);
        this.#gesture.once(node.key, `${idle.prefix}on`, () => {
            setBand(node, idle, 'type', 0);
            setBand(node, idle, 'freq_hz', Number(hz.toPrecision(3)));
            setBand(node, idle, 'gain_db', Number(gainDb.toFixed(1)));
            setBand(node, idle, 'on', 1);
        });
        this.#select(idle.number);
    }
    /** One step of Q: by a twelfth of an octave times `steps`. */
    #narrow(handle: Handle, stepCount: number): void {
        const { node } = this;
        const q = node && bandValue(node, handle.band, 'q');
        if (!node || q === undefined) return;
        this.#gesture.step(node.key, `${handle.band.prefix}q`);
        setBand(node, handle.band, 'q', Number((q * 2 ** (stepCount / 6)).toPrecision(3)));
    }
    #wheel(event: WheelEvent): void {
        const { node } = this;
        if (!node || event.deltaY === 0 || event.ctrlKey || isScrolling()) return;
        const target = event.composedPath()[0];
        const number =
            target instanceof Element ? Number(target.closest('.handle')?.getAttribute('data-band') ?? 0) : 0;
        const handle = handlesOf(node).find(({ band }) => band.number === number);
        if (!handle) return;
        event.preventDefault();
        this.#select(number);
        this.#narrow(handle, -Math.sign(event.deltaY) * (event.shiftKey ? FINE : 1));
    }
    #key(event: KeyboardEvent, handle: Handle): void {
        const { node } = this;
        if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
        const fine = event.shiftKey ? FINE : 1;
        const shift = (octaves: number): void => {
            if (handle.isFixed) return this.#neighbour(handle.band.number + Math.sign(octaves));
            this.#gesture.step(node.key, `${handle.band.prefix}freq_hz`);
            setBand(node, handle.band, 'freq_hz', Number((handle.hz * 2 ** octaves).toPrecision(4)));
        };
        const lift = (db: number): void => {
            if (!handle.hasGain) return;
            this.#gesture.step(node.key, `${handle.band.prefix}gain_db`);
            setBand(node, handle.band, 'gain_db', Number((handle.gainDb + db).toFixed(1)));
        };
        if (event.key === 'ArrowRight') shift(fine / 12);
        else if (event.key === 'ArrowLeft') shift(-fine / 12);
        else if (event.key === 'ArrowUp') lift(0.5 * fine);
        else if (event.key === 'ArrowDown') lift(-0.5 * fine);
        else if (event.key === 'PageUp') this.#narrow(handle, fine);
        else if (event.key === 'PageDown') this.#narrow(handle, -fine);
        else if (event.key === 'Enter' || event.key === ' ') this.#toggle(handle);
        else return;
        event.preventDefault();
        if (!handle.isFixed) this.#select(handle.band.number);
    }
    #neighbour(number: number): void {
        this.renderRoot.querySelector<SVGElement>(`[data-band="${number}"]`)?.focus();
    }

    /** The smallest range that holds every gain; it stays while a handle is held. */
    #fitRange(handles: Handle[], other: Float32Array | undefined): void {
        if (this.#drag) return;
        const gains = [...handles.filter(({ isOn }) => isOn).map(({ gainDb }) => gainDb), ...(other ?? [])];
        const most = Math.max(0, ...gains.map(Math.abs));
        this.#rangeDb = RANGES_DB.find((range) => range >= most && range > 6) ?? RANGES_DB[2];
    }
    #path(y: Float32Array): string {
        const axis = this.#axis;
        const x = (i: number): string => ((i / (POINTS - 1)) * this.width).toFixed(1);
        const at = (db: number): string =>
            Math.min(this.height + 40, Math.max(-40, place(axis, Math.max(-200, db)))).toFixed(1);
        return `M${Array.from(y, (db, i) => `${x(i)} ${at(db)}`).join('L')}`;
    }
    #response(node: ControlNode): TemplateResult {
        const { width, height } = this;
        const handles = handlesOf(node);
        const other = this.compared && node.engine.curve(node.key, { ...node.values, ...this.compared }, FREQUENCIES);
        this.#fitRange(handles, other);
        const axis = this.#axis;
        const whole = node.engine.curve(node.key, node.values, FREQUENCIES);
        const chosen = handles.find(({ band, isOn }) => isOn && band.number === this.selected);
        const part = chosen && node.engine.curve(node.key, node.values, FREQUENCIES, chosen.band.number);
        const zero = place(axis, 0).toFixed(1);
        const isRoom = idleOf(node, handles) !== undefined;
        return html`${this.live ? html`<dawg-spectrum plain .node=${node}></dawg-spectrum>` : nothing}
            <svg
                class=${node.bypass ? 'idle' : ''}
                width=${width}
                height=${height}
                role="group"
                aria-label="Response, ${node.info.name}"
                @dblclick=${(event: MouseEvent) => this.#add(event)}
            >
                <g class="grid" aria-hidden="true">
                    ${GRID_HZ.map((hz) => this.#column(hz))}
                    ${steps(-this.#rangeDb, this.#rangeDb, this.#rangeDb / 4).map((db) => this.#row(axis, db))}
                </g>
                ${part ? svg`<path class="part" d=${`${this.#path(part)}L${width} ${zero}L0 ${zero}Z`} />` : nothing}
                ${other ? svg`<path class="other" d=${this.#path(other)} />` : nothing}
                ${whole ? svg`<path class="whole" d=${this.#path(whole)} />` : nothing}
                ${this.#problems.map((problem) => this.#problem(node, problem, isRoom))}
                ${handles.map((handle) => this.#handle(node, handle, axis))}
            </svg>`;
    }
    #lookForProblems(node: ControlNode): void {
        const found = problemsOf(node);
        const text = found.map(({ kind, hz, gainDb }) => `${kind} ${hz.toPrecision(3)} ${gainDb.toFixed(0)}`).join();
        if (text === this.#problemText) return;
        this.#problemText = text;
        this.#problems = found;
        this.requestUpdate();
    }
    #mend(node: ControlNode, problem: Problem): void {
        const idle = idleOf(node, handlesOf(node));
        if (!idle) return;
        this.#gesture.once(node.key, `${idle.prefix}on`, () => mend(node, idle, problem));
        this.#select(idle.number);
    }
    #problem(node: ControlNode, problem: Problem, isRoom: boolean): TemplateResult {
        const { kind, hz, gainDb } = problem;
        const text = `${kind} at ${hz < 1000 ? `${hz.toFixed(0)} Hz` : `${(hz / 1000).toFixed(1)} kHz`}: a band of ${gainDb.toFixed(1).replace('-', '\u2212')} dB mends it`;
        return svg`<g
            class="problem"
            transform="translate(${hzToX(hz, this.width).toFixed(1)} 0)"
            tabindex="0"
            role="button"
            aria-disabled=${!isRoom}
            aria-label=${`${text}; ${isRoom ? 'Enter adds it' : FULL}`}
            @click=${() => this.#mend(node, problem)}
            @keydown=${(event: KeyboardEvent) => {
                if (event.key === 'Enter') this.#mend(node, problem);
            }}
        ><title>${text}${isRoom ? ': a click adds it' : `; ${FULL}`}</title><rect class="reach" x="-12" width="24" height="24" /><path d="M-6 2H6L0 12Z" /><line y1="12" y2=${this.height} /></g>`;
    }
    #column(hz: number): TemplateResult {
        const x = Math.round(hzToX(hz, this.width)) + 0.5;
        const name = hzName(hz);
        return svg`<line x1=${x} x2=${x} y1="0" y2=${this.height} />${
            name ? svg`<text x=${x + 3} y=${this.height - 4}>${name}</text>` : nothing
        }`;
    }
    #row(axis: Axis, db: number): TemplateResult {
        const y = Math.round(place(axis, db)) + 0.5;
        const text = db > 0 ? `+${db}` : String(db).replace('-', '\u2212');
        return svg`<line class=${db === 0 ? 'zero' : ''} x1="0" x2=${this.width} y1=${y} y2=${y} />
            ${Math.abs(db) < this.#rangeDb ? svg`<text x=${3} y=${y - 3}>${text}</text>` : nothing}`;
    }
    #handle(node: ControlNode, handle: Handle, axis: Axis): TemplateResult {
        const { band } = handle;
        const x = hzToX(handle.hz, this.width);
        const y = Math.min(this.height - 10, Math.max(10, place(axis, handle.gainDb)));
        const text = (word: string): string => {
            const param = band.params.get(word);
            const plain = bandValue(node, band, word);
            return param && plain !== undefined ? valueText(param, plain) : '';
        };
        const { isFixed } = handle;
        const classes = [
            'handle',
            isFixed ? 'fixed' : '',
            handle.isOn ? 'on' : 'off',
            band.number === this.selected ? 'chosen' : '',
        ].join(' ');
        return svg`<g
            class=${classes}
            data-band=${band.number}
            transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"
            tabindex="0"
            role="slider"
            aria-label=${isFixed ? (band.params.get('gain_db')?.name ?? '') : `Band ${band.number}`}
            aria-valuenow=${isFixed ? handle.gainDb : Math.round(handle.hz)}
            aria-valuemin=${isFixed ? (band.params.get('gain_db')?.min ?? 0) : 20}
            aria-valuemax=${isFixed ? (band.params.get('gain_db')?.max ?? 0) : 20000}
            aria-valuetext=${isFixed ? text('gain_db') : handleText(handle, text)}
            aria-description=${
                isFixed
                    ? 'Up and down: gain. Left and right: the next band. Enter: 0 dB.'
                    : 'Left and right: frequency. Up and down: gain. Page Up and Page Down: Q. Enter: on or off.'
            }
            @pointerdown=${(event: PointerEvent) => this.#down(event, handle)}
            @pointermove=${(event: PointerEvent) => this.#pull(event)}
            @pointerup=${(event: PointerEvent) => this.#up(event)}
            @pointercancel=${(event: PointerEvent) => this.#up(event)}
            @focus=${() => this.#select(band.number)}
            @dblclick=${() => this.#toggle(handle)}
            @keydown=${(event: KeyboardEvent) => this.#key(event, handle)}
        >${
            isFixed
                ? svg`<line class="stem" y2=${(place(axis, 0) - y).toFixed(1)} /><circle class="reach" r="10" /><circle class="dot" r="4" />`
                : svg`<circle class="reach" r="17" /><circle class="dot" r="9" /><text class="digit" y="4">${band.number}</text>`
        }</g>`;
    }

    #transfer(node: ControlNode): TemplateResult {
        const { width, height } = this;
        const size = Math.min(width, height);
        const x: Axis = { min: LOWEST_DBFS, max: 0, from: 0, to: size };
        const y: Axis = { min: LOWEST_DBFS, max: 0, from: size, to: 0 };
        const levels = node.engine.curve(node.key, node.values, LEVELS);
        const at = (from: number, to: number): string => `${place(x, from).toFixed(1)} ${place(y, to).toFixed(1)}`;
        return html`<svg width=${size} height=${size} role="img" aria-label="Level out over level in, dBFS">
            <g class="grid" aria-hidden="true">
                ${steps(LOWEST_DBFS, 0, 12).map(
                    (db) => svg`<line x1=${place(x, db)} x2=${place(x, db)} y1="0" y2=${size} />
                        <line x1="0" x2=${size} y1=${place(y, db)} y2=${place(y, db)} />
                        ${db < 0 && db > LOWEST_DBFS ? svg`<text x="3" y=${place(y, db) - 3}>${String(db).replace('-', '\u2212')}</text>` : nothing}`,
                )}
                <path class="unity" d="M${at(LOWEST_DBFS, LOWEST_DBFS)}L${at(0, 0)}" />
            </g>
            ${
                levels
                    ? svg`<path class="whole" d=${`M${Array.from(LEVELS, (db, i) => at(db, Math.max(-90, levels[i]))).join('L')}`} />`
                    : nothing
            }
            <circle class="now" r="4.5" cx="-20" cy="-20" />
        </svg>`;
    }
    #moveDot(): void {
        const dot = this.renderRoot.querySelector('.now');
        const { node } = this;
        const input = node?.meters.input_peak_db;
        if (!dot || !node || input === undefined) return;
        const size = Math.min(this.width, this.height);
        const level = Math.min(0, Math.max(LOWEST_DBFS, input));
        const out = node.engine.curve(node.key, node.values, Float32Array.of(level))?.[0] ?? level;
        const share = (db: number): number => ((Math.max(LOWEST_DBFS, db) - LOWEST_DBFS) / -LOWEST_DBFS) * size;
        dot.setAttribute('cx', share(level).toFixed(1));
        dot.setAttribute('cy', (size - share(out)).toFixed(1));
    }

    protected override render(): unknown {
        const { node } = this;
        if (!node || this.width === 0) return nothing;
        if (node.info.curve === 'transfer') return this.#transfer(node);
        return node.info.curve === 'response' || bandsOf(node).length > 0 ? this.#response(node) : nothing;
    }

    static override styles = curveStyles;
}
