// Records what it hears, from the context's frame `start` on, until `frames` are full; then posts them.
class Recorder extends AudioWorkletProcessor {
    readonly #channels: Float32Array[];
    readonly #start: number;
    #filled = 0;
    constructor(options: AudioWorkletNodeOptions) {
        super();
        const { start, frames } = options.processorOptions as { start: number; frames: number };
        this.#start = start;
        this.#channels = [new Float32Array(frames), new Float32Array(frames)];
    }
    process(inputs: readonly (readonly Float32Array[])[]): boolean {
        if (this.#filled >= this.#channels[0].length) return false; // called as long as there is input
        const [input] = inputs;
        for (let i = 0; i < 128; ++i) {
            const at = currentFrame + i - this.#start;
            if (at < 0 || at >= this.#channels[0].length) continue;
            this.#channels.forEach((channel, c) => (channel[at] = input[c]?.[i] ?? 0));
            ++this.#filled;
        }
        if (this.#filled === this.#channels[0].length) this.port.postMessage(this.#channels);
        return true;
    }
}
registerProcessor('recorder', Recorder);
