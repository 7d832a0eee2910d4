// One animation frame loop for everything that moves on a page; it stops when nothing is left to draw.

type Draw = (seconds: number) => void;
const all = new Set<Draw>();
let request = 0;

function frame(ms: number): void {
    request = all.size > 0 ? requestAnimationFrame(frame) : 0;
    for (const draw of all) draw(ms / 1000);
}

/** Calls `draw` every frame until the function it returns is called. */
export function onFrame(draw: Draw): () => void {
    all.add(draw);
    if (request === 0) request = requestAnimationFrame(frame);
    return () => {
        all.delete(draw);
    };
}
