/** The line while it is drawn, and beside the pointer what letting go would do, or why it can not. */
import { type ConnectionLineComponentProps, getBezierPath, Position, useConnection } from '@xyflow/react';
import classes from './drawn-line.module.css';
import { HANDLE, type PictureNode } from './picture-elements.ts';
import { bowPath, NODE_HEIGHT } from './picture-layout.ts';
import { type ConnectedPairs, type End, type Impossible, whyImpossible } from './possible-connection.ts';

export function DrawnLine(props: ConnectionLineComponentProps<PictureNode>) {
  const { fromX, fromY, fromPosition, toX, toY, toNode, toPosition, connectionStatus } = props;
  const [sourceX, sourceY] = [fromX + (fromPosition === Position.Left ? -HANDLE / 2 : HANDLE / 2), fromY];
  const ends = { sourceX, sourceY, targetX: toX, targetY: toY };
  const [straight] = getBezierPath({ ...ends, sourcePosition: fromPosition, targetPosition: toPosition });
  // Between groups, as it will be: a bow at the right.
  const arrived = connectionStatus === 'valid' ? toNode : null;
  const isBow = arrived !== null && fromPosition === Position.Right && toPosition === Position.Left && toX < fromX;
  const right = arrived === null ? 0 : arrived.internals.positionAbsolute.x + (arrived.measured.width ?? 0);
  const top = arrived === null ? 0 : arrived.internals.positionAbsolute.y;
  const path = isBow
    ? bowPath({ x: sourceX, y: sourceY }, { x: right + HANDLE / 2, y: top + NODE_HEIGHT / 2 }).path
    : straight;
  const refused = toNode !== null && connectionStatus !== 'valid';
  return <path d={path} className={classes.line} data-refused={refused || undefined} />;
}

export interface DrawnLineHintProps {
  readonly ends: ReadonlyMap<string, End>;
  readonly connected: ConnectedPairs;
}

export function DrawnLineHint({ ends, connected }: DrawnLineHintProps) {
  const connection = useConnection<PictureNode>();
  const words = connection.inProgress ? hintOf(connection, ends, connected) : null;
  // In pixels of the frame, unlike the other places of a connection.
  const { x, y } = connection.inProgress ? connection.pointer : { x: 0, y: 0 };
  return (
    <div
      role="status"
      className={classes.hint}
      data-refused={words?.refused || undefined}
      style={{ transform: `translate(${x}px, ${y}px)` }}
    >
      {words !== null && <p className={classes.words}>{words.text}</p>}
    </div>
  );
}

interface Ended {
  readonly fromNode: { readonly id: string } | null;
  readonly toNode: { readonly id: string } | null;
  readonly fromHandle: { readonly id?: string | null | undefined } | null;
  readonly toHandle: { readonly id?: string | null | undefined } | null;
}

/** The two that a line goes between; null while it ends nowhere, or where it began. */
export function endsOf(line: Ended, ends: ReadonlyMap<string, End>): readonly [End, End] | null {
  const { fromNode, toNode, fromHandle, toHandle } = line;
  const [from, to] = [ends.get(fromNode?.id ?? ''), ends.get(toNode?.id ?? '')];
  if (from === undefined || to === undefined) return null;
  return from.id === to.id && fromHandle?.id === toHandle?.id ? null : [from, to];
}

function hintOf(line: Ended, ends: ReadonlyMap<string, End>, connected: ConnectedPairs) {
  const pair = endsOf(line, ends);
  if (pair === null) return null;
  const [from, to] = pair;
  const impossible: Impossible | null = whyImpossible(from, to, connected);
  if (impossible === null) return { text: `Let go to connect ${from.name} to ${to.name}.`, refused: false };
  return { text: impossible.reason, refused: impossible.instead === null };
}
