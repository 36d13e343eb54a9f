/** A sentence of the catalogue, which is English and sets commands in `backticks`. */
export function Sentence({ children }: { readonly children: string }) {
  return children.split('`').map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence have no other name
      <code key={index} className="mono">
        {part}
      </code>
    ),
  );
}
