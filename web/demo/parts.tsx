// Small parts of the page: the store as a hook, icons, a file button.
import { useRef, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { Studio } from './studio.js';

/** Renders again whenever the studio changed. */
export function useStudio(studio: Studio): Studio {
    useSyncExternalStore(studio.subscribe, () => studio.version);
    return studio;
}

const PATHS = {
    play: 'M7 4.5v15l12-7.5z',
    pause: 'M6 4.5h4v15H6zM14 4.5h4v15h-4z',
    loop: 'M4 12V9a3 3 0 0 1 3-3h11m-3-3 3 3-3 3M20 12v3a3 3 0 0 1-3 3H6m3 3-3-3 3-3',
    undo: 'M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-3',
    redo: 'm16 5 4 4-4 4m4-4H10a5 5 0 0 0 0 10h3',
    up: 'm6 14 6-6 6 6',
    down: 'm6 10 6 6 6-6',
    close: 'm6 6 12 12M18 6 6 18',
    plus: 'M12 5v14M5 12h14',
    grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
    volume: 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11',
    start: 'M6 5v14M19 5 9 12l10 7z',
};
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): ReactNode {
    const isSolid = name === 'play' || name === 'pause';
    return (
        <svg className={isSolid ? 'icon solid' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
            <path d={PATHS[name]} />
        </svg>
    );
}

interface FileButtonProps {
    accept: string;
    label: ReactNode;
    title: string;
    onFile: (file: File) => void;
}
export function FileButton({ accept, label, title, onFile }: FileButtonProps): ReactNode {
    const input = useRef<HTMLInputElement>(null);
    return (
        <>
            <button className="button" title={title} onClick={() => input.current?.click()}>
                {label}
            </button>
            <input
                ref={input}
                type="file"
                hidden
                accept={accept}
                onChange={({ currentTarget }) => {
                    const file = currentTarget.files?.[0];
                    if (file) onFile(file);
                    currentTarget.value = '';
                }}
            />
        </>
    );
}

/** 1:02.3 */
export function clock(seconds: number): string {
    const minutes = Math.floor(seconds / 60);
    return `${minutes}:${(seconds - 60 * minutes).toFixed(1).padStart(4, '0')}`;
}
