// The look of <dawg-suggestion>.
import { css } from 'lit';
import { buttons, theme } from './theme.js';

export const suggestionStyles = [
    theme,
    buttons,
    css`
        :host {
            display: block;
            container-type: inline-size;
        }
        section {
            position: relative;
            border: 1px solid var(--line);
            border-radius: var(--radius);
        }
        .ask,
        .busy,
        .error {
            display: flex;
            flex-wrap: wrap;
            align-items: center;
            gap: 6px 8px;
            padding: 6px;
        }
        .busy,
        .error,
        dawg-changes {
            border-top: 1px solid var(--line);
        }
        .aim {
            display: flex;
            flex: 0 1 auto;
            align-items: center;
            gap: 6px;
            min-width: 0;
            color: var(--dim);
            white-space: nowrap;
        }
        .aim select {
            min-width: 0;
            max-width: 240px;
            text-overflow: ellipsis;
        }
        option {
            background: var(--raised);
            color: var(--text);
        }
        .hint {
            color: var(--dim);
        }
        .hidden {
            position: absolute;
            clip-path: inset(50%);
        }
        .end {
            display: flex;
            gap: 6px;
            margin-left: auto;
        }
        .parts {
            display: flex;
            flex: 1 1 0;
            flex-wrap: wrap;
            gap: 6px 16px;
            min-width: 0;
        }
        .parts div {
            flex: 1 1 170px;
            min-width: 0;
        }
        progress {
            display: block;
            width: 100%;
            height: 5px;
            margin-top: 3px;
            border: 0;
            border-radius: 3px;
            background: var(--well);
            appearance: none;
            overflow: hidden;
        }
        progress::-webkit-progress-bar {
            background: var(--well);
        }
        progress::-webkit-progress-value {
            background: var(--accent);
        }
        progress::-moz-progress-bar {
            background: var(--accent);
        }
        .error p {
            flex: 1 1 0;
            min-width: 0;
            margin: 0;
            overflow-wrap: anywhere;
        }
        .error b {
            color: var(--hot);
        }
        .error span {
            color: var(--dim);
        }
        .drop {
            position: absolute;
            inset: 0;
            display: grid;
            place-items: center;
            border: 2px dashed var(--accent);
            border-radius: var(--radius);
            background: color-mix(in srgb, var(--panel) 85%, transparent);
            font-size: 14px;
            font-weight: 600;
            pointer-events: none;
        }
        @container (max-width: 640px) {
            .hint {
                display: none;
            }
        }
        @container (max-width: 460px) {
            .aim {
                flex: 1 1 0;
            }
            .aim span {
                position: absolute;
                clip-path: inset(50%);
            }
            .aim select {
                flex: 1;
            }
            .end {
                flex: 1 1 100%;
            }
            .end .button {
                flex: 1;
            }
        }
    `,
];
