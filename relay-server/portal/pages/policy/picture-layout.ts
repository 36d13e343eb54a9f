/**
 * Where things stand in the picture: roles in the left column, groups in the right one, each from top to
 * bottom in the order given. Lines between groups leave at the right, so that they cross no other. Pure.
 */

export interface PictureSizes {
  readonly nodeWidth: number;
  /** Between the two columns. */
  readonly distance: number;
  /** Beside the groups, for the lines between them. */
  readonly bows: number;
}
export const WIDE: PictureSizes = { nodeWidth: 256, distance: 360, bows: 150 };
/** On a phone, both columns can be seen at once. */
export const NARROW: PictureSizes = { nodeWidth: 150, distance: 68, bows: 50 };

export const NODE_HEIGHT = 76;
const GAP = 20;
/** From a column's heading to its first node. */
const HEADING = 40;
/** A column is moved down to the middle of a longer one, but not out of sight. */
const MOST_LOWERED = 2 * (NODE_HEIGHT + GAP);

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface PictureLayout {
  readonly places: ReadonlyMap<string, Place>;
  readonly headings: { readonly roles: Place; readonly groups: Place };
  readonly width: number;
  readonly height: number;
}

/** @param roles and `groups`: their ids, in order */
export function layOut(roles: readonly string[], groups: readonly string[], sizes = WIDE): PictureLayout {
  // An empty column has room for the sentence that stands there instead.
  const [left, right] = [columnHeight(Math.max(1, roles.length)), columnHeight(Math.max(1, groups.length))];
  const lowered = Math.min(Math.abs(left - right) / 2, MOST_LOWERED);
  const rolesTop = HEADING + (left < right ? lowered : 0);
  const groupsTop = HEADING + (right < left ? lowered : 0);
  const groupsX = sizes.nodeWidth + sizes.distance;
  const column = (ids: readonly string[], x: number, top: number) =>
    ids.map((id, index) => [id, { x, y: top + index * (NODE_HEIGHT + GAP) }] as const);
  return {
    places: new Map([...column(roles, 0, rolesTop), ...column(groups, groupsX, groupsTop)]),
    headings: { roles: { x: 0, y: rolesTop - HEADING }, groups: { x: groupsX, y: groupsTop - HEADING } },
    width: groupsX + sizes.nodeWidth + sizes.bows,
    height: Math.max(rolesTop + left, groupsTop + right),
  };
}

export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

const MARGIN = 24;
/** Names can still be read. */
const SMALLEST = 0.6;
/** Of what is too long to be shown whole anyway, names are read without leaning forward. */
const COMFORTABLE = 0.85;

/** Shows all of it, or if that would be too small to read its beginning. */
export function viewOf(layout: Pick<PictureLayout, 'width' | 'height'>, width: number, height: number): View {
  const [across, down] = [(width - 2 * MARGIN) / layout.width, (height - 2 * MARGIN) / layout.height];
  const most = down < SMALLEST ? COMFORTABLE : Math.min(1, down);
  const zoom = Math.max(SMALLEST, Math.min(most, across));
  const centred = (room: number, size: number) => Math.max(MARGIN, (room - size * zoom) / 2);
  return { x: centred(width, layout.width), y: centred(height, layout.height), zoom };
}

export interface LinePath {
  readonly path: string;
  /** Where a label or button stands on it. */
  readonly label: Place;
}

/** Between two groups: a bow to the right, the wider the further apart they are. */
export function bowPath(from: Place, to: Place, sizes = WIDE): LinePath {
  // A cubic reaches three quarters of the way to its handles.
  const bulge = Math.min(sizes.bows, 40 + Math.abs(to.y - from.y) * 0.25) / 0.75;
  const x = Math.max(from.x, to.x) + bulge;
  return {
    path: `M ${from.x} ${from.y} C ${x} ${from.y}, ${x} ${to.y}, ${to.x} ${to.y}`,
    label: { x: (from.x + to.x) / 8 + x * 0.75, y: (from.y + to.y) / 2 },
  };
}

/** From a group to itself: around its upper right corner, where no other line begins. */
export function loopPath({ x, y }: Place): LinePath {
  const top = y - NODE_HEIGHT / 2;
  return {
    path: `M ${x - 26} ${top} C ${x - 18} ${top - 26}, ${x + 52} ${top - 20}, ${x} ${top + 22}`,
    label: { x: x + 30, y: top - 6 },
  };
}

function columnHeight(count: number): number {
  return count * NODE_HEIGHT + (count - 1) * GAP;
}
