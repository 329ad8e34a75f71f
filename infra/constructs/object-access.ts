import type { Context } from '../../shared/context.ts';

/** What a context may do with objects, and below which keys. */
export interface ObjectAccess {
  /** Actions of S3 on objects. */
  readonly actions: readonly ('GetObject' | 'PutObject')[];
  /** Actions of KMS that S3 takes in the caller's name. */
  readonly keyActions: readonly ('Decrypt' | 'GenerateDataKey')[];
  /** `<context>/`: its own. */
  readonly prefix: string;
}

/** Nobody may delete, or list more than the own prefix: what was put is a record. Undefined: no access at all. */
export function objectAccess({ name, objects }: Pick<Context, 'name' | 'objects'>): ObjectAccess | undefined {
  const { read, write } = objects;
  if (!read && !write) return undefined;
  return {
    actions: [...(read ? ['GetObject' as const] : []), ...(write ? ['PutObject' as const] : [])],
    keyActions: [...(read ? ['Decrypt' as const] : []), ...(write ? ['GenerateDataKey' as const] : [])],
    prefix: `${name}/`,
  };
}
