// The equalizers whose tone is followed: one follower per node, made by what is loaded when it is first asked for.
import type { FromWorker, ToWorker } from '../../worker/messages.js';
import type { FollowToneOptions, Following, PluginNode } from './api.js';
import type { BrainHome } from './brain.js';
import { InputError } from './errors.js';
import type { NodeFollowing } from './following.js';
import { soundOf } from './match.js';
import { numberIn } from './render.js';

export type ToneNews = Extract<FromWorker, { type: 'toned' | 'placed' | 'unfollowed' }>;
interface TonesHome extends Pick<BrainHome, 'suggest' | 'own' | 'emit' | 'mirrorOf' | 'attend'> {
    say(message: ToWorker): void;
    /** Tells the worklet what of this instance is wanted. */
    tap(instance: number): void;
    /** Throws when the worker is gone for good. */
    check(): void;
}

export class Tones {
    /** By instance. */
    readonly #all = new Map<number, NodeFollowing>();
    constructor(private readonly home: TonesHome) {}

    get size(): number {
        return this.#all.size;
    }
    has(instance: number): boolean {
        return this.#all.has(instance);
    }
    async follow(node: PluginNode, options: FollowToneOptions): Promise<Following> {
        const { home } = this;
        home.mirrorOf(node);
        const { follow } = await import('./suggest.js');
        home.check();
        const mirror = home.mirrorOf(node);
        const { instance } = mirror;
        const left = (one: NodeFollowing): void => {
            if (this.#all.get(instance) === one) this.#all.delete(instance);
            home.tap(instance);
        };
        const following = follow(
            { ...home, ...home.suggest, mirror, InputError, soundOf, numberIn, left },
            node,
            options,
        );
        this.release(instance);
        this.#all.set(instance, following);
        home.attend(mirror);
        home.say(following.message);
        home.tap(instance);
        return following.ready;
    }
    /** To another worker. */
    again(): void {
        for (const { message } of this.#all.values()) this.home.say(message);
    }
    hear(news: ToneNews): void {
        for (const one of [...this.#all.values()]) if (one.id === news.id) one.hear(news);
    }
    release(instance: number): void {
        this.#all.get(instance)?.release();
    }
    /** The instance is gone. */
    forget(instance: number): void {
        this.#all.get(instance)?.end(new InputError('The node was destroyed while it was followed.'));
    }
    /** There is no worker, until restart(): what waits for a model is told, what leads stands still. */
    giveUp(error: Error): void {
        for (const one of [...this.#all.values()]) if (one.state === 'loading') one.end(error);
    }
    end(error: Error): void {
        for (const one of [...this.#all.values()]) one.end(error);
    }
}
