// The shape of web/generated/manifest.json, which core/tools/manifest.c prints: every plugin as its C table has it, and
// the features that models hear. tools/manifest.mjs adds the schemas.

export type Curve = 'lin' | 'log' | 'int' | 'enum' | 'bool';

export interface ParamInfo {
    /** Stable for ever, snake_case, unit as suffix. */
    key: string;
    name: string;
    /** '' for amounts, switches and choices. */
    unit: string;
    curve: Curve;
    /** Plain units. */
    min: number;
    max: number;
    def: number;
    /** One per value from min = 0; empty unless the curve is 'enum'. */
    labels: string[];
    help: string;
    /** Gets an AudioParam. */
    automatable: boolean;
    /** The brain may suggest it. */
    mlTarget: boolean;
    /** At min (max) the stage is out of the path. */
    minIsOff: boolean;
    maxIsOff: boolean;
    /** The maximum stands for infinity. */
    maxIsInfinite?: boolean;
    /** Moving it may change the latency. */
    setsLatency: boolean;
    /** Length of the ramp to a new value. */
    smoothMs: number;
}

/** A plain value, an enum's label, or a switch. */
export type ParamValue = number | string | boolean;

export interface PresetInfo {
    key: string;
    name: string;
    /** What it does, in a sentence with a number that a test checks. */
    promise: string;
    /** What differs from the defaults. */
    values: Record<string, ParamValue>;
}

export interface MeterInfo {
    key: string;
    name: string;
    unit: string;
    /** What it reads after a reset. */
    idle: number;
}

export interface PluginInfo {
    key: string;
    name: string;
    help: string;
    category: string;
    version: number;
    channels: number;
    /** 2: takes a key on the second input; 0: does not. */
    sideChannels: number;
    /** Samples at 48 kHz, at the defaults. */
    latency: number;
    /** What its settings do to level, drawn by Engine.curve(): 'response', Hz -> dB of gain; 'transfer', dBFS in -> dBFS
     * out, in steady state; null: no curve. */
    curve: 'response' | 'transfer' | null;
    /** Stages that have a curve of their own, the bands of an EQ: parts 1 .. curveParts; part 0 is the whole. */
    curveParts: number;
    /** Centres of band1_…, band2_… where they are fixed, Hz; empty: they are not. */
    bandHz: number[];
    /** The last one is `bypass`, which every plugin has. */
    params: ParamInfo[];
    presets: PresetInfo[];
    meters: MeterInfo[];
}

/** The frame of core/analysis/features.h, in its order. */
export interface FeatureTable {
    /** Of what the values mean. */
    version: number;
    values: { key: string; unit: string }[];
}

export interface Manifest {
    abi: number;
    /** FNV-1a of the text of plugins and features, eight hex digits; the wasm modules carry the same. */
    hash: string;
    plugins: PluginInfo[];
    features: FeatureTable;
    /** Of each plugin what a model for it must agree with: a hash of its mlTarget parameters and of the features. */
    schemas: Record<string, string>;
}
