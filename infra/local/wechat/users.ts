import * as z from 'zod/mini';
import type { StateFile } from '../state-file.ts';
import type { WeChatUser } from './mini-program.ts';

/** Whom WeChat came to know here, besides those it begins with. */
export const usersState = z.array(z.object({ person: z.string(), phone: z.string() }));

/** Everybody who has WeChat in this city. */
export class WeChatUsers {
  readonly #state: StateFile<z.output<typeof usersState>>;
  readonly #users = new Map<string, WeChatUser>();

  constructor(users: readonly WeChatUser[], state: StateFile<z.output<typeof usersState>>) {
    this.#state = state;
    for (const user of [...users, ...state.read()]) this.#users.set(user.person, user);
  }

  get(person: string): WeChatUser | undefined {
    return this.#users.get(person);
  }

  /** Adds someone, or gives someone another phone number. */
  add(user: WeChatUser): void {
    this.#state.write([...this.#state.read().filter(({ person }) => person !== user.person), user]);
    this.#users.set(user.person, user);
  }

  /** The person whose name the code begins with; the longest name wins. */
  ofFixedCode(code: string): WeChatUser | undefined {
    return [...this.#users.values()]
      .filter(({ person }) => code === person || code.startsWith(`${person}-`))
      .sort((one, other) => other.person.length - one.person.length)[0];
  }
}
