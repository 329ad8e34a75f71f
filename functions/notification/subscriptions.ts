import * as z from 'zod/mini';
import type { Subscription } from '../../shared/context.ts';
import { keepCopy } from '../../shared/keep-copy.ts';
import { announce } from './announce.ts';
import { announcements } from './announcements.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { departments, institutions, practitioners, teams } from './store.ts';

const told = announcements.map(
  (announcement): Subscription<NotificationDeps> => ({
    event: announcement.event,
    handle: (deps, event) => announce(deps, announcement, event),
  }),
);

const named = { name: z.string(), version: z.int() };

/** The names that messages say, as directory tells of them. */
const copies: readonly Subscription[] = [
  keepCopy(
    'directory.institution-changed',
    z.object({ institutionId: z.string(), ...named }),
    institutions,
    (copy) => copy.institutionId,
  ),
  keepCopy(
    'directory.department-changed',
    z.object({ departmentId: z.string(), ...named }),
    departments,
    (copy) => copy.departmentId,
  ),
  keepCopy(
    'directory.practitioner-changed',
    z.object({ practitionerId: z.string(), ...named }),
    practitioners,
    (copy) => copy.practitionerId,
  ),
  keepCopy(
    'directory.care-team-changed',
    z.object({ careTeamId: z.string(), institutionId: z.string(), leaderId: z.string(), ...named }),
    teams,
    (copy) => copy.careTeamId,
  ),
];

export const subscriptions: readonly Subscription<NotificationDeps>[] = [...told, ...copies];
