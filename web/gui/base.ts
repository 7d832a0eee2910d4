// What all elements share: a node they follow while they are on the page.
import { LitElement } from 'lit';
import type { PropertyValues } from 'lit';
import { Gesture } from './gesture.js';
import { paramOf, plainOf, valueOf } from './node.js';
import type { ControlNode } from './node.js';
import type { ParamInfo } from '../src/manifest.js';

/** Follows `node`; a subclass says in attach() what it listens to. */
export abstract class NodeElement extends LitElement {
    static override properties = { node: { attribute: false } };
    /** The plugin's node (PluginNode). */
    declare node: ControlNode | undefined;
    #ends: (() => void)[] = [];
    #attached: ControlNode | undefined;

    /** Starts listening; returns what ends it. */
    protected abstract attach(node: ControlNode): (() => void)[];

    protected detach(): void {
        for (const end of this.#ends) end();
        this.#ends = [];
        this.#attached = undefined;
    }
    override connectedCallback(): void {
        super.connectedCallback();
        this.#sync();
    }
    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.detach();
    }
    protected override willUpdate(changed: PropertyValues): void {
        super.willUpdate(changed);
        this.#sync();
    }
    #sync(): void {
        if (!this.isConnected || this.#attached === this.node) return;
        this.detach();
        this.#attached = this.node;
        if (this.node) this.#ends = this.attach(this.node);
    }
}

/** A control of one parameter. */
export abstract class ParamElement extends NodeElement {
    static override properties = {
        ...NodeElement.properties,
        param: { type: String },
        label: { type: String },
    };
    /** The parameter's key. */
    declare param: string;
    /** Instead of the parameter's name. */
    declare label: string | undefined;
    protected readonly gesture = new Gesture(this);

    constructor() {
        super();
        this.param = '';
    }
    protected get info(): ParamInfo | undefined {
        return this.node && paramOf(this.node, this.param);
    }
    protected get name(): string {
        return this.label ?? this.info?.name ?? '';
    }
    protected get plain(): number {
        const { info, node } = this;
        return info && node ? plainOf(info, node.get(info.key)) : 0;
    }
    /** Whether the brain moves it. */
    protected get isBrains(): boolean {
        return this.node?.owner(this.param) === 'brain';
    }
    protected move(plain: number): void {
        const { info, node } = this;
        if (info && node && plain !== this.plain) node.set(info.key, valueOf(info, plain));
        this.requestUpdate();
    }
    protected moveOnce(plain: number): void {
        if (this.node) this.gesture.once(this.node.key, this.param, () => this.move(plain));
    }
    protected override attach(node: ControlNode): (() => void)[] {
        const update = ({ key }: { key: string }): void => {
            if (key === this.param) this.requestUpdate();
        };
        return [node.on('change', update), node.on('ownerchange', update)];
    }
    protected override detach(): void {
        this.gesture.end();
        super.detach();
    }
}
