// Finds and starts Chromium, for tests and benchmarks.
import { accessSync, constants } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
];
/** Undefined when Chromium is there, else what to do. */
export function whyNoChromium(): string | undefined {
    try {
        accessSync(CHROMIUM, constants.X_OK);
        return undefined;
    } catch {
        return (
            `No Chromium at ${CHROMIUM}. Install it (Debian and Ubuntu: apt-get install chromium), ` +
            'or name another one: CHROMIUM=/path/to/chrome npm test'
        );
    }
}

/** With a new, empty profile. */
export const launchChromium = (moreFlags: readonly string[] = []): Promise<Browser> =>
    chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...moreFlags] });
