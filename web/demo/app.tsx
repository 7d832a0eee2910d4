// The layout, the keys of the whole page, and what is dropped on it.
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { GestureDetail } from '@dawg-ai/engine/gui';
import { ExportButton } from './export.js';
import { Master } from './master.js';
import { FileButton, Icon, useStudio } from './parts.js';
import { Rack } from './rack.js';
import { download } from './audio.js';
import { chainOf } from './saved.js';
import { StatusBar } from './status.js';
import { Transport } from './transport.js';
import type { Studio } from './studio.js';

/** Ctrl+Z, Ctrl+Shift+Z, Ctrl+Y; the space bar plays unless a control wants it. */
function onKey(studio: Studio, event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    const isTyping = target instanceof HTMLInputElement && target.type !== 'range' && target.type !== 'checkbox';
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !isTyping && (key === 'z' || key === 'y')) {
        event.preventDefault();
        if (key === 'y' || event.shiftKey) studio.redo();
        else studio.undo();
    } else if (event.key === ' ' && (target === document.body || (target instanceof Element && target.id === 'app'))) {
        event.preventDefault();
        void studio.toggle();
    }
}

function useWholePage(studio: Studio, setDropping: (isDropping: boolean) => void): void {
    useEffect(() => {
        const end = new AbortController();
        const { signal } = end;
        const on = <E extends keyof WindowEventMap>(name: E, listener: (event: WindowEventMap[E]) => void): void =>
            window.addEventListener(name, listener, { signal });
        const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
        on('keydown', (event) => onKey(studio, event));
        on('dragover', (event) => {
            if (!hasFiles(event)) return;
            setDropping(!event.defaultPrevented); // an EQ takes it as its reference
            event.preventDefault();
        });
        on('dragleave', (event) => {
            if (event.relatedTarget === null) setDropping(false);
        });
        on('drop', (event) => {
            setDropping(false);
            if (!hasFiles(event) || event.defaultPrevented) return;
            event.preventDefault();
            const file = event.dataTransfer?.files[0];
            if (file) studio.open(file);
        });
        window.addEventListener(
            'dawg-gesture',
            (event) => {
                if ((event as CustomEvent<GestureDetail>).detail.phase === 'end') studio.commit();
            },
            { signal },
        );
        return () => end.abort();
    }, [studio, setDropping]);
}

function Toolbar({ studio }: { studio: Studio }): ReactNode {
    useStudio(studio);
    const saveChain = (): void =>
        download(
            'chain.json',
            [JSON.stringify(chainOf(studio.present().sides[studio.page.side] ?? []), null, 2)],
            'application/json',
        );
    return (
        <header className="bar">
            <h1>
                <svg viewBox="0 0 32 32" aria-hidden="true">
                    <path d="M3 20c5 0 5-11 9-11s4 15 8 15 4-9 9-9" />
                </svg>
                DAWG
            </h1>
            <div className="tools">
                <span className="joined">
                    <button
                        className="button"
                        title="Undo (Ctrl+Z)"
                        aria-label="Undo"
                        disabled={!studio.canUndo}
                        onClick={() => studio.undo()}
                    >
                        <Icon name="undo" />
                    </button>
                    <button
                        className="button"
                        title="Redo (Ctrl+Shift+Z)"
                        aria-label="Redo"
                        disabled={!studio.canRedo}
                        onClick={() => studio.redo()}
                    >
                        <Icon name="redo" />
                    </button>
                </span>
                <span className="joined">
                    <FileButton
                        accept="application/json,.json"
                        label={
                            <>
                                Load<span className="word">chain</span>
                            </>
                        }
                        title="Load a chain from a JSON file"
                        onFile={(file) => studio.open(file)}
                    />
                    <button
                        className="button"
                        title="Save the chain as a JSON file"
                        disabled={studio.slots.length === 0}
                        onClick={saveChain}
                    >
                        Save<span className="word">chain</span>
                    </button>
                </span>
                <ExportButton studio={studio} />
            </div>
        </header>
    );
}

export function App({ studio }: { studio: Studio }): ReactNode {
    useStudio(studio);
    const [isDropping, setDropping] = useState(false);
    useWholePage(studio, setDropping);
    return (
        <div className={isDropping ? 'page dropping' : 'page'}>
            <Toolbar studio={studio} />
            <Transport studio={studio} />
            <main>
                {studio.failure ? (
                    <div className="failure" role="alert">
                        <h2>The sound engine could not start</h2>
                        <p>{studio.failure}</p>
                        <button className="button" onClick={() => location.reload()}>
                            Try again
                        </button>
                    </div>
                ) : (
                    <Rack studio={studio} />
                )}
                <Master studio={studio} />
            </main>
            <StatusBar studio={studio} />
            <div className="notes" aria-live="polite">
                {studio.notes.list.map(({ id, text, isError }) => (
                    <div key={id} className={isError ? 'note error' : 'note'} role={isError ? 'alert' : 'status'}>
                        <span>{text}</span>
                        <button aria-label="Dismiss" onClick={() => studio.notes.dismiss(id)}>
                            <Icon name="close" />
                        </button>
                    </div>
                ))}
            </div>
            {isDropping && (
                <div className="drop">
                    <p>
                        Drop a sound to play it, or a chain to load it
                        <small>on the suggestions of an EQ: a reference to match</small>
                    </p>
                </div>
            )}
        </div>
    );
}
