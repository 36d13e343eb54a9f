/**
 * The tables as Kysely sees them: the same in SQLite and PostgreSQL. Flags are 0 or 1, times are
 * milliseconds, as SQLite knows neither. How they came to be is migrations.ts.
 */
export interface Tables {
  schema_version: { version: number };
  subscriptions: { id: string; name: string; created_at: number; policy_version: number };
  groups: { id: string; subscription: string; name: string; description: string; interconnected: number };
  roles: { id: string; subscription: string; name: string; description: string };
  machines: {
    id: string;
    subscription: string;
    name: string;
    ipv4: string;
    ipv6: string;
    signing_key: string;
    tunnel_key: string;
    /** Set for role instances; null for local endpoints. */
    role: string | null;
    group: string | null;
    disabled: number;
    os: string;
    agent_version: string;
    activated_at: number;
    last_seen_at: number | null;
  };
  connections: {
    id: string;
    subscription: string;
    group: string;
    /** Exactly one of the two is set. */
    other_group: string | null;
    other_role: string | null;
    created_at: number;
  };
  tokens: {
    id: string;
    subscription: string;
    secret_hash: string;
    description: string;
    created_at: number;
    expires_at: number | null;
    uses_total: number | null;
    uses_left: number | null;
    revoked_at: number | null;
    group: string | null;
    role: string | null;
  };
  api_keys: { id: string; hash: string; description: string; created_at: number; last_used_at: number | null };
  /** At most one row. */
  first_secret: { only: number; hash: string; created_at: number };
}
