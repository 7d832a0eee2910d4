// How the worker says what went wrong.

/** Refused for what was given, not for what went wrong. */
export class Refused extends Error {}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
