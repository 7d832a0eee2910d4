// MPEG audio frame headers (ISO/IEC 11172-3 2.4.2.3, 13818-3; version 2.5 is Fraunhofer's extension to lower rates).

/** kbit/s by bitrate index; index 0 (free) is not read, 15 is forbidden. */
const KBITS_1 = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448], // layer I
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
];
const KBITS_2 = [
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const RATES_1 = [44100, 48000, 32000];

/** Bytes of the frame that begins at `at`; 0: no frame header. */
function frameBytes(bytes: Buffer, at: number): number {
    if (at + 4 > bytes.length || bytes[at] !== 0xff || bytes[at + 1] < 0xe0) return 0;
    const divisor = [4, 0, 2, 1][(bytes[at + 1] >> 3) & 3]; // of the rates: version 2.5, reserved, 2, 1
    const layer = 4 - ((bytes[at + 1] >> 1) & 3); // 4 is reserved
    const kbits = (divisor === 1 ? KBITS_1 : KBITS_2)[layer - 1]?.[bytes[at + 2] >> 4];
    const rate = RATES_1[(bytes[at + 2] >> 2) & 3] / divisor;
    if (!divisor || !kbits || !rate) return 0;
    const padding = (bytes[at + 2] >> 1) & 1;
    if (layer === 1) return 4 * (Math.floor((12000 * kbits) / rate) + padding);
    return Math.floor(((layer === 3 && divisor > 1 ? 72000 : 144000) * kbits) / rate) + padding;
}

/** Where the first of two frames in a row, of the same version, layer and rate, begins behind an ID3v2 tag, whose size
 * is 4 x 7 bits; -1: nowhere. */
export function mpegStart(bytes: Buffer): number {
    const hasTag = bytes.length >= 10 && bytes.toString('latin1', 0, 3) === 'ID3';
    let at = hasTag ? 10 + ((bytes[6] << 21) | (bytes[7] << 14) | (bytes[8] << 7) | bytes[9]) : 0;
    const kind = (frame: number): number => ((bytes[frame + 1] & 0xfe) << 8) | (bytes[frame + 2] & 12);
    for (at = bytes.indexOf(0xff, at); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
        const next = at + frameBytes(bytes, at);
        if (next > at && frameBytes(bytes, next) && kind(at) === kind(next)) return at;
    }
    return -1;
}
