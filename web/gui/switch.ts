// <dawg-switch>: on or off. <dawg-choice>: one of several labels.
import { css, html, nothing } from 'lit';
import { ParamElement } from './base.js';
import { theme } from './theme.js';

export class DawgSwitch extends ParamElement {
    protected override render(): unknown {
        const { info } = this;
        if (!info) return nothing;
        const isOn = this.plain > 0.5;
        return html`<span class="name" title=${info.help}>${this.name}</span>
            <button
                role="switch"
                aria-checked=${isOn}
                aria-label=${this.name}
                aria-description=${info.help}
                @click=${() => this.moveOnce(isOn ? 0 : 1)}
            >
                <span class="track"><span class="thumb"></span></span>
            </button>
            <span class="state" aria-hidden="true">${isOn ? 'on' : 'off'}</span>`;
    }

    static override styles = [
        theme,
        css`
            :host {
                display: inline-grid;
                justify-items: center;
                width: 82px;
            }
            .name {
                max-width: 100%;
                overflow: hidden;
                text-overflow: ellipsis;
                white-space: nowrap;
                color: var(--dim);
            }
            button {
                display: grid;
                place-items: center;
                width: 46px;
                height: 46px;
                border: 0;
                padding: 0;
                background: none;
                border-radius: var(--radius);
                cursor: pointer;
            }
            .track {
                width: 36px;
                height: 18px;
                border: 1px solid var(--edge);
                border-radius: 9px;
                background: var(--well);
                padding: 2px;
            }
            .thumb {
                display: block;
                width: 12px;
                height: 12px;
                border-radius: 6px;
                background: var(--edge);
                transition: translate 0.12s;
            }
            [aria-checked='true'] .track {
                background: var(--accent);
                border-color: var(--accent);
            }
            [aria-checked='true'] .thumb {
                translate: 18px;
                background: var(--on-accent);
            }
            .state {
                min-height: 22px;
                line-height: 22px;
            }
        `,
    ];
}

export class DawgChoice extends ParamElement {
    protected override render(): unknown {
        const { info } = this;
        if (!info) return nothing;
        const chosen = Math.round(this.plain);
        return html`<label>
            <span class="name" title=${info.help}>${this.name}</span>
            <select
                aria-description=${info.help}
                .value=${String(chosen)}
                @change=${(event: Event) => this.moveOnce(Number((event.currentTarget as HTMLSelectElement).value))}
            >
                ${info.labels.map(
                    (label, i) => html`<option value=${String(i)} .selected=${i === chosen}>${label}</option>`,
                )}
            </select>
        </label>`;
    }

    static override styles = [
        theme,
        css`
            :host {
                display: inline-block;
                min-width: min(84px, 100%);
            }
            label {
                display: grid;
                grid-template-columns: minmax(0, 1fr);
                gap: 10px;
                justify-items: center;
            }
            .name {
                color: var(--dim);
            }
            select {
                min-height: 28px;
                max-width: 100%;
                padding: 0 2px;
                border: 1px solid var(--line);
                border-radius: var(--radius);
                background: var(--raised);
            }
            select:hover {
                border-color: var(--edge);
            }
            option {
                background: var(--raised);
                color: var(--text);
            }
            @media (pointer: coarse) {
                select {
                    min-height: 34px;
                }
            }
        `,
    ];
}
