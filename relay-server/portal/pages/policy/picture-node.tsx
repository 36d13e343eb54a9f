/** A group or role in the picture, and the heading of a column. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { Crosshair, Repeat, Server, Workflow, X } from 'lucide-react';
import { memo } from 'react';
import { LinkAnchor } from '../../components/links.tsx';
import { usePicture } from './picture-context.ts';
import { DROP, type HeadingNode, LEFT, RIGHT, type SideNode } from './picture-elements.ts';
import classes from './picture-node.module.css';
import type { End } from './possible-connection.ts';

export const SidePictureNode = memo(function SidePictureNode({ data, isConnectable }: NodeProps<SideNode>) {
  const { end, members, online, notShown } = data;
  const { subscription, pointed, focus } = usePicture();
  const { kind, id, name } = end;
  const Icon = kind === 'role' ? Server : Workflow;
  const link = { title: name, className: classes.name, draggable: false } as const;
  return (
    <div className={classes.node} data-kind={kind} data-pointed={pointed === id || focus === id || undefined}>
      <div className={classes.head}>
        <Icon size={18} strokeWidth={1.75} className={classes.icon} aria-hidden />
        {kind === 'role' ? (
          <LinkAnchor to="/s/$subscription/roles/$role" params={{ subscription, role: id }} {...link}>
            {name}
          </LinkAnchor>
        ) : (
          <LinkAnchor to="/s/$subscription/groups/$group" params={{ subscription, group: id }} {...link}>
            {name}
          </LinkAnchor>
        )}
      </div>
      <div className={classes.foot}>
        <span className={classes.members}>
          {members.toLocaleString('en')} <span className={classes.noun}>{nounOf(kind, members)}</span>
        </span>
        {members > 0 && (
          <span className={classes.online} data-some={online > 0 || undefined}>
            {online.toLocaleString('en')} online
          </span>
        )}
        <span className={classes.actions}>
          {kind === 'group' && <InterconnectButton end={end} />}
          <FocusButton end={end} notShown={notShown} />
        </span>
      </div>
      {/* Which side a line leaves at is ours; it may be let go anywhere on a node. */}
      {kind === 'group' && <Dot id={LEFT} position={Position.Left} shown={isConnectable} />}
      <Dot id={RIGHT} position={Position.Right} shown={isConnectable} />
      <Handle
        id={DROP}
        type="source"
        position={kind === 'role' ? Position.Right : Position.Left}
        isConnectableStart={false}
        className={classes.drop}
      />
    </div>
  );
});

function Dot({ id, position, shown }: { readonly id: string; readonly position: Position; readonly shown: boolean }) {
  return <Handle id={id} type="source" position={position} className={classes.dot} data-shown={shown || undefined} />;
}

/** Whether members reach each other: a switch for those who may change it, a mark for the others. */
function InterconnectButton({ end }: { readonly end: End }) {
  const { changes } = usePicture();
  const { name, interconnected } = end;
  if (changes === undefined) return null;
  const label = interconnected ? 'Its members reach each other: switch off' : 'Let its members reach each other';
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={24}
        className={interconnected ? classes.on : classes.quiet}
        aria-label={`Members of ${name} reach each other`}
        aria-pressed={interconnected}
        onClick={() => changes.interconnect(end, !interconnected)}
      >
        <Repeat size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function FocusButton({ end, notShown }: { readonly end: End; readonly notShown: number }) {
  const { focus, onFocus } = usePicture();
  const { id, name } = end;
  if (focus === id) {
    return (
      <Tooltip label="Show all again">
        <ActionIcon size={24} aria-label={`Show more than ${name}`} onClick={() => onFocus(null)}>
          <X size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <Tooltip label={`Only this and what it is connected to${notShown > 0 ? `: ${notShown} not shown here` : ''}`}>
      <ActionIcon
        size={24}
        className={notShown > 0 ? classes.more : classes.quiet}
        aria-label={`${notShown > 0 ? `+${notShown}: only` : 'Only'} ${name} and what it is connected to`}
        onClick={() => onFocus(id)}
      >
        {notShown > 0 ? `+${notShown}` : <Crosshair size={15} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

export const HeadingPictureNode = memo(function HeadingPictureNode({ data }: NodeProps<HeadingNode>) {
  return (
    <div className={classes.heading}>
      {data.title}
      {data.empty !== null && <p className={classes.none}>{data.empty}</p>}
    </div>
  );
});

function nounOf(kind: End['kind'], count: number): string {
  if (kind === 'role') return count === 1 ? 'instance' : 'instances';
  return count === 1 ? 'computer' : 'computers';
}
