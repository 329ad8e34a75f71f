import type { Context } from '../../../shared/context.ts';
import type { City } from '../../cities/city.ts';
import type { TimeMachine } from '../clock/time-machine.ts';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { LocalEngine } from '../dynamodb/launch.ts';
import type { DeadLetters } from '../events/dead-letters.ts';
import type { Pump } from '../events/pump.ts';
import type { StreamFaults } from '../events/stream-faults.ts';
import type { LocalFunctions } from '../functions-in-process.ts';
import type { ServeObjects } from '../objects/serve-objects.ts';
import { residentMb } from '../processes.ts';
import { smsRoutes } from '../sms/local-routes.ts';
import type { SmsStandIn } from '../sms/server.ts';
import type { Engine } from '../step-functions/engine.ts';
import type { DueTimers } from '../timers/due-timers.ts';
import { wechatRoutes } from '../wechat/local-routes.ts';
import type { WeChatPayStandIn } from '../wechat/pay/server.ts';
import type { WeChatStandIn } from '../wechat/server.ts';
import { type AnswerLine, cityListener } from './city-listener.ts';
import { clockRoutes } from './clock-routes.ts';
import type { Door } from './door.ts';
import { localPages } from './local-pages.ts';
import type { LocalRoute } from './local-route.ts';
import { statusRoutes } from './status-routes.ts';

export interface OpenCityParts {
  readonly city: City;
  readonly contexts: readonly Context[];
  readonly functions: LocalFunctions;
  readonly clock: VirtualClock;
  readonly machine: TimeMachine;
  readonly timers: DueTimers;
  readonly workflows: Engine;
  readonly pump: Pump;
  readonly streamFaults: StreamFaults;
  readonly letters: DeadLetters;
  readonly engine: LocalEngine;
  readonly wechat: WeChatStandIn;
  readonly sms: SmsStandIn;
  readonly pay: WeChatPayStandIn;
  readonly objects: ServeObjects;
  readonly moreRoutes: readonly LocalRoute[];
  readonly onAnswer: ((line: AnswerLine) => void) | undefined;
}

/** Serves a city whose parts all run: the contexts' routes, and the laptop's own. */
export function openCity(door: Door, parts: OpenCityParts): void {
  const { city, clock, contexts, functions, pump, onAnswer } = parts;
  const localRoutes = [
    ...clockRoutes(clock, parts.machine),
    ...statusRoutes({ status: () => statusOf(parts), ...parts }),
    ...wechatRoutes(parts.wechat),
    ...smsRoutes(parts.sms),
    ...parts.moreRoutes,
  ];
  door.open(
    cityListener({
      clock,
      localRoutes,
      objects: parts.objects,
      pages: localPages({ city, clock, contexts, localRoutes }),
      // What a request wrote is delivered at once.
      invokeApi: (context, event) => functions.invokeApi(context, event)?.finally(() => void pump.poll()),
      ...(onAnswer === undefined ? {} : { onAnswer }),
    }),
  );
}

async function statusOf(parts: OpenCityParts): Promise<Readonly<Record<string, unknown>>> {
  const { city, contexts, clock, pump, timers, engine, wechat, pay } = parts;
  return {
    city: city.id,
    now: new Date(clock.now()).toISOString(),
    contexts: contexts.map(({ name }) => name),
    events: pump.status(),
    timersDue: timers.dueCount(clock.now()),
    workflowsRunning: await parts.workflows.running(),
    engine: engine.endpoint,
    wechat: wechat.url,
    wechatPay: pay.url,
    memoryMb: { city: residentMb(process.pid), engine: residentMb(engine.pid) },
  };
}
