import { defineContext } from '../../shared/define-context.ts';
import { administratorRoutes } from './administrator-routes.ts';
import { authorityRoutes } from './authority-routes.ts';
import { provideDirectory } from './deps.ts';
import { directoryErrors } from './errors.ts';
import { onInstitutionChanged } from './place-below.ts';
import { publicRoutes } from './public-routes.ts';

export const directory = defineContext({
  name: 'directory',
  errors: directoryErrors,
  routes: [...publicRoutes, ...administratorRoutes, ...authorityRoutes],
  subscriptions: [{ event: 'directory.institution-changed', handle: onInstitutionChanged }],
  grants: [
    { prefix: 'institution#', access: 'write' },
    { prefix: 'session#', access: 'read' },
  ],
  provide: provideDirectory,
});
