// <dawg-changes>: what a suggestion would change and why; taken whole, in part or not at all, after hearing it beside what
// was before, equally loud. What is taken is one step of undo.
// Events (bubbling, through shadow roots): 'dawg-compare', detail: the values of the side that is not heard, or undefined at
// the end, for a curve; 'dawg-verdict', detail: Verdict; 'dawg-done' when the reader is done with it.
import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { NodeElement } from './base.js';
import { changesStyles } from './changes_style.js';
import { Gesture } from './gesture.js';
import type { ControlNode } from './node.js';
import { aimText, keysOf, modelRows, modelText, isThere, otherSide, percent, portionsOf } from './suggesting.js';
import { summaryOf } from './suggesting.js';
import type { Aim, Portion, Side } from './suggesting.js';
import { verdictOf } from './verdicts.js';
import type { Suggestion } from '../src/api.js';
import type { ParamValue } from '../src/manifest.js';

interface Heard {
    rejected: ReadonlySet<Portion>;
    strength: number;
    values: Record<string, ParamValue>;
}
/** Bands on show at first: the largest. */
const FEW = 6;
/** Choices that an undo finds again. */
const MOST = 200;

export class DawgChanges extends NodeElement {
    static override properties = {
        ...NodeElement.properties,
        suggestion: { attribute: false },
        aim: { type: String },
        reference: { type: String },
        rejected: { state: true },
        strength: { state: true },
        side: { state: true },
        isKept: { state: true },
        showsAll: { state: true },
    };
    /** Made for the node. */
    declare suggestion: Suggestion | undefined;
    /** What it was asked for; the name of the reference, where that is one. */
    declare aim: Aim;
    declare reference: string;
    declare rejected: ReadonlySet<Portion>;
    declare strength: number;
    /** What is heard. */
    declare side: Side;
    /** Taken, not only heard. */
    declare isKept: boolean;
    declare showsAll: boolean;
    #gesture = new Gesture(this);
    #portions: Portion[] = [];
    #id = '';
    /** What was chosen when it was heard, and all values then: for an undo to come back to. The last one is the present one. */
    #heard: Heard[] = [];
    /** It moves the node itself. */
    #isMoving = false;

