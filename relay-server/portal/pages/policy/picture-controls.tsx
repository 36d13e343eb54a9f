/** Nearer, further, all of it; and keeps in view what there is to see when that becomes something else. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { Panel, useReactFlow, useStore } from '@xyflow/react';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { type PictureLayout, viewOf } from './picture-layout.ts';
import classes from './policy-picture.module.css';

const MOVE_MS = 250;

export interface PictureControlsProps {
  readonly layout: PictureLayout;
  /** Another one: something else is shown. */
  readonly shown: string;
}

export function PictureControls({ layout, shown }: PictureControlsProps) {
  const { zoomIn, zoomOut, setViewport } = useReactFlow();
  const still = useReducedMotion();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const move = { duration: still ? 0 : MOVE_MS };
  const seeAll = (options: { duration: number }) => void setViewport(viewOf(layout, width, height), options);
  const seeAtOnce = useEffectEvent(() => seeAll({ duration: 0 }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something else is shown, or in another size.
  useEffect(() => {
    if (width > 0) seeAtOnce();
  }, [shown, width, height]);

  const buttons = [
    ['Nearer', Plus, () => void zoomIn(move)],
    ['Further', Minus, () => void zoomOut(move)],
    ['See all', Maximize, () => seeAll(move)],
  ] as const;
  return (
    <Panel position="bottom-left" className={classes.controls}>
      {buttons.map(([label, Icon, onClick]) => (
        <Tooltip key={label} label={label} position="right">
          <ActionIcon variant="default" size={32} aria-label={label} onClick={onClick}>
            <Icon size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
    </Panel>
  );
}
