// Payloads of the slot's tests: word 0 is the number of the write, the others follow from it, some of them seldom.

/** Word w changes every w % 5 + 1 writes, as meters do always and parameters seldom. */
const wordOf = (n: number, w: number): number =>
    w === 0 ? n : Math.imul(Math.floor(n / ((w % 5) + 1)) + w, 0x9e3779b1) ^ w;

export function fillPayload(payload: Int32Array, n: number): void {
    for (let w = 0; w < payload.length; ++w) payload[w] = wordOf(n, w);
}
/** The first word that does not belong to the payload's number; -1 when all do. */
export function wrongWord(payload: Int32Array): number {
    for (let w = 1; w < payload.length; ++w) if (payload[w] !== wordOf(payload[0], w)) return w;
    return -1;
}
