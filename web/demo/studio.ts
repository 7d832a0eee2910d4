// The page's sound and its state, without a view: programme -> chain of plugins -> trim (level-matched A/B) -> volume.
// Views call its methods and read its fields; it tells them when anything but a meter changed.
import { createEngine } from '@dawg-ai/engine';
import type { Engine, PluginKey, PluginNode, PluginState } from '@dawg-ai/engine';
import { Cost } from './cost.js';
import { Follow } from './follow.js';
import { History } from './history.js';
import { Levels } from './levels.js';
import { Notes } from './notes.js';
import { Player } from './player.js';
import { load, moveTo, pluginsOf, save } from './saved.js';
import type { Entry, KeySource, Page, Settings, Side } from './saved.js';
import { Suggestions } from './suggestions.js';
import { decodeFile, makeSongBuffer } from './audio.js';

export interface Slot {
    id: number;
    node: PluginNode;
}
const SONG = 'Built-in song';
const SONG_BPM = 96;
const FADE_S = 0.015;

export class Studio {
    readonly context = new AudioContext({ latencyHint: 'interactive' });
    readonly player = new Player(this.context, () => this.changed());
    readonly follow = new Follow(this);
    readonly cost = new Cost(this);
    readonly suggestions = new Suggestions(this);
    engine: Engine | undefined;
    /** What cannot be mended: shown instead of the chain. */
    failure = '';
    slots: Slot[] = [];
    readonly notes = new Notes(() => this.changed());
    programme = '';
    keyFile = '';
    isMaking = true;
    settings: Settings = { loops: true, volumeDb: 0, isMatched: false, tempo: SONG_BPM, collapsed: [] };
    page: Page = { side: 'A', sides: { A: [] }, key: 'none' };
    version = 0;
    #history = new History<Page>(this.page);
    #trim = this.context.createGain();
    #volume = this.context.createGain();
    #levels = new Levels();
    #song: AudioBuffer | undefined;
    #keyBuffer: AudioBuffer | undefined;
    #nextId = 1;
    #work: Promise<void> = Promise.resolve();
    #views = new Set<() => void>();
    #saving: ReturnType<typeof setTimeout> | undefined;

