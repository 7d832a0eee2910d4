// The look of <dawg-plugin>.
import { css } from 'lit';
import { buttons, theme } from './theme.js';

export const pluginStyles = [
    theme,
    buttons,
    css`
        :host {
            display: block;
            container-type: inline-size;
            border: 1px solid var(--line);
            border-radius: calc(var(--radius) + 2px);
            background: var(--panel);
        }
        header {
            display: flex;
            flex-wrap: wrap;
            align-items: center;
            gap: 6px 10px;
            padding: 6px 10px;
            border-bottom: 1px solid var(--line);
        }
        :host([collapsed]) header {
            border-bottom: 0;
        }
        h2 {
            margin: 0;
            font-size: 14px;
            font-weight: 650;
        }
        .fold {
            display: flex;
            align-items: center;
            gap: 7px;
            min-height: 28px;
            padding: 0;
            border: 0;
            background: none;
            font: inherit;
            cursor: pointer;
        }
        .caret {
            width: 7px;
            height: 7px;
            border: solid var(--dim);
            border-width: 0 1.5px 1.5px 0;
            transform: rotate(45deg) translate(-2px, -1px);
            transition: transform 0.15s;
        }
        :host([collapsed]) .caret {
            transform: rotate(-45deg);
        }
        .power {
            display: grid;
            place-items: center;
            width: 28px;
            height: 28px;
            padding: 0;
            border: 1px solid var(--line);
            border-radius: 50%;
            background: var(--raised);
            cursor: pointer;
        }
        .power span {
            width: 10px;
            height: 10px;
            border: 2px solid var(--edge);
            border-radius: 50%;
        }
        .power[aria-checked='true'] span {
            border-color: var(--accent);
            background: var(--accent);
        }
        .latency {
            color: var(--dim);
        }
        .tools {
            display: flex;
            flex: 1;
            flex-wrap: wrap;
            justify-content: end;
            gap: 6px 10px;
        }
        .sides {
            display: flex;
        }
        .sides .button {
            border-radius: 0;
            margin-left: -1px;
        }
        .sides .button:first-child {
            border-radius: var(--radius) 0 0 var(--radius);
        }
        .sides .button:last-child {
            border-radius: 0 var(--radius) var(--radius) 0;
        }
        .copy {
            color: var(--dim);
        }
        .body {
            display: grid;
            grid-template-columns: 1fr auto;
            gap: 10px;
            padding: 10px;
        }
        .body.wide {
            grid-template-areas: 'curve meters' 'suggestion suggestion' 'panel panel';
        }
        .body.square {
            grid-template-columns: 168px 1fr auto;
            grid-template-areas: 'curve panel meters';
        }
        .body.none {
            grid-template-areas: 'panel meters';
        }
        .bypassed .panel {
            opacity: 0.6;
        }
        dawg-curve {
            grid-area: curve;
            min-width: 0;
        }
        dawg-suggestion {
            grid-area: suggestion;
            min-width: 0;
        }
        .square dawg-curve {
            width: 168px;
            height: 168px;
        }
        .meters {
            grid-area: meters;
            display: flex;
            gap: 2px;
            max-height: 240px;
            min-height: 168px;
        }
        .panel {
            grid-area: panel;
            display: flex;
            flex-wrap: wrap;
            align-content: start;
            gap: 10px;
            min-width: 0;
        }
        fieldset,
        .bands {
            flex: 1 1 auto;
            min-width: 0;
            margin: 0;
            padding: 4px 6px 6px;
            border: 1px solid var(--line);
            border-radius: var(--radius);
        }
        .readouts {
            flex: 1 1 100%;
        }
        legend {
            padding: 0 5px;
            color: var(--dim);
            font-size: 11px;
            font-weight: 600;
        }
        .controls {
            display: flex;
            flex-wrap: wrap;
            justify-content: space-evenly;
            gap: 8px 2px;
        }
        .bands {
            flex: 100 1 440px;
            padding: 0;
        }
        .bands.many {
            flex-basis: 100%;
        }
        .bands .controls {
            justify-content: flex-start;
            column-gap: 14px;
            padding: 8px 6px 6px;
        }
        .tabs {
            display: flex;
            overflow-x: auto;
            border-bottom: 1px solid var(--line);
        }
        .tab {
            display: flex;
            flex: 1 0 auto;
            align-items: center;
            justify-content: center;
            gap: 5px;
            min-width: 40px;
            min-height: 30px;
            padding: 0 6px;
            border: 0;
            border-bottom: 2px solid transparent;
            background: none;
            color: var(--dim);
            cursor: pointer;
            white-space: nowrap;
        }
        .tab b {
            display: grid;
            place-items: center;
            width: 18px;
            height: 18px;
            border: 1.5px solid var(--edge);
            border-radius: 50%;
            font-size: 11px;
        }
        .tab.on {
            color: var(--text);
        }
        .tab.on b {
            border-color: var(--accent);
        }
        .tab[aria-selected='true'] {
            border-bottom-color: var(--accent);
            color: var(--text);
            background: var(--raised);
        }
        .tab:focus-visible {
            outline-offset: -2px;
        }
        @container (max-width: 560px) {
            .body,
            .body.wide,
            .body.square,
            .body.none {
                grid-template-columns: minmax(0, 1fr);
                grid-template-areas: 'curve' 'meters' 'suggestion' 'panel';
            }
            .body.none {
                grid-template-areas: 'meters' 'panel';
            }
            .meters {
                flex-direction: column;
                gap: 2px;
                min-height: 0;
            }
            .body.square {
                grid-template-columns: 140px minmax(0, 1fr);
                grid-template-areas: 'curve meters' 'panel panel';
            }
            .body.square dawg-curve {
                width: 140px;
                height: 140px;
            }
            .tab span {
                display: none;
            }
            fieldset {
                flex: 1 1 100%;
            }
            .tools {
                flex-basis: 100%;
                flex-wrap: nowrap;
                justify-content: space-between;
                order: 2;
            }
            ::slotted([slot='actions']) {
                order: 1;
                margin-left: auto;
            }
            .controls {
                display: grid;
                grid-template-columns: repeat(auto-fit, minmax(78px, 1fr));
                justify-items: center;
            }

            dawg-presets {
                flex: 1;
            }
        }
        @media (pointer: coarse) {
            .power {
                width: 34px;
                height: 34px;
            }
            .fold,
            .tab {
                min-height: 36px;
            }
        }
    `,
];
