// Timed moves of one instance that wait for their frame: sorted, moves of one frame in the order in which they came. The
// room is taken at construction; nothing allocates afterwards.

export class HeldMoves {
    /** Moves that found no room. */
    dropped = 0;
    #first = 0;
    #end = 0;
    readonly #frames: Float64Array;
    readonly #params: Uint32Array;
    readonly #plains: Float32Array;
    readonly #ramps: Uint32Array;
    readonly #origins: Float64Array;

    constructor(readonly room: number) {
        this.#frames = new Float64Array(room);
        this.#params = new Uint32Array(room);
        this.#plains = new Float32Array(room);
        this.#ramps = new Uint32Array(room);
        this.#origins = new Float64Array(room);
    }

    /** `frame` is the context's. `origin`: -1 from the page, or the worker's SEQUENCE. */
    add(frame: number, param: number, plain: number, ramp: number, origin: number): void {
        if (this.#end === this.room) {
            if (this.#first === 0) {
                ++this.dropped;
                return;
            }
            this.#moveTo(0, this.#first, this.#end);
            this.#end -= this.#first;
            this.#first = 0;
        }
        let i = this.#end;
        while (i > this.#first && this.#frames[i - 1] > frame) --i;
        this.#moveTo(i + 1, i, this.#end++);
        this.#frames[i] = frame;
        this.#params[i] = param;
        this.#plains[i] = plain;
        this.#ramps[i] = ramp;
        this.#origins[i] = origin;
    }
    #moveTo(to: number, from: number, end: number): void {
        if (from === end) return;
        this.#frames.copyWithin(to, from, end);
        this.#params.copyWithin(to, from, end);
        this.#plains.copyWithin(to, from, end);
        this.#ramps.copyWithin(to, from, end);
        this.#origins.copyWithin(to, from, end);
    }

    /** Of the oldest move; Infinity when none waits. */
    get frame(): number {
        return this.#first < this.#end ? this.#frames[this.#first] : Infinity;
    }
    get param(): number {
        return this.#params[this.#first];
    }
    get plain(): number {
        return this.#plains[this.#first];
    }
    get ramp(): number {
        return this.#ramps[this.#first];
    }
    get origin(): number {
        return this.#origins[this.#first];
    }
    /** Done with the oldest move. */
    next(): void {
        ++this.#first;
    }
    clear(): void {
        this.#first = this.#end = 0;
    }
}
