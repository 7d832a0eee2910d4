// <dawg-suggestion>: asks the brain what it would do with an EQ, after hearing the whole programme or what plays, and shows
// the answer in <dawg-changes>. A sound that is dropped here is the reference whose tone is aimed at.
// Event (bubbling, through shadow roots), besides those of <dawg-changes>: 'dawg-listen' before it listens, for a page that
// wants to play.
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { NodeElement } from './base.js';
import type { DawgChanges } from './changes.js';
import { runs } from './listening.js';
import type { ControlNode } from './node.js';
import { GOALS, adviceFor, progressText } from './suggesting.js';
import type { Aim } from './suggesting.js';
import { suggestionStyles } from './suggestion_style.js';
import type { AudioData, SuggestProgress, Suggestion } from '../src/api.js';

export class DawgSuggestion extends NodeElement {
    static override properties = {
        ...NodeElement.properties,
        seconds: { type: Number },
        programme: { attribute: false },
        aim: { state: true },
        reference: { state: true },
        progress: { state: true },
        error: { state: true },
        found: { state: true },
        isOver: { state: true },
    };
    /** How long to listen. */
    declare seconds: number;
    /** Gives the whole of what reaches the node; without it there is only listening. */
    declare programme: (() => Promise<AudioBuffer | AudioData>) | undefined;
    declare aim: Aim;
    declare reference: { name: string; audio: AudioBuffer } | undefined;
    /** While it works: how far each part is. */
    declare progress: ReadonlyMap<SuggestProgress['part'], SuggestProgress> | undefined;
    /** What there is not, and why. */
    declare error: { what: 'suggestion' | 'reference'; why: string } | undefined;
    declare found: { suggestion: Suggestion; aim: Aim; reference: string } | undefined;
    /** A file is held over it. */
    declare isOver: boolean;
    #work: AbortController | undefined;
    #isLive = false;
    #of: ControlNode | undefined;

