// Export of the whole programme through the chain as WAV.
import { encodeWav } from '@dawg-ai/engine';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { download } from './audio.js';
import { useStudio } from './parts.js';
import type { Studio } from './studio.js';

const FORMATS = [
    ['24', '24 bit'],
    ['16', '16 bit'],
    ['32f', '32 bit float'],
] as const;
type Bits = (typeof FORMATS)[number][0];

export function ExportButton({ studio }: { studio: Studio }): ReactNode {
    useStudio(studio);
    const dialog = useRef<HTMLDialogElement>(null);
    const [bits, setBits] = useState<Bits>('24');
    const [done, setDone] = useState<number | undefined>();
    const abort = useRef<AbortController | undefined>(undefined);
    const close = (): void => {
        abort.current?.abort();
        dialog.current?.close();
    };
    const run = async (): Promise<void> => {
        const { engine, player } = studio;
        if (!engine || !player.buffer) return;
        const signal = (abort.current = new AbortController()).signal;
        setDone(0);
        try {
            const input = player.buffer;
            const result = await engine.render(input, studio.chain, {
                ...studio.keyOption(),
                signal,
                onProgress: setDone,
            });
            const name = `${studio.programme
                .replace(/\.[^.]+$/, '')
                .replace(/\s+/g, '-')
                .toLowerCase()}-dawg.wav`;
            download(name, [encodeWav(result, { bits })], 'audio/wav');
            studio.say(`${name}: ${(result.channels[0].length / result.sampleRate).toFixed(1)} s.`);
            dialog.current?.close();
        } catch (error) {
            if (signal.aborted) studio.say('Export cancelled.');
            else studio.say(error instanceof Error ? error.message : String(error), true);
        } finally {
            setDone(undefined);
        }
    };
    return (
        <>
            <button
                className="button accent"
                disabled={!studio.engine || !studio.player.buffer}
                onClick={() => dialog.current?.showModal()}
            >
                Export
            </button>
            <dialog ref={dialog} aria-labelledby="export" onCancel={() => abort.current?.abort()}>
                <h2 id="export">Export as WAV</h2>
                <p>
                    {studio.programme}, {studio.player.duration.toFixed(1)} s, through {studio.slots.length}{' '}
                    {studio.slots.length === 1 ? 'plugin' : 'plugins'}; with the tail, without the latency.
                </p>
                <fieldset disabled={done !== undefined}>
                    <legend>Format</legend>
                    {FORMATS.map(([value, name]) => (
                        <label key={value}>
                            <input type="radio" name="bits" checked={bits === value} onChange={() => setBits(value)} />
                            {name}
                        </label>
                    ))}
                </fieldset>
                <progress aria-label="Progress" max={1} value={done ?? 0} />
                <div className="tools">
                    <button className="button" onClick={close}>
                        {done === undefined ? 'Close' : 'Cancel'}
                    </button>
                    <button className="button accent" disabled={done !== undefined} onClick={() => void run()}>
                        {done === undefined ? 'Export' : `${Math.round(100 * done)} %`}
                    </button>
                </div>
            </dialog>
        </>
    );
}