    readonly subscribe = (view: () => void): (() => void) => {
        this.#views.add(view);
        return () => this.#views.delete(view);
    };
    changed(): void {
        ++this.version;
        for (const view of this.#views) view();
        clearTimeout(this.#saving);
        this.#saving = setTimeout(() => this.#save(), 300);
    }
    #save(): void {
        if (this.engine) save(this.present(), this.settings);
    }
    say(text: string, isError = false): void {
        this.notes.say(text, isError);
    }
    /** Runs what takes time, one after another; what fails is shown. */
    do(work: () => Promise<void>): Promise<void> {
        this.#work = this.#work.then(work).catch((error: unknown) => this.notes.tell(error));
        return this.#work;
    }

    async start(): Promise<void> {
        this.context.onstatechange = () => this.changed();
        this.#trim.connect(this.#volume).connect(this.context.destination);
        window.addEventListener('pagehide', () => this.#save());
        const stored = load();
        Object.assign(this.settings, stored?.settings);
        this.player.loops = this.settings.loops;
        this.setVolume(this.settings.volumeDb);
        try {
            this.engine = await createEngine(this.context);
            this.engine.on('error', (error) => this.say(error.message, true));
            this.engine.on('worker', ({ state, reason }) => {
                if (state === 'lost') this.say(`The listening worker was lost (${reason}) and is started again.`);
            });
        } catch (error) {
            this.failure = error instanceof Error ? error.message : String(error);
            this.changed();
            return;
        }
        const first: Page = stored?.page ?? { side: 'A', key: 'none', sides: { A: this.#firstChain() } };
        await this.do(() => this.#become(first));
        this.#history = new History(this.present());
        this.changed();
        try {
            this.#song = await makeSongBuffer(this.context);
            if (!this.programme) this.#loadProgramme(this.#song, SONG);
            this.wire();
        } catch (error) {
            this.notes.tell(error);
        }
        this.isMaking = false;
        this.changed();
    }
    #firstChain(): Entry[] {
        const known = this.engine?.manifest.plugins ?? [];
        const wanted: PluginState[] = [
            { plugin: 'surgical_eq', preset: 'mastering_air' },
            { plugin: 'limiter', preset: 'streaming_safe' },
        ];
        return wanted
            .filter(({ plugin }) => known.some(({ key }) => key === plugin))
            .map((state) => ({ id: this.#nextId++, state }));
    }

    // --- the chain as data

    /** What the page is now. */
    present(): Page {
        const entries = this.slots.map(({ id, node }) => ({ id, state: node.state.plugins[0] }));
        return { ...this.page, sides: { ...this.page.sides, [this.page.side]: entries } };
    }
    /** Plugins as they are, for files and renders. */
    get chain(): PluginState[] {
        return this.present().sides[this.page.side]?.map(({ state }) => state) ?? [];
    }
    get canUndo(): boolean {
        return this.#history.canUndo;
    }
    get canRedo(): boolean {
        return this.#history.canRedo;
    }
    /** Ends a step of undo, if anything changed. */
    commit(): void {
        if (this.#history.commit(this.present())) {
            this.cost.soon();
            this.changed();
        }
    }
    undo(): void {
        this.commit();
        const page = this.#history.undo();
        if (page) void this.do(() => this.#become(page));
    }
    redo(): void {
        const page = this.#history.redo();
        if (page) void this.do(() => this.#become(page));
    }

    /** Makes the sound what `page` says; plugins that are in both stay and move their values. Those that cannot be made are
     * left out and reported; of a whole chain nothing is taken then. */
    async #become(page: Page, isWhole = false): Promise<void> {
        const { engine } = this;
        if (!engine) return;
        const before = new Map(this.slots.map((slot) => [slot.id, slot]));
        const after: Slot[] = [];
        const problems: unknown[] = [];
        for (const { id, state } of page.sides[page.side] ?? []) {
            const known = before.get(id);
            try {
                if (known && known.node.key === state.plugin) {
                    before.delete(id);
                    after.push(known);
                    moveTo(known.node, state);
                } else after.push(this.#watch(id, await engine.createFrom(state, { audioParams: false })));
            } catch (error) {
                problems.push(error);
                if (isWhole) {
                    for (const { node } of after) await node.destroy();
                    throw error;
                }
            }
            this.#nextId = Math.max(this.#nextId, id + 1);
        }
        this.page = { ...page, sides: { ...page.sides } };
        this.slots = after;
        this.wire();
        for (const { id, node } of before.values()) {
            this.follow.forget(id);
            await node.destroy();
        }
        for (const problem of problems) this.notes.tell(problem);
        this.cost.soon();
        this.changed();
    }
    #watch(id: number, node: PluginNode): Slot {
        node.on('latencychange', () => this.changed());
        node.on('error', (error) => {
            this.say(`${node.info.name} stopped (${error.message}) and is made anew.`, true);
            void this.do(() => this.#replace(id));
        });
        return { id, node };
    }
    async #replace(id: number): Promise<void> {
        const slot = this.slots.find((one) => one.id === id);
        if (!slot || !this.engine) return;
        const { node } = slot;
        this.follow.forget(id);
        const fresh = this.#watch(id, await this.engine.createFrom(node.state, { audioParams: false }));
        this.slots = this.slots.map((one) => (one.id === id ? fresh : one));
        this.wire();
        this.changed();
        await node.destroy();
    }

    /** Programme -> plugins in order -> trim, and the key to those that take one. */
    wire(): void {
        const { player, slots } = this;
        player.output.disconnect();
        player.keyOutput.disconnect();
        let at: AudioNode = player.output;
        for (const { node } of slots) {
            node.disconnect();
            at.connect(node);
            if (node.info.sideChannels > 0 && this.page.key !== 'none')
                (this.page.key === 'programme' ? player.output : player.keyOutput).connect(node, 0, 1);
            at = node;
        }
        at.connect(this.#trim);
        player.key = this.page.key === 'song' ? this.#song : this.page.key === 'file' ? this.#keyBuffer : undefined;
    }

    add(plugin: string): void {
        void this.do(async () => {
            if (!this.engine) return;
            const node = await this.engine.create(plugin as PluginKey, {}, { audioParams: false });
            this.slots = [...this.slots, this.#watch(this.#nextId++, node)];
            this.wire();
            this.commit();
        });
    }
    remove(id: number): void {
        void this.do(async () => {
            const page = this.present();
            const entries = page.sides[page.side]?.filter((entry) => entry.id !== id);
            await this.#become({ ...page, sides: { ...page.sides, [page.side]: entries } });
            this.commit();
        });
    }
    /** Puts a plugin at another place (0: the first). */
    move(id: number, place: number): void {
        const from = this.slots.findIndex((slot) => slot.id === id);
        const to = Math.min(this.slots.length - 1, Math.max(0, place));
        if (from < 0 || from === to) return;
        const slots = [...this.slots];
        slots.splice(to, 0, ...slots.splice(from, 1));
        this.slots = slots;
        this.wire();
        this.commit();
    }

    // --- A and B

    /** The other side begins as a copy. */
    swap(side: Side): void {
        if (side === this.page.side) return;
        void this.do(async () => {
            const page = this.present();
            const here = page.sides[page.side] ?? [];
            await this.#become({ ...page, side, sides: { ...page.sides, [side]: page.sides[side] ?? here } });
            this.commit();
            await this.match();
        });
    }
    /** Overwrites the side that is not heard with this one. */
    copySide(): void {
        const page = this.present();
        const other: Side = page.side === 'A' ? 'B' : 'A';
        this.page = { ...page, sides: { ...page.sides, [other]: page.sides[page.side] } };
        this.commit();
        this.say(`${page.side} copied to ${other}.`);
    }
    setMatched(isMatched: boolean): void {
        this.settings = { ...this.settings, isMatched };
        this.changed();
        void this.do(() => this.match());
    }
    /** The louder side is turned down by the difference of the mean levels of both renders. */
    async match(): Promise<void> {
        const { engine, settings } = this;
        const { buffer } = this.player;
        const { side, sides } = this.present();
        const other = sides[side === 'A' ? 'B' : 'A'];
        let trimDb = 0;
        if (engine && buffer && settings.isMatched && other) {
            const level = (chain: PluginState[]): Promise<number> =>
                this.#levels.of(engine, buffer, chain, this.keyOption());
            const here = await level(this.chain);
            trimDb = Math.min(0, (await level(other.map(({ state }) => state))) - here);
        }
        this.#trim.gain.setTargetAtTime(10 ** (trimDb / 20), this.context.currentTime, FADE_S);
    }

    // --- sound

    keyOption(): { key?: AudioBuffer; tempo_bpm: number } {
        const { key } = this.page;
        const buffer =
            key === 'programme'
                ? this.player.buffer
                : key === 'song'
                  ? this.#song
                  : key === 'file'
                    ? this.#keyBuffer
                    : undefined;
        return { ...(buffer && { key: buffer }), tempo_bpm: this.settings.tempo };
    }
    get hasKey(): boolean {
        return this.#keyBuffer !== undefined;
    }
    setKey(key: KeySource): void {
        this.page = { ...this.page, key };
        this.wire();
        this.commit();
    }
    async toggle(): Promise<void> {
        if (this.player.isPlaying) this.player.pause();
        else {
            await this.context.resume(); // the first click on play starts the context
            this.player.play();
        }
        this.#tellTransport();
        this.changed();
    }
    seek(seconds: number): void {
        this.player.seek(seconds);
        for (const { node } of this.slots) node.reset();
        this.#tellTransport();
    }
    setLoop(loops: boolean): void {
        this.player.loops = loops;
        this.settings = { ...this.settings, loops };
        this.changed();
    }
    setTempo(tempo: number): void {
        if (!(tempo >= 20 && tempo <= 999)) return;
        this.settings = { ...this.settings, tempo };
        this.#tellTransport();
        this.changed();
    }
    setVolume(volumeDb: number): void {
        this.settings = { ...this.settings, volumeDb };
        const gain = volumeDb <= -60 ? 0 : 10 ** (volumeDb / 20);
        this.#volume.gain.setTargetAtTime(gain, this.context.currentTime, FADE_S);
        this.changed();
    }
    #tellTransport(): void {
        const { tempo } = this.settings;
        const beat = (this.player.position * tempo) / 60;
        this.engine?.transport({ tempo_bpm: tempo, beat, playing: this.player.isPlaying });
    }
    #loadProgramme(buffer: AudioBuffer, name: string): void {
        this.player.load(buffer);
        this.programme = name;
        for (const { node } of this.slots) node.reset();
        this.#tellTransport();
        this.changed();
    }
    useSong(): void {
        if (!this.#song) return;
        this.setTempo(SONG_BPM);
        this.#loadProgramme(this.#song, SONG);
    }
    get isSong(): boolean {
        return this.programme === SONG;
    }
    /** Sound becomes the programme (or the key), a chain as JSON becomes the chain. */
    open(file: File, use: 'programme' | 'key' = 'programme'): void {
        void this.do(async () => {
            if (/\.json$/i.test(file.name)) return this.#openChain(file.name, await file.text());
            const buffer = await decodeFile(this.context, file);
            if (use === 'key') {
                this.#keyBuffer = buffer;
                this.keyFile = file.name;
                this.setKey('file');
            } else this.#loadProgramme(buffer, file.name);
        });
    }
    async #openChain(name: string, text: string): Promise<void> {
        let json: unknown;
        try {
            json = JSON.parse(text);
        } catch {
            throw new Error(`${name} is no JSON.`);
        }
        const entries = pluginsOf(json, name).map((state) => ({ id: this.#nextId++, state }));
        const page = this.present();
        await this.#become({ ...page, sides: { ...page.sides, [page.side]: entries } }, true);
        this.commit();
        this.say(`${name}: ${this.slots.length} ${this.slots.length === 1 ? 'plugin' : 'plugins'}.`);
    }
    toggleCollapsed(id: number, isCollapsed: boolean): void {
        const others = this.settings.collapsed.filter((one) => one !== id);
        this.settings = { ...this.settings, collapsed: isCollapsed ? [...others, id] : others };
        this.changed();
    }
}
