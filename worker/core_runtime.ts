// Models in dawg-worker.wasm itself, by core/inference: nothing else is loaded. One thread; rows one after the other.
import type { Analysis } from './analysis.js';
import type { Runtime, Session, Tensors } from './session.js';

/** An input or output: a row of so many values lies there. */
interface Port {
    width: number;
    at: number;
}

export class CoreRuntime implements Runtime {
    readonly provider = 'core';
    readonly threads = 1;
    constructor(private readonly analysis: Analysis) {}

    async open(model: Uint8Array, name: string): Promise<Session> {
        const { wasm } = this.analysis;
        const file = wasm.dawgw_net_file(model.length);
        if (!file) throw new Error(`There is no memory for ${name} (${model.length} bytes).`);
        new Uint8Array(wasm.memory.buffer, file, model.length).set(model);
        const net = wasm.dawgw_net_open(file, model.length);
        if (!net)
            throw new Error(
                `The core cannot run ${name}: ${this.#text(wasm.dawgw_net_reason())}. Without provider: 'core', ` +
                    'onnxruntime-web runs it.',
            );
        const ports = (isOutput: 0 | 1): Map<string, Port> =>
            new Map(
                Array.from({ length: wasm.dawgw_net_ports(net, isOutput) }, (_, i) => [
                    this.#text(wasm.dawgw_net_name(net, isOutput, i)),
                    { width: wasm.dawgw_net_width(net, isOutput, i), at: wasm.dawgw_net_row(net, isOutput, i) },
                ]),
            );
        return Promise.resolve(new CoreSession(this.analysis, net, ports(0), ports(1)));
    }
    #text(at: number): string {
        const bytes = new Uint8Array(this.analysis.wasm.memory.buffer, at);
        return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
    }
}

class CoreSession implements Session {
    readonly inputs: ReadonlyMap<string, number>;
    readonly outputs: ReadonlyMap<string, number>;
    constructor(
        private readonly analysis: Analysis,
        private readonly net: number,
        private readonly ins: ReadonlyMap<string, Port>,
        private readonly outs: ReadonlyMap<string, Port>,
    ) {
        const widths = (ports: ReadonlyMap<string, Port>): Map<string, number> =>
            new Map(Array.from(ports, ([name, { width }]) => [name, width]));
        this.inputs = widths(ins);
        this.outputs = widths(outs);
    }
    async run(inputs: Tensors, rows: number): Promise<Tensors> {
        for (const [name, { width }] of this.ins)
            if (inputs[name]?.length !== rows * width)
                throw new Error(
                    `Input ${name} has ${inputs[name]?.length ?? 'no'} values; ${rows} rows of ${width} are needed.`,
                );
        const { wasm } = this.analysis;
        const results = Array.from(this.outs, ([name, port]) => ({
            ...port,
            name,
            values: new Float32Array(rows * port.width), // [rows, width]
        }));
        const memory = new Float32Array(wasm.memory.buffer); // does not grow while a net runs
        for (let row = 0; row < rows; ++row) {
            for (const [name, { at, width }] of this.ins)
                memory.set(inputs[name].subarray(row * width, (row + 1) * width), at / 4);
            wasm.dawgw_net_run(this.net);
            for (const { at, width, values } of results)
                values.set(memory.subarray(at / 4, at / 4 + width), row * width);
        }
        return Promise.resolve(Object.fromEntries(results.map(({ name, values }) => [name, values])));
    }
    close(): Promise<void> {
        this.analysis.wasm.dawgw_net_close(this.net);
        return Promise.resolve();
    }
}
