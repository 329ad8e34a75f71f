import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOTP } from 'otpauth';
import { type PeopleFile, peopleFile } from '../../functions/identity/contracts.ts';
import { wechatSecret } from '../../functions/identity/identity-deps.ts';
import { DEMO_TOTP_SECRET, hashDemoPassword, loadPeople } from '../../functions/identity/load-people.ts';
import type { Deps } from '../../shared/deps.ts';
import { putSecret } from '../../shared/privacy/secrets.ts';
import { loadCity } from './city/load-city.ts';
import { loadPayees } from './city/load-payees.ts';
import { loadSignings } from './city/load-signings.ts';
import { loadTemplates } from './city/load-templates.ts';
import { readMerchants } from './city/merchants.ts';
import { type LocalRoute, ok, refused } from './http/local-route.ts';
import { laptopProgram, type WeChatUser } from './wechat/mini-program.ts';
import type { LaptopMerchant } from './wechat/pay/laptop.ts';

/** The invented people and institutions that fill a city on the laptop. */
export interface Demo {
  readonly folder: string;
  readonly people: PeopleFile;
}

/** Cities that 郏县 lies in, or that stand for it. The others begin empty. */
const FOLDERS: Readonly<Record<string, string>> = { demo: 'jiaxian', pingdingshan: 'jiaxian' };

export function demoOf(city: string): Demo | undefined {
  const name = FOLDERS[city];
  if (name === undefined) return undefined;
  const folder = join(import.meta.dirname, 'city', name);
  return { folder, people: peopleFile.parse(JSON.parse(readFileSync(join(folder, 'people.json'), 'utf8'))) };
}

export async function loadDemo(
  deps: Deps,
  settle: () => Promise<void>,
  demo: Demo | undefined,
): Promise<void> {
  await putSecret(deps, wechatSecret, laptopProgram.appSecret);
  if (demo === undefined) return;
  // Another thread's work for as long as the city is loaded.
  const password = hashDemoPassword(deps);
  password.catch(() => undefined);
  await loadCity(deps, demo.folder);
  await loadPayees(deps, demo.folder);
  const { residents } = await loadPeople(deps, demo.people, password);
  // Booking knows doctors, and signing knows teams, from the directory's events.
  await settle();
  await loadSignings(deps, demo.folder, residents);
  await loadTemplates(deps, demo.folder);
}

export function demoWeChatUsers(demo: Demo | undefined): readonly WeChatUser[] {
  return (demo?.people.residents ?? []).map(({ wechatCode, phone }) => ({ person: wechatCode, phone }));
}

/** Who they are to WeChat Pay; whose money each takes is loaded with the city. */
export function demoMerchants(demo: Demo | undefined): readonly LaptopMerchant[] {
  const merchants = demo === undefined ? [] : readMerchants(demo.folder);
  return merchants.map(({ mchid, name, feeBasisPoints }) => ({ mchid, name, feeBasisPoints }));
}

/** The authenticator app of the demo's staff. Real staff are not in the list, so there is no code for them. */
export function totpRoute({ clock }: Pick<Deps, 'clock'>, demo: Demo | undefined): LocalRoute {
  return {
    method: 'GET',
    path: '/local/totp',
    summary: 'one-time password of a demo member of staff: ?loginName=jxrm-clerk',
    handle: async ({ query }) => {
      const loginName = query.get('loginName');
      if (!demo?.people.staff.some((member) => member.loginName === loginName)) {
        return refused(404, 'the demo has no such member of staff');
      }
      const totp = new TOTP({ secret: DEMO_TOTP_SECRET }).generate({ timestamp: clock.now() });
      return ok({ totp });
    },
  };
}
