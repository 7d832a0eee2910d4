// A progress line on stderr, only on a terminal and only for work that takes longer than half a second.
const PATIENCE_MS = 500;
const EVERY_MS = 100;

export class Progress {
    #next = performance.now() + PATIENCE_MS;
    #isShown = false;
    constructor(readonly what: string) {}

    /** Also lets the program notice Ctrl-C: await it. */
    async show(part: number): Promise<void> {
        const now = performance.now();
        if (now < this.#next) return;
        this.#next = now + EVERY_MS;
        if (process.stderr.isTTY) {
            const width = 30;
            const full = Math.round(part * width);
            process.stderr.write(
                `\r${this.what} [${'='.repeat(full)}${' '.repeat(width - full)}] ${Math.floor(part * 100)} %`,
            );
            this.#isShown = true;
        }
        await new Promise((resolve) => setImmediate(resolve));
    }

    /** Wipes the line. */
    end(): void {
        if (this.#isShown) process.stderr.write('\r\x1b[K');
        this.#isShown = false;
    }
}
