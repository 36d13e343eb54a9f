/**
 * The policy as a picture: roles at the left, groups at the right, a line for each connection. Lines are
 * drawn from dot to node and cut by a button on them; what is not possible says why while it is drawn.
 * The table beside it can do the same by keyboard.
 */
import '@xyflow/react/dist/base.css';
import { Button, Text, useComputedColorScheme } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import {
  Background,
  type Connection,
  ConnectionMode,
  type EdgeChange,
  Panel,
  ReactFlow,
  type ReactFlowProps,
} from '@xyflow/react';
import { Scissors } from 'lucide-react';
import { useMemo, useState } from 'react';
import { byteWords } from '../../components/byte-words.ts';
import { DrawnLine, DrawnLineHint, endsOf } from './drawn-line.tsx';
import { PictureProvider } from './picture-context.ts';
import { PictureControls } from './picture-controls.tsx';
import { type LineEdge, type PictureNode, pictureLines, pictureNodes } from './picture-elements.ts';
import { NARROW, WIDE } from './picture-layout.ts';
import { PictureLine } from './picture-line.tsx';
import { HeadingPictureNode, SidePictureNode } from './picture-node.tsx';
import type { PolicyChanges } from './policy-changes.ts';
import classes from './policy-picture.module.css';
import type { PassingNow } from './policy-queries.ts';
import { connectedPairs, whyImpossible } from './possible-connection.ts';
import { shownPart, type WholePolicy } from './shown-part.ts';

const NODE_TYPES = { side: SidePictureNode, heading: HeadingPictureNode };
const EDGE_TYPES = { line: PictureLine };
/** A click on a dot is not yet a line. */
const DRAG_FROM_PX = 5;

export interface PolicyPictureProps {
  readonly subscription: string;
  readonly policy: WholePolicy;
  readonly passing: PassingNow;
  /** Undefined for those who may not change anything. */
  readonly changes: PolicyChanges | undefined;
  readonly find: string;
  readonly focus: string | null;
  /** Shows one group or role with its neighbours; null: everything again. */
  onFocus(id: string | null): void;
}

