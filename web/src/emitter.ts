// Events by name. A listener that throws is reported and does not keep the others from hearing.
export class Emitter<E> {
    readonly #listeners = new Map<keyof E, Set<(value: never) => void>>();

    /** Returns a function that ends it. */
    on<K extends keyof E>(event: K, listener: (value: E[K]) => void): () => void {
        const all = this.#listeners.get(event) ?? new Set();
        this.#listeners.set(event, all);
        const own = (value: E[K]): void => listener(value); // the same function may listen twice
        all.add(own);
        return () => void all.delete(own);
    }
    /** Someone listens to this event, or to any. */
    has(event?: keyof E): boolean {
        if (event !== undefined) return (this.#listeners.get(event)?.size ?? 0) > 0;
        return [...this.#listeners.values()].some(({ size }) => size > 0);
    }
    emit<K extends keyof E>(event: K, value: E[K]): void {
        for (const listener of [...(this.#listeners.get(event) ?? [])]) {
            try {
                (listener as (value: E[K]) => void)(value);
            } catch (error) {
                (globalThis.reportError ?? console.error)(error);
            }
        }
    }
    clear(): void {
        this.#listeners.clear();
    }
}
