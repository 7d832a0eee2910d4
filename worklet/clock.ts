// Where the song is at each frame of the context: the transport messages so far, so that instances made later, and
// control edges behind a message's frame, find the right beat.
import type { TransportMessage } from './protocol/messages.js';

export class Clock {
    #isTold = false;
    /** By frame; the first one holds from the beginning. */
    #messages: readonly TransportMessage[] = [{ tempo_bpm: 120, beat: 0, playing: false, frame: 0 }];

    constructor(private readonly rate: number) {}

    /** A message that came at frame `now`. It takes the place of earlier ones that would hold at its frame or later. */
    set(message: TransportMessage, now: number): void {
        const frame = message.frame > 0 ? message.frame : now;
        const earlier = this.#messages.filter((m) => m.frame < frame);
        while (earlier.length > 1 && earlier[1].frame <= now) earlier.shift();
        const tempo = Math.min(999, Math.max(20, message.tempo_bpm)); // as the runtime has it
        this.#messages = [...earlier, { ...message, tempo_bpm: tempo, frame }];
        this.#isTold = true;
    }
    /** What an instance brings along; what the page said to all of them is newer. */
    offer(message: TransportMessage, now: number): void {
        if (!this.#isTold) this.set(message, now);
    }

    /** The message that holds at a frame that has not passed. */
    at(frame: number): TransportMessage {
        const messages = this.#messages;
        let i = messages.length - 1;
        while (i > 0 && messages[i].frame > frame) --i;
        return messages[i];
    }
    /** Quarter notes, at a frame at which the message holds. */
    beat({ beat, playing, tempo_bpm, frame }: TransportMessage, at: number): number {
        return playing ? beat + (((at - frame) / this.rate) * tempo_bpm) / 60 : beat;
    }
}
