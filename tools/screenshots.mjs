// Pictures of the built demo page while it plays, for judging by eye: out/screenshots/<width>-<scheme>[-part].png.
//   node tools/screenshots.mjs [folder of the page, default dist/demo]
// It serves the page itself, with the headers of vite preview, and fails when the page reports an error.
import { createReadStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { Failure, isMain, main, root } from './lib/run.mjs';

const TYPES = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.mjs': 'text/javascript',
    '.css': 'text/css',
    '.json': 'application/json',
    '.svg': 'image/svg+xml',
    '.wasm': 'application/wasm',
};
const HEADERS = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Content-Security-Policy':
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; object-src 'none'",
};
const BROWSER = [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const SIZES = [
    { width: 1280, height: 900 },
    { width: 400, height: 850 },
];

/** Serves a folder on a free port of this machine; returns its address and a way to end it. */
export async function serve(folder, headers = HEADERS) {
    const server = createServer((request, response) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname;
        const file = resolve(join(folder, path.endsWith('/') ? `${path}index.html` : path));
        if (!file.startsWith(resolve(folder)) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
            response.writeHead(404, headers).end();
            return;
        }
        response.writeHead(200, { ...headers, 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
        createReadStream(file).pipe(response);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Opens the page, plays, adds what the first chain lacks, asks for a suggestion, and takes pictures from top to bottom. */
async function take(browser, address, size, scheme, out, problems) {
    const context = await browser.newContext({
        viewport: size,
        colorScheme: scheme,
        hasTouch: size.width < 600,
        reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`${size.width} ${scheme}: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`${size.width} ${scheme}: ${error.message}`));
    await page.goto(address);
    await page.getByRole('group', { name: 'Add a plugin' }).getByText('Ducking Delay').click();
    await page.getByRole('button', { name: 'Play', exact: true }).click({ timeout: 30_000 });
    const eq = page.locator('dawg-surgical-eq').first();
    await eq.getByRole('button', { name: 'Suggest', exact: true }).click();
    await eq.locator('dawg-changes').waitFor();
    await page.evaluate('window.scrollTo(0, 0)');
    await page.waitForTimeout(4000);
    const picture = (name) => page.screenshot({ path: join(out, `${size.width}-${scheme}${name}.png`) });
    await picture('');
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    if (wide > size.width) problems.push(`${size.width} ${scheme}: the page is ${wide} px wide`);
    const height = await page.evaluate('document.documentElement.scrollHeight');
    for (let at = size.height, part = 2; at < height && part < 6; at += size.height - 160, ++part) {
        await page.evaluate(`window.scrollTo(0, ${at})`);
        await page.waitForTimeout(400);
        await picture(`-${part}`);
    }
    await context.close();
}

export async function screenshots(folder) {
    if (!existsSync(join(folder, 'index.html')))
        throw new Failure(`${folder} holds no page. Build it: npm run build && npx vite build web/demo`);
    const out = join(root, 'out/screenshots');
    mkdirSync(out, { recursive: true });
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    const browser = await chromium.launch({ executablePath, args: BROWSER });
    const { address, close } = await serve(folder);
    const problems = [];
    try {
        for (const size of SIZES)
            for (const scheme of ['dark', 'light']) await take(browser, address, size, scheme, out, problems);
    } finally {
        await browser.close();
        close();
    }
    if (problems.length) throw new Failure(`the page reports:\n${problems.join('\n')}`);
    console.log(`screenshots: ${out}`);
}

if (isMain(import.meta)) main(() => screenshots(resolve(process.argv[2] ?? join(root, 'dist/demo'))));
