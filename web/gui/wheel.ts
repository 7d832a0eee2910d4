// A wheel over a control moves it; a page that is being scrolled must not move what happens to pass under the pointer.

/** A scroll that paused this long has ended. */
const SETTLED_MS = 350;
let scrolled = -Infinity;
if (typeof document !== 'undefined')
    document.addEventListener('scroll', () => (scrolled = performance.now()), { capture: true, passive: true });

export const isScrolling = (): boolean => performance.now() - scrolled < SETTLED_MS;
