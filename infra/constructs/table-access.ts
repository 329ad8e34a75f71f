import { RELATION_PREFIX } from '../../shared/access/care-relations.ts';
import { INSTITUTION_PREFIX } from '../../shared/access/institution-tree.ts';
import { OPENID_PREFIX, OPENID_SCOPE } from '../../shared/access/openid-view.ts';
import { PATIENT_PREFIX, PATIENT_SCOPE } from '../../shared/access/patient-view.ts';
import { PERSON_PREFIX, PERSON_SCOPE } from '../../shared/access/person-view.ts';
import { PHONE_PREFIX, PHONE_SCOPE } from '../../shared/access/phone-view.ts';
import { SESSION_PREFIX } from '../../shared/access/sessions.ts';
import type { Context } from '../../shared/context.ts';
import { chargesOf } from '../../shared/data/carried.ts';
import type { IndexName } from '../../shared/data/table.ts';
import { SECRETS_PREFIX } from '../../shared/privacy/secrets.ts';
import type { Entry } from './names.ts';

/** One IAM statement: these actions on the table, and on these indexes, for partition keys that match a pattern. */
export interface TableAccess {
  readonly actions: readonly string[];
  readonly indexes: readonly IndexName[];
  /** `dynamodb:LeadingKeys` patterns; on an index they are held against the index's own partition key. */
  readonly leadingKeys: readonly string[];
}

export type Grantee = Pick<Context, 'name' | 'grants' | 'timers' | 'routes'>;

const IDENTITY = 'identity';
const AUDIT = 'audit#*';
/** Public keys of sessions: in clear, for whoever checks a session. */
const SESSION_PUBLIC = 'keys#session-public';

/**
 * What one function of a context may do with the table: its own items, its keys and secrets, what it declares as
 * grants, and what the access rules of its routes read.
 *
 * An action stands in exactly one statement. A transaction may touch several prefixes at once, and
 * `ForAllValues` must then find them all in the same list.
 */
export function tableAccess(context: Grantee, entry: Entry): readonly TableAccess[] {
  const { name } = context;
  const sweeps = entry === 'worker' && Object.keys(context.timers).length > 0;
  const own = `${name}#*`;
  const granted = patternsOf(context, 'read');
  const reads = unique([
    own,
    ...keysMade(context),
    ...keysRead(context),
    `${SECRETS_PREFIX}${name}`,
    SESSION_PUBLIC,
    ...granted,
    ...(entry === 'api' ? readByAccessRules(context) : []),
  ]);
  const writes = unique([own, ...patternsOf(context, 'write')]);
  const indexes: IndexName[] = ['lookup'];
  if (granted.includes(`${chargesOf('')}*`)) indexes.push('charges');
  if (sweeps) indexes.push('due');
  const queries = [...reads, ...(sweeps ? [`due#${name}#*`] : []), ...(name === IDENTITY ? [AUDIT] : [])];
  return [
    { actions: ['BatchGetItem', 'ConditionCheckItem', 'GetItem'], indexes: [], leadingKeys: reads },
    { actions: ['Query'], indexes, leadingKeys: queries },
    { actions: ['PutItem'], indexes: [], leadingKeys: unique([...writes, ...keysMade(context), AUDIT]) },
    {
      actions: ['DeleteItem', 'UpdateItem'],
      indexes: [],
      leadingKeys: writes.filter((pattern) => !ONLY_ADDED.test(pattern)),
    },
  ];
}

/** Addresses in the table whose content a context may have wrapped or unwrapped by the city's key. */
export function wrappedAt(context: Grantee): {
  readonly encrypt: readonly string[];
  readonly decrypt: readonly string[];
} {
  const encrypt = keysMade(context).filter((pk) => pk !== SESSION_PUBLIC);
  const decrypt = unique([...encrypt, ...keysRead(context), `${SECRETS_PREFIX}${context.name}`]);
  return { encrypt, decrypt };
}

/** Partition keys of the data keys a context makes; identity also signs sessions. */
function keysMade(context: Grantee): string[] {
  return unique([
    `keys#${context.name}`,
    ...keysGranted(context, 'write'),
    ...(context.name === IDENTITY ? ['keys#session', SESSION_PUBLIC] : []),
  ]);
}

function keysRead(context: Grantee): string[] {
  return unique([...keysGranted(context, 'read'), ...keysGranted(context, 'write')]);
}

/** Sealed shared views, which are no use without the keys of their scope. */
const SEALED_VIEWS = new Map([
  [PATIENT_PREFIX, PATIENT_SCOPE],
  [OPENID_PREFIX, OPENID_SCOPE],
  [PHONE_PREFIX, PHONE_SCOPE],
  [PERSON_PREFIX, PERSON_SCOPE],
]);

/** Keys a context declares, and those of the sealed views it is granted. */
function keysGranted({ grants }: Grantee, wanted: 'read' | 'write'): string[] {
  return grants.flatMap(({ prefix, access }) => {
    if (access !== wanted) return [];
    const scope = SEALED_VIEWS.get(prefix);
    if (scope !== undefined) return [`keys#${scope}`];
    return prefix.startsWith('keys#') ? [prefix] : [];
  });
}

/** The shared views that `shared/access` reads before a route of this context is called. */
function readByAccessRules({ routes }: Grantee): string[] {
  const kinds = new Set(
    routes.flatMap(({ access }) => (access === 'public' ? [] : access.map(({ relation }) => relation.kind))),
  );
  return [
    // A token is checked wherever one is sent, on public routes too.
    `${SESSION_PREFIX}*`,
    ...(kinds.has('patient') || kinds.has('signed') ? [`${RELATION_PREFIX}*`] : []),
    ...(kinds.has('institution') ? [`${INSTITUTION_PREFIX}*`] : []),
  ];
}

/** Never given by a grant: what signs sessions, timers, and other contexts' secrets. */
const NOT_GRANTED = /^(keys#session|secrets#|due#)/;
/** Partition keys that stand for themselves and begin no others. */
const EXACT = /^(keys|secrets)#/;
/** Partition keys under which items are added and never changed: no update, no deletion, by anybody. */
const ONLY_ADDED = /^(keys|secrets|audit)#/;

function patternsOf({ name, grants }: Grantee, access: 'read' | 'write'): string[] {
  return grants
    .filter((grant) => grant.access === access)
    .map(({ prefix }) => {
      if (!/^[a-z][a-z0-9-]*#[A-Za-z0-9#-]*$/.test(prefix)) {
        throw new Error(`${name} asks for the prefix ${JSON.stringify(prefix)}: a word and # are the least`);
      }
      if (NOT_GRANTED.test(prefix) && prefix !== `${SECRETS_PREFIX}${name}`)
        throw new Error(`${name} asks to ${access} ${prefix}, which no grant gives`);
      return EXACT.test(prefix) ? prefix : `${prefix}*`;
    });
}

function unique(patterns: readonly string[]): string[] {
  return [...new Set(patterns)];
}
