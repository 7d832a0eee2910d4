// brain.follow() of an equalizer's tone: gives the bands that the worker asks for to the brain, tells it what the hand does
// meanwhile, and shows how it goes on. Loaded with suggest.ts.
import type { FollowTone, FromWorker, Led, ToWorker } from '../../worker/messages.js';
import type { LedGain } from '../../worker/glide.js';
import { OP } from '../../worklet/protocol/records.js';
import type { FollowToneOptions, Following, PluginNode } from './api.js';
import { OUTPUT, curveHz, responseOf, unityOutput } from './changes.js';
import { Emitter } from './emitter.js';
import type { Mirror } from './mirror.js';
import { askedOf, plainValues, responseFor } from './suggest.js';
import type { SuggestHome } from './suggest.js';

export interface FollowHome extends Omit<SuggestHome, 'ask'> {
    mirror: Mirror;
    say(message: ToWorker): void;
    own(mirror: Mirror, param: number, op: typeof OP.GIVE | typeof OP.TAKE): void;
    /** It is over. */
    left(following: NodeFollowing): void;
    emit(event: 'error', error: Error): void;
}
type News = Extract<FromWorker, { type: 'toned' | 'placed' | 'unfollowed' }>;

/** How far the output may be led, dB. */
const OUTPUT_DB = 12;
/** Moves of a hand come in many. */
const SETTLE_MS = 100;
let count = 0;

export class NodeFollowing implements Following {
    readonly id = count++;
    state: Following['state'] = 'loading';
    reason: Following['reason'];
    error: Error | undefined;
    curve_db: readonly number[] = [];
    confidence: readonly number[] = [];
    doubt_db = 0;
    seconds = 0;
    frame = 0;
    ms: Following['ms'];
    model: Following['model'];
    readonly #asked: Omit<FollowTone, 'led'>;
    readonly #events = new Emitter<{ change: undefined }>();
    readonly #ends: (() => void)[];
    #led: Led = { bands: [], values: new Float32Array(0) };
    #settling: ReturnType<typeof setTimeout> | undefined;
    #answer: { resolve(following: NodeFollowing): void; reject(error: Error): void } | undefined;
    /** Resolves when the model is there, rejects with the reason when it is not. */
    readonly ready = new Promise<NodeFollowing>((resolve, reject) => (this.#answer = { resolve, reject }));

    /** Throws InputError for options that are none, and when the context does not run. */
    constructor(
        private readonly home: FollowHome,
        private readonly node: PluginNode,
        options: FollowToneOptions,
    ) {
        const { mirror, numberIn: number } = home;
        const { hysteresis_db = 0.5, slew_db_per_s = 3 } = options;
        this.#asked = {
            ...askedOf(home, node, options),
            ...{ type: 'follow tone', id: this.id, instance: mirror.instance },
            isFixed: node.info.bandHz.length > 0,
            hysteresis_db: number('hysteresis_db', hysteresis_db, 0, 12, 'dB'),
            slew_db_per_s: number('slew_db_per_s', slew_db_per_s, 0.01, 100, 'dB/s'),
        };
        this.#ends = [
            mirror.events.on('ownerchange', ({ key, owner }) => {
                if (owner === 'hand') this.#taken(key);
            }),
            mirror.events.on('change', ({ key, value }) => {
                if (key === 'freeze' && value === false && this.#led.bands.length) this.release();
                else if (!this.keys.includes(key)) this.#settle();
            }),
        ];
    }
    get curve_hz(): readonly number[] {
        return curveHz(this.node.engine.manifest);
    }
    get keys(): readonly string[] {
        return this.#gains.map(({ param }) => this.node.info.params[param].key);
    }
    get #gains(): readonly LedGain[] {
        const { bands, output } = this.#led;
        return output ? [...bands, output] : bands;
    }
    on(event: 'change', listener: () => void): () => void {
        return this.#events.on(event, listener);
    }

