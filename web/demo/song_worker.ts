// Makes the built-in song for the rate it is sent.
import { makeSong } from '@dawg-ai/engine';

const scope = self as unknown as {
    onmessage: (event: MessageEvent<number>) => void;
    postMessage(message: unknown, transfer: Transferable[]): void;
};
scope.onmessage = ({ data: rate }) => {
    const { left, right } = makeSong(rate);
    scope.postMessage({ left, right }, [left.buffer, right.buffer]);
};
