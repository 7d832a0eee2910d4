// A plugin's parameters in the order and the groups of its panel. Bands come from the keys' form (band3_freq_hz); the other
// groups from the vocabulary that all plugins share. What no group claims stays together, in the table's order. No DOM.
import type { ParamInfo, PluginInfo } from '../src/manifest.js';

export interface Group {
    /** '' for the only one of a plugin without bands. */
    name: string;
    params: ParamInfo[];
}
/** One band: what it has by the key behind its prefix (on, type, freq_hz, gain_db, q). */
export interface Band {
    /** 1, 2 … */
    number: number;
    prefix: string;
    params: Map<string, ParamInfo>;
}
export interface Panel {
    bands: Band[];
    /** Bands of nothing but a gain, at frequencies that the plugin has: they are drawn, not turned. */
    fixed: Band[];
    groups: Group[];
    bypass: ParamInfo | undefined;
}

/** Words of the shared vocabulary, in the order a panel has them. */
const VOCABULARY: [name: string, words: RegExp][] = [
    ['Model', /^(model|stepped)$/],
    ['Engine', /^(amount|speed|freeze|learn|goal|[a-z]+_bias)$/],
    ['Target', /^(target|custom\d)/],
    ['Problems', /^(detect(?!or)|auto_fix|sensitivity|fix_|enhance_)/],
    ['Mode', /^(mode|tracking|phase|quality|match_loudness|unity_gain|listen|delta|auto_q)$/],
    ['Crossovers', /^crossover\d/],
    ['Time', /^(time_ms|predelay_ms|decay_s|size|sync|feedback|crossfeed|tape_|taps?|anti_runaway)/],
    ['Level', /^(input_db|drive_db|bias|ceiling_db|threshold_db|ratio|all_buttons|knee_db|range_db)/],
    [
        'Response',
        /^(attack_ms|hold_ms|release_ms|lookahead_ms|link|true_peak|sidechain|adaptive_|smart_|auto_(?!makeup|balance)|time_constant|transients|detector)/,
    ],
    ['Key', /^key_/],
    ['Voice', /^(voice|proximity_db|de_ess_db|breath_db|presence_db|air_db)$/],
    ['Tone', /^(low_cut|high_cut|bandwidth|resonance|damping|tilt|tone|freq_hz|q|type|slope)/],
    ['Space', /^(diffusion|density|early|placement|crossover)/],
    ['Movement', /^(modulation|rate_hz|depth|voices|shape|stereo_phase)/],
    ['Harmonics', /^(harmonics|even|odd|transformer|warmth)$/],
    [
        'Output',
        /^(width|mid_db|side_db|match_db|output_db|makeup_db|auto_makeup|auto_balance|gain_db|mix|quality|style|model|dither|ai_amount)/,
    ],
];
/** What belongs to the harmonic stage of a plugin that has one, and elsewhere to other groups. */
const OF_HARMONICS = /^(drive_db|quality)$/;
/** Groups smaller than this join the one before. */
const SMALLEST = 2;

const BAND = /^(band(\d+)_)(.+)$/;

export function panelOf(plugin: PluginInfo): Panel {
    const bands = new Map<number, Band>();
    const byName = new Map<string, ParamInfo[]>();
    const stages = stagesOf(plugin);
    const hasHarmonics = plugin.params.some(({ key }) => key === 'harmonics');
    const groupOf = (key: string): string =>
        hasHarmonics && OF_HARMONICS.test(key)
            ? 'Harmonics'
            : (VOCABULARY.find(([, words]) => words.test(key))?.[0] ?? 'More');
    for (const param of plugin.params) {
        if (param.key === 'bypass') continue;
        const band = BAND.exec(param.key);
        if (band) {
            const number = Number(band[2]);
            const known = bands.get(number) ?? { number, prefix: band[1], params: new Map<string, ParamInfo>() };
            known.params.set(band[3], param);
            bands.set(number, known);
            continue;
        }
        const stage = stageOf(param.key, stages);
        const name = stage ? titled(stage) : groupOf(param.key);
        byName.set(name, [...(byName.get(name) ?? []), param]);
    }
    const sorted = [...bands.values()].sort((a, b) => a.number - b.number);
    const isFixed = (band: Band): boolean =>
        plugin.bandHz[band.number - 1] !== undefined && band.params.size === 1 && band.params.has('gain_db');
    return {
        bands: sorted.filter((band) => !isFixed(band)),
        fixed: sorted.filter(isFixed),
        groups: joined([...stages.map(titled), ...VOCABULARY.map(([name]) => name), 'More'], byName, bands.size > 0),
        bypass: plugin.params.find(({ key }) => key === 'bypass'),
    };
}

/** Stages by name, where a plugin has several of one kind: low_freq_hz, low_gain_db, mid_freq_hz …; in the table's order. */
function stagesOf(plugin: PluginInfo): string[] {
    const names = plugin.params.flatMap(({ key }) => /^([a-z]+(?:_[a-z]+)?)_(?:freq_hz|gain_db)$/.exec(key)?.[1] ?? []);
    const several = names.filter((name, i) => names.indexOf(name) !== i);
    return several.length > 1 ? [...new Set(several)] : [];
}
/** The longest stage whose name begins the key: low_mid_q is of low_mid, not of low. */
function stageOf(key: string, stages: readonly string[]): string | undefined {
    const own = stages.filter((stage) => key.startsWith(`${stage}_`) && !/_cut_(hz|slope)$/.test(key));
    return own.sort((a, b) => b.length - a.length).at(0);
}
const titled = (stage: string): string =>
    stage
        .split('_')
        .map((word) => word[0].toUpperCase() + word.slice(1))
        .join(' ');

function joined(order: string[], byName: Map<string, ParamInfo[]>, hasBands: boolean): Group[] {
    const groups: Group[] = [];
    for (const name of order) {
        const params = byName.get(name);
        if (!params) continue;
        const before = groups.at(-1);
        if (params.length < SMALLEST && before && name !== 'Output') before.params.push(...params);
        else groups.push({ name, params: [...params] });
    }
    if (groups.length === 1 && !hasBands) groups[0].name = '';
    return groups;
}

/** "Frequency" of "Low Mid Frequency": the name inside its group. */
export const nameInGroup = (param: ParamInfo, group: Group): string =>
    param.name.startsWith(`${group.name} `) ? param.name.slice(group.name.length + 1) : param.name;

/** "Frequency" of "Band 3 Frequency": the name inside its band. */
export function nameInBand(param: ParamInfo, band: Band): string {
    const short = param.name.replace(new RegExp(`^band ${band.number}\\s*`, 'i'), '');
    return short === '' ? 'On' : short;
}
