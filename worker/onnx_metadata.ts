// metadata_props of an ONNX file: what the runtime does not tell. The protobuf wire format (varints, and fields with a
// length), ModelProto.metadata_props = 14, StringStringEntryProto.key = 1, .value = 2 (onnx.proto).

const METADATA_PROPS = 14;

/** Field number and content of every field with a length; throws RangeError where the bytes end too early. */
function* fields(bytes: Uint8Array): Generator<[field: number, content: Uint8Array]> {
    let at = 0;
    const varint = (): number => {
        for (let value = 0, scale = 1; ; scale *= 128) {
            if (at >= bytes.length) throw new RangeError('The bytes end within a number.');
            const byte = bytes[at++];
            value += (byte & 127) * scale;
            if (byte < 128) return value;
        }
    };
    while (at < bytes.length) {
        const tag = varint();
        const kind = tag % 8;
        const skipped = { 1: 8, 5: 4 }[kind];
        if (kind === 0) varint();
        else if (skipped) at += skipped;
        else if (kind === 2) {
            const length = varint();
            if (at + length > bytes.length) throw new RangeError('The bytes end within a field.');
            yield [(tag - kind) / 8, bytes.subarray(at, at + length)];
            at += length;
        } else throw new RangeError(`No field of kind ${kind} is known.`);
    }
}

/** Throws RangeError for what is no ONNX file. */
export function onnxMetadata(model: Uint8Array): Map<string, string> {
    const decoder = new TextDecoder();
    const found = new Map<string, string>();
    for (const [field, content] of fields(model)) {
        if (field !== METADATA_PROPS) continue;
        const entry = new Map([...fields(content)].map(([name, text]) => [name, decoder.decode(text)]));
        found.set(entry.get(1) ?? '', entry.get(2) ?? '');
    }
    return found;
}
