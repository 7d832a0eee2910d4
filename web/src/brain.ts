// The page's side of the brain's worker: starts it, wires it to the worklet, remembers who listens and what is followed,
// and starts another when it is lost. Sound never depends on it.
import type { FollowOptions, FollowToneOptions, Following, PluginNode, SuggestOptions, Suggestion } from './api.js';
import type { Brain, EngineEvents, Listening } from './api.js';
import type { ToHost } from '../../worklet/protocol/messages.js';
import { MOVE, MOVES_CAPACITY, OP, POINT, TAP, TAPS_CAPACITY } from '../../worklet/protocol/records.js';
import { ringBytes } from '../../worklet/protocol/ring.js';
import type {
    Answer,
    Follow,
    FromWorker,
    Match,
    Progress,
    Suggest,
    ToWorker,
    WorkerInit,
} from '../../worker/messages.js';
import { startWorker, whyNot } from './assets.js';
import type { Wasm } from './assets.js';
import { InputError } from './errors.js';
import { followOf } from './leading.js';
import { soundOf } from './match.js';
import type { Mirror } from './mirror.js';
import { numberIn } from './render.js';
import type { SuggestHome } from './suggest.js';
import { Tones } from './tones.js';
import type { ToneNews } from './tones.js';

/** A worker that leaves as many pings in a row unanswered is lost; with a job it may be starting onnxruntime, which is one
 * long step: 2.7 s for WebGPU's build on a busy machine. */
const PING_MS = 1000;
const PINGS_MISSED = { idle: 3, working: 10 };
/** Automatic restarts within RESTARTS_MS; then it stays away until restart(). */
const RESTARTS = 5;
const RESTARTS_MS = 60000;
const ENDED = 'This brain belongs to an engine that is destroyed.';

export interface BrainHome {
    url: string;
    /** dawg-worker.wasm. */
    wasm: () => Promise<Wasm>;
    hash: string;
    sampleRate: number;
    isShared: boolean;
    /** Seconds. */
    timeout: number;
    post(message: ToHost, transfer?: Transferable[]): void;
    own(mirror: Mirror, param: number, op: typeof OP.GIVE | typeof OP.TAKE): void;
    /** Throws for another engine's node, and for a destroyed one unless it may be. */
    mirrorOf(node: PluginNode, mayBeGone?: boolean): Mirror;
    attend(mirror: Mirror): void;
    /** What suggest() needs besides. */
    suggest: Pick<SuggestHome, 'engine' | 'options'>;
    emit<E extends keyof EngineEvents>(event: E, value: EngineEvents[E]): void;
}

interface Tap {
    instance: number;
    point: number;
    listeners: Set<(heard: Listening) => void>;
}
interface Followed {
    mirror: Mirror;
    follow: Follow;
    /** Stops watching who owns the parameter. */
    unwatch: () => void;
}
type Job = Match | Suggest | { type: 'clear cache'; id: number };
/** Without its number, of any kind. */
type Unnumbered<J> = J extends Job ? Omit<J, 'id'> : never;
interface Waiting {
    job: Job;
    resolve: (answer: Answer) => void;
    reject: (error: Error) => void;
    onProgress?: ((progress: Progress) => void) | undefined;
}
type Point = 'in' | 'out';
const pointOf = (point: Point): number => (point === 'in' ? POINT.IN : POINT.OUT);

export class WebBrain implements Brain {
    readonly #taps = new Map<string, Tap>();
    readonly #followed = new Map<string, Followed>();
    readonly #tones: Tones;
    readonly #jobs = new Map<number, Waiting>();
    #asked = 0;
    #worker: Worker | undefined;
    #pings: ReturnType<typeof setInterval> | undefined;
    #starting: Promise<void> | undefined;
    /** Gives the worker up that is being started. */
    #giveUp: ((error: Error) => void) | undefined;
    #restarts: number[] = [];
    #isEnded = false;
    isAlive = false;

