// The worker's work without the worker: messages in, messages out, a poll every few milliseconds that drains the tap,
// reports what was heard and moves what follows. worker.ts gives it the thread's own functions.
import { POINT, TAP, TAPS_CAPACITY } from '../worklet/protocol/records.js';
import { Ring, ringBytes } from '../worklet/protocol/ring.js';
import { putAll } from '../worklet/protocol/transport.js';
import { Analysis } from './analysis.js';
import { Follower, RAMP_S, UPDATE_S } from './follow.js';
import { Refused, messageOf } from './errors.js';
import { Listener } from './listener.js';
import type { ReadFile } from './files.js';
import { Jobs } from './jobs.js';
import { Matching } from './match.js';
import type { Tap } from './listener.js';
import type { Follow, FollowState, FollowTone, FromWorker, Suggest, ToWorker, WorkerInit } from './messages.js';
import { Models } from './models.js';
import { Moves } from './moves.js';
import { Store, openCache } from './store.js';
import { Suggesting } from './suggest.js';
import { ToneFollow } from './tone_follow.js';

/** A few quanta: the tap's ring holds hundreds. Rarely, while no tap is open. */
export const POLL_MS = 4;
const IDLE_MS = 50;
const REPORT_S = 0.05;
/** Kept at most, in memory and in the browser's cache. */
const MODELS_BYTES = 32e6;
const RESULTS_BYTES = 2e6;

export interface Surroundings {
    post(message: FromWorker, transfer: Transferable[]): void;
    setTimeout(run: () => void, ms: number): void;
    /** How files come; default: fetched. */
    read?: ReadFile;
}

interface Followed {
    follow: Follow;
    follower: Follower;
    tap: Tap;
    /** tap.heard and its hops at the last update. */
    heard: number;
    hops: number;
    state: FollowState | undefined;
}

