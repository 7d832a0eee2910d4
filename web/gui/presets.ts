// <dawg-presets>: chooses among a plugin's presets and its defaults; the promise of the present one is its tooltip.
import { css, html, nothing } from 'lit';
import { NodeElement } from './base.js';
import { Gesture } from './gesture.js';
import { valueOf } from './node.js';
import type { ControlNode } from './node.js';
import { buttons, theme } from './theme.js';

/** Entries that are no preset's key. */
const OWN = '';
const DEFAULTS = '*';

export class DawgPresets extends NodeElement {
    #gesture = new Gesture(this);

    protected override attach(node: ControlNode): (() => void)[] {
        return [node.on('change', () => this.requestUpdate())];
    }
    /** Whether every value is at its default. */
    get #isDefault(): boolean {
        const { node } = this;
        return (
            !!node &&
            node.info.params.every((p) => p.key === 'bypass' || String(node.get(p.key)) === String(valueOf(p, p.def)))
        );
    }
    get #chosen(): string {
        return this.node?.preset ?? (this.#isDefault ? DEFAULTS : OWN);
    }
    #apply(choice: string): void {
        const { node } = this;
        if (!node || choice === OWN) return;
        this.#gesture.once(node.key, 'preset', () => {
            if (choice !== DEFAULTS) node.applyPreset(choice);
            else
                for (const param of node.info.params)
                    if (param.key !== 'bypass') node.set(param.key, valueOf(param, param.def));
        });
        this.requestUpdate();
    }
    #next(step: number): void {
        const keys = [DEFAULTS, ...(this.node?.info.presets.map(({ key }) => key) ?? [])];
        const at = keys.indexOf(this.#chosen);
        this.#apply(keys[(Math.max(at, step > 0 ? -1 : 0) + step + keys.length) % keys.length]);
    }
    protected override render(): unknown {
        const { node } = this;
        if (!node) return nothing;
        const chosen = this.#chosen;
        const preset = node.info.presets.find(({ key }) => key === chosen);
        const option = (key: string, name: string): unknown =>
            html`<option value=${key} .selected=${key === chosen}>${name}</option>`;
        return html`<button class="button" aria-label="Previous preset" @click=${() => this.#next(-1)}>‹</button
            ><select
                class="button"
                aria-label="Preset"
                title=${preset?.promise ?? 'Presets'}
                .value=${chosen}
                @change=${(event: Event) => this.#apply((event.currentTarget as HTMLSelectElement).value)}
            >
                ${chosen === OWN ? option(OWN, 'Own values') : nothing}${option(DEFAULTS, 'Defaults')}
                ${node.info.presets.map(({ key, name }) => option(key, name))}</select
            ><button class="button" aria-label="Next preset" @click=${() => this.#next(1)}>›</button>`;
    }

    static override styles = [
        theme,
        buttons,
        css`
            :host {
                display: inline-flex;
                min-width: 0;
            }
            select {
                flex: 1;
                min-width: 0;
                width: 142px;
                border-radius: 0;
                margin: 0 -1px;
                text-overflow: ellipsis;
            }
            button:first-child {
                border-radius: var(--radius) 0 0 var(--radius);
            }
            button:last-child {
                border-radius: 0 var(--radius) var(--radius) 0;
            }
            option {
                background: var(--raised);
                color: var(--text);
            }
        `,
    ];
}
