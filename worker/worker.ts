// The entry of dawg-worker.js: a Web Worker that listens to taps of the worklet and moves what it follows.
import type { FromWorker, ToWorker } from './messages.js';
import { Service } from './service.js';

/** What a dedicated worker's global scope has of it; the page's types are in use here. */
interface WorkerScope {
    postMessage(message: FromWorker, transfer: Transferable[]): void;
    onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}
const scope = globalThis as unknown as WorkerScope;

const service = new Service({
    post: (message, transfer) => scope.postMessage(message, transfer),
    setTimeout: (run, ms) => void setTimeout(run, ms),
});
scope.onmessage = ({ data }): void => service.receive(data);
