// Plain text tables: columns as wide as their widest cell; a column of numbers leans right.
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], rightFrom = Infinity): string {
    const all = [head, ...rows];
    const widths = head.map((_, c) => Math.max(...all.map((row) => row[c].length)));
    const pad = (cell: string, c: number): string =>
        c >= rightFrom ? cell.padStart(widths[c]) : cell.padEnd(widths[c]);
    return all.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
