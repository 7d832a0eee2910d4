// npm run format: writes the one layout. clang-format for C, prettier for the web's languages, ruff for Python.
import { bin, files, main, must, python } from './lib/run.mjs';
import { setup } from './setup.mjs';

main(async () => {
    await setup();
    await must('clang-format-19', ['-i', ...files(['core', 'wasm', 'tests'], /\.[ch]$/)]);
    await must(bin('prettier'), ['--write', '--log-level=warn', '.']);
    await must(python, ['-m', 'ruff', 'check', '--fix', '--quiet', '.']);
    await must(python, ['-m', 'ruff', 'format', '--quiet', '.']);
});
