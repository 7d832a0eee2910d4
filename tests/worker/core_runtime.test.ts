// The core as a runtime of models (core/inference): every operation as onnxruntime computes it, the shipped models with the
// same bits in every build, and files that are wrong refused with what is wrong.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { before, test } from 'node:test';
import { loadModule } from '../../tools/dawg/assets.js';
import { seededRandom } from '../../web/src/random.js';
import { Analysis } from '../../worker/analysis.js';
import { CoreRuntime } from '../../worker/core_runtime.js';
import { OrtRuntime, runtimeIn } from '../../worker/session.js';
import type { Session, Tensors } from '../../worker/session.js';
import { NATIVE_BUILDS, record } from '../wasm/builds.js';
import { Files, ORT, manifest, newAnalysis } from './brain.js';
import { graphFile } from './onnx.js';
import type { Graph, Node, Tensor } from './onnx.js';

const WIDTH = 12;
const ROWS = 3;
const random = seededRandom(5);
const numbers = (count: number, most = 3): number[] => Array.from({ length: count }, () => most * (2 * random() - 1));
const whole = (count: number, low: number, high: number): number[] =>
    Array.from({ length: count }, () => low + Math.floor(random() * (high - low + 1)));

const float = (name: string, dims: number[], values = numbers(dims.reduce((a, b) => a * b, 1))): Tensor => ({
    ...{ name, type: 'float', dims, values },
});
const ints = (name: string, ...values: number[]): Tensor => ({ name, type: 'int64', dims: [values.length], values });
const bytesOf = (type: 'int8' | 'uint8', name: string, dims: number[], values: number[]): Tensor => ({
    ...{ name, type, dims, values },
});
const one = (op: string, inputs: string[], output: string, attributes?: Record<string, number>): Node => ({
    ...{ op, inputs, outputs: [output], ...(attributes && { attributes }) },
});

interface Case {
    nodes: Node[];
    tensors?: Tensor[];
    /** Of the output; WIDTH where it is left out. */
    width?: number;
}
const simple = (op: string, inputs: string[], tensors: Tensor[] = [], width = WIDTH): Case => ({
    ...{ nodes: [one(op, inputs, 'z')], tensors, width },
});
const whatever: Case = simple('Identity', ['x']);

