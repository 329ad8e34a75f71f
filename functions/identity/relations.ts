import { relationItem, relationKey } from '../../shared/access/care-relations.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { Condition, TransactOperation, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { type Acting, tracing } from './acting.ts';
import type { IdentityPolicy } from './policy.ts';
import { statesBefore } from './rules.ts';
import { accounts, type Link, links, type Patient, patients } from './store.ts';

export const RELATION_ENDS = 'relation-ends';

export type EndReason = 'ADULT' | 'LAPSED' | 'WITHDRAWN' | 'DEACTIVATED' | 'CLAIMED';

type Side = Pick<Link, 'accountId' | 'kind'>;
type Relation = Pick<Link, 'accountId' | 'patientId' | 'kind' | 'kinship' | 'until'>;

/**
 * An account gets a relation to a patient: account, link and the shared view that access rules read. The patient's
 * own side is `patientSide`, or stands in the new patient. The account's condition keeps the limits under any race.
 */
export function startedRelation(
  deps: Pick<Deps, 'clock' | 'ids'>,
  acting: Acting,
  relation: Relation,
  {
    familyMembersMax,
    account,
  }: Pick<IdentityPolicy, 'familyMembersMax'> & { readonly account?: Record<string, Value> },
): TransactOperation[] {
  const { accountId, patientId, kind, kinship, until } = relation;
  const since = instant(deps.clock);
  const link: Link = {
    accountId,
    patientId,
    kind,
    status: 'ACTIVE',
    since,
    ...(kinship === undefined ? {} : { kinship }),
    ...(until === undefined ? {} : { until }),
  };
  return [
    kind === 'SELF'
      ? accounts.updateOperation(
          accountId,
          { set: { patientId, ...account } },
          { if: { status: 'ACTIVE', patientId: { exists: false } } },
        )
      : accounts.updateOperation(
          accountId,
          { set: { [`family.${patientId}`]: kind, ...account } },
          {
            if: {
              status: 'ACTIVE',
              family: { size: { lt: familyMembersMax } },
            },
          },
        ),
    links.putOperation({ accountId, patientId }, link, {
      if: { $any: [{ $exists: false }, { status: { in: statesBefore('link', 'ACTIVE') } }] },
      event: eventFor(deps, 'identity.relation-started', {
        data: { patientId, accountId, kind },
        ...tracing(acting),
      }),
      timer: until === undefined ? null : { kind: RELATION_ENDS, at: until },
    }),
    {
      put: relationItem({
        patientId,
        kind,
        holderId: accountId,
        since,
        ...(until === undefined ? {} : { until }),
      }),
    },
  ];
}

/**
 * The patient's side of a new relation, in one write with further `changes` and with the sides of those that are
 * `ending`.
 */
export function patientSide(
  deps: Pick<Deps, 'clock'>,
  { accountId, patientId, kind }: Relation,
  {
    familyMembersMax,
    changes = {},
    ending = [],
    owners,
  }: Pick<IdentityPolicy, 'familyMembersMax'> & {
    readonly changes?: Readonly<Record<string, Value>>;
    readonly ending?: readonly Side[];
    /** Those that stood when it was decided who ends: one more since would stay. */
    readonly owners?: Patient['owners'];
  },
): TransactOperation {
  const side = sidePath({ accountId, kind });
  const room = { $any: [{ delegates: { size: { lt: familyMembersMax } } }, { [side]: { exists: true } }] };
  return patients.updateOperation(
    patientId,
    {
      set: { [side]: kind === 'SELF' ? instant(deps.clock) : kind, ...changes },
      remove: ending.map(sidePath),
    },
    { if: kind === 'SELF' ? (owners === undefined ? { $exists: true } : { owners: { eq: owners } }) : room },
  );
}

/** The reverse, but for the account's and the patient's side: those are one write each however many relations end. */
export function endedRelation(
  deps: Pick<Deps, 'clock' | 'ids'>,
  acting: Acting,
  { accountId, patientId, kind }: Pick<Link, 'accountId' | 'patientId' | 'kind'>,
  reason: EndReason,
): TransactOperation[] {
  return [
    links.updateOperation(
      { accountId, patientId },
      { set: { status: 'ENDED', endedAt: instant(deps.clock), endReason: reason } },
      {
        if: { status: { in: statesBefore('link', 'ENDED') }, kind },
        event: eventFor(deps, 'identity.relation-ended', {
          data: { patientId, accountId, kind, reason },
          ...tracing(acting),
        }),
        timer: null,
      },
    ),
    { delete: relationKey({ patientId, kind, holderId: accountId }) },
  ];
}

export function accountWithout(
  accountId: string,
  { patientId, kind }: Pick<Link, 'patientId' | 'kind'>,
): TransactOperation {
  return accounts.updateOperation(
    accountId,
    { remove: [kind === 'SELF' ? 'patientId' : `family.${patientId}`] },
    { if: { $exists: true } },
  );
}

/** `more`: attributes that go with them. */
export function patientWithout(
  patientId: string,
  ended: readonly Side[],
  {
    more = [],
    if: condition = { $exists: true },
  }: { readonly more?: readonly string[]; readonly if?: Condition } = {},
): TransactOperation {
  const remove = [...ended.map(sidePath), ...more];
  return patients.updateOperation(patientId, { remove }, { if: condition });
}

function sidePath({ accountId, kind }: Side): string {
  return `${kind === 'SELF' ? 'owners' : 'delegates'}.${accountId}`;
}

export function isInForce({ status, until }: Pick<Link, 'status' | 'until'>, now: string): boolean {
  return status === 'ACTIVE' && (until === undefined || until > now);
}
