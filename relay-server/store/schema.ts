/**
 * The tables as Kysely sees them: the same in SQLite and PostgreSQL. Flags are 0 or 1, times are
 * milliseconds, as SQLite knows neither. How they came to be is migrations.ts.
 */
export interface Tables {
  schema_version: { version: number };
  subscriptions: {
    id: string;
    name: string;
    created_at: number;
    policy_version: number;
    version: number;
    dns_routes: string;
  };
  groups: {
    id: string;
    subscription: string;
    name: string;
    description: string;
    interconnected: number;
    version: number;
  };
  roles: { id: string; subscription: string; name: string; description: string; version: number };
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
    version: number;
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
    /** By what a lock key lets its machines sign themselves. */
    delegation: string | null;
  };
  install_links: {
    id: string;
    subscription: string;
    token: string;
    description: string;
    enabled: number;
    created_at: number;
    expires_at: number | null;
  };
  token_uses: { token: string; machine: string; name: string; at: number; address: string };
  api_keys: {
    id: string;
    hash: string;
    description: string;
    rights: string;
    subscription: string | null;
    created_at: number;
    created_by: string;
    expires_at: number | null;
    last_used_at: number | null;
  };
  people: {
    id: string;
    name: string;
    display_name: string;
    rights: string;
    password_hash: string | null;
    totp_secret: string | null;
    totp_last_step: number;
    oidc_subject: string | null;
    disabled: number;
    created_at: number;
    last_sign_in_at: number | null;
    version: number;
  };
  sessions: {
    id: string;
    person: string;
    created_at: number;
    last_used_at: number;
    expires_at: number;
    address: string;
    browser: string;
  };
  /** Outlives what it tells of, so nothing in it refers to other tables. */
  audit: {
    id: string;
    at: number;
    actor_kind: string;
    actor_id: string;
    actor_name: string;
    actor_address: string;
    action: string;
    subscription: string | null;
    subscription_name: string | null;
    target_kind: string | null;
    target_id: string | null;
    target_name: string | null;
    /** JSON. */
    before: string | null;
    after: string | null;
    /** Place in the chain, and its hash (audit-chain.ts). */
    position: number;
    hash: string;
  };
  /** One row. */
  audit_head: { only: number; position: number; hash: string; pruned_position: number; pruned_hash: string };
  machine_history: { machine: string; at: number; what: string; sentence: string };
  instance_counts: { role: string; at: number; instances: number };
  /** The last ones of each machine, as JSON. */
  diagnostics: { machine: string; at: number; checks: string };
  lock_steps: { subscription: string; sequence: number; kind: string; text: string };
  /** Outlives its machine, until a statement says that it counts no more. */
  lock_certificates: { machine: string; subscription: string; name: string; text: string };
  /** At most one row. */
  first_secret: { only: number; hash: string; created_at: number };
}
