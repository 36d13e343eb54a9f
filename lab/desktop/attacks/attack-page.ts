/**
 * What the attacks use of a page, for programs that are typed without the DOM; and how they answer. An attack
 * is a function that is carried into the window's page and runs there, so it uses nothing from outside of itself.
 */
export interface Outcome {
  readonly tried: string;
  /** `CODE` of a refusal, `ok`, or `threw …`. */
  readonly came: string;
}

export interface AttackedPage {
  readonly causeway: { call(name: unknown, args: unknown): Promise<unknown> };
  readonly document: PageDocument;
  readonly location: { href: string };
  open(address: string, target?: string): unknown;
}

export interface PageElement {
  [name: string]: unknown;
  append(child: unknown): void;
  remove(): void;
  click(): void;
  addEventListener(type: string, listener: () => void): void;
}

export interface PageDocument {
  readonly body: PageElement;
  readonly head: PageElement;
  createElement(name: string): PageElement;
}
