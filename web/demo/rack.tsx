// The chain: its plugins in order, to add, move, bypass, remove.
import { createElement, useCallback, useEffect, useState } from 'react';
import type { DragEvent, ReactNode } from 'react';
import { tagOf } from '@dawg-ai/engine/gui';
import type { Verdict } from '@dawg-ai/engine/gui';
import { gainOf } from './follow.js';
import { FileButton, Icon, useStudio } from './parts.js';
import type { KeySource } from './saved.js';
import type { Slot, Studio } from './studio.js';

const DRAG = 'application/x-dawg-slot';
const TARGETS_LUFS = [-9, -11, -14, -16, -18, -23];

/** "Hold loudness at": the worker moves the plugin's gain. */
function Hold({ studio, slot }: { studio: Studio; slot: Slot }): ReactNode {
    const gain = gainOf(slot);
    const held = studio.follow.targets.get(slot.id);
    const [target, setTarget] = useState(held ?? -14);
    const [moved, setMoved] = useState('');
    const isHeld = held !== undefined;
    useEffect(() => {
        if (!isHeld || !gain) return undefined;
        const show = (): void => setMoved(Number(slot.node.get(gain.key)).toFixed(1).replace('-', '\u2212'));
        show();
        return slot.node.on('change', ({ key }) => {
            if (key === gain.key) show();
        });
    }, [slot, gain, isHeld]);
    if (!gain) return null;
    return (
        <div className="hold">
            <label>
                <input
                    type="checkbox"
                    role="switch"
                    checked={isHeld}
                    onChange={() => (isHeld ? studio.follow.release(slot) : studio.follow.hold(slot, target))}
                />
                Hold loudness at
            </label>
            <select
                aria-label="Short-term loudness to hold"
                value={target}
                onChange={({ currentTarget }) => {
                    const next = Number(currentTarget.value);
                    setTarget(next);
                    if (isHeld) studio.follow.hold(slot, next);
                }}
            >
                {TARGETS_LUFS.map((lufs) => (
                    <option key={lufs} value={lufs}>{`\u2212${-lufs} LUFS`}</option>
                ))}
            </select>
            <span className="moving" role="status">
                {isHeld ? (
                    <>
                        moves {gain.name}: <b className="number">{moved} dB</b>
                    </>
                ) : (
                    `by moving ${gain.name}, until you touch it`
                )}
            </span>
        </div>
    );
}

function Key({ studio }: { studio: Studio }): ReactNode {
    const { page } = studio;
    return (
        <div className="hold">
            <label>
                Key input{' '}
                <select
                    value={page.key}
                    onChange={({ currentTarget }) => studio.setKey(currentTarget.value as KeySource)}
                >
                    <option value="none">Not connected</option>
                    <option value="programme">Programme, before the chain</option>
                    {!studio.isSong && <option value="song">Built-in song</option>}
                    {studio.hasKey && <option value="file">{studio.keyFile}</option>}
                </select>
            </label>
            <FileButton
                accept="audio/*,.wav,.flac,.mp3,.ogg,.opus,.m4a"
                label="File …"
                title="A sound that drives this plugin, played along with the programme"
                onFile={(file) => studio.open(file, 'key')}
            />
        </div>
    );
}

interface PlaceProps {
    studio: Studio;
    slot: Slot;
    place: number;
}
function Place({ studio, slot, place }: PlaceProps): ReactNode {
    const { id, node } = slot;
    const [isOver, setOver] = useState(false);
    const [isHeld, setHeld] = useState(false);
    const programme = useCallback(() => studio.suggestions.programme(slot), [studio, slot]);
    const isCollapsed = studio.settings.collapsed.includes(id);
    const accepts = (event: DragEvent): boolean => event.dataTransfer.types.includes(DRAG);
    const last = studio.slots.length - 1;
    const { name } = node.info;
    return (
        <li
            className={isOver ? 'slot over' : 'slot'}
            draggable={isHeld}
            onDragStart={(event) => {
                event.dataTransfer.setData(DRAG, String(id));
                event.dataTransfer.effectAllowed = 'move';
            }}
            onDragEnd={() => setHeld(false)}
            onDragOver={(event) => {
                if (!accepts(event)) return;
                event.preventDefault();
                setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={(event) => {
                if (!accepts(event)) return;
                event.preventDefault();
                setOver(false);
                studio.move(Number(event.dataTransfer.getData(DRAG)), place);
            }}
        >
            {createElement(
                tagOf(node.key),
                {
                    node,
                    live: true,
                    collapsed: isCollapsed,
                    'ondawg-collapse': (event: CustomEvent<boolean>) => studio.toggleCollapsed(id, event.detail),
                    suggests: true,
                    programme,
                    'ondawg-listen': () => {
                        if (!studio.player.isPlaying) void studio.toggle();
                    },
                    'ondawg-verdict': (event: CustomEvent<Verdict>) => studio.suggestions.decided(event.detail),
                },
                <span slot="actions" className="joined actions">
                    <span
                        className="grip"
                        title="Drag to another place"
                        onPointerDown={() => setHeld(true)}
                        onPointerUp={() => setHeld(false)}
                    >
                        <Icon name="grip" />
                    </span>
                    <button
                        className="button"
                        aria-label={`Move ${name} up`}
                        title="Move up"
                        disabled={place === 0}
                        onClick={() => studio.move(id, place - 1)}
                    >
                        <Icon name="up" />
                    </button>
                    <button
                        className="button"
                        aria-label={`Move ${name} down`}
                        title="Move down"
                        disabled={place === last}
                        onClick={() => studio.move(id, place + 1)}
                    >
                        <Icon name="down" />
                    </button>
                    <button
                        className="button"
                        aria-label={`Remove ${name}`}
                        title="Remove (Ctrl+Z brings it back)"
                        onClick={() => studio.remove(id)}
                    >
                        <Icon name="close" />
                    </button>
                </span>,
                node.info.sideChannels > 0 && <Key key="key" studio={studio} />,
                gainOf(slot) && <Hold key="hold" studio={studio} slot={slot} />,
            )}
        </li>
    );
}

export function Rack({ studio }: { studio: Studio }): ReactNode {
    useStudio(studio);
    const plugins = studio.engine?.manifest.plugins ?? [];
    return (
        <section className="rack" aria-label="Chain">
            {!studio.engine && <p className="empty">Starting …</p>}
            {studio.engine && studio.slots.length === 0 && (
                <p className="empty">No plugin in the chain: what you hear is the programme itself. Add one below.</p>
            )}
            <ol>
                {studio.slots.map((slot, place) => (
                    <Place key={slot.id} studio={studio} slot={slot} place={place} />
                ))}
            </ol>
            {plugins.length > 0 && (
                <div className="add" role="group" aria-label="Add a plugin">
                    {plugins.map(({ key, name, help }) => (
                        <button key={key} className="button" title={help} onClick={() => studio.add(key)}>
                            <Icon name="plus" />
                            {name}
                        </button>
                    ))}
                </div>
            )}
        </section>
    );
}