const CASES: Record<string, Case> = {
    ...Object.fromEntries(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].map((op) => [op, simple(op, ['x', 'y'])])),
    ...Object.fromEntries(
        ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].map((op) => [
            `${op} of a row, and of a number`,
            {
                nodes: [one(op, ['x', 'row'], 'a'), one(op, ['number', 'a'], 'z')],
                tensors: [float('row', [WIDTH]), float('number', [])],
            },
        ]),
    ),
    ...Object.fromEntries(
        ['Sum', 'Max', 'Min'].map((op) => [
            `${op} of three`,
            simple(op, ['x', 'row', 'y'], [float('row', [1, WIDTH])]),
        ]),
    ),
    ...Object.fromEntries(
        ['Relu', 'Exp', 'Tanh', 'Sigmoid', 'Neg', 'Abs', 'Identity'].map((op) => [op, simple(op, ['x'])]),
    ),
    ...Object.fromEntries(['Log', 'Sqrt'].map((op) => [op, { nodes: [one('Abs', ['x'], 'a'), one(op, ['a'], 'z')] }])),
    'Pow 2': simple('Pow', ['x', 'two'], [float('two', [], [2])]),
    Clip: simple('Clip', ['x', 'low', 'high'], [float('low', [], [-1]), float('high', [], [0.5])]),
    'Clip above': simple('Clip', ['x', '', 'high'], [float('high', [], [0.5])]),
    'Clip below': simple('Clip', ['x', 'low'], [float('low', [], [-1])]),
    ...Object.fromEntries(
        [1, 4, 5, 32, 33].map((n) => [
            `MatMul by ${n}`,
            {
                nodes: [one('Relu', ['x'], 'a'), one('MatMul', ['a', 'w'], 'z')],
                tensors: [float('w', [WIDTH, n])],
                width: n,
            },
        ]),
    ),
    'Slice from the end': simple('Slice', ['x', 'b', 'e', 'a'], [ints('b', -5), ints('e', 2 ** 62), ints('a', 1)], 5),
    'Slice of three dimensions, Concat, ReduceMean': {
        nodes: [
            one('Reshape', ['x', 'apart'], 'p'),
            one('Slice', ['p', 'b', 'e', 'a', 's'], 'q'), // [n, 2, 3]
            one('Concat', ['q', 'q', 'q'], 'c', { axis: -1 }), // [n, 2, 9]
            one('Concat', ['c', 'c'], 'd', { axis: 1 }), // [n, 4, 9]
            one('ReduceMean', ['d', 'last'], 'z', { keepdims: 0 }),
        ],
        tensors: [
            { ...ints('apart', -1, 3, 4), isPacked: true },
            ...[ints('b', 1, 0), ints('e', 3, -1), ints('a', 1, 2), ints('s', 1, 1), ints('last', 2)],
        ],
        width: 4,
    },
    'MatMul of three dimensions, and back': {
        nodes: [
            one('Reshape', ['x', 'apart'], 'p'),
            one('MatMul', ['p', 'w'], 'm'), // [n, 3, 6]
            one('ReduceMax', ['m', 'middle'], 'r', { keepdims: 1 }), // [n, 1, 6]
            one('Sub', ['m', 'r'], 's'),
            one('Reshape', ['s', 'back'], 'z'),
        ],
        tensors: [ints('apart', -1, 3, 4), float('w', [4, 6]), ints('middle', 1), ints('back', -1, 18)],
        width: 18,
    },
    ...Object.fromEntries(
        ['ReduceMax', 'ReduceMin', 'ReduceSum', 'ReduceMean'].map((op) => [
            op,
            {
                nodes: [one(op, ['x', 'axes'], 'r', { keepdims: 1 }), one('Sub', ['x', 'r'], 'z')],
                tensors: [ints('axes', -1)],
            },
        ]),
    ),
    'weights in half precision': {
        nodes: [one('Cast', ['h'], 'w', { to: 1 }), one('MatMul', ['x', 'w'], 'z')],
        tensors: [
            {
                ...{ name: 'h', type: 'float16', dims: [WIDTH, 4] },
                values: [0, 0x8000, 1, 0x03ff, 0x0400, 0x3c00, 0xbc00, 0x7bff, ...whole(40, 0x2000, 0x4800)],
            },
        ],
        width: 4,
    },
    ...Object.fromEntries(
        (['uint8', 'int8'] as const).map((type) => [
            `QuantizeLinear, DequantizeLinear ${type}`,
            {
                nodes: [one('QuantizeLinear', ['x', 's', 'q'], 'i'), one('DequantizeLinear', ['i', 's', 'q'], 'z')],
                tensors: [float('s', [], [0.0137]), { ...bytesOf(type, 'q', [], [37]), isPacked: true }],
            },
        ]),
    ),
    ...Object.fromEntries(
        [0, 1].map((axis) => [
            `DequantizeLinear of weights along ${axis}`,
            {
                nodes: [one('DequantizeLinear', ['i', 's', 'q'], 'w', { axis }), one('MatMul', ['x', 'w'], 'z')],
                tensors: [
                    bytesOf('int8', 'i', [WIDTH, 7], whole(7 * WIDTH, -128, 127)),
                    float('s', [axis ? 7 : WIDTH]),
                    bytesOf('int8', 'q', [axis ? 7 : WIDTH], whole(axis ? 7 : WIDTH, -5, 5)),
                ],
                width: 7,
            },
        ]),
    ),
    'DynamicQuantizeLinear, MatMulInteger': {
        nodes: [
            { op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['i', 's', 'q'] },
            one('MatMulInteger', ['i', 'w', 'q', 'zeros'], 'm'),
            one('Cast', ['m'], 'f', { to: 1 }),
            one('Mul', ['f', 's'], 'z'),
        ],
        tensors: [
            bytesOf('int8', 'w', [WIDTH, 9], whole(9 * WIDTH, -128, 127)),
            bytesOf('int8', 'zeros', [9], whole(9, -9, 9)),
        ],
        width: 9,
    },
    'DynamicQuantizeLinear of nothing but zeros': {
        nodes: [
            one('Mul', ['x', 'nothing'], 'o'),
            { op: 'DynamicQuantizeLinear', inputs: ['o'], outputs: ['i', 's', 'q'] },
            one('DequantizeLinear', ['i', 's', 'q'], 'f'),
            one('Add', ['f', 's'], 'z'),
        ],
        tensors: [float('nothing', [], [0])],
    },
    'MatMulNBits of 4 bits': {
        nodes: [
            one('Slice', ['x', 'b', 'e', 'a'], 'eight'),
            one('Concat', ['x', 'y', 'eight'], 'wide', { axis: 1 }),
            {
                ...{ op: 'MatMulNBits', domain: 'com.microsoft', inputs: ['wide', 'w', 's'], outputs: ['z'] },
                attributes: { K: 32, N: 3, bits: 4, block_size: 16 },
            },
        ],
        tensors: [
            ...[ints('b', 0), ints('e', 8), ints('a', 1)],
            ...[bytesOf('uint8', 'w', [3, 2, 8], whole(48, 0, 255)), float('s', [6])],
        ],
        width: 3,
    },
};

