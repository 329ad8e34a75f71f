import * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { getSecret } from '../../shared/privacy/secrets.ts';
import { createWeChatLogin, type WeChatLogin } from '../../shared/wechat/login.ts';
import { createStableToken } from '../../shared/wechat/stable-token.ts';
import { identityErrors } from './errors.ts';
import { type IdentityPolicy, identityPolicy } from './policy.ts';
import { formatVerifier, type ResidentVerifier } from './verifier.ts';

export interface IdentityDeps extends Deps {
  readonly wechatLogin: WeChatLogin;
  readonly verifier: ResidentVerifier;
}

/** Address of the mini-program's app secret: `putSecret(deps, wechatSecret, …)`. */
export const wechatSecret = { context: 'identity', name: 'wechat-app-secret' } as const;

const WECHAT_TIMEOUT_MS = 4_000;

const settingsSchema = z.object({
  /** A city of invented people, where passwords and one-time secrets are known to everybody. */
  demo: z._default(z.boolean(), false),
  wechat: z.optional(z.object({ appId: z.string().check(z.minLength(1)) })),
});

export function identitySettings({ city }: Pick<Deps, 'city'>): z.output<typeof settingsSchema> {
  return settingsSchema.parse(city.settings);
}

/** A city may hand in a verifier of its own; without one the number's format is all that is checked. */
export function provideIdentity(deps: Deps & Partial<IdentityDeps>): IdentityDeps {
  return {
    ...deps,
    verifier: deps.verifier ?? formatVerifier,
    wechatLogin: deps.wechatLogin ?? wechatLoginOf(deps),
  };
}

export function policyToday({ city, clock }: Pick<Deps, 'city' | 'clock'>): IdentityPolicy {
  return city.policy(identityPolicy).at(dayOf(clock.now()));
}

function wechatLoginOf(deps: Deps): WeChatLogin {
  let known: Promise<string> | undefined;
  function secret(): Promise<string> {
    known ??= readSecret(deps);
    known.catch(() => {
      known = undefined;
    });
    return known;
  }
  const parts = {
    endpoint: deps.env.WECHAT_ENDPOINT,
    timeoutMs: WECHAT_TIMEOUT_MS,
    appId: identitySettings(deps).wechat?.appId ?? '',
    secret,
  };
  const { table, cipher, clock, ids } = deps;
  return createWeChatLogin({
    ...parts,
    stableToken: createStableToken({ ...parts, table, cipher, clock, ids }),
  });
}

/** Before an operator has put it, nobody can log in by WeChat; staff can. */
async function readSecret(deps: Deps): Promise<string> {
  const secret = await getSecret(deps, wechatSecret);
  if (secret === undefined || identitySettings(deps).wechat === undefined) {
    throw identityErrors.refusal('WECHAT_BUSY', { context: { configured: false } });
  }
  return secret;
}
