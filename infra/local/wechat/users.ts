import type { WeChatUser } from './mini-program.ts';

/** Everybody who has WeChat in this city. */
export class WeChatUsers {
  readonly #users = new Map<string, WeChatUser>();

  constructor(users: readonly WeChatUser[]) {
    for (const user of users) this.#users.set(user.person, user);
  }

  get(person: string): WeChatUser | undefined {
    return this.#users.get(person);
  }

  /** Adds someone, or gives someone another phone number. */
  add(user: WeChatUser): void {
    this.#users.set(user.person, user);
  }

  /** The person whose name the code begins with; the longest name wins. */
  ofFixedCode(code: string): WeChatUser | undefined {
    return [...this.#users.values()]
      .filter(({ person }) => code === person || code.startsWith(`${person}-`))
      .sort((one, other) => other.person.length - one.person.length)[0];
  }
}