const graphOf = ({ nodes, tensors = [], width = WIDTH }: Case, more: Partial<Graph> = {}): Uint8Array<ArrayBuffer> =>
    graphFile({
        ...{ nodes, tensors },
        inputs: ['x', 'y'].map((name) => ({ name, width: WIDTH })),
        outputs: [{ name: 'z', width }],
        ...more,
    });

let ort: OrtRuntime;
const core = new CoreRuntime(newAnalysis());
before(async () => {
    ort = await OrtRuntime.load('wasm', runtimeIn(ORT, 'wasm'), 1, new Files().read, () => undefined);
});
/** Row by row: dynamic quantization measures all that it is given together. */
async function each(session: Session, inputs: Tensors, rows: number): Promise<Tensors> {
    const found: Tensors = {};
    for (const [name, width] of session.outputs) found[name] = new Float32Array(rows * width);
    for (let row = 0; row < rows; ++row) {
        const mine = Object.fromEntries(
            [...session.inputs].map(([name, width]) => [name, inputs[name].slice(row * width, (row + 1) * width)]),
        );
        for (const [name, values] of Object.entries(await session.run(mine, 1)))
            found[name].set(values, row * values.length);
    }
    return found;
}

for (const [name, given] of Object.entries(CASES))
    test(`${name} is what onnxruntime computes, within 2e-6 of the largest value`, async () => {
        const file = graphOf(given);
        const inputs = { x: Float32Array.from(numbers(ROWS * WIDTH)), y: Float32Array.from(numbers(ROWS * WIDTH)) };
        const [ours, theirs] = [await core.open(file, name), await ort.open(file, name)];
        assert.deepEqual([...ours.outputs], [['z', given.width ?? WIDTH]]);
        const [found, wanted] = [(await ours.run(inputs, ROWS)).z, (await each(theirs, inputs, ROWS)).z];
        const largest = wanted.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
        assert.equal(found.length, wanted.length);
        found.forEach((value, i) =>
            assert.ok(Math.abs(value - wanted[i]) <= 2e-6 * largest, `${i}: ${value}, onnxruntime ${wanted[i]}`),
        );
        await ours.close();
    });

test('files that are wrong are refused with what is wrong', async () => {
    const good = graphOf(whatever);
    const bad = (more: Partial<Graph>): Uint8Array => graphOf(whatever, more);
    const cases: [string, Uint8Array, RegExp][] = [
        ['cut off', good.slice(0, -3), /the file ends within a field/],
        ['cut off in the graph', good.slice(0, good.length >> 1), /the file ends within a field/],
        ['no model', new TextEncoder().encode('<!doctype html>'), /ends within a field|no graph with inputs/],
        ['nothing', new Uint8Array(0), /no graph with inputs and outputs/],
        ['an operation', graphOf(simple('Conv', ['x', 'y'])), /operation "Conv": it is none of those that run here/],
        ['an attribute', bad({ nodes: [one('Concat', ['x', 'y'], 'z', { wild: 1 })] }), /Concat "z": .*attribute/],
        [
            'shapes',
            graphOf(simple('MatMul', ['x', 'w'], [float('w', [11, 3])], 3)),
            /MatMul "z": the shapes .* do not fit/,
        ],
        [
            'shapes',
            graphOf(simple('Add', ['x', 'w'], [float('w', [11])])),
            /Add "z": the shapes of its inputs do not fit/,
        ],
        [
            'steps',
            graphOf(
                simple('Slice', ['x', 'b', 'e', 'a', 's'], [ints('b', 0), ints('e', 8), ints('a', 1), ints('s', 2)], 4),
            ),
            /Slice "z": .*kind/,
        ],
        [
            'an unknown shape',
            bad({ nodes: [one('Reshape', ['x', 'y'], 'z')] }),
            /Reshape "z": .*not stored in the file/,
        ],
        ['another power', graphOf(simple('Pow', ['x', 'n'], [float('n', [], [3])])), /Pow "z": .*kind/],
        ['a value from nowhere', graphOf(simple('Relu', ['late'])), /value "late": it is used before it is made/],
        ['two of one name', bad({ nodes: [one('Relu', ['x'], 'z'), one('Relu', ['x'], 'z')] }), /two of one name: "z"/],
        ['too few inputs', bad({ nodes: [one('Add', ['x'], 'z')] }), /Add "z": .*number of inputs and outputs/],
        [
            'short weights',
            graphOf(simple('Add', ['x', 'w'], [{ ...float('w', [12]), values: numbers(11) }])),
            /weights "w": .*not as many as shape and type say/,
        ],
        ['NaN', graphOf(simple('Add', ['x', 'w'], [float('w', [], [NaN])])), /weights "w": .*not a finite number/],
        [
            'infinite halves',
            graphOf(simple('Add', ['x', 'w'], [{ name: 'w', type: 'float16', dims: [], values: [0x7c00] }])),
            /weights "w": .*finite/,
        ],
        ['no such output', bad({ outputs: [{ name: 'other', width: 3 }] }), /output "other": no node makes it/],
        [
            'a long name',
            bad({
                inputs: [
                    { name: 'x'.repeat(40), width: 3 },
                    { name: 'x', width: 12 },
                ],
            }),
            /name is too long/,
        ],
    ];
    for (const [name, file, reason] of cases)
        await assert.rejects(core.open(file, 'it.onnx'), (error: Error) => {
            assert.match(
                error.message,
                /^The core cannot run it\.onnx: .*\. Without provider: 'core', onnxruntime-web runs it\.$/,
            );
            assert.match(error.message, reason, name);
            return true;
        });
    const session = await core.open(good, 'good');
    await assert.rejects(
        session.run({ x: new Float32Array(11), y: new Float32Array(12) }, 1),
        /Input x has 11 values; 1 rows of 12/,
    );
    await assert.rejects(session.run({ y: new Float32Array(12) }, 1), /Input x has no values/);
});

