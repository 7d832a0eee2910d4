// The package's elements, as JSX knows them.
import type { AudioData } from '@dawg-ai/engine';
import type { ControlNode, Verdict } from '@dawg-ai/engine/gui';
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

type Custom<Extra> = DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & Extra;
interface PluginProps {
    node: ControlNode;
    live?: boolean;
    collapsed?: boolean;
    suggests?: boolean;
    programme?: () => Promise<AudioBuffer | AudioData>;
    'ondawg-collapse'?: (event: CustomEvent<boolean>) => void;
    'ondawg-listen'?: (event: CustomEvent) => void;
    'ondawg-verdict'?: (event: CustomEvent<Verdict>) => void;
}
declare module 'react' {
    // eslint-disable-next-line @typescript-eslint/no-namespace -- React's types are extended this way
    namespace JSX {
        interface IntrinsicElements {
            [plugin: `dawg-${string}`]: Custom<PluginProps>;
            'dawg-spectrum': Custom<{ node?: ControlNode; inputNode?: ControlNode }>;
            'dawg-loudness': Custom<{ node?: ControlNode; point?: 'in' | 'out'; target?: number }>;
            'dawg-meter': Custom<{ node?: ControlNode; meter: string; label?: string; orient?: string }>;
        }
    }
}
export {};
