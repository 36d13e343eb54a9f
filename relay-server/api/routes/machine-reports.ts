/**
 * REST: what a machine says of itself, whom it may reach, and what became of it.
 */
import type { z } from 'zod';
import { listOf, nameOrId } from '#protocol/rest/api.ts';
import * as machinesRest from '#protocol/rest/machines.ts';
import { machineHistory } from '../../control/machine-history.ts';
import { machinePeers } from '../../control/machine-peers.ts';
import type { RouteScope } from '../app.ts';
import { inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['machines'];
const MACHINE = `${SUBSCRIPTION}/machines/:machine`;
const params = inSubscription.extend({ machine: nameOrId });

export function machineReportRoutes({ app, control: { context }, rates }: RouteScope): void {
  const find = (named: z.infer<typeof params>) => {
    const home = context.directory.find(named.subscription);
    return { home, machine: home.findMachine(named.machine) };
  };
  const diagnostics = async (
    named: z.infer<typeof params>,
  ): Promise<z.infer<typeof machinesRest.machineDiagnostics>> => {
    const last = await context.store.history.diagnosticsOf(find(named).machine.id);
    if (last === undefined) return { takenAt: null, checks: [] };
    return { takenAt: new Date(last.at).toISOString(), checks: [...last.checks] };
  };
  app.get(
    `${MACHINE}/peers`,
    {
      schema: {
        tags,
        summary: 'Whom a machine may reach, by name, and what passes between them',
        params,
        querystring: machinesRest.machinePeersQuery,
        response: { 200: listOf(machinesRest.machinePeer), ...refusals },
      },
    },
    async (request) => {
      const { home, machine } = find(request.params);
      return machinePeers(context, home, machine, rates, request.query);
    },
  );
  app.get(
    `${MACHINE}/status`,
    {
      schema: {
        tags,
        summary: 'What a machine’s agent says of itself',
        description: 'Asking has it report every two seconds for the next half minute.',
        params,
        response: { 200: machinesRest.machineStatus, ...refusals },
      },
    },
    async (request) => {
      const { machine } = find(request.params);
      context.reports.watch(machine.id);
      const report = context.reports.of(machine.id);
      if (report === undefined) return { reportedAt: null, status: null };
      return { reportedAt: new Date(report.at).toISOString(), status: report.status };
    },
  );
  app.get(
    `${MACHINE}/history`,
    {
      schema: {
        tags,
        summary: 'What became of a machine, newest first',
        params,
        response: { 200: listOf(machinesRest.historyEntry), ...refusals },
      },
    },
    async (request) => ({ items: await machineHistory(context, find(request.params).machine), next: null }),
  );
  app.get(
    `${MACHINE}/diagnostics`,
    {
      schema: {
        tags,
        summary: 'The last diagnostics of a machine',
        params,
        response: { 200: machinesRest.machineDiagnostics, ...refusals },
      },
    },
    async (request) => diagnostics(request.params),
  );
  app.post(
    `${MACHINE}/diagnostics`,
    {
      schema: {
        tags,
        summary: 'Ask a machine for new diagnostics',
        description: 'Answers at once, with the last ones; the new ones are there some seconds later.',
        params,
        response: { 202: machinesRest.machineDiagnostics, ...refusals },
      },
    },
    async (request, reply) => {
      context.reports.diagnose(find(request.params).machine);
      return reply.status(202).send(await diagnostics(request.params));
    },
  );
}
