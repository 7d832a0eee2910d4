// Plays a buffer with seek and loop, and a second one, the key, along with it.

export class Player {
    readonly output: GainNode;
    readonly keyOutput: GainNode;
    buffer: AudioBuffer | undefined;
    #key: AudioBuffer | undefined;
    #sources: AudioBufferSourceNode[] = [];
    #loops = true;
    /** Seconds into the buffer at `#began` (context time), or where it rests. */
    #offset = 0;
    #began = 0;
    isPlaying = false;
    constructor(
        private readonly context: AudioContext,
        private readonly onEnd: () => void,
    ) {
        this.output = context.createGain();
        this.keyOutput = context.createGain();
    }

    get duration(): number {
        return this.buffer?.duration ?? 0;
    }
    get position(): number {
        if (!this.isPlaying) return this.#offset;
        const at = this.#offset + Math.max(0, this.context.currentTime - this.#began);
        return this.#loops ? at % Math.max(1e-3, this.duration) : Math.min(at, this.duration);
    }
    get loops(): boolean {
        return this.#loops;
    }
    set loops(loops: boolean) {
        if (loops === this.#loops) return;
        this.#restart(() => (this.#loops = loops));
    }
    set key(key: AudioBuffer | undefined) {
        if (key === this.#key) return;
        this.#restart(() => (this.#key = key));
    }
    load(buffer: AudioBuffer): void {
        this.#restart(() => {
            this.buffer = buffer;
            this.#offset = 0;
        });
    }
    seek(seconds: number): void {
        this.#restart(() => (this.#offset = Math.min(Math.max(0, seconds), Math.max(0, this.duration - 0.01))));
    }
    play(): void {
        const { buffer } = this;
        if (!buffer || this.isPlaying) return;
        this.#began = this.context.currentTime + 0.02;
        const start = (sound: AudioBuffer, output: AudioNode): AudioBufferSourceNode => {
            const source = this.context.createBufferSource();
            source.buffer = sound;
            source.loop = this.#loops;
            source.connect(output);
            source.start(this.#began, this.#offset % sound.duration);
            return source;
        };
        const main = start(buffer, this.output);
        this.#sources = [main, ...(this.#key ? [start(this.#key, this.keyOutput)] : [])];
        this.isPlaying = true;
        main.onended = () => {
            if (this.#sources[0] !== main) return;
            this.#stop();
            this.#offset = 0;
            this.onEnd();
        };
    }
    pause(): void {
        this.#offset = this.position;
        this.#stop();
    }
    #stop(): void {
        const sources = this.#sources;
        this.#sources = [];
        for (const source of sources) {
            source.stop();
            source.disconnect();
        }
        this.isPlaying = false;
    }
    #restart(change: () => void): void {
        const wasPlaying = this.isPlaying;
        if (wasPlaying) this.pause();
        change();
        if (wasPlaying) this.play();
    }
}
