import type { Context } from '../../shared/context.ts';
import type { Entry } from './names.ts';

/** One IAM statement: these actions on the table, and on these indexes, for partition keys that match a pattern. */
export interface TableAccess {
  readonly actions: readonly string[];
  readonly indexes: readonly string[];
  /** `dynamodb:LeadingKeys` patterns; on an index they are held against the index's own partition key. */
  readonly leadingKeys: readonly string[];
}

const IDENTITY = 'identity';

/** Partition keys of the wrapped keys a context makes; identity also signs sessions. */
export function keyRingsOf(name: string): readonly string[] {
  return [`keys#${name}`, ...(name === IDENTITY ? ['keys#session', 'keys#session-public'] : [])];
}

/**
 * What one function of a context may do with the table: its own items, its key ring, and what it declares as grants.
 *
 * An action stands in exactly one statement. A transaction may touch several prefixes at once, and
 * `ForAllValues` must then find them all in the same list.
 */
export function tableAccess(
  context: Pick<Context, 'name' | 'grants' | 'timers'>,
  entry: Entry,
): readonly TableAccess[] {
  const { name } = context;
  const isIdentity = name === IDENTITY;
  const sweeps = entry === 'worker' && Object.keys(context.timers).length > 0;
  const own = `${name}#*`;
  const keyRings = keyRingsOf(name);
  const reads = [...new Set([own, ...keyRings, 'keys#session-public', ...granted(context, 'read')])];
  const changes = [own, ...granted(context, 'write')];
  return [
    { actions: ['GetItem', 'BatchGetItem', 'ConditionCheckItem'], indexes: [], leadingKeys: reads },
    {
      actions: ['Query'],
      indexes: [
        'lookup',
        ...(reads.some((pattern) => pattern.startsWith('charges#')) ? ['charges'] : []),
        ...(sweeps ? ['due'] : []),
      ],
      leadingKeys: [...reads, ...(sweeps ? [`due#${name}#*`] : []), ...(isIdentity ? ['audit#*'] : [])],
    },
    // Wrapped keys and audit entries are added and never changed: no update, no deletion, by anybody.
    { actions: ['PutItem'], indexes: [], leadingKeys: [...changes, ...keyRings, 'audit#*'] },
    { actions: ['UpdateItem', 'DeleteItem'], indexes: [], leadingKeys: changes },
  ];
}

function granted({ name, grants }: Pick<Context, 'name' | 'grants'>, access: 'read' | 'write'): string[] {
  return grants
    .filter((grant) => grant.access === access)
    .map(({ prefix }) => {
      if (!/^[a-z][a-z0-9-]*#[A-Za-z0-9#-]*$/.test(prefix)) {
        throw new Error(`${name} asks for the prefix ${JSON.stringify(prefix)}: a word and # are the least`);
      }
      return `${prefix}*`;
    });
}
