// Chromium for the tests of this room: one browser per test file, pages from the test server, a deadline for whatever
// runs in a page, and what the page complained of in the message of each failure.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, whyNoChromium } from './chromium.js';
import { BUNDLES, TestServer } from './server.js';

export const isFull = process.env.DAWG_TEST_FULL === '1';
/** Both ways in which a page may be served: with shared memory and without. */
export const PAGES = ['isolated', 'plain'] as const;

/** test() for promises that do not depend on how threads share memory: by default one of them runs on a page of this kind,
 * the next on one of the other; in the full run each on both. */
export function inTurn(words: (typeof PAGES)[number]): (promise: string, body: () => Promise<void>) => void {
    let place = PAGES.indexOf(words);
    return (promise, body) => {
        if (place++ % PAGES.length === 0 || isFull) void test(`${words}: ${promise}`, body);
    };
}

const DEADLINE_S = 60;

export class Tab {
    /** What the page reported: uncaught errors, console errors and warnings. */
    readonly complaints: string[] = [];
    constructor(
        readonly page: Page,
        readonly server: TestServer,
    ) {
        page.on('pageerror', (error) => this.complaints.push(`uncaught ${error.message}`));
        page.on('console', (message) => {
            if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
        });
        page.on('crash', () => this.complaints.push('the page crashed'));
    }

    /** Runs a function in the page. It sees `dawg`, `kit` and its argument, nothing from around it. */
    async run<A, R>(body: (argument: A) => R | Promise<R>, argument: A, seconds = DEADLINE_S): Promise<R> {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>((_, reject) => {
            timer = setTimeout(() => reject(new Error(`the page did not answer within ${seconds} s`)), seconds * 1000);
        });
        try {
            // The types of both sides are the same function's.
            const work = this.page.evaluate(body as (argument: unknown) => R | Promise<R>, argument as unknown);
            return await Promise.race([work, late]);
        } catch (error) {
            const said = this.complaints.length ? `\nThe page: ${this.complaints.join('\n          ')}` : '';
            throw new Error(`${(error as Error).message}${said}`, { cause: error });
        } finally {
            clearTimeout(timer);
        }
    }
    /** What it complained of since the last check is a failure, but for `expected`. */
    check(expected?: RegExp): void {
        const unexpected = this.complaints.splice(0).filter((line) => !expected?.test(line));
        assert.deepEqual(unexpected, []);
    }
    async close(expected?: RegExp): Promise<void> {
        await this.page.close();
        this.check(expected);
    }
}

/** Of a test file: made at its top level, it starts a browser and a server before the first test and ends them. */
export class Harness {
    #browser: Browser | undefined;
    #server: TestServer | undefined;
    readonly #shared = new Map<string, Tab>();

    constructor(private readonly moreFlags: readonly string[] = []) {
        before(() => this.#start());
        after(async () => {
            await this.#browser?.close();
            this.#server?.stop();
        });
    }
    async #start(): Promise<void> {
        const missing = whyNoChromium();
        if (missing) throw new Error(missing);
        for (const name of ['index.js', 'dawg-worklet.js', 'dawg-render.js', 'dawg-worker.js', 'dawg-worklet.wasm'])
            assert.ok(existsSync(join(BUNDLES, name)), `${join(BUNDLES, name)} is missing. Run: npm run build`);
        this.#server = await TestServer.start();
        this.#browser = await launchChromium(this.moreFlags);
    }
    get browser(): Browser {
        assert.ok(this.#browser, 'the browser runs between before() and after()');
        return this.#browser;
    }
    get server(): TestServer {
        assert.ok(this.#server, 'the server runs between before() and after()');
        return this.#server;
    }

    /** A new page, by the words of server.ts, with the package imported. */
    async open(words: string): Promise<Tab> {
        const page = await this.browser.newPage();
        const tab = new Tab(page, this.server);
        await page.goto(this.server.url(words));
        if (!words.includes('empty')) {
            await page.waitForFunction(() => globalThis.loaded);
            const failed = await page.evaluate(() => globalThis.failed);
            assert.equal(failed, undefined, 'the package does not load');
        }
        return tab;
    }
    /** Opens a page, runs the function in it and closes it. What the page complains of is a failure, but for `expected`. */
    async visit<A, R>(
        words: string,
        body: (argument: A) => R | Promise<R>,
        argument: A,
        expected?: RegExp,
        seconds?: number,
    ): Promise<R> {
        const tab = await this.open(words);
        let isDone = false;
        try {
            const result = await tab.run(body, argument, seconds);
            isDone = true;
            return result;
        } finally {
            await (isDone ? tab.close(expected) : tab.page.close());
        }
    }
    /** As visit(), in a page that other tests of the file use too: for functions that leave nothing behind. */
    async call<A, R>(words: string, body: (argument: A) => R | Promise<R>, argument: A, expected?: RegExp): Promise<R> {
        const tab = this.#shared.get(words) ?? (await this.open(words));
        this.#shared.delete(words); // a page in which something failed is not used again
        const result = await tab.run(body, argument);
        tab.check(expected);
        this.#shared.set(words, tab);
        return result;
    }
}

const CONTEXTS_PER_PAGE = 50;

/** Pages that are renewed before the browser runs out of wasm memories: at most 50 offline contexts in each. */
export class OfflineTabs {
    #tab: Tab | undefined;
    #used = 0;
    constructor(
        private readonly harness: Harness,
        private readonly words: string,
    ) {}
    async tab(contexts: number): Promise<Tab> {
        if (this.#tab && this.#used + contexts > CONTEXTS_PER_PAGE) await this.close();
        this.#tab ??= await this.harness.open(this.words);
        this.#used += contexts;
        return this.#tab;
    }
    async close(): Promise<void> {
        const tab = this.#tab;
        this.#tab = undefined;
        this.#used = 0;
        await tab?.close();
    }
}
