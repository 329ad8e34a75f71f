import { GROUPS_PREFIX } from '../../shared/access/priority-groups.ts';
import { defineContext } from '../../shared/define-context.ts';
import { followupErrors } from './errors.ts';
import { institutionRoutes } from './institution-routes.ts';
import { patientRoutes } from './patient-routes.ts';
import { subscriptions } from './subscriptions.ts';
import { tickTask } from './tick-task.ts';
import { TICK } from './waits.ts';

export const followup = defineContext({
  name: 'followup',
  errors: followupErrors,
  routes: [...patientRoutes, ...institutionRoutes],
  subscriptions,
  timers: { [TICK]: tickTask },
  grants: [
    { prefix: 'relation#', access: 'read' },
    { prefix: 'institution#', access: 'read' },
    { prefix: 'session#', access: 'read' },
    { prefix: 'patient#', access: 'read' },
    { prefix: GROUPS_PREFIX, access: 'read' },
    { prefix: 'audit#', access: 'write' },
  ],
});
