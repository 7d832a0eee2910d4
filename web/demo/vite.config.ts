// The demo page: built into dist/demo from dist/browser, as a user of the package would. Isolation headers switch shared
// memory on; the policy is the strict one that the package promises to work under.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const isolation = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
};
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; object-src 'none'";

export default defineConfig({
    base: './',
    plugins: [react()],
    build: {
        outDir: '../../dist/demo',
        emptyOutDir: true,
        assetsInlineLimit: 0,
        target: 'es2022',
        modulePreload: false,
    },
    worker: { format: 'es' },
    server: { headers: isolation, fs: { allow: ['../..'] } },
    preview: { headers: { ...isolation, 'Content-Security-Policy': policy } },
});
