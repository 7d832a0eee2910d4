// The AudioNode that carries one plugin. Its class is made when first asked for: where there is no Web Audio, importing
// this file is harmless.
import type { FromInstance, InitialEvent, InstanceOptions, ToInstance } from '../../worklet/protocol/messages.js';
import { processorName } from '../../worklet/protocol/messages.js';
import type { AnyNodeEvents, Engine, MoveOptions, Owner, PluginKey, PluginNode, PluginState, State } from './api.js';
import { applyPreset, makeSlot, parseChain } from './chain.js';
import type { Slot, Warn } from './chain.js';
import { InputError } from './errors.js';
import type { Manifest, ParamValue, PluginInfo } from './manifest.js';
import type { Mirror } from './mirror.js';
import { paramIndex, parseMove } from './values.js';

/** What a node needs of its engine. */
export interface NodeHome {
    readonly engine: Engine;
    readonly manifest: Manifest;
    /** Hands a move to the worklet; frame 0: now. */
    move(instance: number, param: number, plain: number, frame: number, ramp: number): void;
    /** The frame that a MoveOptions names; 0: now, or past. */
    frameOf(options: MoveOptions): number;
    /** The length of its ramp, frames. */
    rampOf(options: MoveOptions): number;
    /** Somebody looks at it, for a moment, or as long as it has listeners. */
    attend(mirror: Mirror): void;
    /** A connected node is held, as it is heard; another may be collected. */
    hold(node: PluginNode, isHeld: boolean): void;
    destroyInstance(mirror: Mirror): Promise<void>;
    warn: Warn;
}

export interface NodeSetup {
    home: NodeHome;
    mirror: Mirror;
    slot: Slot;
    isFull: boolean;
    options: InstanceOptions;
}

/** AudioParams begin at the initial values. */
const parameterData = (info: PluginInfo, values: ReadonlyMap<number, number>): Record<string, number> =>
    Object.fromEntries(info.params.flatMap((p, i) => (p.automatable ? [[p.key, values.get(i) ?? p.def]] : [])));

