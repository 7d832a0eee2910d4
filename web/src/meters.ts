// One loop per engine that looks at the slots of the nodes somebody looks at: at the pace of the screen, and only while
// there are any. Without shared memory it also tells the worklet whose slots to send.
import type { ToHost } from '../../worklet/protocol/messages.js';
import type { Mirror } from './mirror.js';

/** A node that was looked at counts as looked at for so long. */
const GLANCE_MS = 2000;
/** Without shared memory: frames between the slots of nodes that are looked at, and of all when none is. */
const WATCHED_FRAMES = 1024;
const IDLE_FRAMES = 12000;

export class SlotWatch {
    readonly #all = new Map<number, Mirror>();
    /** Time (ms) until which a mirror is looked at. */
    readonly #looked = new Map<Mirror, number>();
    #isRunning = false;
    #told = '';

    /** `post`: only without shared memory. */
    constructor(private readonly post?: (message: ToHost) => void) {}

    add(mirror: Mirror): void {
        this.#all.set(mirror.instance, mirror);
        this.#tell();
    }
    remove(mirror: Mirror): void {
        this.#all.delete(mirror.instance);
        this.#looked.delete(mirror);
        this.#tell();
    }
    get(instance: number): Mirror | undefined {
        return this.#all.get(instance);
    }
    attend(mirror: Mirror): void {
        if (!this.#all.has(mirror.instance) || (!this.post && !mirror.events.has())) return;
        this.#looked.set(mirror, performance.now() + GLANCE_MS);
        if (this.#isRunning) return;
        this.#isRunning = true;
        this.#next();
    }
    #next(): void {
        // A hidden page gets no animation frames, and needs none.
        if (typeof requestAnimationFrame === 'function') requestAnimationFrame(() => this.#tick());
        else setTimeout(() => this.#tick(), 33);
    }
    #tick(): void {
        const now = performance.now();
        for (const [mirror, until] of this.#looked)
            if (mirror.events.has()) mirror.tick();
            else if (now > until) this.#looked.delete(mirror);
        this.#tell();
        this.#isRunning = this.#looked.size > 0;
        if (this.#isRunning) this.#next();
    }
    #tell(): void {
        if (!this.post) return;
        const isIdle = this.#looked.size === 0;
        const instances = isIdle ? [...this.#all.keys()] : [...this.#looked.keys()].map(({ instance }) => instance);
        const frames = isIdle ? IDLE_FRAMES : WATCHED_FRAMES;
        const message = `${frames} ${instances.join()}`;
        if (message === this.#told) return;
        this.#told = message;
        this.post({ type: 'watch', instances, frames });
    }
}
