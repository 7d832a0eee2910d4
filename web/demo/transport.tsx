// Play, seek on the programme's overview, loop, tempo, volume.
import { useEffect, useRef } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { overview } from './audio.js';
import { FileButton, Icon, clock, useStudio } from './parts.js';
import type { Studio } from './studio.js';

/** Draws the overview once per size and programme, and the position every frame. */
function useOverview(studio: Studio): React.RefObject<HTMLDivElement | null> {
    const place = useRef<HTMLDivElement>(null);
    useEffect(() => {
        const box = place.current;
        const canvas = box?.querySelector('canvas');
        if (!box || !canvas) return undefined;
        let drawn: unknown;
        let request = 0;
        const paint = (): void => {
            const { buffer } = studio.player;
            const [width, height] = [canvas.clientWidth, canvas.clientHeight];
            const color = getComputedStyle(canvas).color;
            const id = `${studio.programme} ${buffer?.length} ${width} ${height} ${color} ${devicePixelRatio}`;
            if (id === drawn || width === 0) return;
            drawn = id;
            [canvas.width, canvas.height] = [width * devicePixelRatio, height * devicePixelRatio];
            const pen = canvas.getContext('2d');
            if (!pen || !buffer) return;
            pen.fillStyle = color;
            const peaks = overview(buffer, canvas.width);
            const middle = canvas.height / 2;
            for (let x = 0; x < canvas.width; ++x) {
                const [low, high] = [peaks[2 * x], peaks[2 * x + 1]];
                pen.fillRect(x, middle - high * middle, 1, Math.max(1, (high - low) * middle));
            }
        };
        const frame = (): void => {
            request = requestAnimationFrame(frame);
            paint();
            const { position, duration } = studio.player;
            box.style.setProperty('--at', String(duration > 0 ? position / duration : 0));
            const text = box.closest('.transport')?.querySelector('.clock');
            const now = `${clock(position)} / ${clock(duration)}`;
            if (text && text.textContent !== now) {
                text.textContent = now;
                box.setAttribute('aria-valuenow', position.toFixed(1));
                box.setAttribute('aria-valuetext', now);
            }
        };
        frame();
        return () => cancelAnimationFrame(request);
    }, [studio]);
    return place;
}

function Seek({ studio }: { studio: Studio }): ReactNode {
    const place = useOverview(studio);
    const seek = (event: PointerEvent<HTMLDivElement>): void => {
        if (event.buttons !== 1) return;
        const { left, width } = event.currentTarget.getBoundingClientRect();
        studio.seek(((event.clientX - left) / width) * studio.player.duration);
    };
    const key = (event: KeyboardEvent): void => {
        const { position, duration } = studio.player;
        const to: Record<string, number> = {
            ArrowRight: position + 1,
            ArrowLeft: position - 1,
            PageUp: position + 5,
            PageDown: position - 5,
            Home: 0,
            End: duration,
        };
        if (event.key === ' ') void studio.toggle();
        else if (event.key in to) studio.seek(to[event.key]);
        else return;
        event.preventDefault();
    };
    return (
        <div
            ref={place}
            className="seek"
            role="slider"
            tabIndex={0}
            aria-label="Position"
            aria-valuemin={0}
            aria-valuemax={Number(studio.player.duration.toFixed(1))}
            aria-valuenow={0}
            onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId);
                seek(event);
            }}
            onPointerMove={seek}
            onKeyDown={key}
        >
            <canvas />
            <div className="played" />
            {studio.isMaking && !studio.programme && <span className="making">Making the song …</span>}
        </div>
    );
}

export function Transport({ studio }: { studio: Studio }): ReactNode {
    useStudio(studio);
    const { player, settings } = studio;
    return (
        <section className="transport" aria-label="Transport">
            <div className="deck">
                <button
                    className="play"
                    aria-label={player.isPlaying ? 'Pause' : 'Play'}
                    title={player.isPlaying ? 'Pause (Space)' : 'Play (Space)'}
                    disabled={!player.buffer}
                    onClick={() => void studio.toggle()}
                >
                    <Icon name={player.isPlaying ? 'pause' : 'play'} />
                </button>
                <Seek studio={studio} />
            </div>
            <div className="line">
                <span className="programme" title={studio.programme}>
                    {studio.programme || '\u2026'}
                </span>
                <span className="clock number">0:00.0 / 0:00.0</span>
                <button
                    className="button"
                    title="To the start"
                    aria-label="To the start"
                    onClick={() => studio.seek(0)}
                >
                    <Icon name="start" />
                </button>
                <button
                    className="button"
                    aria-pressed={settings.loops}
                    title="Loop"
                    aria-label="Loop"
                    onClick={() => studio.setLoop(!settings.loops)}
                >
                    <Icon name="loop" />
                </button>
                <FileButton
                    accept="audio/*,video/*,.wav,.flac,.mp3,.ogg,.opus,.m4a"
                    label="Open file"
                    title="Play a file of yours; it stays on this machine. You can also drop one anywhere."
                    onFile={(file) => studio.open(file)}
                />
                {!studio.isSong && studio.programme !== '' && (
                    <button className="button" onClick={() => studio.useSong()}>
                        Built-in song
                    </button>
                )}
                <label className="field" title="Tempo, for plugins that follow it">
                    <input
                        type="number"
                        min={20}
                        max={999}
                        step="any"
                        key={settings.tempo}
                        defaultValue={settings.tempo}
                        onChange={({ currentTarget }) => studio.setTempo(currentTarget.valueAsNumber)}
                    />
                    bpm
                </label>
                <label
                    className="field volume"
                    title={`Volume of what you hear, not of the export: ${settings.volumeDb} dB`}
                >
                    <Icon name="volume" />
                    <input
                        type="range"
                        aria-label="Volume, dB"
                        min={-60}
                        max={0}
                        step={1}
                        value={settings.volumeDb}
                        onChange={({ currentTarget }) => studio.setVolume(currentTarget.valueAsNumber)}
                        onDoubleClick={() => studio.setVolume(0)}
                    />
                </label>
            </div>
        </section>
    );
}