    /** What the worker is asked; again, when it is another one: it goes on where this one was. */
    get message(): FollowTone {
        const { mirror } = this.home;
        if (!this.#led.bands.length) return this.#asked;
        mirror.refresh();
        const now = <G extends LedGain>(gain: G): G => ({ ...gain, value: Number(mirror.value(gain.param)) });
        const { bands, output } = this.#led;
        const values = plainValues(this.node);
        const led: Led = { bands: bands.map(now), values, ...(output && { output: now(output) }) };
        return { ...this.#asked, settled: this.#settled, led };
    }
    hear(news: News): void {
        if (this.state === 'ended') return;
        if (news.type === 'unfollowed') {
            const { InputError: Wrong } = this.home;
            return this.end(news.isInput ? new Wrong(news.reason) : new Error(news.reason));
        }
        if (news.type === 'placed') return this.#lead(news);
        const { state, reason, curve_db, confidence, doubt_db, seconds, frame, ms, model } = news;
        Object.assign(this, { state, reason, curve_db, confidence, doubt_db, seconds, frame, ms, model });
        this.#answer?.resolve(this);
        this.#answer = undefined;
        this.#events.emit('change', undefined);
    }

    /** Sets what bands need as a hand would, at 0 dB, and gives their gains away. */
    #lead({ values, bands }: Extract<News, { type: 'placed' }>): void {
        const { home, node } = this;
        const { info } = node;
        const { mirror } = home;
        this.#take();
        const named = (key: string): number => info.params.findIndex((param) => param.key === key);
        const gains = bands.map((band) => ({ band, param: named(`band${band}_gain_db`) }));
        const led = new Set(gains.map(({ param }) => param));
        const start = Object.fromEntries(
            values.filter(({ param }) => !led.has(param)).map(({ param, value }) => [info.params[param].key, value]),
        );
        const isFixed = info.bandHz.length > 0;
        const zero = isFixed ? [] : gains.map(({ param }) => [info.params[param].key, 0]);
        node.set({ ...start, ...(Object.fromEntries(zero) as Record<string, number>) });
        const within = (param: number, home_db: number, range: number): LedGain => {
            const { min, max } = info.params[param];
            const value = Number(mirror.value(param));
            const [low, high] = [Math.max(min, home_db - range), Math.min(max, home_db + range)];
            return { param, value, home: home_db, min: Math.min(low, value), max: Math.max(high, value) };
        };
        const output = named(OUTPUT);
        const isFree = output >= 0 && node.values.match_loudness !== true && mirror.owner(output) === 'hand';
        this.#led = {
            bands: gains.map(({ band, param }) => ({ band, ...within(param, 0, this.#asked.max_gain_db) })),
            ...(isFree && { output: within(output, Number(mirror.value(output)), OUTPUT_DB) }),
            values: plainValues(node),
        };
        for (const { param } of this.#gains) home.own(mirror, param, OP.GIVE);
        this.#settle();
        home.say({ type: 'lead', id: this.id, led: this.#led });
        this.#events.emit('change', undefined);
    }
    /** The hand has it from now on. */
    #taken(key: string): void {
        const gone = this.#gains.find(({ param }) => this.node.info.params[param].key === key);
        if (!gone) return;
        const { bands, output, values } = this.#led;
        const left = bands.filter(({ param }) => param !== gone.param);
        this.#led = { bands: left, values, ...(output && output !== gone && { output }) };
        this.home.say({ type: 'release', instance: this.home.mirror.instance, param: gone.param });
        if (!left.length) return this.release();
        this.#settle();
        this.#events.emit('change', undefined);
    }
    /** Back to the hand, where it is. */
    #take(): void {
        const gains = this.#gains;
        this.#led = { bands: [], values: new Float32Array(0) };
        for (const { param } of gains) this.home.own(this.home.mirror, param, OP.TAKE);
    }
    get #settled(): FollowTone['settled'] {
        const { node } = this;
        if (!this.keys.length) return this.#asked.settled;
        const none = Object.fromEntries(this.keys.map((key) => [key, 0]));
        return responseOf(unityOutput({ ...node.values, ...none }), responseFor(node));
    }
    #settle(): void {
        this.#settling ??= setTimeout(() => {
            this.#settling = undefined;
            if (this.state === 'ended') return;
            if (!this.#led.bands.length) this.#asked.settled = askedOf(this.home, this.node, {}).settled;
            this.home.say({ type: 'settle', id: this.id, settled: this.#settled });
        }, SETTLE_MS);
    }

    release(): void {
        this.end();
    }
    /** Once: with the reason, if it is not that somebody wanted it. */
    end(error?: Error): void {
        if (this.state === 'ended') return;
        this.state = 'ended';
        this.error = error;
        for (const end of this.#ends) end();
        clearTimeout(this.#settling);
        const { home } = this;
        this.#take();
        home.say({ type: 'unfollow', id: this.id });
        home.left(this);
        if (this.#answer) this.#answer.reject(error ?? new home.InputError('It was released before it began.'));
        else if (error) home.emit('error', error);
        this.#events.emit('change', undefined);
    }
}
