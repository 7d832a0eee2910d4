// The status bar: how records travel, rate, latency, cost, underruns.
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useStudio } from './parts.js';
import type { Studio } from './studio.js';

/** Chromium's; other browsers do not count underruns yet. */
interface PlaybackStats {
    underrunEvents?: number;
    fallbackFramesEvents?: number;
}
function underruns(context: AudioContext): number | undefined {
    const { playbackStats, playoutStats } = context as { playbackStats?: PlaybackStats; playoutStats?: PlaybackStats };
    const stats = playbackStats ?? playoutStats;
    return stats?.underrunEvents ?? stats?.fallbackFramesEvents;
}

function Cost({ studio }: { studio: Studio }): ReactNode {
    const { us, budget } = studio.cost;
    const parts = studio.slots.map(({ id, node }) => ({ name: node.info.name, us: us.get(id), id }));
    const total = parts.reduce((sum, part) => sum + (part.us ?? 0), 0);
    const percent = (value: number): string => `${((100 * value) / budget).toFixed(1)} %`;
    const isMeasured = parts.some((part) => part.us !== undefined);
    return (
        <span
            className="item wide"
            title={`Time for 128 frames, measured in a worker after each change; 100 % is ${budget.toFixed(0)} µs.`}
        >
            <b>CPU</b> {isMeasured ? percent(total) : '\u2013'}
            {parts.map((part) => (
                <span key={part.id} className="part">
                    {part.name} {part.us === undefined ? '\u2013' : `${part.us.toFixed(1)} µs`}
                </span>
            ))}
            {isMeasured && <span className="part">measured in a worker</span>}
        </span>
    );
}

export function StatusBar({ studio }: { studio: Studio }): ReactNode {
    useStudio(studio);
    const { context, engine, slots } = studio;
    const [lost, setLost] = useState<number | undefined>(() => underruns(context));
    useEffect(() => {
        const timer = setInterval(() => setLost(underruns(context)), 500);
        return () => clearInterval(timer);
    }, [context]);
    const samples = slots.reduce((sum, { node }) => sum + node.latencySamples, 0);
    const isShared = engine?.transportKind === 'shared';
    return (
        <footer className="status number">
            <span
                className="item"
                title="Whether the page is isolated decides how moves and meters travel; both are complete."
            >
                <b>Records</b> {engine ? (isShared ? 'shared memory' : 'messages') : '\u2013'}
            </span>
            <span className="item">
                <b>Rate</b> {(context.sampleRate / 1000).toFixed(1)} kHz
            </span>
            <span className="item" title="Of the chain, without the browser's own">
                <b>Latency</b> {((1000 * samples) / context.sampleRate).toFixed(2)} ms, {samples} samples
            </span>
            <Cost studio={studio} />
            <span className="item" title="Gaps in the sound since the page began, as the browser counts them">
                <b>Underruns</b> {lost ?? 'not counted here'}
            </span>
            <span className="item">
                <b>Context</b> {context.state}
            </span>
        </footer>
    );
}
