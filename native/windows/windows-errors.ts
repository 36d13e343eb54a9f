/**
 * Error codes of Windows (winerror.h) that our calls meet, by name and in words. Others are shown by number.
 */

export const ERROR = {
  FILE_NOT_FOUND: 2,
  ACCESS_DENIED: 5,
  INVALID_DATA: 13,
  NOT_ENOUGH_MEMORY: 8,
  GEN_FAILURE: 31,
  HANDLE_EOF: 38,
  DEV_NOT_EXIST: 55,
  INVALID_PARAMETER: 87,
  BUFFER_OVERFLOW: 111,
  INVALID_NAME: 123,
  MOD_NOT_FOUND: 126,
  ALREADY_EXISTS: 183,
  NO_MORE_ITEMS: 259,
  DEVICE_NOT_AVAILABLE: 4319,
  NOT_FOUND: 1168,
  OBJECT_ALREADY_EXISTS: 5010,
} as const;

const WORDS: Readonly<Record<number, string>> = {
  [ERROR.FILE_NOT_FOUND]: 'there is no such thing',
  [ERROR.ACCESS_DENIED]: 'access is denied',
  [ERROR.INVALID_DATA]: 'the ring is damaged',
  [ERROR.NOT_ENOUGH_MEMORY]: 'there is no memory left',
  [ERROR.GEN_FAILURE]: 'the device does not work',
  [ERROR.HANDLE_EOF]: 'the interface was removed',
  [ERROR.DEV_NOT_EXIST]: 'the device is gone',
  [ERROR.INVALID_PARAMETER]: 'an argument is refused',
  [ERROR.BUFFER_OVERFLOW]: 'the ring is full',
  [ERROR.INVALID_NAME]: 'the name is refused',
  [ERROR.MOD_NOT_FOUND]: 'the library is not there',
  [ERROR.ALREADY_EXISTS]: 'it exists already',
  [ERROR.NO_MORE_ITEMS]: 'there is nothing more',
  [ERROR.DEVICE_NOT_AVAILABLE]: 'the device is not available',
  [ERROR.NOT_FOUND]: 'it was not found',
  [ERROR.OBJECT_ALREADY_EXISTS]: 'it exists already',
};

const NAMES = new Map<number, string>(Object.entries(ERROR).map(([name, code]) => [code, name]));

/** `ERROR_ACCESS_DENIED: access is denied`. */
export function describeWindowsError(code: number): string {
  const name = NAMES.get(code);
  return name === undefined ? `error ${code} of Windows` : `ERROR_${name}: ${WORDS[code]}`;
}
