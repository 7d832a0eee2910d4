// The entry of dawg-worklet.js: registers the host's processor and, of every plugin, a lean one and one with AudioParams.
// Loaded a second time into the same scope, it does nothing.
import { PROCESSORS } from '../web/generated/processors.js';
import type { AudioParamRow } from '../web/generated/processors.js';
import { Host } from './host.js';
import type { Channels, Hosted, Parameters } from './hosted.js';
import { HOST_PROCESSOR, processorName } from './protocol/messages.js';
import type { HostOptions, InstanceOptions } from './protocol/messages.js';

function register(host: Host): void {
    class HostProcessor extends AudioWorkletProcessor {
        constructor(options: AudioWorkletNodeOptions) {
            super();
            host.attach(this.port, options.processorOptions as HostOptions | undefined);
        }
        /** It only listens to its port. */
        process(): boolean {
            return false;
        }
    }
    registerProcessor(HOST_PROCESSOR, HostProcessor);

    abstract class PluginProcessor extends AudioWorkletProcessor {
        readonly #hosted: Hosted | undefined;

        constructor(options: AudioWorkletNodeOptions, key: string, rows: readonly AudioParamRow[]) {
            super();
            this.#hosted = host.create(this.port, key, rows, options.processorOptions as InstanceOptions);
        }
        process(inputs: readonly Channels[], outputs: readonly Channels[], parameters: Parameters): boolean {
            if (!this.#hosted) return false;
            host.beginQuantum(currentFrame);
            return this.#hosted.process(inputs, outputs, parameters, currentFrame);
        }
    }
    const registerPlugin = (key: string, isFull: boolean, rows: AudioParamRow[]): void =>
        registerProcessor(
            processorName(key, isFull),
            class extends PluginProcessor {
                static readonly parameterDescriptors = rows.map(
                    ([, name, minValue, maxValue, defaultValue]): AudioParamDescriptor => ({
                        name,
                        minValue,
                        maxValue,
                        defaultValue,
                        automationRate: 'a-rate',
                    }),
                );
                constructor(options: AudioWorkletNodeOptions) {
                    super(options, key, rows);
                }
            },
        );
    for (const [key, rows] of PROCESSORS) {
        registerPlugin(key, false, []);
        registerPlugin(key, true, rows);
    }
}

const scope = globalThis as unknown as Record<symbol, Host | undefined>;
const NAME = Symbol.for(HOST_PROCESSOR);
if (!scope[NAME]) {
    scope[NAME] = new Host(sampleRate, typeof renderQuantumSize === 'number' ? renderQuantumSize : 0);
    register(scope[NAME]);
}
