// What AudioWorkletGlobalScope offers beyond the language (Web Audio API 1.1, 1.32), which the DOM library leaves out.

declare abstract class AudioWorkletProcessor {
    readonly port: MessagePort;
    /** Channels of each input and output; an AudioParam's value for each frame, or one for all of them. */
    abstract process(
        inputs: readonly (readonly Float32Array[])[],
        outputs: readonly (readonly Float32Array[])[],
        parameters: Readonly<Record<string, Float32Array>>,
    ): boolean;
}

interface AudioParamDescriptor {
    name: string;
    defaultValue: number;
    minValue: number;
    maxValue: number;
    automationRate: AutomationRate;
}

declare function registerProcessor(
    name: string,
    processor: (new (options: AudioWorkletNodeOptions) => AudioWorkletProcessor) & {
        readonly parameterDescriptors?: AudioParamDescriptor[];
    },
): void;

/** The context's frame at which the current quantum begins. */
declare const currentFrame: number;
/** Hz. */
declare const sampleRate: number;
/** Frames; not in every browser. */
declare const renderQuantumSize: number | undefined;
