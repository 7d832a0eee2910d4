// The package's main file. Importing it does nothing: no window, no context, no network is touched before createEngine().
export type * from './api.js';
export type { MeterInfo, PresetInfo } from './manifest.js';
export { createEngine } from './engine.js';
export { InputError } from './errors.js';
export { encodeWav } from './wav.js';
export type { Bits, WavOptions } from './wav.js';
export { SONG_SECONDS, SONG_TEMPO_BPM, makeSong } from './song.js';
export type { Song } from './song.js';
