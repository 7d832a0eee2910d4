// The look of <dawg-curve>.
import { css } from 'lit';
import { theme } from './theme.js';

export const curveStyles = [
    theme,
    css`
        :host {
            display: block;
            position: relative;
            height: 200px;
            border-radius: var(--radius);
            background: var(--well);
            overflow: hidden;
        }
        dawg-spectrum,
        svg {
            position: absolute;
            inset: 0;
            height: 100%;
        }
        svg {
            overflow: hidden;
            user-select: none;
            -webkit-user-select: none;
        }
        .idle {
            opacity: 0.45;
        }
        .grid line {
            stroke: var(--line);
            stroke-opacity: 0.55;
        }
        .grid .zero {
            stroke: var(--edge);
            stroke-opacity: 1;
        }
        text {
            fill: var(--dim);
            font-size: 10px;
            paint-order: stroke;
            stroke: var(--well);
            stroke-width: 2.5px;
        }
        .whole {
            fill: none;
            stroke: var(--accent);
            stroke-width: 2;
            stroke-linejoin: round;
            pointer-events: none;
        }
        .other {
            fill: none;
            stroke: var(--text);
            stroke-width: 1.5;
            stroke-dasharray: 5 4;
            pointer-events: none;
        }
        .part {
            fill: var(--accent);
            fill-opacity: 0.16;
            pointer-events: none;
        }
        .unity {
            fill: none;
            stroke: var(--edge);
            stroke-dasharray: 3 4;
        }
        .now {
            fill: var(--text);
            stroke: var(--well);
            stroke-width: 1.5;
        }
        .handle {
            cursor: grab;
            touch-action: none;
            outline: none;
        }
        .handle:active {
            cursor: grabbing;
        }
        .reach {
            fill: transparent;
        }
        .dot {
            fill: var(--raised);
            stroke: var(--accent);
            stroke-width: 1.5;
        }
        .digit {
            fill: var(--text);
            font-size: 11px;
            font-weight: 600;
            text-anchor: middle;
            stroke: none;
        }
        .off .dot {
            stroke: var(--edge);
            fill-opacity: 0.6;
        }
        .off .digit {
            fill: var(--dim);
            font-weight: 400;
        }
        .on.chosen .dot {
            fill: var(--accent);
        }
        .on.chosen .digit {
            fill: var(--on-accent);
        }
        .off.chosen .dot {
            stroke: var(--text);
        }
        .problem {
            cursor: pointer;
            outline: none;
        }
        .problem path {
            fill: var(--hot);
        }
        .problem[aria-disabled='true'] {
            cursor: not-allowed;
            opacity: 0.6;
        }
        .problem line {
            stroke: var(--hot);
            stroke-opacity: 0.5;
            stroke-dasharray: 2 4;
        }
        .problem:focus-visible path {
            stroke: var(--text);
            stroke-width: 2;
        }
        .stem {
            stroke: var(--accent);
            stroke-width: 3;
            stroke-opacity: 0.45;
        }
        .fixed .dot {
            fill: var(--accent);
        }
        .handle:focus-visible .reach {
            stroke: var(--accent);
            stroke-width: 2;
        }
    `,
];
