// Gestures: what a host groups into one step of undo. A drag is one; so are wheel and key steps that follow one another.
// Events (bubbling, through shadow roots): 'dawg-gesture', detail {phase: 'begin' | 'end', plugin, key}.

export interface GestureDetail {
    phase: 'begin' | 'end';
    plugin: string;
    /** The parameter; 'preset' or 'state' when several move at once. */
    key: string;
}
/** Steps closer than this are one gesture. */
const PAUSE_MS = 500;

export class Gesture {
    #timer: ReturnType<typeof setTimeout> | undefined;
    #isHeld = false;
    #detail: { plugin: string; key: string } | undefined;
    constructor(private readonly element: EventTarget) {}

    get isHeld(): boolean {
        return this.#isHeld;
    }
    #fire(phase: GestureDetail['phase']): void {
        if (!this.#detail) return;
        const detail: GestureDetail = { phase, ...this.#detail };
        this.element.dispatchEvent(new CustomEvent('dawg-gesture', { detail, bubbles: true, composed: true }));
    }
    /** A drag begins. */
    begin(plugin: string, key: string): void {
        this.end();
        this.#detail = { plugin, key };
        this.#isHeld = true;
        this.#fire('begin');
    }
    /** One step of wheel or keys. */
    step(plugin: string, key: string): void {
        if (this.#isHeld) return;
        if (this.#timer === undefined || this.#detail?.key !== key) {
            this.end();
            this.#detail = { plugin, key };
            this.#fire('begin');
        }
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.end(), PAUSE_MS);
    }
    /** A single change: a click, a typed value. `change` moves it. */
    once(plugin: string, key: string, change: () => void): void {
        this.begin(plugin, key);
        change();
        this.end();
    }
    end(): void {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        if (!this.#detail) return;
        this.#isHeld = false;
        this.#fire('end');
        this.#detail = undefined;
    }
}
