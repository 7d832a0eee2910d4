// Work that takes a while and ends with one answer: matches and suggestions. Each listens to a tap, or has its sound, and
// does a slice when it is its turn.
import { Refused, messageOf } from './errors.js';
import type { Answer, Progress } from './messages.js';

export interface Job {
    /** It listens to a tap. */
    readonly isLive: boolean;
    hear(channels: readonly Float32Array[], frames: number): void;
    /** A slice of the work. The answer, when there is one; throws Refused, or what went wrong. */
    work(): Answer | undefined;
    /** What is worth a message, once. */
    progress(): Progress | undefined;
    destroy(): void;
}
interface Running {
    job: Job;
    unhear: () => void;
}
export interface Desk {
    post(
        message:
            ({ id: number } & (Answer | Progress)) | { type: 'refused'; id: number; reason: string; isInput: boolean },
    ): void;
    /** A tap that calls the ear with every piece; returns what ends it. */
    listen(instance: number, ear: Job['hear']): () => void;
    /** Taps may not be needed any more. */
    tidy(): void;
}

export class Jobs {
    readonly #running = new Map<number, Running>();
    constructor(private readonly desk: Desk) {}

    get size(): number {
        return this.#running.size;
    }
    /** Another one of the same number is forgotten. */
    start({ id, instance }: { id: number; instance: number }, make: () => Job): void {
        this.forget(id);
        try {
            const job = make();
            const unhear = job.isLive ? this.desk.listen(instance, job.hear.bind(job)) : (): void => undefined;
            this.#running.set(id, { job, unhear });
        } catch (error) {
            this.#refuse(id, error);
        }
    }
    #refuse(id: number, error: unknown): void {
        const isInput = error instanceof Refused || error instanceof RangeError;
        this.desk.post({ type: 'refused', id, reason: messageOf(error), isInput });
    }
    forget(id: number): void {
        const found = this.#running.get(id);
        if (!found) return;
        this.#running.delete(id);
        found.unhear();
        found.job.destroy();
        this.desk.tidy();
    }
    work(): void {
        for (const [id, { job }] of [...this.#running])
            try {
                const answer = job.work();
                const progress = answer ? undefined : job.progress();
                if (answer) this.desk.post({ id, ...answer });
                else if (progress) this.desk.post({ id, ...progress });
                if (answer) this.forget(id);
            } catch (error) {
                this.forget(id);
                this.#refuse(id, error);
            }
    }
}
