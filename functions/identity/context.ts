import { OPENID_PREFIX } from '../../shared/access/openid-view.ts';
import { PERSON_PREFIX } from '../../shared/access/person-view.ts';
import { PHONE_PREFIX } from '../../shared/access/phone-view.ts';
import type { Context } from '../../shared/context.ts';
import { defineContext } from '../../shared/define-context.ts';
import { createFirstAdministrator } from './create-first-administrator.ts';
import { relationEnds } from './end-relation.ts';
import { PROFILE_KEYS } from './enrol-patient.ts';
import { identityErrors } from './errors.ts';
import { provideIdentity } from './identity-deps.ts';
import { keepPractice } from './practitioners.ts';
import { RELATION_ENDS } from './relations.ts';
import { accountRoutes, familyRoutes, sessionRoutes } from './resident-routes.ts';
import { administrationRoutes, deskRoutes, staffSessionRoutes } from './staff-routes.ts';

/** Shared views that identity writes, and what they hold is written by nobody else. */
const WRITTEN = [
  'relation#',
  'session#',
  'patient#',
  PROFILE_KEYS,
  OPENID_PREFIX,
  PHONE_PREFIX,
  PERSON_PREFIX,
  'wechat#',
  'keys#wechat',
];
const READ = [...WRITTEN, 'institution#', 'secrets#identity'];

export const identity: Context = defineContext({
  name: 'identity',
  errors: identityErrors,
  routes: [
    ...sessionRoutes,
    ...accountRoutes,
    ...familyRoutes,
    ...deskRoutes,
    ...staffSessionRoutes,
    ...administrationRoutes,
  ],
  tasks: { 'create-first-administrator': createFirstAdministrator },
  subscriptions: [keepPractice],
  timers: { [RELATION_ENDS]: relationEnds },
  grants: [
    ...READ.map((prefix) => ({ prefix, access: 'read' as const })),
    ...WRITTEN.map((prefix) => ({ prefix, access: 'write' as const })),
  ],
  provide: provideIdentity,
});
