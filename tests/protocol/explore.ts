// Runs compiled code of worklet/protocol in every possible order of its memory accesses. The code itself runs, with
// typed arrays and Atomics that stop it before each access to shared memory; a thread is taken up again by running it
// from its beginning with the values that it read before (stateless model checking, Godefroid 1997). States that were
// met before are not entered again: their interleavings are known.
//
// One access after the other is sequential consistency. That this is enough on every processor is what the search for
// data races shows (vector clocks, Flanagan and Freund 2009): a program without them is sequentially consistent in
// ECMAScript's memory model.
import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';

/** Stands for the shared buffer in the code's eyes. */
export type Shared = ArrayBufferLike;
/** What a thread does with the code's exports; `say` hands its results to check(). Must be deterministic and end. */
export type Thread<Code> = (code: Code, shared: Shared, say: (...results: number[]) => void) => void;

export interface Scenario<Code> {
    code: string;
    memory: Int32Array;
    threads: Thread<Code>[];
    /** After all threads have ended. */
    last?: Thread<Code>;
    /** Judges the results of each thread, and then of `last`: what went wrong, or nothing. */
    check: (results: number[][]) => string | undefined;
    /** false: enter every state again, to verify the counting. */
    remember?: boolean;
    /** false: data races are no fault by themselves. */
    races?: boolean;
}
export interface Explored {
    interleavings: bigint;
    states: number;
    /** What went wrong in the first bad interleaving, and its threads in order. */
    fault?: string;
    order?: string;
}

/** Compiled modules as the body of one function. */
export const compiled = (...names: string[]): string =>
    names
        .map((name) => readFileSync(new URL(`../../worklet/protocol/${name}.js`, import.meta.url), 'utf8'))
        .join('\n')
        .replace(/^export (?=class|function|const)/gm, '');

class Fault extends Error {}
const SUSPEND = new Error('stopped before an access');
const RAW = Symbol('memory of a view');

interface State {
    memory: Int32Array;
    clocks: Int32Array;
    /** What each thread read so far; 0 for its writes. */
    logs: number[][];
    ended: boolean[];
    results: number[][];
}

/** Kinds of access in the clocks of a word. */
const [PLAIN_READ, PLAIN_WRITE, ATOMIC_READ, ATOMIC_WRITE] = [0, 1, 2, 3];
const CONFLICTS = [
    [PLAIN_WRITE, ATOMIC_WRITE],
    [PLAIN_READ, PLAIN_WRITE, ATOMIC_READ, ATOMIC_WRITE],
    [PLAIN_WRITE],
    [PLAIN_READ, PLAIN_WRITE],
];

/** Clocks: one vector per thread; per word one vector of its last atomic write and one per kind of access. */
class Clocks {
    constructor(
        readonly all: Int32Array,
        readonly threads: number,
    ) {}
    static first(threads: number, words: number): Int32Array {
        const all = new Int32Array(threads * (threads + 5 * words));
        for (let t = 0; t < threads; ++t) all[t * threads + t] = 1;
        return all;
    }
    access(thread: number, word: number, kind: number): void {
        const { all, threads } = this;
        const mine = thread * threads;
        const sync = threads * (threads + 5 * word);
        const seen = (of: number): number => sync + threads * (1 + of);
        if (kind === ATOMIC_READ)
            for (let t = 0; t < threads; ++t) all[mine + t] = Math.max(all[mine + t], all[sync + t]);
        for (const other of CONFLICTS[kind])
            for (let t = 0; t < threads; ++t)
                if (t !== thread && all[seen(other) + t] > all[mine + t]) throw new Fault(`data race on word ${word}`);
        all[seen(kind) + thread] = all[mine + thread];
        if (kind === ATOMIC_WRITE) {
            all.copyWithin(sync, mine, mine + threads);
            ++all[mine + thread];
        }
    }
}

/** The memory that the code sees. */
class Machine {
    #state!: State;
    /** -1: runs freely, without stops. */
    #thread = -1;
    #at = 0;
    #budget = 0;
    readonly shared: Shared;

    constructor(
        readonly words: number,
        readonly races: boolean,
    ) {
        this.shared = { byteLength: 4 * words } as Shared;
    }
    resume(state: State, thread: number): void {
        this.#state = state;
        this.#thread = thread;
        this.#at = 0;
        this.#budget = 1;
    }

