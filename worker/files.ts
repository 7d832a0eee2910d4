// Files that come while the worker works: fetched with progress, and an error that says what to do.
import { messageOf } from './errors.js';

/** Bytes so far, and of all where that is known. */
export type OnBytes = (loaded: number, total: number | undefined) => void;
/** `where`: which option says where the file is. */
export type ReadFile = (url: string, where: string, onBytes?: OnBytes) => Promise<Uint8Array<ArrayBuffer>>;

export const fetchFile: ReadFile = async (url, where, onBytes) => {
    let response: Response;
    try {
        response = await fetch(url);
    } catch (error) {
        throw new Error(
            `${url} could not be fetched (${messageOf(error)}): the server is away, or does not allow other origins ` +
                `(CORS), or the page's connect-src forbids it. ${where}.`,
            { cause: error },
        );
    }
    if (!response.ok)
        throw new Error(
            `${url} could not be fetched: ${`${response.status} ${response.statusText}`.trim()}. Serve the file there; ${where}.`,
        );
    const length = response.headers.get('content-encoding') ? NaN : Number(response.headers.get('content-length'));
    const total = length > 0 ? length : undefined; // of a compressed file, another number than arrives
    const pieces: Uint8Array[] = [];
    let loaded = 0;
    const reader = response.body?.getReader();
    try {
        for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
            pieces.push(piece.value);
            loaded += piece.value.length;
            onBytes?.(loaded, total);
        }
    } catch (error) {
        throw new Error(`${url} broke off after ${loaded} bytes (${messageOf(error)}): try again.`, { cause: error });
    }
    const all = new Uint8Array(loaded);
    pieces.reduce((at, piece) => (all.set(piece, at), at + piece.length), 0);
    return all;
};

/** Hexadecimal. */
export async function sha256(data: BufferSource): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
