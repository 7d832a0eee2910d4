// The worker's work without the worker: messages in, messages out, a poll every few milliseconds that drains the tap,
// reports what was heard and moves what follows. worker.ts gives it the thread's own functions.
import { POINT, TAP, TAPS_CAPACITY } from '../worklet/protocol/records.js';
import { Ring, ringBytes } from '../worklet/protocol/ring.js';
import { putAll } from '../worklet/protocol/transport.js';
import { Analysis } from './analysis.js';
import { Follower, RAMP_S, UPDATE_S } from './follow.js';
import { Listener } from './listener.js';
import { MatchRefused, Matching } from './match.js';
import type { Tap } from './listener.js';
import type { Follow, FollowState, FromWorker, Match, ToWorker, WorkerInit } from './messages.js';
import { Moves } from './moves.js';

/** A few quanta: the tap's ring holds hundreds. Rarely, while no tap is open. */
export const POLL_MS = 4;
const IDLE_MS = 50;
const REPORT_S = 0.05;
/** Share of a match that is worth a message. */
const PROGRESS = 0.02;

export interface Surroundings {
    post(message: FromWorker, transfer: Transferable[]): void;
    setTimeout(run: () => void, ms: number): void;
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
    readonly #matchings = new Map<number, { matching: Matching; unhear: () => void }>();

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
                return this.#tidy();
            case 'match':
                return this.#match(message);
            case 'forget match':
                return this.#forgetMatch(message.id);
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

    #match(match: Match): void {
        const { id, instance } = match;
        this.#forgetMatch(id);
        try {
            const matching = new Matching(this.#ready.analysis, match, this.#rate);
            let unhear = (): void => undefined;
            if (matching.isLive) {
                const { ears } = this.#ready.open(instance, POINT.IN);
                const ear = matching.hear.bind(matching);
                ears.add(ear);
                unhear = (): boolean => ears.delete(ear);
            }
            this.#matchings.set(id, { matching, unhear });
        } catch (error) {
            this.#refuse(id, error);
        }
    }
    #refuse(id: number, error: unknown): void {
        const isInput = error instanceof MatchRefused || error instanceof RangeError;
        const reason = error instanceof Error ? error.message : String(error);
        this.#post({ type: 'match refused', id, reason, isInput });
    }
    #forgetMatch(id: number): void {
        const found = this.#matchings.get(id);
        if (!found) return;
        this.#matchings.delete(id);
        found.unhear();
        found.matching.destroy();
        this.#tidy();
    }
    #workOnMatches(): void {
        for (const [id, { matching }] of [...this.#matchings])
            try {
                const matched = matching.work();
                if (matched) this.#post({ type: 'matched', id, ...matched });
                else if (matching.progress - matching.reported >= PROGRESS) {
                    matching.reported = matching.progress;
                    this.#post({ type: 'match progress', id, fraction: matching.progress });
                }
                if (matched) this.#forgetMatch(id);
            } catch (error) {
                this.#forgetMatch(id);
                this.#refuse(id, error);
            }
    }

    /** What throws here ends the worker's work and is an error event of the Worker: the page starts another. */
    #poll(): void {
        if (this.#taps) this.#listener?.drain(this.#taps);
        this.#work();
        this.surroundings.setTimeout(
            () => this.#poll(),
            this.#listener?.hasTaps || this.#matchings.size ? POLL_MS : IDLE_MS,
        );
    }
    #work(): void {
        if (!this.#listener || !this.#moves) return;
        for (const followed of this.#followed.values())
            if (followed.tap.heard - followed.heard >= UPDATE_S * this.#rate) this.#update(followed, this.#moves);
        this.#moves.flush();
        this.#workOnMatches();
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
