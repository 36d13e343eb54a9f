/** The shown part of the policy as nodes and edges of @xyflow/react. */
import { type Edge, type Node, type NodeHandle, Position } from '@xyflow/react';
import { layOut, NODE_HEIGHT, type PictureLayout, type PictureSizes } from './picture-layout.ts';
import type { Passing, PassingNow } from './policy-queries.ts';
import { type End, groupEnd, roleEnd } from './possible-connection.ts';
import type { ShownPart } from './shown-part.ts';

export interface SideData extends Record<string, unknown> {
  readonly end: End;
  readonly members: number;
  readonly online: number;
  /** How many of its connections are not in the picture. */
  readonly notShown: number;
}
export interface HeadingData extends Record<string, unknown> {
  readonly title: string;
  /** What stands in place of the column, if it is empty. */
  readonly empty: string | null;
}
export interface LineData extends Record<string, unknown> {
  readonly a: End;
  /** null: a group whose members reach each other. */
  readonly b: End | null;
  readonly passing: Passing | undefined;
  readonly sizes: PictureSizes;
}
export type SideNode = Node<SideData, 'side'>;
export type HeadingNode = Node<HeadingData, 'heading'>;
export type PictureNode = SideNode | HeadingNode;
export type LineEdge = Edge<LineData, 'line'>;

/** Lines begin and end here. `DROP` is the whole node: a line may be let go anywhere on it. */
export const [LEFT, RIGHT, DROP] = ['left', 'right', 'drop'] as const;
export const HANDLE = 16;

export interface PictureNodes {
  readonly nodes: readonly PictureNode[];
  readonly ends: ReadonlyMap<string, End>;
  readonly layout: PictureLayout;
}

export function pictureNodes(part: ShownPart, connectable: boolean, sizes: PictureSizes): PictureNodes {
  const roles = part.roles.map((role) => ({ end: roleEnd(role), members: role.instances, online: role.online }));
  const groups = part.groups.map((group) => ({ end: groupEnd(group), members: group.machines, online: group.online }));
  const layout = layOut(
    roles.map(({ end }) => end.id),
    groups.map(({ end }) => end.id),
    sizes,
  );
  const sides = [...roles, ...groups].map((side): SideNode => {
    const { id, kind } = side.end;
    return {
      id,
      type: 'side',
      position: layout.places.get(id) ?? { x: 0, y: 0 },
      data: { ...side, notShown: part.notShown.get(id) ?? 0 },
      handles: handlesOf(kind, sizes.nodeWidth),
      connectable,
      ...size(sizes.nodeWidth, NODE_HEIGHT),
    };
  });
  const whole = part.sentence === null;
  const heading = (id: 'roles' | 'groups', title: string, empty: string | null): HeadingNode => ({
    id,
    type: 'heading',
    position: layout.headings[id],
    data: { title, empty },
    connectable: false,
    ...size(sizes.nodeWidth, 28),
  });
  return {
    nodes: [
      heading('roles', 'Roles', roles.length > 0 ? null : whole ? 'No role yet.' : 'No role is shown.'),
      heading('groups', 'Groups', groups.length > 0 ? null : whole ? 'No group yet.' : 'No group is shown.'),
      ...sides,
    ],
    ends: new Map(sides.map(({ id, data }) => [id, data.end])),
    layout,
  };
}

export function pictureLines(
  part: ShownPart,
  ends: ReadonlyMap<string, End>,
  passing: PassingNow,
  sizes: PictureSizes,
): readonly LineEdge[] {
  const lines: LineEdge[] = [];
  for (const { id, a, b } of part.connections) {
    // Of a role and a group, the role is at the left.
    const [from, to] = b.kind === 'role' ? [ends.get(b.id), ends.get(a.id)] : [ends.get(a.id), ends.get(b.id)];
    if (from === undefined || to === undefined) continue;
    lines.push({
      ...line(id, from.id, to.id),
      targetHandle: from.kind === 'role' ? LEFT : RIGHT,
      ariaLabel: `Connection of the ${from.kind} ${from.name} and the group ${to.name}`,
      data: { a: from, b: to, passing: passing.get(id), sizes },
    });
  }
  for (const end of ends.values()) {
    if (!end.interconnected) continue;
    lines.push({
      ...line(`loop ${end.id}`, end.id, end.id),
      targetHandle: RIGHT,
      ariaLabel: `Members of the group ${end.name} reach each other`,
      data: { a: end, b: null, passing: passing.get(end.id), sizes },
    });
  }
  return lines;
}

function line(id: string, source: string, target: string) {
  return { id, type: 'line' as const, source, sourceHandle: RIGHT, target };
}

/** Told beforehand, so that lines to what is out of sight, and was never measured, can be drawn too. */
function handlesOf(kind: End['kind'], width: number): NodeHandle[] {
  const dot = (id: string, position: Position, x: number): NodeHandle => ({
    id,
    type: 'source',
    position,
    x: x - HANDLE / 2,
    y: (NODE_HEIGHT - HANDLE) / 2,
    width: HANDLE,
    height: HANDLE,
  });
  const [left, right] = [dot(LEFT, Position.Left, 0), dot(RIGHT, Position.Right, width)];
  const drop: NodeHandle = {
    id: DROP,
    type: 'source',
    position: kind === 'role' ? Position.Right : Position.Left,
    x: 0,
    y: 0,
    width,
    height: NODE_HEIGHT,
  };
  return kind === 'role' ? [right, drop] : [left, right, drop];
}

function size(width: number, height: number) {
  return { width, height, measured: { width, height } };
}
