// Lint for TypeScript (with types) and for the scripts in tools/. Layout is prettier's business.
import tseslint from 'typescript-eslint';

const node = ['console', 'process', 'fetch', 'AbortSignal', 'Buffer', 'URL', 'setTimeout', 'clearTimeout'];

export default tseslint.config(
    { ignores: ['build/', 'dist/', 'out/', '.venv/', 'node_modules/', 'web/generated/'] },
    {
        files: ['**/*.{ts,tsx}'],
        extends: [tseslint.configs.recommendedTypeChecked],
        languageOptions: { parserOptions: { projectService: true } },
        rules: {
            '@typescript-eslint/no-explicit-any': 'error',
            '@typescript-eslint/no-floating-promises': [
                'error',
                {
                    allowForKnownSafeCalls: [
                        { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
                    ],
                },
            ],
            eqeqeq: 'error',
        },
    },
    {
        files: ['**/*.{js,mjs}'],
        languageOptions: { globals: Object.fromEntries(node.map((name) => [name, 'readonly'])) },
        rules: {
            'no-undef': 'error',
            'no-unused-vars': 'error',
            'no-unreachable': 'error',
            'prefer-const': 'error',
            eqeqeq: 'error',
        },
    },
    {
        files: ['models/**/*.mjs'], // run in Chromium, too
        languageOptions: {
            globals: Object.fromEntries(['performance', 'Worker', 'WebAssembly'].map((name) => [name, 'readonly'])),
        },
    },
);
