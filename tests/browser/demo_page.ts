// The demo page as tests open it: built from dist/browser as a user of the package builds, served with its isolation headers
// and under the strict policy, or without isolation.
import assert from 'node:assert/strict';
import { accessSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { build, preview } from 'vite';
import type { PreviewServer } from 'vite';
import { launchChromium } from './chromium.js';

const root = resolve('web/demo');
const PLAIN = { 'Cross-Origin-Opener-Policy': 'unsafe-none', 'Cross-Origin-Embedder-Policy': 'unsafe-none' };

export class DemoPage {
    /** Errors that the page has reported. */
    readonly complaints: string[] = [];
    readonly #outDir = mkdtempSync(join(tmpdir(), 'dawg-demo-'));
    #servers: PreviewServer[] = [];
    #browser: Browser | undefined;

    async start(): Promise<void> {
        const outDir = this.#outDir;
        accessSync('dist/browser/gui.js'); // npm run build
        await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
        const serve = (headers?: Record<string, string>): Promise<PreviewServer> =>
            preview({ root, logLevel: 'error', build: { outDir }, preview: { port: 0, ...(headers && { headers }) } });
        this.#servers = [await serve(), await serve(PLAIN)];
        this.#browser = await launchChromium();
    }
    async stop(): Promise<void> {
        await this.#browser?.close();
        for (const server of this.#servers) await server.close();
        rmSync(this.#outDir, { recursive: true, force: true });
    }
    /** A new visitor's. */
    async open(isIsolated = true): Promise<Page> {
        assert.ok(this.#browser, 'Chromium runs');
        const context = await this.#browser.newContext({
            viewport: { width: 1280, height: 900 },
            acceptDownloads: true,
        });
        const tab = await context.newPage();
        tab.on('pageerror', (error) => this.complaints.push(error.message));
        tab.on('console', (message) => {
            if (message.type() === 'error') this.complaints.push(message.text());
        });
        await tab.goto(this.#servers[isIsolated ? 0 : 1]?.resolvedUrls?.local[0] ?? '');
        await tab.locator('dawg-limiter').waitFor();
        return tab;
    }
}

/** What a slider says of itself, with plain spaces and signs. */
export const read = async (control: Locator): Promise<string> =>
    ((await control.getAttribute('aria-valuetext')) ?? '').replaceAll('\u202f', ' ').replaceAll('\u2212', '-');