export default function PolicyPicture(props: PolicyPictureProps) {
  const { subscription, policy, passing, changes, find, focus, onFocus } = props;
  const colorMode = useComputedColorScheme('light');
  const sizes = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false }) ? NARROW : WIDE;
  const [selected, setSelected] = useState<string | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const [pointedLine, setPointedLine] = useState<string | null>(null);
  const mayChange = changes !== undefined;

  const part = useMemo(() => shownPart(policy, { find, focus }), [policy, find, focus]);
  const { nodes, ends, layout } = useMemo(() => pictureNodes(part, mayChange, sizes), [part, mayChange, sizes]);
  const lines = useMemo(() => pictureLines(part, ends, passing, sizes), [part, ends, passing, sizes]);
  const edges = useMemo(() => lines.map((line) => ({ ...line, selected: line.id === selected })), [lines, selected]);
  const connected = useMemo(() => connectedPairs(policy.connections), [policy.connections]);
  const context = useMemo(
    () => ({ subscription, changes, focus, pointed, pointedLine, onFocus, onPointLine: setPointedLine }),
    [subscription, changes, focus, pointed, pointedLine, onFocus],
  );

  const isPossible = ({ source, target }: Connection | LineEdge) => {
    const [a, b] = [ends.get(source), ends.get(target)];
    return a !== undefined && b !== undefined && whyImpossible(a, b, connected) === null;
  };
  const onConnect = ({ source, target }: Connection) => {
    const [a, b] = [ends.get(source), ends.get(target)];
    if (a !== undefined && b !== undefined) changes?.connect(a, b);
  };
  const onConnectEnd: ReactFlowProps<PictureNode, LineEdge>['onConnectEnd'] = (_event, line) => {
    const pair = endsOf(line, ends);
    const impossible = pair === null ? null : whyImpossible(pair[0], pair[1], connected);
    if (pair === null || impossible === null) return;
    if (impossible.instead === 'interconnect') changes?.interconnect(pair[0], true);
    else notifications.show({ message: impossible.reason, color: 'red.8', withBorder: true });
  };
  const cut = (line: LineEdge | undefined) => {
    if (line?.data === undefined) return;
    const { a, b } = line.data;
    if (b === null) changes?.interconnect(a, false);
    else changes?.cut(a, b);
  };
  const onEdgesChange = (all: EdgeChange<LineEdge>[]) => {
    for (const change of all) {
      if (change.type === 'select')
        setSelected((last) => (change.selected ? change.id : last === change.id ? null : last));
    }
  };
  const chosen = edges.find(({ id }) => id === selected);

  return (
    <PictureProvider value={context}>
      {/* Without a pause while one writes: read out when it stays. */}
      <div className={classes.sentence} role="status">
        {part.sentence !== null && <Text size="sm">{part.sentence}</Text>}
        {focus !== null && part.sentence !== null && (
          <Button size="compact-sm" variant="default" onClick={() => onFocus(null)}>
            Show all again
          </Button>
        )}
      </div>
      <div className={classes.frame}>
        <ReactFlow<PictureNode, LineEdge>
          aria-label={`Picture of the policy of ${subscription}`}
          className={classes.flow}
          colorMode={colorMode}
          nodes={nodes as PictureNode[]}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          nodesDraggable={false}
          nodesFocusable={false}
          elementsSelectable
          edgesReconnectable={false}
          elevateEdgesOnSelect
          onlyRenderVisibleElements
          minZoom={0.3}
          maxZoom={1.5}
          panOnScroll
          zoomOnDoubleClick={false}
          multiSelectionKeyCode={null}
          selectionKeyCode={null}
          deleteKeyCode={mayChange ? DELETE_KEYS : null}
          connectionMode={ConnectionMode.Loose}
          connectOnClick={false}
          connectionDragThreshold={DRAG_FROM_PX}
          connectionRadius={HANDLE_NEAR}
          connectionLineComponent={DrawnLine}
          isValidConnection={isPossible}
          onConnect={onConnect}
          onConnectEnd={onConnectEnd}
          onEdgesChange={onEdgesChange}
          onBeforeDelete={async (going) => {
            cut(going.edges[0]);
            return false; // it goes when the policy says so
          }}
          onNodeMouseEnter={(_event, { id, type }) => setPointed(type === 'side' ? id : null)}
          onNodeMouseLeave={() => setPointed(null)}
          onEdgeMouseEnter={(_event, { id }) => setPointedLine(id)}
          onEdgeMouseLeave={() => setPointedLine(null)}
          onPaneClick={() => setSelected(null)}
          ariaLabelConfig={mayChange ? WORDS : WORDS_FOR_VIEWERS}
        >
          <Background gap={24} size={1.5} />
          <PictureControls layout={layout} shown={[focus, find, ...ends.keys()].join(' ')} />
          <DrawnLineHint ends={ends} connected={connected} />
          {chosen?.data !== undefined && (
            <Panel position="bottom-center" className={classes.chosen}>
              <Text size="sm">
                <strong>{chosen.data.a.name}</strong>
                {chosen.data.b === null ? ': its members reach each other' : ' and '}
                {chosen.data.b !== null && <strong>{chosen.data.b.name}</strong>}
                {`, ${passingWords(chosen.data.passing)}`}
              </Text>
              {mayChange && (
                <Button
                  size="compact-sm"
                  color="red.8"
                  leftSection={<Scissors size={14} aria-hidden />}
                  onClick={() => cut(chosen)}
                >
                  {chosen.data.b === null ? 'Switch off…' : 'Cut…'}
                </Button>
              )}
            </Panel>
          )}
        </ReactFlow>
      </div>
      <Text size="sm" c="dimmed" mt="xs">
        {mayChange
          ? 'Draw a line from a dot to another group or role to connect them. Select a line to cut it; the table does the same by keyboard.'
          : 'A line is a connection; the more passes along it, the stronger it is. The table lists the same.'}
      </Text>
    </PictureProvider>
  );
}

const DELETE_KEYS = ['Delete', 'Backspace'];
const HANDLE_NEAR = 14;
const WORDS_FOR_VIEWERS = {
  'node.a11yDescription.default': 'A group or role.',
  'node.a11yDescription.keyboardDisabled': 'A group or role.',
  'edge.a11yDescription.default': 'Press Enter to select this connection.',
};
const WORDS = {
  ...WORDS_FOR_VIEWERS,
  'edge.a11yDescription.default': 'Press Enter to select this connection, then Delete to cut it.',
};

function passingWords(passing: { pairs: number; bytesPerSecond: number } | undefined): string {
  if (passing === undefined || passing.bytesPerSecond <= 0) return 'idle now';
  const { pairs, bytesPerSecond } = passing;
  return `${byteWords(bytesPerSecond)}/s between ${pairs} ${pairs === 1 ? 'pair' : 'pairs'} of machines`;
}
