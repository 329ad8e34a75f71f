import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where the laptop serves objects. */
export const OBJECTS_PATH = '/local/objects/';

/** Signs what a link says, as S3 does: method, path and each parameter, in the order in which they stand. */
export interface LinkSigner {
  /** The whole link. */
  sign(method: 'GET' | 'PUT', key: string, promises: Readonly<Record<string, string>>): string;
  /** What an asked-for address promises; undefined: nobody signed this. */
  open(method: string, pathname: string, search: string): SignedLink | undefined;
}

export interface SignedLink {
  readonly key: string;
  readonly promises: URLSearchParams;
}

const SIGNED = /^\?(.*)&signature=([\w-]+)$/;

/** `origin`: of the city on this machine, e.g. `http://127.0.0.1:3000`. */
export function linkSigner(origin: string, secret: Uint8Array): LinkSigner {
  const signature = (method: string, pathname: string, query: string): string =>
    createHmac('sha256', secret).update(`${method}\n${pathname}\n${query}`).digest('base64url');
  return {
    sign(method, key, promises) {
      const pathname = `${OBJECTS_PATH}${key}`;
      const query = new URLSearchParams(promises).toString();
      return `${origin}${pathname}?${query}&signature=${signature(method, pathname, query)}`;
    },
    open(method, pathname, search) {
      // The text as it came is what is compared: nothing is read of it before it is known to be ours.
      const [, query = '', given = ''] = SIGNED.exec(search) ?? [];
      if (!equal(signature(method, pathname, query), given)) return undefined;
      return { key: pathname.slice(OBJECTS_PATH.length), promises: new URLSearchParams(query) };
    },
  };
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
