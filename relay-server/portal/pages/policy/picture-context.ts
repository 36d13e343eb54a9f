/** What nodes and lines of the picture need besides their own data. */
import { createContext, useContext } from 'react';
import type { PolicyChanges } from './policy-changes.ts';

export interface PictureContextValue {
  readonly subscription: string;
  /** Undefined for those who may not change anything. */
  readonly changes: PolicyChanges | undefined;
  /** Id of the one group or role that is shown with its neighbours. */
  readonly focus: string | null;
  /** A group or role under the pointer: its lines stand out. */
  readonly pointed: string | null;
  /** A line under the pointer. */
  readonly pointedLine: string | null;
  onFocus(id: string | null): void;
  onPointLine(id: string | null): void;
}

const PictureContext = createContext<PictureContextValue | undefined>(undefined);

export const PictureProvider = PictureContext.Provider;

export function usePicture(): PictureContextValue {
  const value = useContext(PictureContext);
  if (value === undefined) throw new Error('only within the picture');
  return value;
}
