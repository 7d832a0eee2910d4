// What lies in the rings and in the meter slots: 32-bit words, the same in shared memory and in messages.

/** One move of one parameter: page or worker -> worklet. */
export const MOVE = {
    WORDS: 8,
    /** u32: the number that create() gave the instance. */
    INSTANCE: 0,
    /** u32: op << 16 | number of the parameter in the manifest. */
    OP_PARAM: 1,
    /** f32: plain units. */
    PLAIN: 2,
    /** u32: frames to get there, or the parameter's own time if that is longer. */
    RAMP: 3,
    /** u32 pair: frame of the context (currentFrame) at which it holds; 0: now. */
    FRAME_LOW: 4,
    FRAME_HIGH: 5,
    /** f32, 0 .. 1: how sure the brain is; 1 from a hand. */
    CONFIDENCE: 6,
    /** u32: counts this producer's moves; from the worker, the low word of the tap frame that led to the move. */
    SEQUENCE: 7,
} as const;

/** set: the value. give, take: who owns the parameter from now on, the brain or the hand; PLAIN is not looked at. A set
 * from the page takes the parameter; a set from the worker acts only on what the brain owns. */
export const OP = { SET: 0, GIVE: 1, TAKE: 2 } as const;

/** A piece of audio of one tap: worklet -> worker. Planar: left, then right. */
export const TAP = {
    FRAMES_MAX: 128,
    /** u32: the instance, and where: POINT_IN or POINT_OUT. */
    INSTANCE: 0,
    POINT: 1,
    /** u32 pair: the context's frame of the first sample. */
    FRAME_LOW: 2,
    FRAME_HIGH: 3,
    /** u32: frames that are filled. */
    FRAMES: 4,
    /** u32: records that were dropped since the record before, over all taps, because the ring was full. */
    GAP: 5,
    /** f32: left begins here, right at RIGHT. */
    LEFT: 8,
    RIGHT: 8 + 128,
    WORDS: 8 + 2 * 128,
} as const;
export const POINT = { NONE: 0, IN: 1, OUT: 2 } as const;

/** The slot of an instance: worklet -> page, latest wins (slot.ts). Meters follow at METERS, then the plain value of each
 * parameter. */
export const SLOT = {
    /** u32: bit 0 set when the instance trapped and is silent. */
    FLAGS: 0,
    /** u32 pair: the context's frame behind the last quantum. */
    FRAME_LOW: 1,
    FRAME_HIGH: 2,
    /** u32, samples; TAIL may be TAIL_FOREVER. */
    LATENCY: 3,
    TAIL: 4,
    /** u32: as in Counters of engine.ts. */
    GUARDED: 5,
    CLAMPED: 6,
    REJECTED: 7,
    DROPPED: 8,
    FAULTS: 9,
    /** u32: moves from the worker that acted, and the frames from the end of the tap block that led to the last one until
     * it acted. */
    FOLLOWED: 10,
    FOLLOW_FRAMES: 11,
    /** u32: one bit per parameter, set when the brain owns it: 8 words for 256. */
    OWNERS: 12,
    METERS: 20,
} as const;
export const SLOT_TRAPPED = 1;

/** Words of a plugin's slot. */
export const slotWords = (meters: number, params: number): number => SLOT.METERS + meters + params;

/** Sizes of the rings, in records. Moves: 20 in one quantum for each of 200 instances. Taps: 0.7 s of two taps at
 * 48 kHz. */
export const MOVES_CAPACITY = 4096;
export const TAPS_CAPACITY = 512;
