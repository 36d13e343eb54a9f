/** Facts side by side: what each is called, and what it is. */
import type { ReactNode } from 'react';
import classes from './computer.module.css';

export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={classes.facts}>{children}</dl>;
}

export interface FactProps {
  readonly name: string;
  readonly children: ReactNode;
  /** For what is long: takes two places where there is room. */
  readonly wide?: boolean;
}

export function Fact({ name, children, wide = false }: FactProps) {
  return (
    <div className={classes.fact} data-wide={wide || undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
