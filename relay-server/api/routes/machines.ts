/**
 * REST: the machines of a subscription.
 */
import type { z } from 'zod';
import { listOf, nameOrId } from '#protocol/rest/api.ts';
import * as machinesRest from '#protocol/rest/machines.ts';
import { changeMachine, removeMachine } from '../../control/administration/machines.ts';
import type { NameOrder } from '../../control/name-order.ts';
import type { SubscriptionDirectory } from '../../control/subscription-directory.ts';
import type { MachineRecord } from '../../store/records.ts';
import type { RouteScope } from '../app.ts';
import { showMachine } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['machines'];
const one = inSubscription.extend({ machine: nameOrId });
/** As a group in a filter: computers that are in no group. */
const NO_GROUP = 'none';

export function machineRoutes({ app, control: { context } }: RouteScope): void {
  const { directory } = context;
  app.get(
    `${SUBSCRIPTION}/machines`,
    {
      schema: {
        tags,
        summary: 'List machines by name, a page at a time',
        params: inSubscription,
        querystring: machinesRest.machineQuery,
        response: { 200: listOf(machinesRest.machine), ...refusals },
      },
    },
    async (request) => {
      const { items, next } = page(directory.find(request.params.subscription), request.query);
      return { items: items.map((machine) => showMachine(context, machine)), next };
    },
  );
  app.get(
    `${SUBSCRIPTION}/machines/:machine`,
    { schema: { tags, summary: 'Show a machine', params: one, response: { 200: machinesRest.machine, ...refusals } } },
    async (request) =>
      showMachine(context, directory.find(request.params.subscription).findMachine(request.params.machine)),
  );
  app.patch(
    `${SUBSCRIPTION}/machines/:machine`,
    {
      schema: {
        tags,
        summary: 'Rename a machine, put it in a group or take it out, disable or enable it',
        params: one,
        body: machinesRest.machineChange,
        response: { 200: machinesRest.machine, ...refusals },
      },
    },
    async (request) => {
      const home = directory.find(request.params.subscription);
      return showMachine(context, await changeMachine(context, home, request.params.machine, request.body));
    },
  );
  app.delete(
    `${SUBSCRIPTION}/machines/:machine`,
    {
      schema: {
        tags,
        summary: 'Remove a machine',
        description: 'It is cut off, and has to be activated again to come back.',
        params: one,
        response: { 204: gone, ...refusals },
      },
    },
    async (request, reply) => {
      await removeMachine(context, directory.find(request.params.subscription), request.params.machine);
      return reply.status(204).send(null);
    },
  );
}

function page(
  home: SubscriptionDirectory,
  query: z.infer<typeof machinesRest.machineQuery>,
): { items: MachineRecord[]; next: string | null } {
  const search = query.search?.toLowerCase();
  const items: MachineRecord[] = [];
  for (const machine of candidates(home, query).after(query.after?.toLowerCase())) {
    if (search !== undefined && !machine.name.includes(search)) continue;
    if (query.group === NO_GROUP && !(machine.kind === 'local-endpoint' && machine.group === null)) continue;
    if (items.length === query.limit) return { items, next: items.at(-1)?.name ?? null };
    items.push(machine);
  }
  return { items, next: null };
}

function candidates(
  home: SubscriptionDirectory,
  query: z.infer<typeof machinesRest.machineQuery>,
): NameOrder<MachineRecord> {
  if (query.role !== undefined) return home.membersOf(home.roles.find(query.role).id);
  if (query.group === undefined || query.group === NO_GROUP) return home.machines;
  return home.membersOf(home.groups.find(query.group).id);
}
