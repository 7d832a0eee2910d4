// A static server of the package's browser files, with the ways in which real servers differ as words in the address:
//   http://127.0.0.1:<port>/<words>/            a blank page that loads driver.js
//   http://127.0.0.1:<port>/<words>/browser/…   dist/browser
//   http://127.0.0.1:<port>/<words>/kit/…       the compiled tests/browser/page
//   http://127.0.0.1:<port>/<words>/files/…     what the test put there, and what the page PUT there
// Words, joined by '+': plain (no headers) · isolated (COOP and COEP) · dip (Document-Isolation-Policy) · csp (the strict
// policy of the README) · nowasm (the same without 'wasm-unsafe-eval') · mime (wasm with a wrong type) · textjs (scripts
// with a wrong type) · empty (no driver).
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, resolve } from 'node:path';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** dist/browser beside dist/tests/browser. */
export const BUNDLES = resolve(here, '../../browser');
const KIT = join(here, 'page');

const TYPES: Record<string, string> = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.mjs': 'text/javascript; charset=utf-8',
    '.json': 'application/json',
    '.map': 'application/json',
    '.wasm': 'application/wasm',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
};
const PAGE = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>test</title>';
const DRIVER = `import * as kit from './kit/kit.js';
globalThis.kit = kit;
try { globalThis.dawg = await import('./browser/index.js'); } catch (error) { globalThis.failed = String(error); }
globalThis.loaded = true;
`;

const HEADERS: Record<string, OutgoingHttpHeaders> = {
    plain: {},
    isolated: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    dip: { 'Document-Isolation-Policy': 'isolate-and-require-corp' },
    csp: { 'Content-Security-Policy': "script-src 'self' 'wasm-unsafe-eval'" },
    nowasm: { 'Content-Security-Policy': "script-src 'self'" },
    mime: {},
    textjs: {},
    empty: {},
};

export class TestServer {
    /** By name below files/. */
    readonly files = new Map<string, Buffer>();
    /** More folders, by the first word behind the switches. */
    readonly folders = new Map<string, string>([
        ['browser', BUNDLES],
        ['kit', KIT],
    ]);
    /** What was asked for and not there. */
    readonly missing: string[] = [];
    readonly #server: Server;

    private constructor(private readonly isForeign: boolean) {
        this.#server = createServer((request, response) => void this.#answer(request, response));
    }
    /** foreign: another origin whose files any page may use (CORS and CORP). */
    static async start(foreign = false): Promise<TestServer> {
        const server = new TestServer(foreign);
        await new Promise<void>((done) => server.#server.listen(0, '127.0.0.1', done));
        return server;
    }
    get origin(): string {
        return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    }
    url(words: string, path = ''): string {
        return `${this.origin}/${words}/${path}`;
    }
    stop(): void {
        this.#server.close();
        this.#server.closeAllConnections();
    }

    async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const [, words, ...rest] = decodeURIComponent((request.url ?? '/').split('?')[0]).split('/');
        const set = new Set(words.split('+'));
        const headers: OutgoingHttpHeaders = { 'Cache-Control': 'no-store' };
        for (const word of set) Object.assign(headers, HEADERS[word]);
        if (this.isForeign)
            Object.assign(headers, {
                'Access-Control-Allow-Origin': '*',
                'Cross-Origin-Resource-Policy': 'cross-origin',
            });
        const send = (status: number, type: string, body: string | Buffer): void => {
            response.writeHead(status, { ...headers, 'Content-Type': type }).end(body);
        };
        const path = rest.join('/');
        if (rest[0] === 'files') {
            const name = rest.slice(1).join('/');
            if (request.method === 'PUT') {
                const pieces: Buffer[] = [];
                for await (const piece of request) pieces.push(piece as Buffer);
                this.files.set(name, Buffer.concat(pieces));
                return send(204, 'text/plain', '');
            }
            const file = this.files.get(name);
            if (file) return send(200, this.#typeOf(name, set), file);
        } else if (path === '') {
            const script = set.has('empty') ? '' : '<script type="module" src="driver.js"></script>';
            return send(200, TYPES['.html'], PAGE + script);
        } else if (path === 'driver.js') {
            return send(200, TYPES['.js'], DRIVER);
        } else {
            const folder = this.folders.get(rest[0]);
            const file = folder && join(folder, normalize(`/${rest.slice(1).join('/')}`));
            const found = file && statSync(file, { throwIfNoEntry: false });
            if (file && found && found.isFile()) {
                const type = { 'Content-Type': this.#typeOf(file, set), 'Content-Length': found.size };
                response.writeHead(200, { ...headers, ...type });
                createReadStream(file).pipe(response);
                return;
            }
        }
        this.missing.push(path);
        send(404, 'text/html', '<!doctype html><title>404</title>Not here.');
    }

    #typeOf(name: string, words: Set<string>): string {
        const suffix = extname(name);
        if (suffix === '.wasm' && words.has('mime')) return 'application/octet-stream';
        if (suffix === '.js' && words.has('textjs') && !/(driver|kit|index)\.js$/.test(name)) return 'text/html';
        return TYPES[suffix] ?? 'application/octet-stream';
    }
}
