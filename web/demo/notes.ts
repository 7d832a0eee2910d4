// Short messages to the reader: news goes by itself, errors stay until they are dismissed.

export interface Note {
    id: number;
    text: string;
    isError: boolean;
}
const NEWS_MS = 5000;
const MOST = 3;

export class Notes {
    list: Note[] = [];
    #next = 1;
    constructor(private readonly changed: () => void) {}

    say(text: string, isError = false): void {
        const id = this.#next++;
        this.list = [...this.list.slice(1 - MOST), { id, text, isError }];
        this.changed();
        if (!isError) setTimeout(() => this.dismiss(id), NEWS_MS);
    }
    tell(error: unknown): void {
        this.say(error instanceof Error ? error.message : String(error), true);
    }
    dismiss(id: number): void {
        this.list = this.list.filter((note) => note.id !== id);
        this.changed();
    }
}
