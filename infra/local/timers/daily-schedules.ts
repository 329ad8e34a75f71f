import * as z from 'zod/mini';
import type { Context } from '../../../shared/context.ts';
import { addDays, dayOf, instantAt } from '../../../shared/kernel/china-time.ts';
import type { Agenda } from '../clock/time-machine.ts';
import type { StateFile } from '../state-file.ts';

/** `<context>/<schedule>` → the instant it last fired for. */
export const firedState = z.record(z.string(), z.string());

export interface DailySchedulesParts {
  readonly contexts: readonly Pick<Context, 'name' | 'schedules'>[];
  readonly state: StateFile<z.output<typeof firedState>>;
  /** Calls the worker, with retries; false: the city is stopping, and it must fire again. */
  readonly fire: (
    context: string,
    message: { readonly schedule: string; readonly at: string },
  ) => Promise<boolean>;
}

interface Entry {
  readonly id: string;
  readonly context: string;
  readonly schedule: string;
  readonly dailyAt: string;
}

/**
 * The daily rules. One that was missed while the laptop was off fires once, for its latest time; so does every one of
 * a new city, which else would have to wait for tomorrow until it had, say, a doctor to be booked.
 */
export class DailySchedules implements Agenda {
  readonly name = 'schedules';
  readonly #parts: DailySchedulesParts;
  readonly #entries: readonly Entry[];
  #lastFired: Readonly<Record<string, string>>;

  constructor(parts: DailySchedulesParts) {
    this.#parts = parts;
    this.#entries = parts.contexts.flatMap(({ name: context, schedules }) =>
      schedules.map(({ name, dailyAt }) => ({ id: `${context}/${name}`, context, schedule: name, dailyAt })),
    );
    this.#lastFired = parts.state.read();
  }

  async nextAfter(instantMs: number): Promise<number | undefined> {
    const nexts = this.#entries.map(({ dailyAt }) => nextTime(dailyAt, instantMs));
    return nexts.length === 0 ? undefined : Math.min(...nexts);
  }

  async fireDue(nowMs: number): Promise<number> {
    const due = this.#entries
      .map((entry) => ({ ...entry, at: latestTime(entry.dailyAt, nowMs) }))
      .filter(({ id, at }) => at > (this.#lastFired[id] ?? ''))
      .sort((one, other) => one.at.localeCompare(other.at));
    let fired = 0;
    for (const { id, context, schedule, at } of due) {
      if (!(await this.#parts.fire(context, { schedule, at }))) break;
      this.#lastFired = { ...this.#lastFired, [id]: at };
      this.#parts.state.write(this.#lastFired);
      fired += 1;
    }
    return fired;
  }
}

/** The last `dailyAt` at or before an instant, UTC ISO. */
function latestTime(dailyAt: string, instantMs: number): string {
  const today = instantAt(dayOf(instantMs), dailyAt);
  return Date.parse(today) <= instantMs ? today : instantAt(addDays(dayOf(instantMs), -1), dailyAt);
}

function nextTime(dailyAt: string, instantMs: number): number {
  const today = Date.parse(instantAt(dayOf(instantMs), dailyAt));
  return today > instantMs ? today : Date.parse(instantAt(addDays(dayOf(instantMs), 1), dailyAt));
}
