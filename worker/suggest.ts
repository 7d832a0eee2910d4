// A suggestion: what a model would have an equalizer do about a sound. Segments of 10 s become frames of features, the
// model gives a curve for each, they vote, and the plugin's bands are fitted to what they agree on.
import type { Analysis } from './analysis.js';
import { suggest, vote } from './curves.js';
import type { Suggested as Fitted } from './curves.js';
import { earFor } from './ear.js';
import type { Ear } from './ear.js';
import { Refused } from './errors.js';
import { sha256 } from './files.js';
import type { Job } from './jobs.js';
import { BLIND, MATCH, aimOf, judge } from './judge.js';
import type { Answer, Progress, Suggest, WholeSound } from './messages.js';
import type { Found, Models } from './models.js';
import { FrameMap, Segments, equalized, meanOf, toneOf } from './segments.js';
import type { Segment, Tone } from './segments.js';
import type { Provider, Session } from './session.js';
import type { Store } from './store.js';

/** What a model says of a sound, whatever plugin is to act on it. */
export interface Judgement extends Tone {
    /** 32 bands (the manifest's bandHz of auto_eq): gains, and how sure they are, 0 .. 1. */
    curve_db: number[];
    confidence: number[];
    /** That were heard, of 10 s. */
    segments: number;
    /** What each of the tone's bands adds to the loudness of the sound as it came. */
    loudness: number[];
}
export interface UsedModel extends Omit<Found, 'variant'> {
    variant: string;
    bytes: number;
    /** undefined: an earlier result was taken, no model ran. */
    provider: Provider | undefined;
    threads: number;
    /** What was asked for and is not there, with the reason. */
    skipped: string | undefined;
}
type Ran = Pick<UsedModel, 'provider' | 'threads' | 'skipped'>;
const NONE_RAN: Ran = { provider: undefined, threads: 0, skipped: undefined };
export const usedModel = ({ key, version, variant }: Found, { provider, threads, skipped }: Ran): UsedModel => ({
    ...{ key, version, variant: variant.variant, bytes: variant.bytes },
    ...{ provider, threads, skipped },
});
export interface Suggested extends Judgement, Fitted {
    model: UsedModel;
    /** Spent on it. load: until model and runtime were there, while listening went on. */
    ms: { load: number; features: number; inference: number; fit: number };
}

const LEAST_S = 1;
/** Share that is worth a message. */
const STEP = 0.02;

type News = Map<Progress['part'], Progress>;

export class Suggesting implements Job {
    readonly #programme: Ear<Segments>;
    readonly #reference: Ear<Segments> | undefined;
    readonly #news: News = new Map();
    readonly #told = new Map<Progress['part'], number>();
    readonly #key: string;
    readonly #map: FrameMap;
    #isHeard: () => void = () => undefined;
    readonly #heard = new Promise<void>((resolve) => (this.#isHeard = resolve));
    /** All is known already, or nobody wants to know. */
    #isDone = false;
    #end: { answer: Answer } | { error: unknown } | undefined;

