// Sound to listen to: a page is asked to play.

const START_S = 2;

/** Waits until the context runs, which a page may bring about on 'dawg-listen'. Rejects when it does not. */
export async function runs(element: EventTarget, context: BaseAudioContext): Promise<void> {
    element.dispatchEvent(new CustomEvent('dawg-listen', { bubbles: true, composed: true }));
    for (let i = 0; i < 20 * START_S && context.state !== 'running'; ++i)
        await new Promise((resolve) => setTimeout(resolve, 50));
    if (context.state !== 'running') throw new Error('Nothing plays, so that there is nothing to hear.');
}
