/**
 * /metrics: counters of control plane, relay and process, gathered only when somebody asks. Prom-client's
 * own process metrics would run a timer every 10 ms, which an idle server must not.
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { ControlPlane } from '../control/control-plane.ts';
import { heapBytes, residentBytes } from '../memory.ts';
import type { RelayMetrics } from '../relay/metrics.ts';
import { descriptorsOf } from '../upkeep/descriptors.ts';

export function exposition(control: ControlPlane, relayMetrics: () => RelayMetrics): Registry {
  const registry = new Registry();
  controlMetrics(registry, control);
  relayCounters(registry, relayMetrics);
  processMetrics(registry);
  return registry;
}

function controlMetrics(registry: Registry, control: ControlPlane): void {
  const { context } = control;
  const { counters } = context;
  gauge(registry, 'causeway_subscriptions', 'Subscriptions.', () => context.directory.list().length);
  gauge(registry, 'causeway_machines', 'Machines, online or not.', () => context.directory.machines);
  gauge(registry, 'causeway_machines_online', 'Machines with a control connection.', () => context.presence.online);
  gauge(registry, 'causeway_control_connections', 'Control connections, authenticated or not.', () => control.sessions);
  gauge(registry, 'causeway_grants_live', 'Pairs that hold a grant.', () => context.grants.size);
  counter(registry, 'causeway_activations_total', 'Machines activated.', () => counters.activations);
  counter(registry, 'causeway_authentications_total', 'Control connections opened.', () => counters.authentications);
  counter(registry, 'causeway_grants_total', 'Grants given.', () => counters.grants);
  counter(registry, 'causeway_revocations_total', 'Grants taken back by a policy change.', () => counters.revocations);
  counter(registry, 'causeway_control_malformed_total', 'Messages of no known shape.', () => counters.malformed);
  gauge(registry, 'causeway_backup_last_timestamp_seconds', 'When the last backup was made; 0 before.', () => {
    return counters.backups.lastMadeAt / 1000;
  });
  counter(registry, 'causeway_backup_failures_total', 'Backups that failed.', () => counters.backups.failures);
  labelled(
    registry,
    'causeway_http_answers_total',
    'Answers to HTTP requests, by status.',
    'status',
    () => counters.answers,
  );
  labelled(registry, 'causeway_control_refusals_total', 'Refused control requests, by code.', 'code', () =>
    [...counters.refusals].map(([code, count]) => [code, count]),
  );
}

function relayCounters(registry: Registry, read: () => RelayMetrics): void {
  gauge(registry, 'causeway_relay_connections', 'Machines connected to the relay.', () => read().connections);
  gauge(registry, 'causeway_relay_queued_bytes', 'Bytes that wait for a destination.', () => read().queued.bytes);
  counter(registry, 'causeway_relay_accepted_total', 'Relay connections accepted.', () => read().accepted);
  for (const unit of ['frames', 'bytes'] as const) {
    counter(registry, `causeway_relay_in_${unit}_total`, `Data ${unit} received.`, () => read().in[unit]);
    counter(registry, `causeway_relay_out_${unit}_total`, `Data ${unit} handed on.`, () => read().out[unit]);
    labelled(registry, `causeway_relay_dropped_${unit}_total`, `Data ${unit} dropped, by reason.`, 'reason', () =>
      Object.entries(read().dropped).map(([reason, count]) => [reason, count[unit]]),
    );
  }
  labelled(registry, 'causeway_relay_refused_total', 'Other things refused, by reason.', 'reason', () =>
    Object.entries(read().refused),
  );
}

function processMetrics(registry: Registry): void {
  const startedAt = Date.now() / 1000 - process.uptime();
  gauge(registry, 'process_start_time_seconds', 'Start of the process, Unix epoch.', () => startedAt);
  gauge(registry, 'process_resident_memory_bytes', 'Resident memory.', residentBytes);
  gauge(registry, 'nodejs_heap_size_used_bytes', 'JavaScript heap in use.', heapBytes);
  gauge(registry, 'process_open_fds', 'File descriptors in use.', () => descriptorsOf('self')?.used ?? 0);
  gauge(registry, 'process_max_fds', 'File descriptors that may be in use.', () => descriptorsOf('self')?.most ?? 0);
  counter(registry, 'process_cpu_seconds_total', 'CPU time, user and system.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

function counter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

function labelled(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Iterable<[string, number]>,
): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, count] of read()) this.inc({ [label]: value }, count);
    },
  });
}
