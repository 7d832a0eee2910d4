// <dawg-knob>: one continuous parameter, as a dial or as a slim bar. Drag (Shift: ten times finer), wheel, arrows, Page Up
// and Down, Home, End; double-click: default; a click on the value, Enter or a digit: typed entry with its unit.
import { css, html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { ParamElement } from './base.js';
import { allowedText, isAmount, parseText, valueParts, valueText } from './text.js';
import { theme } from './theme.js';
import { isScrolling } from './wheel.js';
import type { ParamInfo } from '../src/manifest.js';

/** Pixels of a drag over the whole range. */
const TRAVEL_PX = 220;
/** The dial's gap is a quarter turn, below. */
const START = 0.75 * Math.PI;
const SWEEP = 1.5 * Math.PI;
const RADIUS = 18;

const clamp01 = (x: number): number => Math.min(1, Math.max(0, x));

function arc(from: number, to: number): string {
    const at = (knob: number): string => {
        const angle = START + SWEEP * knob;
        return `${(22 + RADIUS * Math.cos(angle)).toFixed(2)} ${(22 + RADIUS * Math.sin(angle)).toFixed(2)}`;
    };
    const [low, high] = from < to ? [from, to] : [to, from];
    return `M${at(low)} A${RADIUS} ${RADIUS} 0 ${SWEEP * (high - low) > Math.PI ? 1 : 0} 1 ${at(high)}`;
}

/** What the readout shows is what is set: 0.1 dB, 1 %, three digits; ten times finer with Shift. */
function tidy(p: ParamInfo, plain: number, isFine: boolean): number {
    if (p.curve === 'int') return Math.round(plain);
    const within = (value: number): number => Math.min(p.max, Math.max(p.min, value));
    if (/^dB/.test(p.unit)) return within(Number(plain.toFixed(isFine ? 2 : 1)));
    if (isAmount(p)) return within(Number(plain.toFixed(isFine ? 3 : 2)));
    return within(Number(plain.toPrecision(isFine ? 4 : 3)));
}

export class DawgKnob extends ParamElement {
    static override properties = {
        ...ParamElement.properties,
        look: { type: String, reflect: true },
        isEditing: { state: true },
        isInvalid: { state: true },
    };
    /** 'dial' or 'bar'. */
    declare look: 'dial' | 'bar';
    declare isEditing: boolean;
    declare isInvalid: boolean;
    #drag: { pointer: number; x: number; y: number; knob: number } | undefined;

    constructor() {
        super();
        this.look = 'dial';
        this.isEditing = false;
        this.isInvalid = false;
        this.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    }

    #toKnob(plain: number): number {
        const { node } = this;
        return node ? clamp01(node.engine.toKnob(node.key, this.param, plain)) : 0;
    }
    #moveTo(knob: number, isFine: boolean): void {
        const { node, info } = this;
        if (node && info) this.move(tidy(info, node.engine.toPlain(node.key, this.param, clamp01(knob)), isFine));
    }
    /** A step of keys or wheel: 0.5 dB, 1 %, one of a count, else a hundredth of the way. */
    #step(steps: number, isFine: boolean): void {
        const { info, node, plain } = this;
        if (!info || !node) return;
        this.gesture.step(node.key, this.param);
        const scale = isFine ? 0.1 : 1;
        if (info.curve === 'int') this.move(Math.min(info.max, Math.max(info.min, plain + Math.sign(steps))));
        else if (/^dB/.test(info.unit)) this.move(tidy(info, plain + 0.5 * steps * scale, isFine));
        else this.#moveTo(this.#toKnob(plain) + 0.01 * steps * scale, isFine);
    }

    #down(event: PointerEvent): void {
        if (event.button !== 0 || !this.node) return;
        const dial = event.currentTarget as HTMLElement;
        dial.setPointerCapture(event.pointerId);
        dial.focus();
        event.preventDefault();
        let knob = this.#toKnob(this.plain);
        if (this.look === 'bar' && event.pointerType === 'mouse' && !event.shiftKey && event.detail < 2) {
            const { left, width } = dial.getBoundingClientRect();
            const at = clamp01((event.clientX - left) / width);
            if (Math.abs(at - knob) > 0.04) knob = at;
        }
        this.#drag = { pointer: event.pointerId, x: event.clientX, y: event.clientY, knob };
        this.gesture.begin(this.node.key, this.param);
        if (knob !== this.#toKnob(this.plain)) this.#moveTo(knob, false);
    }
    #pull(event: PointerEvent): void {
        const drag = this.#drag;
        if (drag?.pointer !== event.pointerId) return;
        const isBar = this.look === 'bar';
        const travel = isBar ? (event.currentTarget as HTMLElement).clientWidth : TRAVEL_PX;
        const right = event.clientX - drag.x;
        const up = drag.y - event.clientY;
        drag.knob = clamp01(drag.knob + ((isBar ? right : up + right) / travel) * (event.shiftKey ? 0.1 : 1));
        [drag.x, drag.y] = [event.clientX, event.clientY];
        this.#moveTo(drag.knob, event.shiftKey);
    }
    #up(event: PointerEvent): void {
        if (this.#drag?.pointer !== event.pointerId) return;
        this.#drag = undefined;
        this.gesture.end();
    }
    #wheel(event: WheelEvent): void {
        if (!this.node || this.isEditing || event.deltaY === 0 || event.ctrlKey || isScrolling()) return;
        event.preventDefault();
        this.#step(-Math.sign(event.deltaY), event.shiftKey);
    }
    #reset(): void {
        if (this.info) this.moveOnce(this.info.def);
    }
    #key(event: KeyboardEvent): void {
        const { info } = this;
        if (!info || event.ctrlKey || event.metaKey || event.altKey) return;
        const steps: Record<string, number> = {
            ArrowUp: 1,
            ArrowRight: 1,
            ArrowDown: -1,
            ArrowLeft: -1,
            PageUp: 10,
            PageDown: -10,
        };
        if (event.key in steps) this.#step(steps[event.key], event.shiftKey);
        else if (event.key === 'Home') this.moveOnce(info.min);
        else if (event.key === 'End') this.moveOnce(info.max);
        else if (event.key === 'Delete' || event.key === 'Backspace') this.#reset();
        else if (event.key === 'Enter') void this.#edit();
        else if (/^[-\d.,]$/.test(event.key)) void this.#edit(event.key);
        else return;
        event.preventDefault();
    }

    async #edit(text?: string): Promise<void> {
        if (!this.info) return;
        this.isEditing = true;
        this.isInvalid = false;
        await this.updateComplete;
        const input = this.renderRoot.querySelector('input');
        if (!input) return;
        input.value = text ?? valueText(this.info, this.plain);
        input.focus();
        if (text === undefined) input.select();
    }
    /** Takes what is typed; what cannot be read stays open, unless the entry is left. */
    #commit(input: HTMLInputElement, isLeaving: boolean): void {
        const { info } = this;
        if (!info || !this.isEditing) return;
        const plain = input.value === valueText(info, this.plain) ? this.plain : parseText(info, input.value);
        this.isInvalid = plain === undefined;
        if (plain !== undefined) this.moveOnce(plain);
        else if (!isLeaving) return;
        this.#close(!isLeaving);
    }
    #close(isBack: boolean): void {
        this.isEditing = false;
        this.isInvalid = false;
        if (isBack) this.renderRoot.querySelector<HTMLElement>('[role=slider]')?.focus();
    }
    #typed(event: KeyboardEvent): void {
        event.stopPropagation();
        if (event.key === 'Enter') this.#commit(event.currentTarget as HTMLInputElement, false);
        if (event.key === 'Escape') this.#close(true);
    }

    #value(info: ParamInfo): TemplateResult {
        if (this.isEditing)
            return html`<input
                class="value number"
                aria-label=${`${this.name}: ${allowedText(info)}`}
                aria-invalid=${this.isInvalid ? 'true' : nothing}
                title=${allowedText(info)}
                autocomplete="off"
                spellcheck="false"
                @keydown=${(event: KeyboardEvent) => this.#typed(event)}
                @blur=${(event: FocusEvent) => this.#commit(event.currentTarget as HTMLInputElement, true)}
            />`;
        const { number, unit } = valueParts(info, this.plain);
        return html`<button
            class="value number"
            tabindex="-1"
            aria-label=${`${this.name}: type a value`}
            @click=${() => this.#edit()}
        >
            ${number}${unit ? html`<span class="unit">${unit === '°' ? unit : `\u202f${unit}`}</span>` : nothing}
        </button>`;
    }

    protected override render(): unknown {
        const { info, plain } = this;
        if (!info) return nothing;
        const knob = this.#toKnob(plain);
        const zero = info.min < 0 && info.max > 0 ? this.#toKnob(0) : 0;
        return html`<span class="name" title=${info.help}>${this.name}</span>
            <div
                class="grip ${this.isBrains ? 'brain' : ''}"
                role="slider"
                tabindex="0"
                aria-label=${this.name}
                aria-description=${this.isBrains ? `${info.help} Moved by the brain.` : info.help}
                aria-orientation=${this.look === 'bar' ? 'horizontal' : 'vertical'}
                aria-valuemin=${info.min}
                aria-valuemax=${info.max}
                aria-valuenow=${Number(plain.toPrecision(6))}
                aria-valuetext=${valueText(info, plain)}
                @pointerdown=${(event: PointerEvent) => this.#down(event)}
                @pointermove=${(event: PointerEvent) => this.#pull(event)}
                @pointerup=${(event: PointerEvent) => this.#up(event)}
                @pointercancel=${(event: PointerEvent) => this.#up(event)}
                @lostpointercapture=${(event: PointerEvent) => this.#up(event)}
                @dblclick=${() => this.#reset()}
                @keydown=${(event: KeyboardEvent) => this.#key(event)}
            >
                ${this.look === 'bar' ? this.#bar(knob, zero) : this.#dial(knob, zero)}
            </div>
            ${this.#value(info)}`;
    }
    #dial(knob: number, zero: number): TemplateResult {
        const angle = START + SWEEP * knob;
        const [x, y] = [Math.cos(angle), Math.sin(angle)];
        return html`<svg viewBox="0 0 44 44" aria-hidden="true">
            <circle class="cap" cx="22" cy="22" r="13" />
            <path class="track" d=${arc(0, 1)} />
            ${Math.abs(knob - zero) > 1e-4 ? svg`<path class="on" d=${arc(zero, knob)} />` : nothing}
            <line class="hand" x1=${22 + 5 * x} y1=${22 + 5 * y} x2=${22 + 12 * x} y2=${22 + 12 * y} />
        </svg>`;
    }
    #bar(knob: number, zero: number): TemplateResult {
        const [low, high] = knob < zero ? [knob, zero] : [zero, knob];
        return html`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar" x="0" y="2.5" width="100" height="3" />
            <rect class="fill" x=${100 * low} y="2.5" width=${100 * (high - low)} height="3" />
            <rect class="fill" x=${98.5 * knob} y="0" width="1.5" height="8" />
        </svg>`;
    }

    static override styles = [
        theme,
        css`
            :host {
                display: inline-grid;
                justify-items: center;
                width: 82px;
            }
            :host([look='bar']) {
                display: grid;
                grid-template-columns: 1fr auto;
                width: auto;
                min-width: 140px;
            }
            .name {
                max-width: 100%;
                overflow: hidden;
                text-overflow: ellipsis;
                white-space: nowrap;
                color: var(--dim);
            }
            :host([look='bar']) .value {
                grid-area: 1 / 2;
            }
            :host([look='bar']) .name {
                justify-self: start;
            }
            .grip {
                touch-action: none;
                cursor: ns-resize;
                border-radius: 50%;
                width: 46px;
                height: 46px;
            }
            :host([look='bar']) .grip {
                grid-column: 1 / -1;
                width: 100%;
                height: 20px;
                padding: 4px 0;
                border-radius: 3px;
                cursor: ew-resize;
                touch-action: pan-y;
            }
            svg {
                display: block;
                width: 100%;
                height: 100%;
                fill: none;
                stroke-linecap: round;
                pointer-events: none;
            }
            .track {
                stroke: var(--line);
                stroke-width: 3.5;
            }
            .on {
                stroke: var(--accent);
                stroke-width: 3.5;
            }
            .cap {
                fill: var(--raised);
                stroke: var(--line);
            }
            .hand {
                stroke: var(--text);
                stroke-width: 2.5;
            }
            .bar {
                fill: var(--line);
            }
            .fill {
                fill: var(--accent);
            }
            .brain .cap {
                stroke: var(--accent);
                stroke-dasharray: 2 3;
                stroke-width: 1.5;
            }
            .value {
                min-height: 22px;
                max-width: 100%;
                padding: 0 4px;
                border: 1px solid transparent;
                border-radius: 3px;
                background: none;
                text-align: center;
                white-space: nowrap;
                cursor: text;
            }
            button.value:hover {
                border-color: var(--line);
            }
            input.value {
                width: 100%;
                border-color: var(--accent);
                background: var(--well);
            }
            input[aria-invalid] {
                border-color: var(--hot);
                outline-color: var(--hot);
            }
            :host([look='bar']) input.value {
                width: 76px;
            }
            .unit {
                color: var(--dim);
            }
            @media (pointer: coarse) {
                .value {
                    min-width: 44px;
                }
                .value,
                :host([look='bar']) .grip {
                    min-height: 32px;
                }
                :host([look='bar']) .grip {
                    padding: 10px 0;
                }
            }
        `,
    ];
}