    constructor() {
        super();
        this.seconds = 10;
        this.aim = 'balance';
        this.isOver = false;
        this.addEventListener('dragover', (event) => this.#over(event));
        this.addEventListener('dragleave', () => (this.isOver = false));
        this.addEventListener('drop', (event) => this.#drop(event));
    }
    protected override attach(node: ControlNode): (() => void)[] {
        if (this.#of !== node) {
            this.#cancel();
            this.#leave();
            [this.found, this.error] = [undefined, undefined];
        }
        this.#of = node;
        return [];
    }

    async #ask(isLive: boolean): Promise<void> {
        const { node, aim, reference } = this;
        if (!node) return;
        this.#leave();
        [this.found, this.error, this.progress] = [undefined, undefined, new Map()];
        this.#isLive = isLive;
        const work = (this.#work = new AbortController());
        try {
            const suggestion = await this.#answer(node, isLive, work.signal);
            this.found = { suggestion, aim, reference: reference?.name ?? '' };
        } catch (error) {
            const why = error instanceof Error ? error.message : String(error);
            if (!work.signal.aborted) this.error = { what: 'suggestion', why };
        }
        if (this.#work !== work) return;
        [this.#work, this.progress] = [undefined, undefined];
        await this.updateComplete;
        const isFree = document.activeElement === document.body || this.matches(':focus-within');
        if (isFree) this.renderRoot.querySelector<HTMLElement>('dawg-changes, .error')?.focus({ preventScroll: true });
    }
    async #answer(node: ControlNode, isLive: boolean, signal: AbortSignal): Promise<Suggestion> {
        const { aim, reference, seconds, programme } = this;
        if (isLive) await runs(this, node.context);
        const brain = await node.engine.brain();
        if (!brain.isAlive) await brain.restart(); // it was lost for good
        const whole = isLive ? undefined : await programme?.();
        return brain.suggest(node as never, {
            ...(aim === 'reference' ? reference && { reference: reference.audio } : { goal: aim }),
            ...(whole && { programme: whole }),
            ...{ seconds, signal },
            onProgress: (news) => {
                if (!signal.aborted) this.progress = new Map(this.progress).set(news.part, news);
            },
        });
    }
    /** What was only heard of the last suggestion is taken back. */
    #leave(): void {
        if (this.hasUpdated) this.renderRoot.querySelector<DawgChanges>('dawg-changes')?.leave();
    }
    #cancel(): void {
        this.#work?.abort();
        [this.#work, this.progress] = [undefined, undefined];
    }

    #over(event: DragEvent): void {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        this.isOver = true;
    }
    #drop(event: DragEvent): void {
        this.isOver = false;
        const file = event.dataTransfer?.files[0];
        if (!file) return;
        event.preventDefault();
        void this.#refer(file);
    }
    async #refer(file: File): Promise<void> {
        const { node } = this;
        if (!node) return;
        this.error = undefined;
        try {
            const audio = await node.context.decodeAudioData(await file.arrayBuffer());
            this.reference = { name: file.name, audio };
            this.aim = 'reference';
        } catch {
            const why = `This browser cannot decode ${file.name}. WAV, MP3, FLAC, Ogg and M4A files work in most browsers.`;
            this.error = { what: 'reference', why };
        }
    }

    #asking(): TemplateResult {
        const { aim, reference, programme, found } = this;
        const isBusy = this.progress !== undefined;
        const main = found ? 'button' : 'button main';
        const option = (value: Aim, name: string): TemplateResult =>
            html`<option value=${value} .selected=${value === aim}>${name}</option>`;
        return html`<div class="ask">
            <label class="aim"
                ><span>Aim for</span>
                <select
                    class="button"
                    .value=${aim}
                    ?disabled=${isBusy}
                    @change=${(event: Event) => (this.aim = (event.currentTarget as HTMLSelectElement).value as Aim)}
                >
                    ${GOALS.map(([goal, name]) => option(goal, name))}
                    ${reference ? option('reference', `Tone of ${reference.name}`) : nothing}
                </select></label
            >
            <button
                class="button"
                title="A sound whose tone is aimed at"
                ?disabled=${isBusy}
                @click=${() => this.renderRoot.querySelector<HTMLElement>('input[type=file]')?.click()}
            >
                Reference …
            </button>
            <span class="hint">or drop one here, to match its tone</span>
            <input
                type="file"
                hidden
                accept="audio/*,.wav,.flac,.mp3,.ogg,.opus,.m4a"
                @change=${(event: Event) => {
                    const input = event.currentTarget as HTMLInputElement;
                    const file = input.files?.[0];
                    if (file) void this.#refer(file);
                    input.value = '';
                }}
            />
            <span class="end">
                <button
                    class=${programme ? 'button' : main}
                    title=${`Listens for ${this.seconds} s to what plays, then suggests`}
                    ?disabled=${isBusy}
                    @click=${() => void this.#ask(true)}
                >
                    Listen
                </button>
                ${
                    programme
                        ? html`<button
                              class=${main}
                              title="Hears the whole programme as it reaches this plugin"
                              ?disabled=${isBusy}
                              @click=${() => void this.#ask(false)}
                          >
                              Suggest
                          </button>`
                        : nothing
                }
            </span>
        </div>`;
    }
    get #doing(): string {
        return this.#isLive ? `Listening for ${this.seconds}\u202fs` : 'Hearing the programme';
    }
    #busy(): TemplateResult {
        const parts = [...(this.progress?.values() ?? [])];
        const seconds = this.#isLive ? this.seconds : undefined;
        return html`<div class="busy" role="group" aria-label="At work">
            <div class="parts">
                ${parts.length ? nothing : html`<span aria-hidden="true">${this.#doing} …</span>`}
                ${parts.map((news) => {
                    const text = progressText(news, seconds);
                    return html`<div>
                        <span class="number">${text}</span>
                        <progress max="1" .value=${news.fraction ?? 0} aria-label=${text}></progress>
                    </div>`;
                })}
            </div>
            <button class="button" @click=${() => this.#cancel()}>Cancel</button>
        </div>`;
    }
    #failed({ what, why }: NonNullable<typeof this.error>): TemplateResult {
        return html`<div class="error" role="alert" tabindex="-1">
            <p><b>No ${what}.</b> ${why} <span>${adviceFor(why)}</span></p>
            <button class="button" @click=${() => (this.error = undefined)}>Close</button>
        </div>`;
    }
    #answered(): TemplateResult {
        const { node, found } = this;
        return html`<dawg-changes
            role="group"
            aria-label="Suggestion"
            tabindex="-1"
            .node=${node}
            .suggestion=${found?.suggestion}
            .aim=${found?.aim}
            .reference=${found?.reference}
            @dawg-done=${() => (this.found = undefined)}
        ></dawg-changes>`;
    }
    protected override render(): unknown {
        const { node } = this;
        if (!node) return nothing;
        return html`<section class=${this.isOver ? 'over' : ''} aria-label="Suggestions for ${node.info.name}">
            ${this.#asking()}
            <dawg-follow .node=${node} .aim=${this.aim} .reference=${this.reference?.audio}></dawg-follow>
            ${this.error ? this.#failed(this.error) : nothing}
            ${this.progress ? this.#busy() : this.found ? this.#answered() : nothing}
            ${this.isOver ? html`<div class="drop">Drop a sound to match its tone</div>` : nothing}
        </section>`;
    }

    static override styles = suggestionStyles;
}
