// Follows the tone of what an equalizer hears: every second a model judges the last 10 s, its answers vote, the bands' gains
// are fitted to what they agree on and glide there.
//
//   input -> features -> frame as behind the hand's own bands -> model -> vote of the last 4 s -> gains of bands -> glide
//
// Bands with frequency and Q are placed once, when PLACE_S of sound were heard; from then on only gains move. They are placed
// anew only from 0 dB, after silence or unknown material: a bell that wanders while it works would be heard.
import { lufsOf } from './analysis.js';
import type { Analysis, Features } from './analysis.js';
import { CURVE_BANDS, suggest, vote } from './curves.js';
import type { SuggestWish, Suggested, Vote } from './curves.js';
import { earFor } from './ear.js';
import type { Ear } from './ear.js';
import { Refused, messageOf } from './errors.js';
import { UPDATE_S } from './follow.js';
import { Glide, Opinions, UNKNOWN_DB } from './glide.js';
import { BLIND, MATCH, aimOf, judge } from './judge.js';
import type { FollowTone, FromWorker, Led, Toned } from './messages.js';
import type { Model, Models } from './models.js';
import { FrameMap, Segments, equalized, louderBy } from './segments.js';
import type { Response } from './segments.js';
import { checkLength, usedModel } from './suggest.js';
import type { Tap } from './listener.js';

/** Updates between two answers: a second. */
const HOP_UPDATES = 10;
/** Of sound, before the first answer, and before bands are placed. */
const LEAST_S = 2;
const PLACE_S = 5;
/** Quieter for longer than that is silence; a rest in the music is not. */
const SILENCE_LUFS = -60;
const SILENCE_S = 2;

type Bands = Pick<SuggestWish, 'own' | 'led'>;

export interface ToneDesk {
    post(message: FromWorker): void;
    /** A move that is led to by what was heard up to a frame. flush() sends those of a step. */
    move(param: number, plain: number, confidence: number, heardTo: number): void;
    flush(): void;
}

