import { describe, expect, it } from 'vitest';
import { parseConnectionString } from './connection-string.ts';

describe('a connection string', () => {
  it.each([
    ['Npgsql', 'Server=sql01;Port=5432;Database=shop;User Id=web;Password=a=b c;'],
    ['MySqlConnector', 'server=sql01; port = 5432; database=shop; uid=web; pwd=a=b c'],
    ['System.Data', 'Data Source=sql01;Port=5432;Initial Catalog=shop;User Id=web;Password=a=b c'],
  ])('of %s is read', (_, text) => {
    expect(parseConnectionString(text)).toEqual({
      host: 'sql01',
      port: 5432,
      database: 'shop',
      user: 'web',
      password: 'a=b c',
    });
  });

  it('without a port leaves it to the driver', () => {
    expect(parseConnectionString('Server=a;Database=b;Uid=c;Pwd=d').port).toBeUndefined();
  });

  it('that lacks something names it, and not the password', () => {
    expect(() => parseConnectionString('Database=b;Uid=c;Pwd=hidden')).toThrow(/^the connection string has no server$/);
  });
});