    constructor() {
        super();
        this.aim = 'balance';
        this.reference = '';
        this.#begin();
    }
    #begin(): void {
        this.#id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
        this.#heard = [];
        this.#portions = this.suggestion ? portionsOf(this.suggestion) : [];
        [this.rejected, this.strength, this.side] = [new Set(), 1, 'before'];
        [this.isKept, this.showsAll] = [false, false];
    }
    protected override willUpdate(changed: PropertyValues): void {
        super.willUpdate(changed);
        if (changed.has('suggestion')) this.#begin();
    }
    protected override updated(changed: PropertyValues): void {
        if (changed.has('suggestion')) this.#compared();
    }
    protected override attach(node: ControlNode): (() => void)[] {
        this.#look();
        return [node.on('change', () => this.#look())];
    }
    protected override detach(): void {
        this.#gesture.end();
        super.detach();
    }
    #fire(name: string, detail?: unknown): void {
        this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
    }
    get #taken(): Portion[] {
        return this.#portions.filter((portion) => !this.rejected.has(portion));
    }

    /** Tells what a curve may show beside the present one. */
    #compared(): void {
        const { suggestion, side, strength } = this;
        this.#fire('dawg-compare', suggestion && otherSide(suggestion, side, this.#taken, strength));
    }
    /** Makes the sound what is chosen here. */
    #hear(): void {
        const { node, suggestion, side, strength } = this;
        if (!node || !suggestion) return;
        this.#isMoving = true;
        try {
            if (side === 'before') suggestion.compare('before');
            else suggestion.apply({ strength, keys: keysOf(suggestion, this.#taken) });
        } finally {
            this.#isMoving = false;
        }
        const { rejected } = this;
        if (side === 'after') this.#heard = [...this.#heard, { rejected, strength, values: node.values }].slice(-MOST);
        this.#compared();
    }
    #turn(side: Side): void {
        this.side = side;
        this.#hear();
    }
    /** One step of undo, and a verdict. */
    #decide(isKept: boolean): void {
        if (!this.node) return;
        this.isKept = isKept;
        this.#gesture.once(this.node.key, 'suggestion', () => this.#turn(isKept ? 'after' : 'before'));
        this.#judge();
    }
    #judge(): void {
        const { node, suggestion, isKept, strength, aim } = this;
        if (!node || !suggestion || !this.#portions.length) return;
        const rest = { id: this.#id, date: new Date().toISOString(), plugin: node.key, goal: aim, strength };
        this.#fire('dawg-verdict', verdictOf(suggestion, this.#portions, isKept ? this.#taken : [], rest));
    }
    /** Another hand may have moved the node: an undo takes it back, a redo takes it again. */
    #look(): void {
        const { node, suggestion } = this;
        if (!node || !suggestion || this.#isMoving) return;
        const isWhole = ({ values }: Heard): boolean =>
            suggestion.changes.every(({ key }) => node.get(key) === values[key]) && isThere(suggestion, values, node);
        const known = this.#heard.findLast(isWhole);
        const last = this.#heard.at(-1);
        const side = known || (last && isThere(suggestion, last.values, node)) ? 'after' : 'before';
        if (side === this.side && (!known || known === last)) return;
        const wasKept = this.isKept;
        [this.side, this.isKept] = [side, side === 'after'];
        if (known) [this.rejected, this.strength] = [known.rejected, known.strength];
        if (known)
            this.#hear(); // moves nothing, but the suggestion knows again what it has set
        else this.#compared();
        if (this.isKept || wasKept) this.#judge();
    }
    /** Takes back what was only heard. */
    leave(): void {
        if (this.side === 'after' && !this.isKept) this.#turn('before');
        this.#fire('dawg-compare');
    }
    #done(): void {
        this.leave();
        this.#fire('dawg-done');
    }
    #discard(): void {
        this.#judge();
        this.#done();
    }
    #toggle(portion: Portion): void {
        const rejected = new Set(this.rejected);
        if (!rejected.delete(portion)) rejected.add(portion);
        this.rejected = rejected;
        if (this.isKept) this.#decide(true);
        else this.#hear();
    }
    #strengthen(strength: number): void {
        if (this.isKept && this.node) this.#gesture.step(this.node.key, 'suggestion');
        this.strength = strength;
        this.#hear();
    }

    #portion(portion: Portion): TemplateResult {
        const { band, what, heard, action, confidence } = portion;
        const isLeft = this.rejected.has(portion);
        return html`<li class=${isLeft ? 'left' : ''}>
            <b class="badge" aria-hidden="true">${band}</b>
            <span class="why"><b>${what}</b><span>${heard}</span></span>
            <span class="action number">${action}</span>
            <span class="sure" title="How sure the model is">
                <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=${100 * confidence} height="4" />
                </svg>
                <span class="number">${percent(confidence)}<span class="hidden"> sure</span></span>
            </span>
            <button
                class="button"
                aria-label=${`${isLeft ? 'Accept' : 'Reject'} band ${band}: ${what}`}
                @click=${() => this.#toggle(portion)}
            >
                ${isLeft ? 'Accept' : 'Reject'}
            </button>
        </li>`;
    }
    #list(suggestion: Suggestion): TemplateResult {
        const all = this.#portions;
        const most = [...all].sort((a, b) => Math.abs(b.gainDb) - Math.abs(a.gainDb)).slice(0, FEW);
        const shown = this.showsAll ? all : all.filter((portion) => most.includes(portion));
        const isLevelled = suggestion.changes.some(({ key }) => key === 'output_db');
        return html`<ul>
                ${shown.map((portion) => this.#portion(portion))}
            </ul>
            <p class="more">
                ${
                    all.length > most.length
                        ? html`<button class="button" @click=${() => (this.showsAll = !this.showsAll)}>
                              ${this.showsAll ? 'Only the largest' : `${all.length - most.length} more`}
                          </button>`
                        : nothing
                }
                ${isLevelled ? 'The output moves too, so that the loudness stays.' : nothing}
            </p>`;
    }
    #compare(): TemplateResult {
        const button = (side: Side, name: string): TemplateResult =>
            html`<button class="button" aria-pressed=${side === this.side} @click=${() => this.#turn(side)}>
                <i class=${side === this.side ? 'heard' : 'other'} aria-hidden="true"></i>${name}
            </button>`;
        return html`<span class="sides" role="group" aria-label="Compare, equally loud" title="Equally loud">
            ${button('before', 'Before')}${button('after', 'After')}
        </span>`;
    }
    #deciding(): TemplateResult {
        const { strength, isKept } = this;
        return html`<div class="decide">
            <label class="strength" title="Part of the gains that is taken">
                Strength
                <input
                    type="range"
                    min="0"
                    max="100"
                    step="5"
                    aria-valuetext=${percent(strength)}
                    .value=${String(100 * strength)}
                    @input=${(event: Event) =>
                        this.#strengthen(Number((event.currentTarget as HTMLInputElement).value) / 100)}
                    @change=${() => isKept && this.#judge()}
                />
                <span class="number" aria-hidden="true">${percent(strength)}</span>
            </label>
            ${this.#compare()}
            <span class="end">
                ${
                    isKept
                        ? html`<button class="button" title="As it was" @click=${() => this.#decide(false)}>
                                  Take back
                              </button>
                              <button class="button main" @click=${() => this.#done()}>Done</button>`
                        : html`<button class="button" @click=${() => this.#discard()}>Discard</button>
                              <button
                                  class="button main"
                                  ?disabled=${!this.#taken.length}
                                  @click=${() => this.#decide(true)}
                              >
                                  Apply
                              </button>`
                }
            </span>
        </div>`;
    }
    #about(suggestion: Suggestion): TemplateResult {
        return html`<details>
            <summary>${modelText(suggestion)}</summary>
            <dl>
                ${modelRows(suggestion).map(
                    ([name, text]) =>
                        html`<div>
                            <dt>${name}</dt>
                            <dd class="number">${text}</dd>
                        </div>`,
                )}
            </dl>
        </details>`;
    }
    protected override render(): unknown {
        const { node, suggestion, isKept, aim, reference } = this;
        if (!node || !suggestion) return nothing;
        const isNothing = !this.#portions.length;
        return html`<p class="summary" role="status">
                ${summaryOf(suggestion, this.#portions, aimText(aim, reference))}
                ${isKept ? html`<b>Applied.</b>` : nothing}
            </p>
            ${
                isNothing
                    ? html`<div class="decide">
                          <span class="end"
                              ><button class="button main" @click=${() => this.#done()}>Done</button></span
                          >
                      </div>`
                    : html`${this.#list(suggestion)}${this.#deciding()}`
            }
            ${this.#about(suggestion)}`;
    }

    static override styles = changesStyles;
}