    /** `rate`: the context's. Throws RangeError for a sample rate outside 8 .. 192 kHz, Refused for too short a sound. */
    constructor(
        private readonly analysis: Analysis,
        private readonly models: Models,
        private readonly results: Store,
        readonly asked: Suggest,
        rate: number,
    ) {
        const { programme, reference, seconds } = asked;
        for (const [name, sound] of Object.entries({ programme, reference })) if (sound) checkLength(name, sound);
        const make = (hz: number): Segments => new Segments(analysis, hz);
        this.#programme = earFor(make, programme, rate, seconds);
        try {
            this.#reference = reference && earFor(make, reference, rate, seconds);
        } catch (error) {
            this.#programme.engine.destroy();
            throw error;
        }
        this.#key = reference ? MATCH : BLIND;
        this.#map = new FrameMap(asked.schema.features.values);
        this.#answer().then(
            (answer) => (this.#end = { answer }),
            (error: unknown) => (this.#end = { error }),
        );
    }
    get isLive(): boolean {
        return !this.asked.programme;
    }
    hear(channels: readonly Float32Array[], frames: number): void {
        this.#programme.feed(channels, frames);
    }
    work(): Answer | undefined {
        if (this.#end && 'error' in this.#end) throw this.#end.error;
        if (this.#end) return this.#end.answer;
        if (this.#isDone) return undefined;
        this.#reference?.work();
        this.#programme.work();
        const share = Math.min(this.#programme.share, this.#reference?.share ?? 1);
        if (share < 1) this.#tell({ type: 'progress', part: 'listening', fraction: share });
        else this.#isHeard();
        return undefined;
    }
    #tell(news: Progress): void {
        this.#news.set(news.part, news);
    }
    progress(): Progress | undefined {
        for (const [part, news] of this.#news) {
            const share = news.fraction ?? (news.loaded ?? 0) / 1e6; // of unknown length: every 20 kB
            const told = this.#told.get(part);
            if (told !== undefined && share - told < STEP && share !== 1) continue;
            this.#news.delete(part);
            this.#told.set(part, share);
            return news;
        }
        return undefined;
    }
    destroy(): void {
        this.#programme.engine.destroy();
        this.#reference?.engine.destroy();
        this.#isDone = true;
    }

    async #answer(): Promise<Answer> {
        const { asked, models } = this;
        const found = await models.find(this.#key, asked.key, asked.variant);
        const name = await nameOf(asked, found);
        const kept = name === undefined ? undefined : await this.results.get(name);
        const ms = { load: 0, features: 0, inference: 0, fit: 0 };
        let judgement: Judgement;
        let ran = NONE_RAN;
        if (kept) {
            this.#isDone = true;
            judgement = JSON.parse(new TextDecoder().decode(kept)) as Judgement;
        } else {
            const began = performance.now();
            const model = await models.open(found, asked.key, (part, loaded, total) =>
                this.#tell({ type: 'progress', part, fraction: total && loaded / total, loaded, total }),
            );
            ms.load = performance.now() - began;
            await this.#heard;
            if (this.#isDone) throw new Error('Nobody waits for it.'); // and the ears are gone
            const programme = this.#sounding('programme', this.#programme);
            const reference = this.#reference && this.#sounding('reference', this.#reference);
            ms.features = this.#programme.engine.ms + (this.#reference?.engine.ms ?? 0);
            const started = performance.now();
            judgement = await this.#judge(model.session, programme, reference);
            ms.inference = performance.now() - started;
            ran = model;
            if (name !== undefined) await this.results.put(name, new TextEncoder().encode(JSON.stringify(judgement)));
        }
        const began = performance.now();
        const { plugin, values, own, strength, max_gain_db } = asked;
        const fitted = suggest(this.analysis, plugin, values, judgement, { strength, max_gain_db, own });
        if (!fitted) throw new Refused(`${asked.key} has no bands that a suggestion could set.`);
        ms.fit = performance.now() - began;
        return { type: 'suggested', ...judgement, ...fitted, model: usedModel(found, ran), ms };
    }
    #sounding(name: string, { engine }: Ear<Segments>): Segment[] {
        const found = this.#map.sounding(engine.all);
        if (!found.length) throw new Refused(`the ${name} is silent. Give a piece in which it sounds.`);
        return found;
    }
    async #judge(
        session: Session,
        programme: readonly Segment[],
        reference: readonly Segment[] | undefined,
    ): Promise<Judgement> {
        const heard = programme.map(({ frame }) => equalized(this.analysis, frame, this.asked.settled));
        const segments = await judge(session, heard, aimOf(this.asked.goal, reference), this.#key);
        const voted = vote(this.analysis, segments);
        if (!voted) throw new Error('The model answered nothing that is a number.');
        return {
            ...{ curve_db: [...voted.curve_db], confidence: [...voted.confidence], segments: programme.length },
            ...toneOf(this.analysis, heard, this.#map),
            loudness: meanOf(programme.map(({ weights }) => weights)),
        };
    }
}

export function checkLength(name: string, { rate, channels }: WholeSound): void {
    const seconds = channels[0].length / rate;
    if (seconds >= LEAST_S) return;
    throw new Refused(
        `the ${name} lasts ${seconds.toFixed(2)} s; at least ${LEAST_S} s is needed to know its tone. Give a longer piece.`,
    );
}

/** What a result is kept under: audio, settings, model and goal. undefined: the sound passes by and does not come again. */
async function nameOf(
    { programme, reference, goal, settled }: Suggest,
    { variant }: Found,
): Promise<string | undefined> {
    if (!programme) return undefined;
    const sounds = [programme, ...(reference ? [reference] : [])];
    const names = await Promise.all(
        sounds.map(async ({ rate, channels }) => [rate, ...(await Promise.all(channels.map(digest)))].join(' ')),
    );
    return digest(new TextEncoder().encode([...names, goal, ...Array.from(settled.db), variant.sha256].join(' ')));
}
const digest = (data: Float32Array | Uint8Array): Promise<string> => sha256(data as BufferSource);
