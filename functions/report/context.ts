import { PERSON_PREFIX, PERSON_SCOPE } from '../../shared/access/person-view.ts';
import { defineContext } from '../../shared/define-context.ts';
import { escalateCritical } from './answer-critical.ts';
import { ESCALATE } from './critical-clock.ts';
import { reportErrors } from './errors.ts';
import { institutionRoutes } from './institution-routes.ts';
import { matchDue } from './match-report.ts';
import { patientRoutes } from './patient-routes.ts';
import { readingRoutesOfReports } from './reading-routes.ts';
import { recognitionRoutes } from './recognition-routes.ts';
import { MATCH } from './report-moves.ts';
import { subscriptions } from './subscriptions.ts';

export const report = defineContext({
  name: 'report',
  errors: reportErrors,
  routes: [...readingRoutesOfReports, ...patientRoutes, ...institutionRoutes, ...recognitionRoutes],
  subscriptions,
  timers: { [MATCH]: matchDue, [ESCALATE]: escalateCritical },
  objects: { read: true, write: true },
  grants: [
    { prefix: 'relation#', access: 'read' },
    { prefix: 'institution#', access: 'read' },
    { prefix: 'session#', access: 'read' },
    { prefix: PERSON_PREFIX, access: 'read' },
    // In a city where nobody is registered yet, the first report makes the key that numbers are blinded with.
    { prefix: `keys#${PERSON_SCOPE}`, access: 'write' },
    { prefix: 'audit#', access: 'write' },
  ],
});