export class Service {
    #rate = 0;
    #listener: Listener | undefined;
    #moves: Moves | undefined;
    #taps: Ring | undefined;
    readonly #followed = new Map<string, Followed>();
    /** By the page's number. */
    readonly #tones = new Map<number, { tone: ToneFollow; unhear: () => void }>();
    readonly #jobs = new Jobs({
        post: (message) => this.#post(message),
        listen: (instance, ear) => this.#listen(instance, ear),
        tidy: () => this.#tidy(),
    });
    #models: Models | undefined;
    readonly #results = new Store('dawg-results', RESULTS_BYTES, openCache);

    constructor(private readonly surroundings: Surroundings) {}

    receive(message: ToWorker): void {
        try {
            this.#receive(message);
        } catch (error) {
            this.#post({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
        }
    }
    #post(message: FromWorker, transfer: Transferable[] = []): void {
        this.surroundings.post(message, transfer);
    }

    #receive(message: ToWorker): void {
        switch (message.type) {
            case 'init':
                return this.#init(message);
            case 'ping':
                return this.#post({ type: 'pong', id: message.id });
            case 'listen':
                this.#ready.open(message.instance, message.point).isWanted = true;
                return;
            case 'unlisten': {
                const tap = this.#ready.find(message.instance, message.point);
                if (tap) tap.isWanted = false;
                return this.#tidy();
            }
            case 'reset loudness':
                if (this.#taps) this.#ready.drain(this.#taps); // what waits came before
                return this.#ready.find(message.instance, message.point)?.resetLoudness();
            case 'follow':
                return this.#follow(message);
            case 'release':
                for (const [key, { follow }] of this.#followed)
                    if (
                        follow.instance === message.instance &&
                        (message.param === undefined || follow.param === message.param)
                    )
                        this.#followed.delete(key);
                this.#moves?.forget(message.instance, message.param);
                for (const { tone } of this.#tones.values())
                    if (tone.asked.instance === message.instance && message.param !== undefined)
                        tone.drop(message.param);
                return this.#tidy();
            case 'follow tone':
                return this.#followTone(message);
            case 'unfollow':
                this.#leave(message.id);
                return this.#tidy();
            case 'lead':
                return this.#tones.get(message.id)?.tone.lead(message.led);
            case 'settle':
                return this.#tones.get(message.id)?.tone.settle(message.settled);
            case 'match':
                return this.#jobs.start(message, () => new Matching(this.#ready.analysis, message, this.#rate));
            case 'suggest':
                return this.#suggest(message);
            case 'forget':
                return this.#jobs.forget(message.id);
            case 'clear cache':
                return void this.#clearCache(message.id);
        }
    }

    get #ready(): Listener {
        if (!this.#listener) throw new Error("The worker has no module yet: send 'init' first.");
        return this.#listener;
    }
    #init({ module, bytes, hash, sampleRate, moves, taps, port }: WorkerInit): void {
        if (this.#listener) throw new Error('The worker has been initialized already.');
        const whole = module instanceof WebAssembly.Module ? module : bytes && new WebAssembly.Module(bytes);
        if (!whole) throw new Error('dawg-worker.wasm did not reach the worker: send its bytes.');
        if (!port && !(moves && taps)) throw new Error('The worker needs both rings of shared memory, or a port.');
        const listener = new Listener(new Analysis(whole, { hash }), sampleRate);
        const ring = new Ring(taps ?? new ArrayBuffer(ringBytes(TAPS_CAPACITY, TAP.WORDS)), TAP.WORDS);
        this.#moves = new Moves(moves, port);
        this.#rate = sampleRate;
        this.#listener = listener;
        if (port)
            port.onmessage = ({ data }: MessageEvent<Uint32Array>): void => {
                for (let rest = data, left = 1; left > 0; rest = rest.subarray(rest.length - left * ring.words)) {
                    left = putAll(ring, rest);
                    listener.drain(ring);
                }
                this.#work();
                port.postMessage(new Uint32Array(0)); // heard: the worklet sends only so much ahead
            };
        else this.#taps = ring;
        this.#post({ type: 'ready' });
        this.#poll();
    }
    /** Closes taps that nobody needs any more. */
    #tidy(): void {
        const needed = new Set([...this.#followed.values()].map(({ tap }) => tap));
        for (const tap of this.#ready.taps)
            if (!tap.isWanted && !tap.ears.size && !needed.has(tap)) this.#ready.close(tap);
    }
    #follow(follow: Follow): void {
        const follower = new Follower(follow);
        const tap = this.#ready.open(follow.instance, POINT.OUT);
        const { seen } = tap.since(0);
        const key = `${follow.instance} ${follow.param}`;
        this.#followed.set(key, { follow, follower, tap, heard: tap.heard, hops: seen, state: undefined });
    }

    #listen(instance: number, ear: (channels: readonly Float32Array[], frames: number) => void): () => void {
        const { ears } = this.#ready.open(instance, POINT.IN);
        ears.add(ear);
        return () => ears.delete(ear);
    }
    #followTone(asked: FollowTone): void {
        const { instance, id } = asked;
        for (const [other, { tone }] of this.#tones) if (tone.asked.instance === instance) this.#leave(other);
        const tap = this.#ready.open(instance, POINT.IN);
        const ramp = Math.ceil(RAMP_S * this.#rate);
        try {
            const tone = new ToneFollow(this.#ready.analysis, this.#modelsOf(asked), asked, this.#rate, tap, {
                post: (message) => this.#post(message),
                move: (param, plain, confidence, heardTo) =>
                    this.#moves?.push({ instance, param, plain, ramp, confidence, heardTo }),
                flush: () => this.#moves?.flush(),
            });
            this.#tones.set(id, { tone, unhear: this.#listen(instance, tone.hear.bind(tone)) });
        } catch (error) {
            const isInput = error instanceof Refused || error instanceof RangeError;
            this.#post({ type: 'unfollowed', id, reason: messageOf(error), isInput });
            this.#tidy();
        }
    }
    #leave(id: number): void {
        const found = this.#tones.get(id);
        if (!found) return;
        this.#tones.delete(id);
        found.unhear();
        found.tone.destroy();
        for (const param of found.tone.params) this.#moves?.forget(found.tone.asked.instance, param);
    }

    #modelsOf({ files, schema }: Pick<Suggest, 'files' | 'schema'>): Models {
        const kept = (): Store => new Store('dawg-models', MODELS_BYTES, openCache);
        return (this.#models ??= new Models(files, schema, kept(), this.surroundings.read, this.#ready.analysis));
    }
    #suggest(asked: Suggest): void {
        const { analysis } = this.#ready;
        const models = this.#modelsOf(asked);
        this.#jobs.start(asked, () => new Suggesting(analysis, models, this.#results, asked, this.#rate));
    }
    async #clearCache(id: number): Promise<void> {
        await Promise.all([this.#models?.store.clear(), this.#results.clear()]);
        this.#post({ type: 'cleared', id });
    }

    /** What throws here ends the worker's work and is an error event of the Worker: the page starts another. */
    #poll(): void {
        if (this.#taps) this.#listener?.drain(this.#taps);
        this.#work();
        this.surroundings.setTimeout(
            () => this.#poll(),
            this.#listener?.hasTaps || this.#jobs.size ? POLL_MS : IDLE_MS,
        );
    }
    #work(): void {
        if (!this.#listener || !this.#moves) return;
        for (const followed of this.#followed.values())
            if (followed.tap.heard - followed.heard >= UPDATE_S * this.#rate) this.#update(followed, this.#moves);
        for (const [id, { tone }] of this.#tones) {
            tone.work();
            if (tone.isGone) this.#leave(id);
        }
        this.#moves.flush();
        this.#jobs.work();
        for (const tap of this.#listener.taps)
            if (tap.isWanted && tap.heard - tap.reported >= REPORT_S * this.#rate) {
                const heard = tap.report(this.#listener.gaps);
                this.#post(heard, [heard.spectrum.buffer]);
            }
    }
    #update(followed: Followed, moves: Moves): void {
        const { instance, param } = followed.follow;
        const frame = followed.tap.frame ?? 0;
        const { hops, power, seen } = followed.tap.since(followed.hops);
        followed.hops = seen;
        followed.heard = followed.tap.heard;
        const step = followed.follower.update(hops, power);
        if (step.isMove)
            moves.push({
                instance,
                param,
                plain: step.plain_db,
                ramp: Math.ceil(RAMP_S * this.#rate),
                confidence: step.confidence,
                heardTo: frame,
            });
        if (step.isMove || step.state !== followed.state) {
            const { plain_db, confidence, state } = step;
            this.#post({ type: 'followed', instance, param, plain_db, confidence, state, frame });
        }
        followed.state = step.state;
    }
}
