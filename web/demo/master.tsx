// What comes out of the chain: spectrum before and after, loudness, the two sides of the chain.
import type { ReactNode } from 'react';
import { useStudio } from './parts.js';
import type { Studio } from './studio.js';

function Sides({ studio }: { studio: Studio }): ReactNode {
    const { page, settings } = studio;
    const other = page.side === 'A' ? 'B' : 'A';
    return (
        <div className="sides">
            <span className="joined" role="group" aria-label="Two chains to compare">
                {(['A', 'B'] as const).map((side) => (
                    <button
                        key={side}
                        className="button side"
                        aria-pressed={page.side === side}
                        title={`Chain ${side}`}
                        onClick={() => studio.swap(side)}
                    >
                        {side}
                    </button>
                ))}
                <button className="button" title={`Overwrite chain ${other}`} onClick={() => studio.copySide()}>
                    {page.side} → {other}
                </button>
            </span>
            <label title="Turns the louder chain down, by the difference of their mean levels over the whole programme">
                <input
                    type="checkbox"
                    role="switch"
                    checked={settings.isMatched}
                    onChange={() => studio.setMatched(!settings.isMatched)}
                />
                Same level
            </label>
        </div>
    );
}

/** What the reader has decided about suggestions. */
function Verdicts({ studio }: { studio: Studio }): ReactNode {
    const { suggestions } = studio;
    const { count } = suggestions;
    if (count === 0) return null;
    return (
        <>
            <h2>Decided suggestions</h2>
            <div className="verdicts">
                <span>{count} kept in this browser, sent nowhere</span>
                <span className="joined">
                    <button
                        className="button"
                        title="Saves them as a JSON file to train on: no sound, only curves and what you took of them"
                        onClick={() => suggestions.export()}
                    >
                        Save
                    </button>
                    <button className="button" title="Deletes them" onClick={() => suggestions.forget()}>
                        Forget
                    </button>
                </span>
            </div>
        </>
    );
}

export function Master({ studio }: { studio: Studio }): ReactNode {
    useStudio(studio);
    const first = studio.slots[0]?.node;
    const last = studio.slots.at(-1)?.node;
    return (
        <aside className="master" aria-label="Output">
            <h2>Chain</h2>
            <Sides studio={studio} />
            <h2>Spectrum</h2>
            <dawg-spectrum key={`${studio.slots[0]?.id} ${studio.slots.at(-1)?.id}`} node={last} inputNode={first} />
            <p className="legend">
                <span className="after">out</span>
                <span className="before">in</span>
                tilted by 3 dB per octave
            </p>
            <h2>Loudness</h2>
            {last ? (
                <dawg-loudness key={studio.slots.at(-1)?.id} node={last} point="out" />
            ) : (
                <p className="empty">Measured at the last plugin of the chain.</p>
            )}
            <Verdicts studio={studio} />
        </aside>
    );
}
