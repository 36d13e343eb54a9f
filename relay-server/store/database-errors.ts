/**
 * Turns what a database engine or the file system reports into refusals of the catalogue. What is in
 * neither list is a bug and passes unchanged.
 */
import { dirname } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';
import { fileSystemRefusal } from '#runtime/durable-file.ts';

/** Primary result codes, sqlite.org/rescode.html. */
const SQLITE = { BUSY: 5, LOCKED: 6, READONLY: 8, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const;

/** SQLSTATEs of PostgreSQL, its documentation's appendix A, and the errno codes of its socket. */
const POSTGRES_UNREACHABLE =
  /^(?:08...|28...|3D000|57P0[123]|E(?:CONNREFUSED|CONNRESET|NOENT|NOTFOUND|TIMEDOUT|PIPE))$/;

/** For files and for SQLite. @param path of the file. */
export function fileRefusal(error: unknown, path: string): unknown {
  if (error instanceof CausewayError || !(error instanceof Error)) return error;
  const { errcode } = error as { errcode?: unknown };
  switch (typeof errcode === 'number' ? errcode & 0xff : undefined) {
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return new CausewayError('DATABASE_LOCKED', { path }, { cause: error });
    case SQLITE.FULL:
      return new CausewayError('DISK_FULL', { path }, { cause: error });
    case SQLITE.READONLY:
    case SQLITE.CANTOPEN:
      return new CausewayError('DIRECTORY_READ_ONLY', { directory: dirname(path) }, { cause: error });
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return new CausewayError('STATE_CORRUPT', { path }, { cause: error });
    default:
      return fileSystemRefusal(error, path);
  }
}

/** @param place the database's address, without its password. */
export function postgresRefusal(error: unknown, place: string): unknown {
  if (error instanceof CausewayError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === '53100') return new CausewayError('DISK_FULL', { path: place }, { cause: error });
  if (code === '25006') return new CausewayError('DIRECTORY_READ_ONLY', { directory: place }, { cause: error });
  if (code.startsWith('XX00')) return new CausewayError('STATE_CORRUPT', { path: place }, { cause: error });
  // The driver's own sentence for a connection that ends or never comes has no code.
  if (POSTGRES_UNREACHABLE.test(code) || /^(?:Connection terminated|timeout)/.test(error.message)) {
    return new CausewayError('DATABASE_UNREACHABLE', { cause: error.message }, { cause: error });
  }
  return error;
}
