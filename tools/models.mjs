// Training, evaluation and tests of the models, with what they need installed into .venv first.
//   node tools/models.mjs train TASK [options of train.py]     node tools/models.mjs eval      node tools/models.mjs test
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPreset, buildTypeScript } from './build.mjs';
import { Failure, isMain, main, must, python, root } from './lib/run.mjs';
import { setup } from './setup.mjs';

const NEEDS = 'models/requirements.txt';

/** models/requirements.txt into .venv, once; the set-up makes .venv anew when the tests' packages change. */
export async function modelPackages() {
    const stamp = join(root, '.venv/.dawg-models-stamp');
    const hash = createHash('sha256')
        .update(readFileSync(join(root, NEEDS)))
        .digest('hex');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
    console.log('models: PyTorch and onnxruntime into .venv (about 1 GB the first time) …');
    await must(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', NEEDS]);
    writeFileSync(stamp, hash);
}

const COMMANDS = {
    train: ['models/auto_eq/train.py'],
    eval: ['models/auto_eq/evaluate.py'],
    test: ['-m', 'pytest', '-q', 'tests/models'],
};

if (isMain(import.meta))
    main(async () => {
        const [command, ...rest] = process.argv.slice(2);
        if (!(command in COMMANDS))
            throw new Failure(`models: '${command ?? ''}' is none of ${Object.keys(COMMANDS).join(', ')}`);
        await setup();
        await buildPreset('native');
        await modelPackages();
        if (command === 'eval') {
            await buildPreset('worker'); // its times
            await buildTypeScript();
        }
        const tasks = command === 'train' && !rest.length ? [['blind'], ['match']] : [rest];
        for (const task of tasks) await must(python, [...COMMANDS[command], ...task], { raw: true });
    });