const make = () =>
    class PluginAudioNode extends AudioWorkletNode {
        readonly key: PluginKey;
        readonly info: PluginInfo;
        readonly engine: Engine;
        readonly #home: NodeHome;
        readonly #mirror: Mirror;
        /** What a newer version wrote into the state. */
        #unknown: Record<string, unknown>;
        #unknownParams: Record<string, unknown>;
        #end: Promise<void> | undefined;

        constructor({ home, mirror, slot, isFull, options }: NodeSetup) {
            const { info } = slot;
            super(home.engine.context, processorName(info.key, isFull), {
                numberOfInputs: info.sideChannels ? 2 : 1,
                numberOfOutputs: 1,
                outputChannelCount: [2],
                channelCount: 2,
                channelCountMode: 'clamped-max',
                processorOptions: options,
                ...(isFull && { parameterData: parameterData(info, slot.values) }),
            });
            this.key = info.key as PluginKey;
            this.info = info;
            this.engine = home.engine;
            this.#home = home;
            this.#mirror = mirror;
            this.#unknown = slot.unknown;
            this.#unknownParams = slot.unknownParams;
            this.port.onmessage = ({ data }: MessageEvent<FromInstance>) => mirror.hear(data);
            const broken = `${info.key}: its processor broke and is silent.`;
            this.addEventListener('processorerror', () => mirror.fail(new Error(broken)));
        }

        set(what: string | Record<string, ParamValue>, value?: ParamValue | MoveOptions, last?: MoveOptions): void {
            this.#living();
            const isOne = typeof what === 'string';
            const moves = isOne ? [[what, value] as const] : Object.entries(what);
            const options = (isOne ? last : (value as MoveOptions | undefined)) ?? {};
            const { params } = this.info;
            const parsed = moves.map(([key, to]): [number, number] => {
                const param = paramIndex(this.info, key);
                return [param, parseMove(this.info, params[param], to as ParamValue, 'set')];
            });
            this.#move(parsed, options);
        }
        #move(moves: Iterable<readonly [number, number]>, options: MoveOptions): void {
            const frame = this.#home.frameOf(options);
            const ramp = this.#home.rampOf(options);
            for (const [param, plain] of moves) {
                this.#home.move(this.#mirror.instance, param, plain, frame, ramp);
                if (frame === 0) this.#mirror.moved(param, plain);
            }
            this.#mirror.announce();
        }
        #living(): void {
            if (this.#end) throw new InputError(`This ${this.key} is destroyed; create another.`);
        }
        #look(): Mirror {
            this.#home.attend(this.#mirror);
            this.#mirror.refresh();
            return this.#mirror;
        }

        get(key: string): ParamValue {
            return this.#look().value(paramIndex(this.info, key));
        }
        get values(): Record<string, ParamValue> {
            const mirror = this.#look();
            return Object.fromEntries(this.info.params.map(({ key }, i) => [key, mirror.value(i)]));
        }
        get bypass(): boolean {
            return this.get('bypass') === true;
        }
        set bypass(isBypassed: boolean) {
            this.set('bypass', isBypassed);
        }

        get state(): State {
            const { bypass, ...params } = this.values;
            const entry: PluginState = {
                ...this.#unknown,
                plugin: this.key,
                version: this.info.version,
                preset: this.preset,
                params: { ...(this.#unknownParams as typeof params), ...params },
                bypass: bypass === true,
            };
            return { format: 'dawg-state', version: 1, plugins: [entry] };
        }
        set state(state: State | PluginState) {
            this.#living();
            const slot = parseState(this.#home.manifest, state, this.#home.warn);
            if (slot.info !== this.info)
                throw new InputError(`This is a ${this.key}, the state is of a ${slot.info.key}: create one from it.`);
            this.#unknown = slot.unknown;
            this.#unknownParams = slot.unknownParams;
            this.#apply(slot, 0);
            this.#mirror.preset = slot.preset ?? null;
        }
        applyPreset(key: string): void {
            this.#living();
            const slot = makeSlot(this.#home.manifest, this.key);
            applyPreset(slot, key);
            this.#apply(slot, 1);
            this.#mirror.preset = key;
        }
        /** All values of the slot, the rest to defaults, but for the last `spare` parameters. */
        #apply(slot: Slot, spare: number): void {
            const { params } = this.info;
            const all = params
                .slice(0, params.length - spare)
                .map(({ def }, i) => [i, slot.values.get(i) ?? def] as const);
            this.#move(all, {});
        }
        get preset(): string | null {
            this.#mirror.refresh();
            return this.#mirror.preset;
        }

        get latencySamples(): number {
            return this.#mirror.latency;
        }
        get tailSeconds(): number {
            return this.#look().tail / this.context.sampleRate;
        }
        get meters(): Record<string, number> {
            return this.#look().meters;
        }
        get counters(): Mirror['counters'] {
            return this.#look().counters;
        }
        owner(key: string): Owner {
            return this.#look().owner(paramIndex(this.info, key));
        }
        on<E extends keyof AnyNodeEvents>(event: E, listener: (value: AnyNodeEvents[E]) => void): () => void {
            const end = this.#mirror.events.on(event, listener);
            this.#home.attend(this.#mirror);
            return end;
        }

        reset(): void {
            this.#living();
            this.port.postMessage({ type: 'reset' } satisfies ToInstance);
        }
        destroy(): Promise<void> {
            this.disconnect();
            return (this.#end ??= this.#home.destroyInstance(this.#mirror));
        }

        override connect(destination: AudioNode, output?: number, input?: number): AudioNode;
        override connect(destination: AudioParam, output?: number): void;
        override connect(destination: AudioNode | AudioParam, ...rest: number[]): AudioNode | void {
            const connected = super.connect(destination as AudioNode, ...rest);
            if (!this.#end) this.#home.hold(this, true);
            return connected;
        }
        override disconnect(...from: unknown[]): void {
            super.disconnect(...(from as []));
            if (!from.length) this.#home.hold(this, false);
        }
    };

let NodeClass: ReturnType<typeof make> | undefined;
/** Throws what AudioWorkletNode throws, when the context is closed or knows no such processor. */
export const makeNode = (setup: NodeSetup): PluginNode => new (NodeClass ??= make())(setup);

/** The one plugin of a state, or an entry of a chain. */
export function parseState(manifest: Manifest, state: State | PluginState, warn: Warn): Slot {
    const slots = parseChain(manifest, 'plugins' in state ? state : [state], 'The state', warn);
    if (slots.length > 1) throw new InputError(`The state holds ${slots.length} plugins; a node takes one.`);
    return slots[0];
}

export const sortedEvents = (events: InitialEvent[]): InitialEvent[] => events.sort((a, b) => a.frame - b.frame);
