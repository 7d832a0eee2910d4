// Seeded random numbers: one seed, one sequence, everywhere (Marsaglia 2003, xorshift32).

/** Uniform in [0, 1), 32 bits. */
export function seededRandom(seed: number): () => number {
    let x = seed | 0 || 1;
    return () => {
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        return (x >>> 0) / 2 ** 32;
    };
}
