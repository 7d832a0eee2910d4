// <dawg-follow>: lets the bands of an EQ follow what a model wants for what plays, until it is pressed again or the hand has
// taken all of them; says what is heard, how sure the model is, and what it leads.
// Event (bubbling, through shadow roots): 'dawg-listen' before it listens, for a page that wants to play.
import { css, html, nothing } from 'lit';
import { NodeElement } from './base.js';
import { runs } from './listening.js';
import type { ControlNode } from './node.js';
import { adviceFor, followText } from './suggesting.js';
import type { Aim } from './suggesting.js';
import { buttons, theme } from './theme.js';
import type { AudioData, Following } from '../src/api.js';

export class DawgFollow extends NodeElement {
    static override properties = {
        ...NodeElement.properties,
        aim: { attribute: false },
        reference: { attribute: false },
        following: { state: true },
        isStarting: { state: true },
        error: { state: true },
    };
    /** Followed from the next start on. */
    declare aim: Aim;
    declare reference: AudioBuffer | AudioData | undefined;
    declare following: Following | undefined;
    declare isStarting: boolean;
    declare error: string | undefined;
    #of: ControlNode | undefined;

    constructor() {
        super();
        this.aim = 'balance';
        this.isStarting = false;
    }
    protected override attach(node: ControlNode): (() => void)[] {
        if (this.#of !== node) this.following = this.error = undefined;
        this.#of = node;
        return [];
    }
    async #start(): Promise<void> {
        const { node, aim, reference } = this;
        if (!node) return;
        this.error = undefined;
        this.isStarting = true;
        try {
            await runs(this, node.context);
            const brain = await node.engine.brain();
            if (!brain.isAlive) await brain.restart(); // it was lost for good
            const options = aim === 'reference' ? reference && { reference } : { goal: aim };
            const following = await brain.follow(node as never, options ?? {});
            this.following = following;
            following.on('change', () => {
                if (following.error) this.error = following.error.message;
                if (following.state === 'ended' && this.following === following) this.following = undefined;
                this.requestUpdate();
            });
        } catch (error) {
            this.error = error instanceof Error ? error.message : String(error);
        } finally {
            this.isStarting = false;
        }
    }
    /** While it starts it is not disabled, which would take the focus away. */
    #press(): void {
        if (this.isStarting) return;
        if (this.following) this.following.release();
        else void this.#start();
    }
    protected override render(): unknown {
        const { node, following, error, isStarting } = this;
        if (!node) return nothing;
        const text = isStarting ? 'Loading the model …' : following && followText(following);
        return html`<button
                class="button"
                aria-pressed=${String(following !== undefined)}
                title="Leads the bands to what the model wants for what plays; a knob that is touched is yours again"
                aria-disabled=${isStarting ? 'true' : nothing}
                @click=${() => this.#press()}
            >
                Follow
            </button>
            <span class="number" role="status">${text ?? nothing}</span>
            ${
                error === undefined
                    ? nothing
                    : html`<span class="error" role="alert"><b>Not followed.</b> ${error} ${adviceFor(error)}</span>`
            }`;
    }

    static override styles = [
        theme,
        buttons,
        css`
            :host {
                display: flex;
                flex-wrap: wrap;
                align-items: center;
                gap: 6px 8px;
                padding: 0 6px 6px;
            }
            [role='status'] {
                flex: 1 1 0;
                min-width: min(220px, 100%);
                color: var(--dim);
            }
            .error {
                flex: 1 1 100%;
                overflow-wrap: anywhere;
            }
            .error b {
                color: var(--hot);
            }
        `,
    ];
}