test('a hundred models opened and closed leave the memory as it was', async () => {
    const analysis = newAnalysis();
    const runtime = new CoreRuntime(analysis);
    const file = new Uint8Array(readFileSync('models/onnx/auto_eq_blind_fp16.onnx'));
    let after: number | undefined;
    for (let i = 0; i < 100; ++i) {
        const session = await runtime.open(file, 'one');
        await assert.rejects(runtime.open(file.subarray(0, file.length >> 1), 'half'));
        await session.close();
        after ??= analysis.wasm.memory.buffer.byteLength;
    }
    assert.equal(analysis.wasm.memory.buffer.byteLength, after);
});

const SCRIPT = `
import sys
sys.path.insert(0, 'models')
import numpy as np, dsp
net = dsp.Net(open(sys.argv[1], 'rb').read())
inputs = {name: np.fromfile(f'{sys.argv[2]}/{name}', np.float32).reshape(ROWS, -1) for name in net.inputs}
for name, values in net.run(inputs).items():
    values.tofile(f'{sys.argv[2]}/{name}')`.replace('ROWS', `${ROWS}`);

/** By the Python binding of a native build. */
function ofPython(build: string, path: string, inputs: Tensors, outputs: Iterable<string>): Tensors {
    const dir = mkdtempSync(join(tmpdir(), 'dawg-net-'));
    try {
        for (const [name, values] of Object.entries(inputs))
            writeFileSync(join(dir, name), new Uint8Array(values.buffer));
        const env = { ...process.env, DAWG_LIB: resolve(`build/${build}/libdawg.so`) };
        execFileSync('.venv/bin/python', ['-c', SCRIPT, path, dir], { env });
        const read = (name: string): Float32Array =>
            new Float32Array(new Uint8Array(readFileSync(join(dir, name))).buffer);
        return Object.fromEntries(Array.from(outputs, (name) => [name, read(name)]));
    } finally {
        rmSync(dir, { recursive: true });
    }
}

test(`IN-2: every shipped model answers with the same bits: worker, worklet-scalar, cli, ${NATIVE_BUILDS.join(', ')}`, async () => {
    for (const file of readdirSync('models/onnx').filter((name) => name.endsWith('.onnx'))) {
        const path = `models/onnx/${file}`;
        const model = new Uint8Array(readFileSync(path));
        const inputs: Tensors = {};
        const found = new Map<string, Tensors>();
        let outputs: string[] = [];
        for (const build of ['worker', 'worklet-scalar', 'cli']) {
            const session = await new CoreRuntime(new Analysis(loadModule(build, 'worker'), manifest)).open(
                model,
                file,
            );
            for (const [name, width] of session.inputs)
                inputs[name] ??= Float32Array.from(numbers(ROWS * width, 40), (x) => x - 50);
            outputs = [...session.outputs.keys()];
            found.set(build, await session.run(inputs, ROWS));
        }
        for (const build of NATIVE_BUILDS) found.set(build, ofPython(build, path, inputs, outputs));
        const [first] = found.values();
        for (const [build, answer] of found)
            for (const [name, values] of Object.entries(answer)) {
                const at = values.findIndex((x, i) => !Object.is(x, first[name][i]));
                assert.equal(at, -1, `${build}, ${file}: ${name}[${at}] is ${values[at]}, not ${first[name][at]}`);
            }
        record('IN-2', `${file}, of ${found.size} builds: other bits`, 0, '', '0');
    }
});
