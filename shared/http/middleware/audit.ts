import type { Relation } from '../../access/grants.ts';
import type { Route } from '../../context.ts';
import { instant } from '../../kernel/clock.ts';
import { recordAccess } from '../../privacy/audit.ts';
import { type Exchange, routeOf, type Step } from '../exchange.ts';

/** The ground of an access as the patient's own list names it. */
const PURPOSE: Record<Relation['kind'], string> = {
  none: 'public-service',
  'own-account': 'own-account',
  patient: 'self-or-family',
  signed: 'signed-team',
  institution: 'care-at-institution',
};

/** Writes down who saw or changed whose health data. Without that entry the answer does not leave. */
export function audit(): Step {
  return {
    after: ({ event, response }) => {
      const { audit: rule } = routeOf(event);
      return rule === undefined || typeof rule === 'string' ? undefined : written(event, rule, response);
    },
  };
}

async function written(
  event: Exchange,
  rule: Exclude<NonNullable<Route['audit']>, string>,
  response: unknown,
): Promise<void> {
  const { actor, grant, call, deps, requestId } = event;
  if (actor === undefined || grant === undefined || call === undefined) {
    throw new Error('a public route cannot be audited');
  }
  const seen = rule.of({ params: call.params, body: call.body, response });
  const at = instant(deps.clock);
  await Promise.all(
    seen.map(({ patientId, subjectId }) =>
      recordAccess(deps.table, deps.ids, {
        actor: {
          accountId: actor.accountId,
          role: grant.role,
          ...(actor.kind === 'staff' ? { institutionId: actor.institutionId } : {}),
        },
        action: rule.action,
        patientId,
        subject: { kind: rule.subject, id: subjectId },
        purpose: PURPOSE[grant.relation.kind],
        at,
        requestId,
      }),
    ),
  );
}
