// Where files lie: whether two paths mean the same place, and writing a file whole or not at all.
import { existsSync, lstatSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The path without links; what is not there yet lies in its folder. */
export const realPlace = (path: string): string =>
    existsSync(path) ? realpathSync(path) : join(realPlace(dirname(path)), basename(path));

/** A hidden file beside `path`, to be moved there when it is whole. */
export const partPath = (path: string): string => join(dirname(path), `.${basename(path)}.${process.pid}.part`);

/** Links, pipes and devices (/dev/stdout) are written through, as nothing can take their place. */
export function writeWhole(path: string, text: string): void {
    if (!(lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true)) return writeFileSync(path, text);
    const part = partPath(path);
    try {
        writeFileSync(part, text);
        renameSync(part, path);
    } catch (error) {
        rmSync(part, { force: true });
        throw error;
    }
}