export class ToneFollow {
    readonly #features: Features;
    readonly #reference: Ear<Segments> | undefined;
    readonly #map: FrameMap;
    readonly #glide: Glide;
    readonly #opinions = new Opinions();
    readonly #key: string;
    #model: Model | undefined;
    #aims: readonly Float32Array[] | undefined;
    #settled: Response;
    #led: Led | undefined;
    /** What each band counts for loudness. */
    #weights = new Float32Array(0);
    /** Waits for 'lead'. */
    #isPlacing = false;
    /** The hand has taken bands: they are not to be placed anew. */
    #isShared = false;
    #isAsking = false;
    #isGone = false;
    /** Frames. */
    #heard = 0;
    #stepped = 0;
    /** Number of the last update, and of the one that asked last. */
    #updates = 0;
    #asked = 0;
    /** Hops of the tap, seconds of quiet. */
    #hops: number;
    #quiet_s = 0;
    #now: Omit<Toned, 'type' | 'id' | 'model'> = {
        ...{ state: 'listening', reason: undefined, curve_db: [], confidence: [] },
        ...{ doubt_db: 0, seconds: 0, frame: 0, ms: undefined },
    };

    /** Throws RangeError for a rate outside 8 .. 192 kHz or settings that are none, Refused for too short a reference. */
    constructor(
        private readonly analysis: Analysis,
        private readonly models: Models,
        readonly asked: FollowTone,
        private readonly rate: number,
        private readonly tap: Tap,
        private readonly desk: ToneDesk,
    ) {
        const { reference, settled, schema, led } = asked;
        if (reference) checkLength('reference', reference);
        this.#glide = new Glide(asked);
        this.#settled = settled;
        this.#map = new FrameMap(schema.features.values);
        this.#key = reference ? MATCH : BLIND;
        this.#hops = tap.since(0).seen;
        this.#features = analysis.features(rate);
        try {
            this.#reference = reference && earFor((hz) => new Segments(analysis, hz), reference, rate, 0);
        } catch (error) {
            this.#features.destroy();
            throw error;
        }
        if (led) this.lead(led);
        this.#load().catch((error: unknown) => this.#fail(error));
    }
    async #load(): Promise<void> {
        const { key, variant } = this.asked;
        const found = await this.models.find(this.#key, key, variant);
        this.#model = await this.models.open(found, key, () => undefined);
    }
    #fail(error: unknown): void {
        if (this.#isGone) return;
        this.destroy();
        const isInput = error instanceof Refused || error instanceof RangeError;
        this.desk.post({ type: 'unfollowed', id: this.asked.id, reason: messageOf(error), isInput });
    }
    get params(): readonly number[] {
        return this.#glide.params;
    }
    get isGone(): boolean {
        return this.#isGone;
    }
    destroy(): void {
        if (this.#isGone) return;
        this.#isGone = true;
        this.#features.destroy();
        this.#reference?.engine.destroy();
    }

    hear(channels: readonly Float32Array[], frames: number): void {
        if (this.#isGone) return;
        this.#features.process(channels, 0, frames);
        this.#heard += frames;
    }
    /** The page has given these gains to the brain. */
    lead(led: Led): void {
        this.#isPlacing = false;
        this.#led = led;
        this.#glide.lead([...led.bands, ...(led.output ? [led.output] : [])]);
        if (!this.#now.curve_db.length) return;
        this.#aim(); // of the answer that placed them
        this.#step(this.#now.frame);
    }
    /** The hand has taken it. */
    drop(param: number): void {
        if (!this.#glide.drop(param) || !this.#led) return;
        const { bands, output, ...rest } = this.#led;
        const left = bands.filter((band) => band.param !== param);
        this.#isShared ||= left.length < bands.length;
        this.#led = { ...rest, bands: left, ...(output && output.param !== param && { output }) };
    }
    settle(settled: Response): void {
        this.#settled = settled;
        this.#opinions.clear();
    }

    /** A slice of the work. */
    work(): void {
        try {
            this.#work();
        } catch (error) {
            this.#fail(error);
        }
    }
    #work(): void {
        if (this.#isGone || !this.#model || !this.#isAimed()) return;
        const updates = Math.floor(this.#heard / (UPDATE_S * this.rate));
        if (updates === this.#updates) return;
        this.#updates = updates;
        this.#update();
    }
    /** Hears the reference first. */
    #isAimed(): boolean {
        if (this.#aims) return true;
        if (this.#reference && this.#reference.share < 1) {
            this.#reference.work();
            return false;
        }
        const segments = this.#reference && this.#map.sounding(this.#reference.engine.all);
        if (segments && !segments.length)
            throw new Refused('the reference is silent. Give a piece in which it sounds.');
        this.#aims = aimOf(this.asked.goal, segments);
        this.#post();
        this.#while(this.#rehearse(this.#model!));
        return true;
    }
    /** Asks and fits once for nothing, while there is time: the first run of a net and of code takes ten times as long. */
    async #rehearse({ session }: Model): Promise<void> {
        const frame = equalized(this.analysis, this.#features.read(), this.#settled);
        vote(this.analysis, await judge(session, [frame], this.#aims!, this.#key));
        const waves = Float32Array.from({ length: CURVE_BANDS }, (_, band) => 6 * Math.sin(band / 2)); // takes all bands
        const { own, values } = this.asked;
        for (const bands of [{ own }, { led: [1] }])
            this.#fit({ curve_db: waves, confidence: new Float32Array(CURVE_BANDS).fill(1) }, values, bands);
    }
    /** Nothing else is asked meanwhile. */
    #while(asking: Promise<void>): void {
        this.#isAsking = true;
        asking.catch((error: unknown) => this.#fail(error)).finally(() => (this.#isAsking = false));
    }
    get #isSilent(): boolean {
        return this.#quiet_s >= SILENCE_S;
    }
    get #isDue(): boolean {
        const isFree = !this.#isAsking && !this.#isPlacing && !this.#isSilent;
        return isFree && this.#updates - this.#asked >= HOP_UPDATES && this.#features.seconds >= LEAST_S;
    }
    /** Its answer is the step of this update. */
    async #ask({ session }: Model, heardTo: number): Promise<void> {
        this.#asked = this.#updates;
        const began_ms = performance.now();
        const frame = this.#features.read();
        const weights = this.#features.weights();
        const { seconds } = this.#features;
        if (!this.#map.sounding([{ frame, weights }]).length) return this.#step(heardTo);
        const given = equalized(this.analysis, frame, this.#settled);
        const ready_ms = performance.now();
        const pieces = await judge(session, [given], this.#aims!, this.#key);
        if (this.#isGone || this.#isSilent) return;
        const answered_ms = performance.now();
        this.#opinions.add(pieces, seconds, this.#heard / this.rate);
        const voted = vote(this.analysis, this.#opinions.pieces);
        const { doubt_db } = this.#opinions;
        this.#weights = weights;
        this.#now = {
            ...{ ...this.#now, doubt_db, seconds, frame: heardTo },
            ...{ curve_db: [...(voted?.curve_db ?? [])], confidence: [...(voted?.confidence ?? [])] },
        };
        if (!voted || doubt_db > UNKNOWN_DB) this.#ease('unknown');
        else {
            this.#now = { ...this.#now, reason: undefined, state: 'hold' };
            if (this.#led) this.#aim();
            else if (seconds >= PLACE_S || this.asked.isFixed) this.#place(voted);
        }
        const ms = {
            features: ready_ms - began_ms,
            inference: answered_ms - ready_ms,
            fit: performance.now() - answered_ms,
        };
        this.#now = { ...this.#now, ms };
        this.#step(heardTo);
        this.#post();
    }
    #fit(
        voted: Pick<Toned | Vote, 'curve_db' | 'confidence'>,
        values: Float32Array,
        bands: Bands,
    ): Suggested | undefined {
        const { plugin, strength, max_gain_db } = this.asked;
        return suggest(this.analysis, plugin, values, voted, { strength, max_gain_db, ...bands });
    }
    #place(voted: Vote): void {
        const { key, values, own } = this.asked;
        const fitted = this.#fit(voted, values, { own });
        if (!fitted) throw new Refused(`${key} has no bands that could follow.`);
        const bands = this.asked.isFixed
            ? Array.from({ length: CURVE_BANDS }, (_, i) => i + 1)
            : fitted.bands.map(({ band }) => band);
        if (!bands.length) return;
        this.#isPlacing = true;
        this.desk.post({ type: 'placed', id: this.asked.id, values: fitted.values, bands });
    }
    /** Where the gains belong. */
    #aim(): void {
        const { bands, output, values } = this.#led!;
        if (!bands.length) return;
        const now = values.slice();
        for (const { param } of bands) now[param] = this.#glide.value(param) ?? 0;
        const led = bands.map(({ band }) => band);
        const fitted = this.#fit(this.#now, now, { led });
        const wanted = new Map(fitted?.values.map(({ param, value }) => [param, value]));
        for (const { param } of bands) this.#glide.aim(param, wanted.get(param) ?? now[param]);
        if (output && fitted)
            this.#glide.aim(
                output.param,
                output.home - louderBy(this.analysis, this.#weights, this.#settled, fitted.response),
            );
    }
    #ease(reason: 'silence' | 'unknown'): void {
        this.#now = { ...this.#now, reason, state: 'ease' };
        this.#glide.ease();
        if (this.#glide.isHome && this.#led && !this.asked.isFixed && !this.#isShared) {
            this.asked.own = this.#led.bands.map(({ band }) => band);
            this.asked.values = this.#led.values;
            this.#led = undefined;
        }
    }
    #update(): void {
        const { hops, power, seen } = this.tap.since(this.#hops);
        this.#hops = seen;
        this.#quiet_s = lufsOf(power) < SILENCE_LUFS ? this.#quiet_s + hops / 100 : 0;
        const before = this.#now.state;
        if (this.#isSilent) {
            this.#features.reset(); // what comes next is heard by itself
            this.#opinions.clear();
            this.#ease('silence');
        } else if (this.#now.reason === 'silence') this.#now = { ...this.#now, reason: undefined, state: 'listening' };
        const heardTo = this.tap.frame ?? 0;
        if (this.#isDue) return this.#while(this.#ask(this.#model!, heardTo));
        this.#step(heardTo);
        if (this.#now.state !== before) this.#post();
    }
    /** As far as the time since the last one allows. */
    #step(heardTo: number): void {
        if (!this.#led || this.#stepped === this.#heard) return;
        const { confidence, state } = this.#now;
        const since_s = (this.#heard - this.#stepped) / this.rate;
        this.#stepped = this.#heard;
        const sure = confidence.reduce((sum, c) => sum + c, 0) / Math.max(1, confidence.length);
        const moves = this.#glide.step(Math.min(UPDATE_S, since_s));
        for (const { param, plain } of moves) this.desk.move(param, plain, sure, heardTo);
        this.desk.flush();
        if (state === 'hold' || state === 'follow') this.#now.state = moves.length ? 'follow' : 'hold';
    }
    #post(): void {
        if (this.#model && !this.#isGone)
            this.desk.post({
                type: 'toned',
                id: this.asked.id,
                ...this.#now,
                model: usedModel(this.#model, this.#model),
            });
    }
}
