/**
 * Connection strings as .NET applications have them, `Server=sql01;Database=shop;User Id=shop;Password=…`,
 * with the synonyms of Npgsql and of MySQL's connectors. Pure.
 */

export interface ConnectionSettings {
  readonly host: string;
  readonly port: number | undefined;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

const SYNONYMS = {
  host: ['server', 'host', 'data source'],
  port: ['port'],
  database: ['database', 'initial catalog'],
  user: ['user id', 'username', 'uid', 'user'],
  password: ['password', 'pwd'],
} as const;

/** @throws Error that names what is missing, and never the password */
export function parseConnectionString(text: string): ConnectionSettings {
  const given = new Map(
    text
      .split(';')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const at = part.indexOf('=');
        return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const;
      }),
  );
  const find = (name: keyof typeof SYNONYMS) =>
    SYNONYMS[name].map((key) => given.get(key)).find((value) => value !== undefined);
  const must = (name: keyof typeof SYNONYMS) => {
    const value = find(name);
    if (value === undefined || value === '') throw new Error(`the connection string has no ${SYNONYMS[name][0]}`);
    return value;
  };
  const port = find('port');
  return {
    host: must('host'),
    port: port === undefined ? undefined : Number(port),
    database: must('database'),
    user: must('user'),
    password: must('password'),
  };
}
