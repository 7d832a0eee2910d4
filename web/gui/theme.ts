// Colours and measures. A page changes them with the --dawg-* custom properties, on any element around the controls.
import { css } from 'lit';

/** --dawg-color-scheme ('light', 'dark'; default: the reader's own), --dawg-accent, --dawg-on-accent, --dawg-panel,
 * --dawg-raised, --dawg-well, --dawg-line, --dawg-text, --dawg-dim, --dawg-level, --dawg-hot, --dawg-font, --dawg-radius. */
export const theme = css`
    :host {
        color-scheme: var(--dawg-color-scheme, light dark);
        --accent: var(--dawg-accent, light-dark(#b45309, #ffb454));
        --on-accent: var(--dawg-on-accent, light-dark(#ffffff, #1a1205));
        --panel: var(--dawg-panel, light-dark(#fbfbfa, #16181c));
        --raised: var(--dawg-raised, light-dark(#ffffff, #1f2227));
        --well: var(--dawg-well, light-dark(#eeeeec, #0d0f11));
        --line: var(--dawg-line, light-dark(#c9c9c5, #33373e));
        --edge: var(--dawg-edge, light-dark(#7c7c78, #727984));
        --text: var(--dawg-text, light-dark(#161718, #eceef1));
        --dim: var(--dawg-dim, light-dark(#55575b, #a3a9b3));
        --hot: var(--dawg-hot, light-dark(#c01c28, #ff6b6b));
        --level: var(--dawg-level, light-dark(#5b5f66, #b9bfc8));
        --radius: var(--dawg-radius, 5px);
        font: 12px/1.35 var(--dawg-font, system-ui, sans-serif);
        color: var(--text);
        box-sizing: border-box;
    }
    :host([hidden]) {
        display: none;
    }
    *,
    *::before,
    *::after {
        box-sizing: border-box;
    }
    :focus-visible {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
    }
    button,
    select,
    input {
        font: inherit;
        color: inherit;
    }
    .number {
        font-variant-numeric: tabular-nums;
    }
    @media (prefers-reduced-motion: reduce) {
        * {
            transition: none !important;
        }
    }
`;

export const buttons = css`
    .button {
        min-height: 26px;
        padding: 0 9px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--raised);
        color: var(--text);
        cursor: pointer;
        white-space: nowrap;
    }
    .button:hover:not(:disabled, [aria-disabled='true']) {
        border-color: var(--edge);
    }
    .button:disabled,
    .button[aria-disabled='true'] {
        opacity: 0.45;
        cursor: default;
    }
    .button.main:not(:disabled),
    .button[aria-pressed='true'],
    .button[aria-checked='true'],
    .button[aria-selected='true'] {
        background: var(--accent);
        border-color: var(--accent);
        color: var(--on-accent);
    }
    @media (pointer: coarse) {
        .button {
            min-height: 34px;
            min-width: 34px;
        }
    }
`;
