// Custom elements for every plugin, without a framework: importing this file in a page defines them.
//   <dawg-limiter id="it"></dawg-limiter>   it.node = await engine.create('limiter');
// Theming: theme.ts. Undo of a host: the 'dawg-gesture' events of gesture.ts.
import { ELEMENTS } from '../generated/elements.js';
import { DawgChanges } from './changes.js';
import { DawgCurve } from './curve.js';
import { DawgFollow } from './follow.js';
import { DawgKnob } from './knob.js';
import { DawgLoudness } from './loudness.js';
import { DawgMeter } from './meter.js';
import { DawgPlugin } from './plugin.js';
import { DawgPresets } from './presets.js';
import { DawgReadouts } from './readouts.js';
import { DawgSpectrum } from './spectrum.js';
import { DawgSuggestion } from './suggestion.js';
import { DawgChoice, DawgSwitch } from './switch.js';

const CONTROLS: Record<string, CustomElementConstructor> = {
    'dawg-knob': DawgKnob,
    'dawg-switch': DawgSwitch,
    'dawg-choice': DawgChoice,
    'dawg-meter': DawgMeter,
    'dawg-loudness': DawgLoudness,
    'dawg-spectrum': DawgSpectrum,
    'dawg-curve': DawgCurve,
    'dawg-presets': DawgPresets,
    'dawg-readouts': DawgReadouts,
    'dawg-changes': DawgChanges,
    'dawg-follow': DawgFollow,
    'dawg-suggestion': DawgSuggestion,
    'dawg-plugin': DawgPlugin,
};

/** The element of a plugin: 'dawg-surgical-eq' for 'surgical_eq'. */
export const tagOf = (plugin: string): string => ELEMENTS.find(([, key]) => key === plugin)?.[0] ?? 'dawg-plugin';

/** Defines all elements; what is defined already stays. The import has done so, unless a bundler dropped it. */
export function defineElements(): void {
    const define = (tag: string, element: CustomElementConstructor): void => {
        if (!customElements.get(tag)) customElements.define(tag, element);
    };
    for (const [tag, element] of Object.entries(CONTROLS)) define(tag, element);
    for (const [tag, key] of ELEMENTS)
        define(
            tag,
            class extends DawgPlugin {
                static override readonly plugin = key;
            },
        );
}
if (typeof customElements !== 'undefined') defineElements();

export {
    DawgChanges,
    DawgChoice,
    DawgCurve,
    DawgFollow,
    DawgKnob,
    DawgLoudness,
    DawgMeter,
    DawgPlugin,
    DawgPresets,
    DawgReadouts,
    DawgSpectrum,
    DawgSuggestion,
    DawgSwitch,
};
export type { GestureDetail } from './gesture.js';
export type { ControlEngine, ControlNode } from './node.js';
export { allowedText, parseText, valueText } from './text.js';
export { canSuggest } from './suggesting.js';
export { Verdicts } from './verdicts.js';
export type { Verdict } from './verdicts.js';
export { panelOf } from './groups.js';
export type { Band, Group, Panel } from './groups.js';
