// createEngine: one engine per AudioContext. It makes nodes, carries their moves, and knows everything they share.
import type { InstanceOptions, ToInstance, TransportMessage } from '../../worklet/protocol/messages.js';
import type {
    AudioData,
    Chain,
    CreateOptions,
    Engine,
    EngineEvents,
    EngineOptions,
    MatchOptions,
    MatchResult,
    MoveOptions,
    PluginKey,
    PluginNode,
    PluginState,
    RenderOptions,
    RenderResult,
    State,
    TimedMove,
    Transport,
    ValuesOf,
} from './api.js';
import { Clock } from '../../worklet/clock.js';
import { OP } from '../../worklet/protocol/records.js';
import { loadManifest, loadWasm, urlOf, workletWasm } from './assets.js';
import type { Wasm } from './assets.js';
import { WebBrain } from './brain.js';
import { Calculator } from './calculator.js';
import { applyPreset, makeSlot } from './chain.js';
import type { Slot } from './chain.js';
import { Emitter } from './emitter.js';
import { InputError } from './errors.js';
import { checkContext, openLink } from './link.js';
import type { Link } from './link.js';
import type { Manifest, ParamValue } from './manifest.js';
import { matchReference } from './match.js';
import { SlotWatch } from './meters.js';
import { Mirror } from './mirror.js';
import { makeNode, parseState, sortedEvents } from './node.js';
import type { NodeHome } from './node.js';
import { leaveRenderers, measureCost, render } from './render.js';
import type { RenderHome } from './render.js';
import { MoveSender } from './sender.js';
import { paramIndex, parseValue } from './values.js';

const TIMEOUT_S = 3;
const DESTROYED = 'This engine is destroyed; createEngine() makes another.';

interface Parts {
    context: BaseAudioContext;
    options: EngineOptions;
    manifest: Manifest;
    wasm: Wasm;
    link: Link;
    /** The page's ring, when memory is shared. */
    moves: SharedArrayBuffer | undefined;
    /** Says that destroy() has begun, and when it is done. */
    leave: (end: Promise<void>) => void;
}

class WebEngine implements Engine, NodeHome {
    readonly engine = this;
    readonly context: BaseAudioContext;
    readonly manifest: Manifest;
    readonly transportKind: 'shared' | 'messages';
    readonly #parts: Parts;
    readonly #events = new Emitter<EngineEvents>();
    readonly #sender: MoveSender;
    readonly #watch: SlotWatch;
    readonly #calculator: Calculator;
    readonly #nodes = new Map<number, WeakRef<PluginNode>>();
    /** Made and not yet destroyed, also those that are still being made. */
    readonly #living = new Map<number, { mirror: Mirror; port: MessagePort }>();
    readonly #held = new Set<PluginNode>();
    /** The safety net for nodes that were dropped without destroy(). */
    readonly #dropped = new FinalizationRegistry<Mirror>((mirror) => void this.destroyInstance(mirror));
    readonly #mirrors = new WeakMap<PluginNode, Mirror>();
    #brain: Promise<WebBrain> | undefined;
    #instances = 0;
    readonly #clock: Clock;
    #end: Promise<void> | undefined;

