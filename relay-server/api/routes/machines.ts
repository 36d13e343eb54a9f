/**
 * REST: the machines of a subscription.
 */
import { nameOrId } from '#protocol/rest/api.ts';
import * as machinesRest from '#protocol/rest/machines.ts';
import { changeMachine, removeMachine } from '../../control/administration/machines.ts';
import { findMachines } from '../../control/machine-list.ts';
import { MachineOrders } from '../../control/machine-orders.ts';
import type { RouteScope } from '../app.ts';
import { expectedVersion, tagged } from '../if-match.ts';
import { showMachine } from '../shapes.ts';
import { gone, inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['machines'];
const one = inSubscription.extend({ machine: nameOrId });

export function machineRoutes({ app, control: { context }, acting }: RouteScope): void {
  const { directory, presence } = context;
  const orders = new MachineOrders(presence);
  app.get(
    `${SUBSCRIPTION}/machines`,
    {
      schema: {
        tags,
        summary: 'Search, filter and sort machines, a page at a time',
        params: inSubscription,
        querystring: machinesRest.machineQuery,
        response: { 200: machinesRest.machinePage, ...refusals },
      },
    },
    async (request) => {
      const home = directory.find(request.params.subscription);
      const { items, ...rest } = findMachines(orders, presence, home, request.query);
      return { items: items.map((machine) => showMachine(context, machine)), ...rest };
    },
  );
  app.get(
    `${SUBSCRIPTION}/machines/:machine`,
    { schema: { tags, summary: 'Show a machine', params: one, response: { 200: machinesRest.machine, ...refusals } } },
    async (request, reply) => {
      const machine = directory.find(request.params.subscription).findMachine(request.params.machine);
      return tagged(reply, showMachine(context, machine));
    },
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
    async (request, reply) => {
      const home = directory.find(request.params.subscription);
      const [id, wish, expect] = [request.params.machine, request.body, expectedVersion(request)];
      return tagged(reply, showMachine(context, await changeMachine(acting(request), home, id, wish, expect)));
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
      const home = directory.find(request.params.subscription);
      await removeMachine(acting(request), home, request.params.machine, expectedVersion(request));
      return reply.status(204).send(null);
    },
  );
}
