import type { Context } from '../shared/context.ts';
import type { IndexName, Key, Table, TransactOperation } from '../shared/data/table.ts';
import { createDeps, type Deps } from '../shared/deps.ts';
import { noObjects, type ObjectStore } from '../shared/objects/objects.ts';
import type { Kms, WrapContext } from '../shared/privacy/kms.ts';
import { type ObjectAccess, objectAccess } from './constructs/object-access.ts';
import { type TableAccess, tableAccess, wrappedAt } from './constructs/table-access.ts';

/** What IAM would answer with: the function's role does not allow this. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
}

type Notice = (sentence: string) => void;

/**
 * The context with exactly the access that its two roles have on AWS together; each refusal is noticed, then thrown.
 * The policies are made for a cloud that no test of ours reaches: this is how they are tried.
 */
export function confinedContext(context: Context, notice: Notice): Context {
  return { ...context, provide: (deps) => context.provide(confinedDeps(context, deps, notice)) };
}

/** A container's dependencies, made anew over the confined table and key, so that sessions and key rings use them too. */
function confinedDeps(context: Context, deps: Deps, notice: Notice): Deps {
  const { clock, ids, city, log, metrics, workflows, objects } = deps;
  const deny: Notice = (sentence) => {
    notice(`${context.name} ${sentence}`);
    throw new AccessDenied(`${context.name} ${sentence}`);
  };
  return createDeps(deps.env, {
    clock,
    ids,
    city,
    log,
    metrics,
    workflows,
    objects: confinedObjects(objects, objectAccess(context), deny),
    table: confinedTable(
      deps.table,
      [...tableAccess(context, 'api'), ...tableAccess(context, 'worker')],
      deny,
    ),
    kms: confinedKms(deps.kms, wrappedAt(context), deny),
  });
}

/** Compares the partition key of each call with the policies' patterns, as IAM does with `dynamodb:LeadingKeys`. */
export function confinedTable(table: Table, accesses: readonly TableAccess[], deny: Notice): Table {
  function check(action: string, pk: string, index?: IndexName): void {
    const allowed = accesses.some(
      ({ actions, indexes, leadingKeys }) =>
        actions.includes(action) &&
        (index === undefined || indexes.includes(index)) &&
        leadingKeys.some((pattern) => matches(pattern, pk)),
    );
    if (!allowed)
      deny(`may not ${action} ${pk.split('#', 2).join('#')}${index === undefined ? '' : ` on ${index}`}`);
  }
  return {
    async get(key, options) {
      check('GetItem', key.pk);
      return table.get(key, options);
    },
    async getMany(keys, options) {
      for (const { pk } of keys) check('BatchGetItem', pk);
      return table.getMany(keys, options);
    },
    async query(spec) {
      check('Query', spec.pk, spec.index);
      return table.query(spec);
    },
    async put(item, options) {
      check('PutItem', item.pk);
      return table.put(item, options);
    },
    async update(key, changes, options) {
      check('UpdateItem', key.pk);
      return table.update(key, changes, options);
    },
    async delete(key, options) {
      check('DeleteItem', key.pk);
      return table.delete(key, options);
    },
    async transact(operations, options) {
      for (const operation of operations) {
        const { action, key } = actionOf(operation);
        check(action, key.pk);
      }
      return table.transact(operations, options);
    },
  };
}

function actionOf(operation: TransactOperation): { readonly action: string; readonly key: Key } {
  if ('put' in operation) return { action: 'PutItem', key: operation.put };
  if ('update' in operation) return { action: 'UpdateItem', key: operation.update };
  if ('delete' in operation) return { action: 'DeleteItem', key: operation.delete };
  return { action: 'ConditionCheckItem', key: operation.check };
}

function confinedKms(kms: Kms, { encrypt, decrypt }: ReturnType<typeof wrappedAt>, deny: Notice): Kms {
  const check = (action: string, allowed: readonly string[], { pk = '' }: WrapContext): void => {
    if (!allowed.includes(pk)) deny(`may not ${action} under ${pk}`);
  };
  return {
    async wrap(plain, context) {
      check('Encrypt', encrypt, context);
      return kms.wrap(plain, context);
    },
    async unwrap(wrapped, context) {
      check('Decrypt', decrypt, context);
      return kms.unwrap(wrapped, context);
    },
  };
}

/** Compares each object's key with the policy's prefix. A link is signed without asking; it is refused when it is followed. */
export function confinedObjects(
  objects: ObjectStore,
  access: ObjectAccess | undefined,
  deny: Notice,
): ObjectStore {
  if (access === undefined) return noObjects;
  const check = (action: ObjectAccess['actions'][number], key: string): void => {
    if (!access.actions.includes(action) || !key.startsWith(access.prefix))
      deny(`may not ${action} ${key.split('/', 1)[0]}/`);
  };
  return {
    async put(object) {
      check('PutObject', object.key);
      return objects.put(object);
    },
    async head(key) {
      check('GetObject', key);
      return objects.head(key);
    },
    async get(key) {
      check('GetObject', key);
      return objects.get(key);
    },
    async uploadLink(upload) {
      check('PutObject', upload.key);
      return objects.uploadLink(upload);
    },
    async downloadLink(download) {
      check('GetObject', download.key);
      return objects.downloadLink(download);
    },
  };
}

/** IAM's `StringLike`, as far as the policies use it: a star at the end. */
function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}
