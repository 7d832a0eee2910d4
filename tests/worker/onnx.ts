// Writes small ONNX files for tests: any graph, or one matrix, and whatever metadata is wanted. The protobuf wire format and
// the field numbers are those of onnx.proto (ONNX 1.12, IR version 8).

/** curve_db = features x weights, sigma_db = features x 0 + sigma; goal or reference is an input that counts for nothing
 * unless `other` has weights for it. */
export interface TestModel {
    inputs: { name: string; width: number; weights: Float32Array }[];
    bias_db: Float32Array;
    sigma_db: number;
    metadata: Record<string, string>;
}

type Bytes = number[];
const varint = (value: number | bigint): Bytes => {
    const rest = BigInt.asUintN(64, BigInt(value));
    return rest < 128n ? [Number(rest)] : [Number(rest & 127n) | 128, ...varint(rest >> 7n)];
};
const number = (field: number, value: number): Uint8Array => Uint8Array.from([...varint(field << 3), ...varint(value)]);
function bytes(field: number, ...parts: Uint8Array[]): Uint8Array {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const head = [...varint((field << 3) | 2), ...varint(length)];
    const all = new Uint8Array(head.length + length);
    all.set(head);
    let at = head.length;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}
const text = (field: number, value: string): Uint8Array => bytes(field, new TextEncoder().encode(value));

/** Of onnx.proto's DataType. */
export const TYPE = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const;
export interface Tensor {
    name: string;
    type: keyof typeof TYPE;
    dims: number[];
    values: ArrayLike<number> | Float32Array | Int8Array | Uint8Array | Uint16Array | BigInt64Array;
    /** As varints and not as raw bytes: integers only. */
    isPacked?: boolean;
}
export interface Node {
    op: string;
    inputs: string[];
    outputs: string[];
    attributes?: Record<string, number>;
    domain?: string;
}
/** An input or output of rows. */
export interface Port {
    name: string;
    width: number;
}
export interface Graph {
    nodes: Node[];
    tensors: Tensor[];
    inputs: Port[];
    outputs: Port[];
    metadata?: Record<string, string>;
}
const ARRAYS = { float: Float32Array, uint8: Uint8Array, int8: Int8Array, int32: Int32Array, float16: Uint16Array };

const tensor = ({ name, type, dims, values, isPacked = false }: Tensor): Uint8Array => {
    const all = Array.from(values as ArrayLike<number>);
    const raw = type === 'int64' ? BigInt64Array.from(all, (value) => BigInt(value)) : ARRAYS[type].from(all);
    const content = isPacked
        ? bytes(type === 'int64' ? 7 : 5, Uint8Array.from(all.flatMap((value) => varint(value))))
        : bytes(9, new Uint8Array(raw.buffer));
    return bytes(5, ...dims.map((dim) => number(1, dim)), number(2, TYPE[type]), text(8, name), content);
};
const INT = 2;
const attribute = ([name, value]: [string, number]): Uint8Array =>
    bytes(5, text(1, name), number(3, value), number(20, INT));
const node = ({ op, inputs, outputs, attributes = {}, domain = '' }: Node): Uint8Array =>
    bytes(
        1,
        ...inputs.map((input) => text(1, input)),
        ...outputs.map((output) => text(2, output)),
        text(4, op),
        ...Object.entries(attributes).map(attribute),
        text(7, domain),
    );
/** Rows of any number. */
const value = (field: number, { name, width }: Port): Uint8Array =>
    bytes(
        field,
        text(1, name),
        bytes(2, bytes(1, number(1, TYPE.float), bytes(2, bytes(1, text(2, 'n')), bytes(1, number(1, width))))),
    );

export function graphFile({ nodes, tensors, inputs, outputs, metadata = {} }: Graph): Uint8Array<ArrayBuffer> {
    const graph = [
        ...nodes.map(node),
        text(2, 'test'),
        ...tensors.map(tensor),
        ...inputs.map((port) => value(11, port)),
        ...outputs.map((port) => value(12, port)),
    ];
    const all = [
        number(1, 8), // IR version
        bytes(7, ...graph),
        ...['', 'com.microsoft'].map((domain, i) => bytes(8, text(1, domain), number(2, i ? 1 : 18))), // operator sets
        ...Object.entries(metadata).map(([key, entry]) => bytes(14, text(1, key), text(2, entry))),
    ];
    return Uint8Array.from(all.flatMap((part) => [...part]));
}

export function onnxFile({ inputs, bias_db, sigma_db, metadata }: TestModel): Uint8Array<ArrayBuffer> {
    const width = bias_db.length;
    const parts = inputs.map(({ name }) => `${name}_part`);
    const matrix = (name: string, rows: number, values: Float32Array): Tensor => ({
        ...{ name, type: 'float', dims: [rows, width], values },
    });
    const vector = (name: string, values: Float32Array): Tensor => ({ name, type: 'float', dims: [width], values });
    return graphFile({
        nodes: [
            ...inputs.map(({ name }) => ({
                ...{ op: 'MatMul', inputs: [name, `${name}_weights`], outputs: [`${name}_part`] },
            })),
            { op: 'Sum', inputs: [...parts, 'bias'], outputs: ['curve_db'] },
            { op: 'MatMul', inputs: [inputs[0].name, 'zeros'], outputs: ['nothing'] },
            { op: 'Add', inputs: ['nothing', 'sigma'], outputs: ['sigma_db'] },
        ],
        tensors: [
            ...inputs.map(({ name, width: rows, weights }) => matrix(`${name}_weights`, rows, weights)),
            vector('bias', bias_db),
            matrix('zeros', inputs[0].width, new Float32Array(inputs[0].width * width)),
            vector('sigma', new Float32Array(width).fill(sigma_db)),
        ],
        inputs: inputs.map(({ name, width: columns }) => ({ name, width: columns })),
        outputs: ['curve_db', 'sigma_db'].map((name) => ({ name, width })),
        metadata,
    });
}
