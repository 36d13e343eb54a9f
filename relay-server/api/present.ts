/**
 * From what a client may leave out to what is there: optional properties of a parsed body can hold
 * `undefined`, which a change must not.
 */
type Present<Body> = { [Key in keyof Body]?: Exclude<Body[Key], undefined> };

export function present<Body extends object>(body: Body): Present<Body> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Present<Body>;
}
