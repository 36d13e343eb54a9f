/**
 * Turns what a database engine or the file system reports into refusals of the catalogue. What is in
 * neither list is a bug and passes unchanged.
 */
import { dirname } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';

/** Primary result codes, sqlite.org/rescode.html. */
const SQLITE = { READONLY: 8, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const;

/** SQLSTATEs, PostgreSQL appendix A. */
const POSTGRES_UNREACHABLE = /^(?:08...|28...|3D000|57P0[123])$/;

/** @param path names the database file in errors; for PostgreSQL its address without the password. */
export function refusalOf(error: unknown, path: string): unknown {
  if (error instanceof CausewayError || !(error instanceof Error)) return error;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return sqliteRefusal(errcode & 0xff, error, path);
  return typeof code === 'string' ? refusalByCode(code, error, path) : error;
}

function sqliteRefusal(code: number, cause: Error, path: string): Error {
  switch (code) {
    case SQLITE.FULL:
      return new CausewayError('DISK_FULL', { path }, { cause });
    case SQLITE.READONLY:
    case SQLITE.CANTOPEN:
      return new CausewayError('DIRECTORY_READ_ONLY', { directory: dirname(path) }, { cause });
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return new CausewayError('STATE_CORRUPT', { path }, { cause });
    default:
      return cause;
  }
}

/** File system codes (errno) and SQLSTATEs share one property, and never look alike. */
function refusalByCode(code: string, cause: Error, path: string): Error {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case '53100':
      return new CausewayError('DISK_FULL', { path }, { cause });
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case '25006':
      return new CausewayError('DIRECTORY_READ_ONLY', { directory: dirname(path) }, { cause });
    case 'XX001':
    case 'XX002':
      return new CausewayError('STATE_CORRUPT', { path }, { cause });
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'ENOENT':
    case 'ENOTFOUND':
    case 'ETIMEDOUT':
    case 'EPIPE':
      return new CausewayError('DATABASE_UNREACHABLE', { cause: cause.message }, { cause });
    default:
      return POSTGRES_UNREACHABLE.test(code)
        ? new CausewayError('DATABASE_UNREACHABLE', { cause: cause.message }, { cause })
        : cause;
  }
}
