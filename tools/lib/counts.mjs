// Reads what the test runners report into {passed, failed, skipped: ["name: reason"]}.

/** ctest's LastTest.log, whose programs are cmocka groups that speak TAP. A test that a crash left out has failed. */
export function ctestCounts(log) {
    const counts = { passed: 0, failed: 0, skipped: [] };
    for (const block of log.split(/^\d+\/\d+ Testing: /m).slice(1)) {
        const program = block.slice(0, block.indexOf('\n'));
        const lines = block.split('\n');
        const planned = lines.reduce((sum, line) => sum + Number(/^1\.\.(\d+)$/.exec(line)?.[1] ?? 0), 0);
        const passed = lines.filter((line) => /^ok \d+ - /.test(line)).length;
        const skipped = lines.flatMap((line, i) => {
            const name = /^not ok \d+ # SKIP (.*)$/.exec(line)?.[1];
            return name ? [`${program} ${name}: ${lines[i - 1].replace(/^#?\s*skip(ped)?:\s*/i, '')}`] : [];
        });
        const ended = /^Test Passed\.$/m.test(block);
        counts.passed += planned ? passed : ended ? 1 : 0;
        counts.failed += Math.max(planned - passed - skipped.length, ended ? 0 : 1);
        counts.skipped.push(...skipped);
    }
    return counts;
}

/** node --test, TAP. */
export function nodeCounts(tap) {
    const total = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
    const skipped = [...tap.matchAll(/^\s*ok \d+ - (.*?) # (?:SKIP|TODO) ?(.*)$/gm)].map(
        ([, name, why]) => `${name}: ${why || 'no reason given'}`,
    );
    return { passed: total('pass'), failed: total('fail') + total('cancelled'), skipped };
}

/** pytest -ra, any verbosity. */
export function pytestCounts(out) {
    const last =
        out
            .trimEnd()
            .split('\n')
            .reverse()
            .find((line) => / in [\d.:]+ ?s/.test(line)) ?? '';
    const total = (name) => Number(new RegExp(`(\\d+) ${name}`).exec(last)?.[1] ?? 0);
    const skipped = [...out.matchAll(/^(?:SKIPPED \[(\d+)\]|XFAIL) (.*)$/gm)].flatMap(([, times, what]) =>
        Array(Number(times ?? 1)).fill(what),
    );
    return { passed: total('passed') + total('xpassed'), failed: total('failed') + total('errors?'), skipped };
}
