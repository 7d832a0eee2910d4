// The other way a command can fail, and how it speaks.
import { InputError } from '../../web/src/errors.js';

/** The work itself failed: exit 1. (An InputError: exit 2.) */
export class WorkError extends Error {}

/** A note on stderr; the command goes on. */
export const warn = (message: string): void => console.error(`dawg: warning: ${message}`);

/** The message, and where on the command line to read more. */
export function messageOf(error: InputError | WorkError): string {
    const see = error instanceof InputError ? error.see : undefined;
    return see === undefined ? error.message : `${error.message} Details: ${`dawg describe ${see}`.trim()}`;
}
