// Chain files.
import { readFileSync } from 'node:fs';
import { parseChain } from '../../web/src/chain.js';
import type { Slot } from '../../web/src/chain.js';
import { InputError } from '../../web/src/errors.js';
import type { Manifest } from '../../web/src/manifest.js';
import { warn } from './errors.js';

/** Reads a chain, a bare array or a state. */
export function readChain(manifest: Manifest, path: string): Slot[] {
    let json: unknown;
    try {
        json = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
        throw new InputError(`Cannot read the chain ${path}: ${(error as Error).message}. Give a JSON file.`);
    }
    return parseChain(manifest, json, path, warn);
}