    private constructor(private readonly home: BrainHome) {
        this.#tones = new Tones({
            ...home,
            say: (message) => this.#say(message),
            tap: (instance) => void (this.#isEnded || this.#tap(instance)),
            check: () => this.#check(),
        });
    }
    static async start(home: BrainHome): Promise<WebBrain> {
        const brain = new WebBrain(home);
        await brain.#start();
        return brain;
    }

    // ---- the worker -------------------------------------------------------------------------------------------------

    #start(): Promise<void> {
        return (this.#starting ??= this.#connect().finally(() => (this.#starting = undefined)));
    }
    async #connect(): Promise<void> {
        const { home } = this;
        const wasm = await home.wasm();
        try {
            await this.#launch({ module: wasm.module });
        } catch (error) {
            if (!(error instanceof ModuleLost)) throw error;
            await this.#launch({ bytes: await wasm.bytes() });
        }
        if (this.#isEnded) return this.#terminate();
        this.isAlive = true;
        for (const { instance, point } of this.#taps.values()) this.#say({ type: 'listen', instance, point });
        for (const { job } of this.#jobs.values()) this.#say(job);
        this.#tones.again();
        for (const { mirror, follow } of this.#followed.values()) {
            mirror.refresh();
            follow.value_db = Number(mirror.value(follow.param));
            this.#say(follow);
        }
        let missed = 0;
        clearInterval(this.#pings);
        const worker = this.#worker;
        worker?.addEventListener('message', () => (missed = 0)); // whatever it says, it lives
        this.#pings = setInterval(() => {
            const most = this.#jobs.size || this.#tones.size ? PINGS_MISSED.working : PINGS_MISSED.idle;
            if (missed++ >= most) this.#lost(`it did not answer for ${(most * PING_MS) / 1000} s`);
            else this.#say({ type: 'ping', id: missed });
        }, PING_MS);
    }
    /** A new worker with rings of its own, until it says that it is ready. */
    #launch(wasm: Pick<WorkerInit, 'module' | 'bytes'>): Promise<void> {
        const { url, hash, sampleRate, isShared, timeout } = this.home;
        if (this.#isEnded) throw new InputError(ENDED);
        this.#terminate();
        const worker = (this.#worker = startWorker(url, 'dawg brain'));
        const init: WorkerInit = { type: 'init', hash, sampleRate, ...wasm };
        const rings = isShared && {
            moves: new SharedArrayBuffer(ringBytes(MOVES_CAPACITY, MOVE.WORDS)),
            taps: new SharedArrayBuffer(ringBytes(TAPS_CAPACITY, TAP.WORDS)),
        };
        const channel = rings ? undefined : new MessageChannel();
        return new Promise((resolve, reject) => {
            const fail = (error: Error): void => {
                clearTimeout(timer);
                worker.onerror = worker.onmessage = null;
                worker.terminate();
                reject(error);
            };
            const late = `The worker ${url} did not answer within ${timeout} s.`;
            this.#giveUp = fail;
            const timer = setTimeout(() => fail(wasm.module ? new ModuleLost(late) : new Error(late)), timeout * 1000);
            worker.onerror = () =>
                void whyNot('workerUrl', url).then((why) =>
                    fail(new Error(`The brain's worker did not start. ${why}`)),
                );
            worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
                if (data.type === 'failed')
                    return fail(wasm.module ? new ModuleLost(data.reason) : new Error(data.reason));
                if (data.type !== 'ready') return;
                clearTimeout(timer);
                worker.onerror = (event) => this.#lost(event.message || 'it broke');
                worker.onmessage = (event: MessageEvent<FromWorker>) => this.#hear(event.data);
                if (rings) this.home.post({ type: 'worker', ...rings });
                else if (channel) this.home.post({ type: 'worker', port: channel.port1 }, [channel.port1]);
                resolve();
            };
            try {
                const message = { ...init, ...(rings || { port: channel?.port2 }) } satisfies ToWorker;
                worker.postMessage(message, channel ? [channel.port2] : []);
            } catch (error) {
                fail(new ModuleLost(String(error)));
            }
        });
    }
    #terminate(): void {
        clearInterval(this.#pings);
        this.isAlive = false;
        if (this.#worker) this.#worker.onerror = this.#worker.onmessage = null;
        this.#worker?.terminate();
        this.#worker = undefined;
    }
    #lost(reason: string): void {
        if (this.#isEnded || !this.isAlive) return;
        this.#terminate();
        this.home.post({ type: 'no worker' });
        this.home.emit('worker', { state: 'lost', reason });
        const now = performance.now();
        this.#restarts = [...this.#restarts.filter((at) => now - at < RESTARTS_MS), now];
        if (this.#restarts.length > RESTARTS)
            return this.#giveUpJobs(new Error(`The brain's worker is lost again and again: ${reason}`));
        this.#again(reason).catch((error: unknown) =>
            this.#giveUpJobs(error instanceof Error ? error : new Error(String(error))),
        );
    }
    #giveUpJobs(error: Error): void {
        for (const { reject } of this.#jobs.values()) reject(error);
        this.#tones.giveUp(error);
        this.home.emit('error', error);
    }
    async #again(reason: string): Promise<void> {
        await this.#start();
        if (this.isAlive) this.home.emit('worker', { state: 'restarted', reason });
    }
    async restart(): Promise<void> {
        if (this.#isEnded) throw new InputError(ENDED);
        if (!this.#starting) this.#terminate();
        await this.#again('asked for');
    }
    end(): void {
        if (this.#isEnded) return;
        this.#isEnded = true;
        this.#giveUp?.(new InputError(ENDED));
        this.#terminate();
        for (const { unwatch } of this.#followed.values()) unwatch();
        for (const { reject } of this.#jobs.values()) reject(new InputError(ENDED));
        this.#tones.end(new InputError(ENDED));
        this.home.post({ type: 'no worker' });
    }
    #say(message: ToWorker): void {
        if (this.isAlive) this.#worker?.postMessage(message);
    }
    #hear(message: FromWorker): void {
        if (message.type === 'failed')
            return this.home.emit('error', new Error(`The brain's worker: ${message.reason}`));
        if (message.type === 'toned' || message.type === 'placed' || message.type === 'unfollowed')
            return this.#tones.hear(message);
        if ('id' in message) return this.#hearOfJob(message);
        if (message.type !== 'heard') return;
        const { instance, point, loudness, spectrum, frame, gaps } = message;
        for (const listener of [...(this.#taps.get(`${instance} ${point}`)?.listeners ?? [])])
            try {
                listener({ loudness, spectrum, frame, gaps });
            } catch (error) {
                this.home.emit('error', error instanceof Error ? error : new Error(String(error)));
            }
    }

    // ---- listening --------------------------------------------------------------------------------------------------

    /** Tells the worklet what of this instance is wanted. */
    #tap(instance: number): void {
        let point: number = POINT.NONE;
        for (const tap of this.#taps.values()) if (tap.instance === instance) point |= tap.point;
        for (const { follow } of this.#followed.values()) if (follow.instance === instance) point |= POINT.OUT;
        if (this.#tones.has(instance)) point |= POINT.IN;
        for (const { job } of this.#jobs.values())
            if ('instance' in job && job.instance === instance && !job.programme) point |= POINT.IN;
        this.home.post({ type: 'tap', instance, point });
    }
    listen(node: PluginNode, where: Point, listener: (heard: Listening) => void): () => void {
        const { instance } = this.home.mirrorOf(node);
        const point = pointOf(where);
        const name = `${instance} ${point}`;
        const tap = this.#taps.get(name) ?? { instance, point, listeners: new Set() };
        const own = (heard: Listening): void => listener(heard); // the same function may listen twice
        tap.listeners.add(own);
        if (tap.listeners.size === 1) {
            this.#taps.set(name, tap);
            this.#say({ type: 'listen', instance, point });
            this.#tap(instance);
        }
        return () => {
            if (!tap.listeners.delete(own) || tap.listeners.size > 0 || this.#taps.get(name) !== tap) return;
            this.#taps.delete(name);
            this.#say({ type: 'unlisten', instance, point });
            this.#tap(instance);
        };
    }
    resetLoudness(node: PluginNode, where: Point): void {
        const { instance } = this.home.mirrorOf(node);
        this.#say({ type: 'reset loudness', instance, point: pointOf(where) });
    }

    // ---- following --------------------------------------------------------------------------------------------------

    follow(node: PluginNode, options: FollowOptions): void;
    follow(node: PluginNode, options?: FollowToneOptions): Promise<Following>;
    follow(node: PluginNode, options: FollowOptions | FollowToneOptions = {}): void | Promise<Following> {
        if (options.key === undefined && options.target_lufs === undefined) return this.#tones.follow(node, options);
        const mirror = this.home.mirrorOf(node);
        mirror.refresh();
        const follow = followOf(mirror, options);
        const { instance, param } = follow;
        const name = `${instance} ${param}`;
        this.#followed.get(name)?.unwatch();
        const unwatch = mirror.events.on('ownerchange', ({ key, owner }) => {
            if (key === options.key && owner === 'hand') this.#drop(name);
        });
        this.#followed.set(name, { mirror, follow, unwatch });
        this.home.own(mirror, param, OP.GIVE);
        this.home.attend(mirror);
        this.#say(follow);
        this.#tap(instance);
    }
    /** The hand has it. */
    #drop(name: string): void {
        const followed = this.#followed.get(name);
        if (!followed) return;
        this.#followed.delete(name);
        followed.unwatch();
        const { instance, param } = followed.follow;
        this.#say({ type: 'release', instance, param });
        this.#tap(instance);
    }
    release(node: PluginNode): void {
        const mirror = this.home.mirrorOf(node, true);
        this.#tones.release(mirror.instance);
        for (const [name, { follow }] of [...this.#followed])
            if (follow.instance === mirror.instance) {
                this.#drop(name);
                this.home.own(mirror, follow.param, OP.TAKE);
            }
    }
    /** Throws when nobody would answer. */
    #check(): void {
        if (this.#isEnded) throw new InputError(ENDED);
        if (!this.isAlive && !this.#starting) throw new Error("The brain's worker is lost: call restart().");
    }

    // ---- jobs -------------------------------------------------------------------------------------------------------

    /** Asks again when the worker was lost meanwhile: what plays is then listened to anew. */
    async ask(
        asked: Unnumbered<Job>,
        { onProgress, signal }: { onProgress?: (progress: Progress) => void; signal?: AbortSignal | undefined } = {},
    ): Promise<Answer> {
        const job: Job = { ...asked, id: this.#asked++ };
        const { id } = job;
        signal?.throwIfAborted();
        this.#check();
        const tap = (): void => void ('instance' in job && !this.#isEnded && this.#tap(job.instance));
        let abort = (): void => undefined;
        try {
            return await new Promise<Answer>((resolve, reject) => {
                abort = (): void => reject(signal?.reason as Error);
                signal?.addEventListener('abort', abort);
                this.#jobs.set(id, { job, resolve, reject, onProgress });
                this.#say(job);
                tap();
            });
        } finally {
            signal?.removeEventListener('abort', abort);
            this.#jobs.delete(id);
            this.#say({ type: 'forget', id });
            tap();
        }
    }
    #hearOfJob(message: Exclude<Extract<FromWorker, { id: number }>, ToneNews>): void {
        const waiting = this.#jobs.get(message.id);
        if (!waiting || message.type === 'pong') return;
        if (message.type === 'progress') waiting.onProgress?.(message);
        else if (message.type !== 'refused') waiting.resolve(message);
        else waiting.reject(message.isInput ? new InputError(message.reason) : new Error(message.reason));
    }
    /** What it takes is loaded when it is first asked for. */
    async suggest(node: PluginNode, options: SuggestOptions = {}): Promise<Suggestion> {
        const mirror = this.home.mirrorOf(node);
        const { suggest } = await import('./suggest.js');
        const ask: SuggestHome['ask'] = (asked, more) => this.ask(asked, more);
        return suggest({ ...this.home.suggest, ask, InputError, soundOf, numberIn }, mirror.instance, node, options);
    }
    async clearCache(): Promise<void> {
        await this.ask({ type: 'clear cache' });
    }

    /** The instance is gone. */
    forget(instance: number): void {
        for (const { job, reject } of this.#jobs.values())
            if ('instance' in job && job.instance === instance)
                reject(new InputError('The node was destroyed while it was listened to.'));
        this.#tones.forget(instance);
        for (const [name, { follow }] of [...this.#followed]) if (follow.instance === instance) this.#drop(name);
        for (const [name, tap] of [...this.#taps])
            if (tap.instance === instance) {
                this.#taps.delete(name);
                this.#say({ type: 'unlisten', instance, point: tap.point });
            }
    }
}

/** The worker did not get the module, as far as can be told: bytes may go through. */
class ModuleLost extends Error {}