    constructor(parts: Parts) {
        const { context, link, manifest, moves, wasm } = parts;
        this.#parts = parts;
        this.context = context;
        this.manifest = manifest;
        this.transportKind = moves ? 'shared' : 'messages';
        this.#sender = new MoveSender(moves ?? new ArrayBuffer(MoveSender.bytes()), {
            ...(!moves && { post: (records) => link.post({ type: 'moves', records }, [records.buffer]) }),
            nudge: () => {
                if (context.state !== 'running') link.post({ type: 'moves', records: new Uint32Array(0) });
            },
            now: () => this.#now(),
            rate: context.sampleRate,
            isOffline: 'startRendering' in context,
        });
        this.#clock = new Clock(context.sampleRate);
        this.#clock.set({ tempo_bpm: 120, beat: 0, playing: true, frame: 0 }, 0);
        this.#watch = new SlotWatch(moves ? undefined : (message) => link.post(message));
        this.#calculator = new Calculator(wasm.module, manifest);
        link.onmessage = (message) => {
            if (message.type === 'failed') this.#events.emit('error', new Error(`The worklet: ${message.reason}`));
            if (message.type !== 'slots') return;
            for (const { instance, words } of message.slots) this.#watch.get(instance)?.show(words);
        };
    }
    readonly warn = (message: string): void => console.warn(`dawg: ${message}`);
    get moduleVia(): 'module' | 'bytes' {
        return this.#parts.link.via;
    }
    get nodes(): readonly PluginNode[] {
        return [...this.#nodes.values()].flatMap((ref) => ref.deref() ?? []);
    }
    on<E extends keyof EngineEvents>(event: E, listener: (value: EngineEvents[E]) => void): () => void {
        return this.#events.on(event, listener);
    }
    #now(): number {
        return Math.round(this.context.currentTime * this.context.sampleRate);
    }
    #check(): void {
        if (this.#end) throw new InputError(DESTROYED);
        checkContext(this.context);
    }

    async create<K extends PluginKey>(
        key: K,
        values?: ValuesOf<K>,
        options: CreateOptions<K> = {},
    ): Promise<PluginNode<K>> {
        this.#check();
        const slot = makeSlot(this.manifest, key);
        if (options.preset) applyPreset(slot, options.preset);
        for (const [name, value] of Object.entries<ParamValue>(values ?? {})) {
            const param = paramIndex(slot.info, name);
            slot.values.set(param, parseValue(slot.info, slot.info.params[param], value, 'create'));
        }
        return (await this.#create(slot, options)) as unknown as PluginNode<K>;
    }
    async createFrom(state: State | PluginState, options: { audioParams?: boolean } = {}): Promise<PluginNode> {
        this.#check();
        return this.#create(parseState(this.manifest, state, this.warn), options);
    }
    async #create(slot: Slot, options: CreateOptions): Promise<PluginNode> {
        const { info, index, values } = slot;
        const instance = this.#instances++;
        const shared = this.#parts.moves ? new SharedArrayBuffer(Mirror.bytes(info)) : undefined;
        const mirror = new Mirror(info, instance, values, shared, () => this.#now(), this.context.sampleRate);
        mirror.preset = slot.preset ?? null;
        const instanceOptions: InstanceOptions = {
            instance,
            plugin: index,
            values: [...values],
            events: sortedEvents((options.events ?? []).map((move) => this.#event(slot, move))),
            transport: this.#transportAt(this.#now()),
            ...(shared && { slot: shared }),
        };
        const isFull = options.audioParams ?? true;
        const node = makeNode({ home: this, mirror, slot, isFull, options: instanceOptions });
        this.#living.set(instance, { mirror, port: node.port });
        try {
            await this.#acknowledged(mirror);
            if (this.#end) throw new InputError(DESTROYED);
            this.#watch.add(mirror);
        } catch (error) {
            await this.destroyInstance(mirror);
            throw error;
        }
        this.#nodes.set(instance, new WeakRef(node));
        this.#dropped.register(node, mirror, mirror);
        this.#mirrors.set(node, mirror);
        return node;
    }
    #event({ info }: Slot, move: TimedMove): InstanceOptions['events'][number] {
        const param = paramIndex(info, move.key);
        const plain = parseValue(info, info.params[param], move.value, 'events');
        return { frame: this.frameOf(move), param, plain, ramp: this.rampOf(move) };
    }
    async #acknowledged(mirror: Mirror): Promise<void> {
        const timeout = 1000 * (this.#parts.options.timeout ?? TIMEOUT_S);
        const timer = setTimeout(
            () => mirror.fail(new Error(`The worklet made no ${mirror.info.key} within ${timeout / 1000} s.`)),
            timeout,
        );
        try {
            await mirror.ready;
        } finally {
            clearTimeout(timer);
        }
    }

    move(instance: number, param: number, plain: number, frame: number, ramp: number): void {
        this.#sender.send({ instance, param, op: OP.SET, plain, ramp, frame });
    }
    frameOf({ frame, time }: MoveOptions): number {
        const at = frame ?? (time === undefined ? 0 : Math.round(time * this.context.sampleRate));
        if (!(at >= 0 && at < 2 ** 53))
            throw new InputError(
                `The move's ${frame === undefined ? 'time' : 'frame'} is ${frame ?? time}; it must be 0 or more.`,
            );
        return at > this.#now() ? Math.floor(at) : 0;
    }
    rampOf({ ramp = 0 }: MoveOptions): number {
        if (!(ramp >= 0)) throw new InputError(`ramp is ${ramp} s; it must be 0 or more.`);
        return Math.min(0xffffffff, Math.round(ramp * this.context.sampleRate));
    }
    attend(mirror: Mirror): void {
        this.#watch.attend(mirror);
    }
    hold(node: PluginNode, isHeld: boolean): void {
        if (isHeld) this.#held.add(node);
        else this.#held.delete(node);
    }
    async destroyInstance(mirror: Mirror): Promise<void> {
        const { instance } = mirror;
        const port = this.#living.get(instance)?.port;
        if (!port) return;
        this.#living.delete(instance);
        this.#nodes.delete(instance);
        this.#dropped.unregister(mirror);
        this.#sender.forget(instance);
        void this.#brain?.then((brain) => brain.forget(instance)).catch(() => undefined);
        this.#watch.remove(mirror);
        port.postMessage({ type: 'destroy' } satisfies ToInstance);
        if (this.context.state !== 'closed') {
            const timeout = 1000 * (this.#parts.options.timeout ?? TIMEOUT_S);
            let timer: ReturnType<typeof setTimeout> | undefined;
            await Promise.race([mirror.destroyed, new Promise((resolve) => (timer = setTimeout(resolve, timeout)))]);
            clearTimeout(timer);
        }
        port.close();
        mirror.events.clear();
    }

    #transportAt(frame: number): TransportMessage {
        const message = this.#clock.at(frame);
        return { ...message, beat: this.#clock.beat(message, frame), frame };
    }
    transport(transport: Partial<Transport>): void {
        this.#check();
        const { frame = this.#now() } = transport;
        if (!(frame >= 0 && frame < 2 ** 53)) throw new InputError(`frame is ${frame}; it must be 0 or more.`);
        const before = this.#transportAt(frame);
        const { tempo_bpm = before.tempo_bpm, beat = before.beat, playing = before.playing } = transport;
        const next: TransportMessage = { tempo_bpm, beat, playing, frame };
        if (!(next.tempo_bpm >= 20 && next.tempo_bpm <= 999))
            throw new InputError(`tempo_bpm is ${next.tempo_bpm}; allowed: 20 .. 999.`);
        if (!Number.isFinite(next.beat)) throw new InputError(`beat is ${next.beat}; it must be a number.`);
        this.#clock.set(next, this.#now());
        this.#parts.link.post({ type: 'transport', ...next });
    }

    toPlain(plugin: PluginKey, param: string, knob: number): number {
        return this.#calculator.toPlain(plugin, param, knob);
    }
    toKnob(plugin: PluginKey, param: string, plain: number): number {
        return this.#calculator.toKnob(plugin, param, plain);
    }
    curve(
        plugin: PluginKey,
        values: Record<string, ParamValue>,
        x: Float32Array,
        part?: number,
    ): Float32Array | undefined {
        return this.#calculator.curve(plugin, values, x, this.context.sampleRate, part);
    }

    async render(
        input: AudioBuffer | AudioData,
        chain: Chain | PluginState[],
        options?: RenderOptions,
    ): Promise<RenderResult> {
        return render(this.#renderHome, this, this.warn, input, chain, options);
    }
    async measureCost(chain: Chain | PluginState[]): Promise<number[]> {
        return measureCost(this.#renderHome, this, this.warn, chain, this.context.sampleRate);
    }
    get #renderHome(): RenderHome {
        if (this.#end) throw new InputError(DESTROYED);
        const { options, manifest, wasm } = this.#parts;
        return { url: urlOf(options, 'renderUrl'), manifest, wasm, timeout: options.timeout ?? TIMEOUT_S };
    }
    async matchReference(
        node: PluginNode,
        reference: AudioBuffer | AudioData,
        options?: MatchOptions,
    ): Promise<MatchResult> {
        return matchReference(() => this.brain(), this.context, this.#mirrorOf(node), node, reference, options);
    }
    #mirrorOf(node: PluginNode, mayBeGone = false): Mirror {
        const mirror = this.#mirrors.get(node);
        if (!mirror) throw new InputError('This node belongs to another engine, whose brain() can hear it.');
        if (mayBeGone || this.#living.has(mirror.instance)) return mirror;
        throw new InputError(`This ${mirror.info.key} is destroyed; create another.`);
    }
    brain(): Promise<WebBrain> {
        if (this.#end) return Promise.reject(new InputError(DESTROYED));
        this.#brain ??= this.#startBrain();
        this.#brain.catch(() => (this.#brain = undefined));
        return this.#brain;
    }
    async #startBrain(): Promise<WebBrain> {
        const { options, manifest, link } = this.#parts;
        checkContext(this.context);
        const brain = await WebBrain.start({
            url: urlOf(options, 'workerUrl'),
            wasm: () => loadWasm('workerWasmUrl', urlOf(options, 'workerWasmUrl')),
            hash: manifest.hash,
            sampleRate: this.context.sampleRate,
            isShared: this.transportKind === 'shared',
            timeout: options.timeout ?? TIMEOUT_S,
            post: (message, transfer) => link.post(message, transfer),
            own: (mirror, param, op) => {
                this.#sender.send({ instance: mirror.instance, param, op, plain: 0, ramp: 0, frame: 0 });
                mirror.owned(param, op === OP.GIVE ? 'brain' : 'hand');
                mirror.announce();
            },
            mirrorOf: (node, mayBeGone) => this.#mirrorOf(node, mayBeGone),
            attend: (mirror) => this.attend(mirror),
            suggest: { engine: this, options },
            emit: (event, value) => this.#events.emit(event, value),
        });
        this.context.addEventListener('statechange', () => {
            if (this.context.state === 'closed') brain.end(); // closed without destroy()
        });
        return brain;
    }

    destroy(): Promise<void> {
        if (!this.#end) this.#parts.leave((this.#end = this.#destroy()));
        return this.#end;
    }
    async #destroy(): Promise<void> {
        // Nodes that nobody holds any more have instances too, until they are collected.
        const [nodes, rest] = [this.nodes, [...this.#living.values()]];
        await Promise.all(nodes.map((node) => node.destroy()));
        await Promise.all(rest.map(({ mirror }) => this.destroyInstance(mirror)));
        this.#sender.close();
        leaveRenderers(this);
        (await this.#brain?.catch(() => undefined))?.end();
        this.#held.clear();
        this.#events.clear();
        this.#parts.link.close();
    }
}

interface Entry {
    promise: Promise<Engine>;
    options: EngineOptions;
}
const engines = new WeakMap<BaseAudioContext, Entry>();
/** Engines that are being destroyed: the worklet takes the next one of their context when they are gone. */
const endings = new WeakMap<BaseAudioContext, Promise<void>>();

async function start(context: BaseAudioContext, options: EngineOptions, leave: Parts['leave']): Promise<Engine> {
    checkContext(context);
    await endings.get(context);
    const isShared = options.sharedMemory !== false && globalThis.crossOriginIsolated === true;
    const moves = isShared ? new SharedArrayBuffer(MoveSender.bytes()) : undefined;
    const [manifest, wasm] = await Promise.all([loadManifest(options), workletWasm(options)]);
    const { timeout = TIMEOUT_S } = options;
    const workletUrl = urlOf(options, 'workletUrl');
    const link = await openLink({ context, manifest, wasm, workletUrl, moves, timeout });
    return new WebEngine({ context, options, manifest, wasm, link, moves, leave });
}

/** The engine of a context, made the first time and the same from then on, until its destroy(). Works for an
 * OfflineAudioContext too: give moves known beforehand to create() as events. (A page dies at about its 124th offline
 * context with a wasm memory: engine.render() has no such limit.) Rejects with an Error that says what to do when files
 * are missing or blocked, when the context is closed, or when there is no AudioWorklet; then it may be called again. */
export function createEngine(context: BaseAudioContext, options: EngineOptions = {}): Promise<Engine> {
    const before = engines.get(context);
    if (before && context.state !== 'closed') {
        const given = Object.entries(options) as [keyof EngineOptions, unknown][];
        const differs = given.find(([name, value]) => {
            const first: unknown = before.options[name];
            return value !== undefined && (value instanceof URL ? value.href !== String(first) : value !== first);
        })?.[0];
        if (!differs) return before.promise;
        const text = `This context has an engine already, made with another ${differs}: leave it out, or destroy() that engine before.`;
        return Promise.reject(new InputError(text));
    }
    const forget = (): void => {
        if (engines.get(context)?.promise === promise) engines.delete(context);
    };
    const promise: Promise<Engine> = start(context, options, (end) => {
        endings.set(context, end);
        forget();
    });
    engines.set(context, { promise, options });
    promise.catch(forget);
    return promise;
}
