/** A text as a QR code: dark on white in both schemes, as not every camera reads the other way round. */
import { useMemo } from 'react';
import { encode } from 'uqr';
import { qrPath } from './qr-path.ts';

/** Modules of white around it (ISO/IEC 18004, 5.3.8). */
const QUIET_ZONE = 4;

export interface QrCodeProps {
  readonly text: string;
  /** What stands in place of it for who does not see it. */
  readonly label: string;
  /** Pixels. */
  readonly width: number;
}

export function QrCode({ text, label, width }: QrCodeProps) {
  const { size, path } = useMemo(() => {
    const code = encode(text, { ecc: 'M', border: QUIET_ZONE });
    return { size: code.size, path: qrPath(code.data) };
  }, [text]);
  return (
    <svg role="img" aria-label={label} width={width} height={width} viewBox={`0 0 ${size} ${size}`}>
      <rect width={size} height={size} rx={2} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
