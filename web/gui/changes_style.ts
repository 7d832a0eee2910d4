// The look of <dawg-changes>.
import { css } from 'lit';
import { buttons, theme } from './theme.js';

export const changesStyles = [
    theme,
    buttons,
    css`
        :host {
            display: block;
            container-type: inline-size;
        }
        .summary,
        .more {
            margin: 0;
            padding: 8px 8px 4px;
        }
        .summary b {
            color: var(--accent);
        }
        .more {
            display: flex;
            flex-wrap: wrap;
            align-items: center;
            gap: 6px 10px;
            padding-block: 6px;
            color: var(--dim);
        }
        .more:empty {
            display: none;
        }
        ul {
            margin: 0;
            padding: 0;
            list-style: none;
        }
        li {
            display: grid;
            grid-template-columns: auto minmax(0, 1fr) 190px 96px 68px;
            align-items: center;
            gap: 2px 12px;
            padding: 5px 8px;
            border-top: 1px solid color-mix(in srgb, var(--line) 60%, transparent);
        }
        .badge {
            display: grid;
            place-items: center;
            min-width: 20px;
            height: 20px;
            border: 1.5px solid var(--accent);
            border-radius: 10px;
            font-size: 11px;
        }
        .why {
            display: grid;
            min-width: 0;
        }
        .why span {
            color: var(--dim);
            font-size: 11px;
        }
        .sure {
            display: flex;
            align-items: center;
            gap: 6px;
            color: var(--dim);
        }
        svg {
            flex: 1;
            width: 0;
            height: 4px;
            border-radius: 2px;
            background: var(--well);
        }
        rect {
            fill: var(--level);
        }
        .hidden {
            position: absolute;
            clip-path: inset(50%);
        }
        .left > :not(button) {
            opacity: 0.5;
        }
        .left .why b,
        .left .action {
            text-decoration: line-through;
        }
        .left .badge {
            border-color: var(--edge);
        }
        .decide {
            display: flex;
            flex-wrap: wrap;
            align-items: center;
            gap: 8px 14px;
            padding: 6px 8px;
            border-top: 1px solid var(--line);
        }
        .strength {
            display: flex;
            align-items: center;
            gap: 8px;
            min-height: 26px;
        }
        .strength input {
            width: 130px;
            min-width: 60px;
            accent-color: var(--accent);
        }
        .strength .number {
            min-width: 3.4em;
        }
        .sides {
            display: flex;
        }
        .sides .button {
            display: flex;
            align-items: center;
            gap: 7px;
        }
        .sides .button:first-child {
            border-radius: var(--radius) 0 0 var(--radius);
        }
        .sides .button:last-child {
            margin-left: -1px;
            border-radius: 0 var(--radius) var(--radius) 0;
        }
        i {
            width: 16px;
            border-top: 2px solid currentColor;
        }
        i.other {
            border-top: 1.5px dashed var(--text);
        }
        .end {
            display: flex;
            gap: 6px;
            margin-left: auto;
        }
        details {
            padding: 0 8px;
            border-top: 1px solid var(--line);
            color: var(--dim);
        }
        summary {
            padding: 6px 0;
            cursor: pointer;
        }
        dl {
            display: grid;
            grid-template-columns: repeat(auto-fill, minmax(240px, 1fr));
            gap: 2px 18px;
            margin: 0 0 8px;
        }
        dl div {
            display: flex;
            justify-content: space-between;
            gap: 8px;
        }
        dd {
            margin: 0;
            color: var(--text);
            text-align: end;
        }
        @container (max-width: 640px) {
            li {
                grid-template-columns: auto minmax(0, 1fr) 68px;
                grid-template-areas: 'badge why button' 'badge action button' 'badge sure button';
            }
            .badge {
                grid-area: badge;
                align-self: start;
            }
            .why {
                grid-area: why;
            }
            .action {
                grid-area: action;
            }
            .sure {
                grid-area: sure;
                max-width: 160px;
            }
            li .button {
                grid-area: button;
            }
        }
        @container (max-width: 460px) {
            .strength,
            .sides,
            .end {
                flex: 1 1 100%;
            }
            .strength input {
                flex: 1;
            }
            .sides .button,
            .end .button {
                flex: 1;
                justify-content: center;
            }
        }
        @media (pointer: coarse) {
            .strength,
            .strength input {
                min-height: 34px;
            }
            summary {
                padding: 9px 0;
            }
        }
    `,
];
