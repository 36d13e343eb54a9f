/** A connection as a line: the more passes along it, the stronger; with a button that cuts it. */
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath, Position } from '@xyflow/react';
import { Scissors } from 'lucide-react';
import { memo } from 'react';
import { byteWords } from '../../components/byte-words.ts';
import { lineStrength } from './line-strength.ts';
import { usePicture } from './picture-context.ts';
import { HANDLE, type LineData, type LineEdge } from './picture-elements.ts';
import { bowPath, type LinePath, loopPath } from './picture-layout.ts';
import classes from './picture-line.module.css';

/** How wide a line is to the pointer. */
const REACH = 22;

export const PictureLine = memo(function PictureLine(props: EdgeProps<LineEdge>) {
  const { id, data, selected = false } = props;
  const { changes, pointed, pointedLine, onPointLine } = usePicture();
  if (data === undefined) return null;
  const { a, b, passing } = data;
  const bytesPerSecond = passing?.bytesPerSecond ?? 0;
  const { width, seconds } = lineStrength(bytesPerSecond);
  const { path, label } = pathOf(props, data);
  const strong = selected || pointedLine === id || pointed === a.id || pointed === b?.id;
  const faint = !strong && pointed !== null;
  const cuttable = changes !== undefined && (selected || pointedLine === id);
  const cut = () => (b === null ? changes?.interconnect(a, false) : changes?.cut(a, b));
  return (
    <>
      <BaseEdge
        path={path}
        interactionWidth={REACH}
        className={classes.line}
        data-active={seconds !== null || undefined}
        data-strong={strong || undefined}
        data-faint={faint || undefined}
        style={{ strokeWidth: width + (strong ? 1 : 0) }}
      />
      {seconds !== null && (
        <path
          d={path}
          className={classes.flow}
          data-faint={faint || undefined}
          style={{ strokeWidth: Math.max(1, width - 2), animationDuration: `${seconds}s` }}
        />
      )}
      {(seconds !== null || cuttable) && (
        <EdgeLabelRenderer>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the line stays pointed at while the pointer is on what stands on it. */}
          <div
            className={`${classes.label} nopan`}
            data-faint={faint || undefined}
            style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
            onMouseEnter={() => onPointLine(id)}
            onMouseLeave={() => onPointLine(null)}
          >
            {seconds !== null && <span className={classes.rate}>{byteWords(bytesPerSecond)}/s</span>}
            {cuttable && (
              <button type="button" className={classes.cut} onClick={cut}>
                <Scissors size={14} aria-hidden />
                {b === null ? 'Switch off' : 'Cut'}
              </button>
            )}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

function pathOf(props: EdgeProps<LineEdge>, { b, sizes }: LineData): LinePath {
  const { sourceY, targetY, sourcePosition, targetPosition } = props;
  // At the border of a node, under the middle of the dot: those who see no dots see no gap either.
  const sourceX = props.sourceX - HANDLE / 2;
  const targetX = props.targetX + (targetPosition === Position.Left ? HANDLE / 2 : -HANDLE / 2);
  if (b === null) return loopPath({ x: sourceX, y: sourceY });
  if (sourcePosition === targetPosition) {
    return bowPath({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, sizes);
  }
  const [path, x, y] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  return { path, label: { x, y } };
}
