// What was loaded or found before, by key: in memory, and in the browser's Cache where there is one. Bounded; the oldest
// goes first.

/** What a page's Cache is here. */
export type Shelf = Pick<Cache, 'match' | 'put' | 'delete' | 'keys'>;
/** undefined: there is none (Node, a page without https). */
export type OpenShelf = (name: string) => Promise<Shelf | undefined>;

/** The browser's, kept between visits. */
export const openCache: OpenShelf = async (name) => (typeof caches === 'undefined' ? undefined : caches.open(name));

const SIZE = 'dawg-bytes';
/** Keys of a Cache are addresses; nothing is fetched from this one. */
const addressOf = (key: string): string => `https://dawg.invalid/${encodeURIComponent(key)}`;

export class Store {
    readonly #memory = new Map<string, Uint8Array<ArrayBuffer>>();
    #bytes = 0;
    #shelf: Promise<Shelf | undefined> | undefined;

    /** `limit`: bytes in memory, and as many on the shelf. */
    constructor(
        readonly name: string,
        readonly limit: number,
        private readonly openShelf: OpenShelf,
    ) {}
    get bytes(): number {
        return this.#bytes;
    }
    get #opened(): Promise<Shelf | undefined> {
        return (this.#shelf ??= this.openShelf(this.name).catch(() => undefined));
    }

    async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
        const near = this.#memory.get(key);
        if (near) {
            this.#memory.delete(key); // used last
            this.#memory.set(key, near);
            return near;
        }
        try {
            const found = await (await this.#opened)?.match(addressOf(key));
            if (!found) return undefined;
            const value = new Uint8Array(await found.arrayBuffer());
            this.#remember(key, value);
            return value;
        } catch {
            return undefined; // a browser that denies its storage
        }
    }
    #remember(key: string, value: Uint8Array<ArrayBuffer>): void {
        this.#forget(key);
        if (value.length > this.limit) return;
        this.#memory.set(key, value);
        this.#bytes += value.length;
        for (const oldest of this.#memory.keys()) {
            if (this.#bytes <= this.limit) break;
            this.#forget(oldest);
        }
    }
    #forget(key: string): void {
        this.#bytes -= this.#memory.get(key)?.length ?? 0;
        this.#memory.delete(key);
    }
    async put(key: string, value: Uint8Array<ArrayBuffer>): Promise<void> {
        this.#remember(key, value);
        if (value.length > this.limit) return;
        try {
            const shelf = await this.#opened;
            await shelf?.put(addressOf(key), new Response(value, { headers: { [SIZE]: String(value.length) } }));
            if (shelf) await this.#trim(shelf);
        } catch {
            // full or denied: memory has it
        }
    }
    /** Keys come in the order in which they were put. */
    async #trim(shelf: Shelf): Promise<void> {
        const all = await Promise.all(
            (await shelf.keys()).map(async (request) => ({
                request,
                size: Number((await shelf.match(request))?.headers.get(SIZE) ?? 0),
            })),
        );
        let sum = all.reduce((bytes, { size }) => bytes + size, 0);
        for (const { request, size } of all) {
            if (sum <= this.limit) return;
            await shelf.delete(request);
            sum -= size;
        }
    }
    async delete(key: string): Promise<void> {
        this.#forget(key);
        await (await this.#opened)?.delete(addressOf(key)).catch(() => false);
    }
    async clear(): Promise<void> {
        this.#memory.clear();
        this.#bytes = 0;
        const shelf = await this.#opened;
        for (const request of (await shelf?.keys().catch(() => [])) ?? []) await shelf?.delete(request);
    }
}
