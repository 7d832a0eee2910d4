// <dawg-spectrum>: the live spectrum at a node's input (line) and output (area), on logarithmic frequency.
import { css, html } from 'lit';
import { NodeElement } from './base.js';
import { hear } from './ears.js';
import { onFrame } from './frame.js';
import type { ControlNode } from './node.js';
import { GRID_HZ, columns, hzName, hzToX, place, steps } from './scale.js';
import type { Axis } from './scale.js';
import { theme } from './theme.js';
import type { Listening } from '../src/api.js';

/** Size of the transform: bin k lies at k * sampleRate / 8192 Hz. */
const SIZE = 8192;
const TOP_DB = 0;
const BOTTOM_DB = -96;
/** Music falls about this much per octave; a tilt around 1 kHz lets it lie flat. */
const TILT_DB_PER_OCTAVE = 3;
const FALL_DB_PER_S = 36;

interface Trace {
    heard: Listening | undefined;
    /** dB per column, as drawn. */
    shown: Float32Array;
    fresh: Float32Array;
}
const trace = (): Trace => ({ heard: undefined, shown: new Float32Array(0), fresh: new Float32Array(0) });

export class DawgSpectrum extends NodeElement {
    static override properties = {
        ...NodeElement.properties,
        inputNode: { attribute: false },
        plain: { type: Boolean, reflect: true },
    };
    /** Whose input is shown as the line; default: `node`. */
    declare inputNode: ControlNode | undefined;
    /** Without names on the axes, to lie under another picture. */
    declare plain: boolean;
    #before = trace();
    #after = trace();
    #sizes: ResizeObserver | undefined;
    #last = 0;
    #isDirty = true;

