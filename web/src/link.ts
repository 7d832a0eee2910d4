// The page's end of the worklet's host: starts it, brings it the wasm module (or bytes, where modules get lost on the
// way), and waits until it says that it is ready.
import { HOST_PROCESSOR } from '../../worklet/protocol/messages.js';
import type { FromHost, HostOptions, ToHost, WorkletManifest } from '../../worklet/protocol/messages.js';
import { whyNot } from './assets.js';
import type { Wasm } from './assets.js';
import type { Manifest } from './manifest.js';

export interface Link {
    post(message: ToHost, transfer?: Transferable[]): void;
    close(): void;
    via: 'module' | 'bytes';
    /** Messages after 'ready'. */
    onmessage: (message: FromHost) => void;
}

const workletManifest = ({ abi, hash, plugins }: Manifest): WorkletManifest => ({
    abi,
    hash,
    plugins: plugins.map(({ key, meters, params }) => ({
        key,
        meters: meters.map(({ idle }) => ({ idle })),
        params: params.map((p) => ({ key: p.key, def: p.def })),
    })),
});

/** Throws when audio cannot run here at all. */
export function checkContext(context: BaseAudioContext): void {
    if (context.state === 'closed')
        throw new Error('This AudioContext is closed (an offline one: has rendered). Make a new one.');
    if (context.audioWorklet as AudioWorklet | undefined) return;
    throw new Error(
        globalThis.isSecureContext === false
            ? 'There is no AudioWorklet, because the page is not secure: serve it over https, or from localhost.'
            : 'There is no AudioWorklet in this AudioContext: a browser from 2021 or later has one.',
    );
}

async function addModule(context: BaseAudioContext, url: string): Promise<void> {
    try {
        await context.audioWorklet.addModule(url);
    } catch (error) {
        checkContext(context);
        throw new Error(`The worklet did not load. ${await whyNot('workletUrl', url)}`, { cause: error });
    }
}

function hostNode(context: BaseAudioContext, options: HostOptions, url: string): AudioWorkletNode {
    const make = (processorOptions: HostOptions): AudioWorkletNode =>
        new AudioWorkletNode(context, HOST_PROCESSOR, { numberOfInputs: 0, numberOfOutputs: 1, processorOptions });
    try {
        return make(options);
    } catch (error) {
        checkContext(context);
        if (error instanceof DOMException && error.name === 'DataCloneError')
            return make({ ...options, module: undefined }); // modules cannot travel here: bytes will
        throw new Error(
            `${url} does not register "${HOST_PROCESSOR}": take dawg-worklet.js from the same version of the package.`,
            { cause: error },
        );
    }
}

export interface LinkOptions {
    context: BaseAudioContext;
    manifest: Manifest;
    wasm: Wasm;
    workletUrl: string;
    moves: SharedArrayBuffer | undefined;
    /** Seconds. */
    timeout: number;
}

export async function openLink({ context, manifest, wasm, workletUrl, moves, timeout }: LinkOptions): Promise<Link> {
    await addModule(context, workletUrl);
    checkContext(context);
    const plain: HostOptions = { manifest: workletManifest(manifest), ...(moves && { moves }) };
    const node = hostNode(context, { ...plain, module: wasm.module }, workletUrl);
    const { port } = node;
    return new Promise((resolve, reject) => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        let [areBytesSent, isReady] = [false, false];
        const fail = (text: string): void => {
            clearTimeout(timer);
            port.close();
            reject(new Error(text));
        };
        const wait = (then: () => void): void => {
            clearTimeout(timer);
            timer = setTimeout(then, timeout * 1000);
        };
        const sendBytes = (why: string): void => {
            if (areBytesSent) return fail(`The worklet got neither the wasm module nor its bytes: ${why}`);
            areBytesSent = true;
            wait(() => {
                const closed = context.state === 'closed' ? ' The AudioContext was closed meanwhile.' : '';
                fail(`The worklet did not answer within ${2 * timeout} s (${why}).${closed}`);
            });
            wasm.bytes().then(
                (bytes) => port.postMessage({ type: 'bytes', bytes, options: plain } satisfies ToHost),
                (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
            );
        };
        node.onprocessorerror = () => fail('The worklet broke while it started: see the console.');
        const link: Link = {
            post: (message, transfer = []) => port.postMessage(message, transfer),
            close() {
                port.onmessage = null;
                port.close();
            },
            via: 'module',
            onmessage: () => undefined,
        };
        port.onmessage = ({ data }: MessageEvent<FromHost>) => {
            if (isReady) return link.onmessage(data);
            if (data.type === 'need bytes') return sendBytes(data.reason);
            if (data.type === 'failed') return fail(data.reason);
            if (data.type !== 'ready') return;
            isReady = true;
            clearTimeout(timer);
            link.via = data.via;
            resolve(link);
        };
        wait(() => sendBytes('no answer to the module'));
    });
}
