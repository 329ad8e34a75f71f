import { defineContext } from '../../shared/define-context.ts';
import { referralErrors } from './errors.ts';
import { MACHINE } from './follow-machine.ts';
import { institutionRoutes } from './institution-routes.ts';
import { patientRoutes } from './patient-routes.ts';
import { stepRoutes } from './step-routes.ts';
import { subscriptions } from './subscriptions.ts';
import { tasks } from './tasks.ts';
import { timers } from './timers.ts';

export const referral = defineContext({
  name: 'referral',
  errors: referralErrors,
  routes: [...patientRoutes, ...institutionRoutes, ...stepRoutes],
  tasks,
  subscriptions,
  timers,
  workflows: { starts: [MACHINE], answers: [MACHINE] },
  grants: [
    // The receiving institution's relation to the patient is referral's to write.
    { prefix: 'relation#', access: 'read' },
    { prefix: 'relation#', access: 'write' },
    { prefix: 'institution#', access: 'read' },
    { prefix: 'session#', access: 'read' },
    { prefix: 'patient#', access: 'read' },
    { prefix: 'audit#', access: 'write' },
  ],
});
