// Undo: whole states of the page, as JSON text. A state is small, and two are the same when their texts are.

const MOST = 200;

export class History<T> {
    #past: string[] = [];
    #future: string[] = [];
    #present: string;
    constructor(state: T) {
        this.#present = JSON.stringify(state);
    }
    get canUndo(): boolean {
        return this.#past.length > 0;
    }
    get canRedo(): boolean {
        return this.#future.length > 0;
    }
    /** A step, unless nothing changed. */
    commit(state: T): boolean {
        const text = JSON.stringify(state);
        if (text === this.#present) return false;
        this.#past.push(this.#present);
        if (this.#past.length > MOST) this.#past.shift();
        this.#present = text;
        this.#future = [];
        return true;
    }
    undo(): T | undefined {
        const state = this.#past.pop();
        if (state === undefined) return undefined;
        this.#future.push(this.#present);
        this.#present = state;
        return JSON.parse(state) as T;
    }
    redo(): T | undefined {
        const state = this.#future.pop();
        if (state === undefined) return undefined;
        this.#past.push(this.#present);
        this.#present = state;
        return JSON.parse(state) as T;
    }
}