    constructor() {
        super();
        this.plain = false;
    }
    protected override attach(node: ControlNode): (() => void)[] {
        const input = this.inputNode ?? node;
        [this.#before, this.#after] = [trace(), trace()];
        this.#isDirty = true;
        return [
            hear(input, 'in', (heard) => (this.#before.heard = heard)),
            hear(node, 'out', (heard) => (this.#after.heard = heard)),
            onFrame((seconds) => this.#frame(seconds)),
        ];
    }
    protected override willUpdate(changed: Map<string, unknown>): void {
        if (changed.has('inputNode') && changed.get('inputNode') !== this.inputNode) this.detach();
        super.willUpdate(changed);
    }
    override connectedCallback(): void {
        super.connectedCallback();
        this.#sizes = new ResizeObserver(() => {
            this.#isDirty = true;
            if (!this.node) this.#frame(performance.now() / 1000);
        });
        this.#sizes.observe(this);
    }
    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.#sizes?.disconnect();
    }
    protected override updated(): void {
        if (!this.node) this.#frame(performance.now() / 1000);
    }

    #frame(seconds: number): void {
        const canvas = this.renderRoot.querySelector('canvas');
        if (!canvas || canvas.clientWidth === 0) return;
        const passed = Math.min(0.1, seconds - this.#last);
        if (this.#last > 0 && passed < 0.025) return; // 40 pictures a second are enough
        this.#last = seconds;
        const isMoving = [this.#before, this.#after].map((t) => this.#follow(t, canvas.clientWidth, passed));
        if (!this.#isDirty && !isMoving.includes(true)) return;
        this.#isDirty = false;
        this.#paint(canvas);
    }
    /** Rises at once, falls slowly. */
    #follow(t: Trace, width: number, passed: number): boolean {
        if (!t.heard || !this.node) return false;
        if (t.shown.length !== width) {
            t.shown = new Float32Array(width).fill(-200);
            t.fresh = new Float32Array(width);
        }
        columns(t.heard.spectrum, this.node.context.sampleRate, SIZE, width, t.fresh);
        let isMoving = false;
        for (let x = 0; x < width; ++x) {
            const level = Math.max(t.fresh[x], t.shown[x] - FALL_DB_PER_S * passed, -200);
            if (level !== t.shown[x]) isMoving = true;
            t.shown[x] = level;
        }
        return isMoving;
    }
    #paint(canvas: HTMLCanvasElement): void {
        const [width, height] = [canvas.clientWidth, canvas.clientHeight];
        const density = devicePixelRatio || 1;
        const [w, h] = [Math.round(width * density), Math.round(height * density)];
        if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
        const pen = canvas.getContext('2d');
        if (!pen) return;
        const ink = (name: string): string => {
            const probe = this.renderRoot.querySelector(`.${name}`);
            return probe ? getComputedStyle(probe).color : 'gray';
        };
        pen.setTransform(density, 0, 0, density, 0, 0);
        pen.clearRect(0, 0, width, height);
        const axis: Axis = { min: BOTTOM_DB, max: TOP_DB, from: height, to: 0 };
        if (!this.plain) this.#grid(pen, axis, width, height, ink('line'), ink('dim'));
        if (this.#after.shown.length === width) {
            this.#outline(pen, this.#after.shown, axis);
            pen.lineTo(width, height);
            pen.lineTo(0, height);
            pen.fillStyle = ink('accent');
            pen.globalAlpha = this.plain ? 0.22 : 0.32;
            pen.fill();
            pen.globalAlpha = 1;
        }
        if (this.#before.shown.length === width) {
            this.#outline(pen, this.#before.shown, axis);
            pen.strokeStyle = ink('dim');
            pen.globalAlpha = 0.75;
            pen.lineWidth = 1;
            pen.stroke();
            pen.globalAlpha = 1;
        }
    }
    #outline(pen: CanvasRenderingContext2D, shown: Float32Array, axis: Axis): void {
        pen.beginPath();
        for (let x = 0; x < shown.length; ++x) {
            const tilt = TILT_DB_PER_OCTAVE * Math.log2((20 * 1000 ** (x / shown.length)) / 1000);
            pen.lineTo(x, Math.min(axis.from + 2, Math.max(0, place(axis, shown[x] + tilt))));
        }
    }
    #grid(pen: CanvasRenderingContext2D, axis: Axis, width: number, height: number, line: string, dim: string): void {
        pen.lineWidth = 1;
        pen.strokeStyle = line;
        pen.fillStyle = dim;
        pen.font = '10px system-ui, sans-serif';
        pen.beginPath();
        for (const hz of GRID_HZ) {
            const x = Math.round(hzToX(hz, width)) + 0.5;
            pen.moveTo(x, 0);
            pen.lineTo(x, height);
            const name = hzName(hz);
            if (name) pen.fillText(name, x + 3, height - 4);
        }
        for (const db of steps(BOTTOM_DB, TOP_DB, 24)) {
            const y = Math.round(place(axis, db)) + 0.5;
            pen.moveTo(0, y);
            pen.lineTo(width, y);
            if (db < TOP_DB && db > BOTTOM_DB) pen.fillText(String(db).replace('-', '\u2212'), 3, y - 3);
        }
        pen.globalAlpha = 0.6;
        pen.stroke();
        pen.globalAlpha = 1;
    }
    protected override render(): unknown {
        return html`<canvas role="img" aria-label="Spectrum of the output, over that of the input"></canvas
            ><i class="accent"></i><i class="dim"></i><i class="line"></i>`;
    }

    static override styles = [
        theme,
        css`
            :host {
                display: block;
                position: relative;
                height: 140px;
                border-radius: var(--radius);
                background: var(--well);
                overflow: hidden;
            }
            :host([plain]) {
                background: none;
            }
            canvas {
                position: absolute;
                inset: 0;
                width: 100%;
                height: 100%;
            }
            i {
                display: none;
            }
            .accent {
                color: var(--accent);
            }
            .dim {
                color: var(--dim);
            }
            .line {
                color: var(--line);
            }
        `,
    ];
}
