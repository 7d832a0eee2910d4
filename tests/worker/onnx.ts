// Writes small ONNX files for tests: one matrix, and whatever metadata is wanted. The protobuf wire format and the field
// numbers are those of onnx.proto (ONNX 1.12, IR version 8).

/** curve_db = features x weights, sigma_db = features x 0 + sigma; goal or reference is an input that counts for nothing
 * unless `other` has weights for it. */
export interface TestModel {
    inputs: { name: string; width: number; weights: Float32Array }[];
    bias_db: Float32Array;
    sigma_db: number;
    metadata: Record<string, string>;
}

type Bytes = number[];
const varint = (value: number): Bytes => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
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

const FLOAT = 1;
const tensor = (name: string, dims: number[], values: Float32Array): Uint8Array =>
    bytes(
        5,
        ...dims.map((dim) => number(1, dim)),
        number(2, FLOAT),
        text(8, name),
        bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
    );
const node = (op: string, inputs: string[], output: string): Uint8Array =>
    bytes(1, ...inputs.map((input) => text(1, input)), text(2, output), text(4, op));
/** Rows of any number. */
const value = (field: number, name: string, width: number): Uint8Array =>
    bytes(
        field,
        text(1, name),
        bytes(2, bytes(1, number(1, FLOAT), bytes(2, bytes(1, text(2, 'n')), bytes(1, number(1, width))))),
    );

export function onnxFile({ inputs, bias_db, sigma_db, metadata }: TestModel): Uint8Array<ArrayBuffer> {
    const width = bias_db.length;
    const parts = inputs.map(({ name }) => `${name}_part`);
    const graph = [
        ...inputs.flatMap(({ name }) => [node('MatMul', [name, `${name}_weights`], `${name}_part`)]),
        node('Sum', [...parts, 'bias'], 'curve_db'),
        node('MatMul', [inputs[0].name, 'zeros'], 'nothing'),
        node('Add', ['nothing', 'sigma'], 'sigma_db'),
        text(2, 'test'),
        ...inputs.map(({ name, width: rows, weights }) => tensor(`${name}_weights`, [rows, width], weights)),
        tensor('bias', [width], bias_db),
        tensor('zeros', [inputs[0].width, width], new Float32Array(inputs[0].width * width)),
        tensor('sigma', [width], new Float32Array(width).fill(sigma_db)),
        ...inputs.map(({ name, width: columns }) => value(11, name, columns)),
        ...['curve_db', 'sigma_db'].map((name) => value(12, name, width)),
    ];
    const all = [
        number(1, 8), // IR version
        bytes(7, ...graph),
        bytes(8, text(1, ''), number(2, 17)), // opset
        ...Object.entries(metadata).map(([key, entry]) => bytes(14, text(1, key), text(2, entry))),
    ];
    return Uint8Array.from(all.flatMap((part) => [...part]));
}
