import { GROUPS_PREFIX } from '../../shared/access/priority-groups.ts';
import { CHARGE_LOCK_PREFIX } from '../../shared/charges/charge-lock.ts';
import { defineContext } from '../../shared/define-context.ts';
import { coverageRoutes } from './coverage-routes.ts';
import { signingErrors } from './errors.ts';
import { MACHINE } from './follow-machine.ts';
import { institutionRoutes } from './institution-routes.ts';
import { patientRoutes, publicRoutes } from './patient-routes.ts';
import { registerRoutes } from './register-routes.ts';
import { subscriptions } from './subscriptions.ts';
import { tasks } from './tasks.ts';
import { RESTAFF, restaffTeam } from './teams.ts';
import { tickSigning } from './tick-signing.ts';
import { TICK } from './waits.ts';

export const signing = defineContext({
  name: 'signing',
  errors: signingErrors,
  routes: [...publicRoutes, ...patientRoutes, ...institutionRoutes, ...coverageRoutes, ...registerRoutes],
  tasks,
  subscriptions,
  timers: { [TICK]: tickSigning, [RESTAFF]: restaffTeam },
  workflows: { starts: [MACHINE], answers: [MACHINE] },
  grants: [
    // The relation of a team's doctors to their residents is signing's to write.
    { prefix: 'relation#', access: 'read' },
    { prefix: 'relation#', access: 'write' },
    // So are a resident's priority groups.
    { prefix: GROUPS_PREFIX, access: 'write' },
    { prefix: 'institution#', access: 'read' },
    { prefix: 'session#', access: 'read' },
    { prefix: 'patient#', access: 'read' },
    { prefix: 'keys#patient', access: 'read' },
    { prefix: 'audit#', access: 'write' },
    { prefix: CHARGE_LOCK_PREFIX, access: 'read' },
    { prefix: CHARGE_LOCK_PREFIX, access: 'write' },
  ],
});