    access(word: number, kind: number, value: number): number {
        const { memory, logs, clocks } = this.#state;
        if (!(word >= 0 && word < this.words)) throw new Fault(`access outside of the memory, at word ${word}`);
        const isWrite = kind === PLAIN_WRITE || kind === ATOMIC_WRITE;
        if (this.#thread >= 0) {
            const log = logs[this.#thread];
            if (this.#at < log.length) return log[this.#at++];
            if (--this.#budget < 0) throw SUSPEND;
            if (this.races) new Clocks(clocks, logs.length).access(this.#thread, word, kind);
            log.push(isWrite ? 0 : memory[word]);
            ++this.#at;
        }
        if (isWrite) memory[word] = value;
        return isWrite ? value : memory[word];
    }

    /** A class like Int32Array: views of the shared buffer are watched, others are ordinary arrays. */
    view(Real: Int32ArrayConstructor | Uint32ArrayConstructor | Float32ArrayConstructor): unknown {
        const one = new Real(1);
        const bits = new Int32Array(one.buffer);
        const read = (word: number): number => {
            bits[0] = this.access(word, PLAIN_READ, 0);
            return one[0];
        };
        const write = (word: number, value: number): void => {
            one[0] = value;
            this.access(word, PLAIN_WRITE, bits[0]);
        };
        const window = (from: number, to: number): object => {
            const methods = {
                length: to - from,
                [RAW]: true,
                subarray: (a: number, b: number) => window(from + a, from + b),
                set: (values: ArrayLike<number>, at = 0) => {
                    for (let i = 0; i < values.length; ++i) write(from + at + i, values[i]);
                },
            };
            const isIndex = (key: string | symbol): key is string => typeof key === 'string' && /^-?\d+$/.test(key);
            return new Proxy(methods, {
                get: (target, key): unknown => (isIndex(key) ? read(from + Number(key)) : Reflect.get(target, key)),
                set: (_, key, value: number) => {
                    if (!isIndex(key)) throw new Fault(`write to ${String(key)} of a view`);
                    write(from + Number(key), value);
                    return true;
                },
            });
        };
        const { shared, words } = this;
        return function (of: Shared | number): object {
            return of === shared ? window(0, words) : new Real(of as number);
        };
    }

    readonly atomics = {
        load: (view: { [RAW]?: boolean }, word: number): number => {
            if (!view[RAW]) throw new Fault('atomic access to memory that is not shared');
            return this.access(word, ATOMIC_READ, 0);
        },
        store: (view: { [RAW]?: boolean }, word: number, value: number): number => {
            if (!view[RAW]) throw new Fault('atomic access to memory that is not shared');
            this.access(word, ATOMIC_WRITE, value);
            return value;
        },
    };
}

function load<Code>(code: string, names: string[], machine: Machine): Code {
    const body = `${code}\nreturn { ${names.join(', ')} };`;
    const main = compileFunction(body, ['Atomics', 'Int32Array', 'Uint32Array', 'Float32Array']) as (
        ...globals: unknown[]
    ) => Code;
    return main(machine.atomics, machine.view(Int32Array), machine.view(Uint32Array), machine.view(Float32Array));
}

/** Numbers that are not 0, with their places. */
function sparse(of: Int32Array): string {
    let text = '';
    for (let i = 0; i < of.length; ++i) if (of[i] !== 0) text += `${i}:${of[i]} `;
    return text;
}

/** Every interleaving of the scenario's threads; `names` of the code's exports. Stops at the first fault. */
export function explore<Code>(names: (keyof Code & string)[], scenario: Scenario<Code>): Explored {
    const { memory, threads, last, check, remember = true, races = true } = scenario;
    const machine = new Machine(memory.length, races);
    const code = load<Code>(scenario.code, names, machine);
    const known = new Map<string, bigint>();
    const order: number[] = [];
    let states = 0;

    /** Runs until the next access but one, or the end. */
    function run(state: State, thread: number, body: Thread<Code>): number[] {
        const results: number[] = [];
        machine.resume(state, thread);
        try {
            body(code, machine.shared, (...more) => results.push(...more));
            if (thread >= 0) state.ended[thread] = true;
        } catch (error) {
            if (error instanceof RangeError || error instanceof TypeError) throw new Fault(error.message);
            if (error !== SUSPEND) throw error;
        }
        return results;
    }
    function step(from: State, thread: number): State {
        const state = {
            memory: from.memory.slice(),
            clocks: from.clocks.slice(),
            logs: from.logs.map((log, t) => (t === thread ? log.slice() : log)),
            ended: from.ended.slice(),
            results: from.results.slice(),
        };
        state.results[thread] = run(state, thread, threads[thread]);
        return state;
    }
    function count(state: State): bigint {
        if (state.ended.every(Boolean)) {
            ++states;
            const rest = last && run({ ...state, memory: state.memory.slice() }, -1, last);
            const fault = check(rest ? [...state.results, rest] : state.results);
            if (fault) throw new Fault(fault);
            return 1n;
        }
        const key = `${sparse(state.memory)}|${sparse(state.clocks)}|${state.logs.join('|')}`;
        const before = remember ? known.get(key) : undefined;
        if (before !== undefined) return before;
        ++states;
        let sum = 0n;
        for (let thread = 0; thread < threads.length; ++thread) {
            if (state.ended[thread]) continue;
            order.push(thread);
            sum += count(step(state, thread));
            order.pop();
        }
        known.set(key, sum);
        return sum;
    }
    try {
        const interleavings = count({
            memory,
            clocks: Clocks.first(threads.length, memory.length),
            logs: threads.map(() => []),
            ended: threads.map(() => false),
            results: threads.map(() => []),
        });
        return { interleavings, states };
    } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return { interleavings: 0n, states, fault: error.message, order: order.join('') };
    }
}
