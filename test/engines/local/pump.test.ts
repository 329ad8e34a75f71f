import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { BusEvent } from '../../../infra/local/events/bus-event.ts';
import { consumersOf } from '../../../infra/local/events/consumers.ts';
import { DeadLetters } from '../../../infra/local/events/dead-letters.ts';
import { callPersistently, RETRY_AFTER_MS } from '../../../infra/local/events/persistent-call.ts';
import { checkpointState, Pump } from '../../../infra/local/events/pump.ts';
import { StreamFaults } from '../../../infra/local/events/stream-faults.ts';
import {
  createStreamsClient,
  StreamReader,
  type StreamsClient,
} from '../../../infra/local/events/stream-reader.ts';
import { stateFile } from '../../../infra/local/state-file.ts';
import { localAws } from '../../support/local-aws.ts';
import { startTableEngine, type TableEngine } from '../../support/table-engine.ts';
import { tempFolder } from './temp-folder.ts';

const none = { copies: 1, delayMs: 0, paused: false };
const subscriber = (name: string) => ({
  name,
  subscriptions: [{ event: 'tiny.noted', handle: async () => {} }],
});

let engine: TableEngine;
let streamArn: string;
let streams: StreamsClient;
let folder: string;

beforeEach(async () => {
  engine = await startTableEngine({ stream: true });
  const { stop } = engine;
  onTestFinished(stop);
  const { Table } = await engine.client.call('DescribeTable', { TableName: engine.tableName });
  streamArn = Table?.LatestStreamArn ?? '';
  streams = createStreamsClient({ ...localAws, endpoint: engine.endpoint });
  folder = tempFolder();
});

/** A pump over the folder's checkpoint; `deliver` stands for all consumers. */
function pumpOf(deliver: (event: BusEvent) => Promise<boolean>) {
  const checkpoint = stateFile(`${folder}/stream.json`, checkpointState, {});
  const faults = new StreamFaults();
  const pump = new Pump({
    reader: new StreamReader(streams, streamArn, checkpoint.read().position),
    deliver,
    checkpoint,
    faults,
    origin: { source: 'tiered-care.demo', account: 'laptop', region: 'local' },
  });
  return { pump, faults };
}

async function write(item: string, text: string): Promise<void> {
  await engine.table.put(
    { pk: `tiny#${item}`, sk: 'note', text },
    { event: { id: `${item}-${text}`, type: 'tiny.noted', at: '2026-11-23T00:00:00.000Z', data: { item } } },
  );
}

function idOf(event: BusEvent): string {
  return event.detail.id;
}

describe('the pump from stream to consumers', () => {
  it('hands on what the pipe on AWS hands on', async () => {
    await write('a', '1');
    const seen: BusEvent[] = [];
    await pumpOf(async (event) => seen.push(event) > 0).pump.drain();
    expect(seen).toEqual([
      {
        version: '0',
        id: expect.any(String),
        source: 'tiered-care.demo',
        account: 'laptop',
        region: 'local',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        resources: [],
        'detail-type': 'domain-event',
        detail: {
          id: 'a-1',
          type: 'tiny.noted',
          event: '{"at":"2026-11-23T00:00:00.000Z","data":{"item":"a"}}',
        },
      },
    ]);
  });

  it('leaves out writes and deletions that carry no event', async () => {
    await engine.table.put({ pk: 'tiny#quiet', sk: 'note' });
    await write('a', '1');
    await engine.table.update({ pk: 'tiny#a', sk: 'note' }, { set: { text: 'changed' } });
    await engine.table.delete({ pk: 'tiny#a', sk: 'note' });
    const seen: string[] = [];
    await pumpOf(async (event) => seen.push(idOf(event)) > 0).pump.drain();
    expect(seen).toEqual(['a-1']);
  });

  it('is not drained before what comes of events that another read took up', async () => {
    await write('a', '1');
    const seen: string[] = [];
    const held = Promise.withResolvers<void>();
    const { pump } = pumpOf(async (event) => {
      seen.push(idOf(event));
      if (idOf(event) === 'a-1') {
        await held.promise;
        await write('b', '2');
      }
      return true;
    });
    await pump.poll();
    const drained = pump.drain();
    // By now the drain's own first read has found nothing new.
    await pump.poll();
    await pump.poll();
    held.resolve();
    await drained;
    expect(seen).toEqual(['a-1', 'b-2']);
  });

  it('delivers what one item says one after the other, and does not let other items wait for it', async () => {
    for (const text of ['1', '2', '3']) {
      await write('a', text);
      await write('b', text);
    }
    const seen: string[] = [];
    const held = Promise.withResolvers<void>();
    const { pump } = pumpOf(async (event) => {
      if (idOf(event) === 'a-1') await held.promise;
      seen.push(idOf(event));
      if (idOf(event) === 'b-3') held.resolve();
      return true;
    });
    await pump.drain();
    expect(seen).toEqual(['b-1', 'b-2', 'b-3', 'a-1', 'a-2', 'a-3']);
  });

  it('delivers again what was not through when the city was killed, and nothing that was', async () => {
    await write('a', '1');
    await write('b', '1');
    const reached = Promise.withResolvers<void>();
    const first = pumpOf(async (event) => {
      if (idOf(event) === 'a-1') return true;
      reached.resolve();
      return new Promise(() => {});
    });
    await first.pump.poll();
    await reached.promise;
    await write('c', '1');

    const seen: string[] = [];
    await pumpOf(async (event) => seen.push(idOf(event)) > 0).pump.drain();
    expect(seen).toEqual(['b-1', 'c-1']);
  });

  it('does not move its checkpoint past an event that is still under way', async () => {
    await write('slow', '1');
    await write('quick', '1');
    const quick = Promise.withResolvers<void>();
    const first = pumpOf(async (event) => {
      if (idOf(event) === 'slow-1') return new Promise(() => {});
      quick.resolve();
      return true;
    });
    await first.pump.poll();
    await quick.promise;

    const seen: string[] = [];
    await pumpOf(async (event) => seen.push(idOf(event)) > 0).pump.drain();
    expect(seen).toEqual(['slow-1', 'quick-1']);
  });

  it('begins a new stream at its beginning', async () => {
    stateFile(`${folder}/stream.json`, checkpointState, {}).write({
      position: { streamArn: 'another', shardId: 'gone', sequenceNumber: '999' },
    });
    await write('a', '1');
    const seen: string[] = [];
    await pumpOf(async (event) => seen.push(idOf(event)) > 0).pump.drain();
    expect(seen).toEqual(['a-1']);
  });

  it('delivers twice when it is told to, and nothing while it is paused', async () => {
    await write('a', '1');
    const seen: string[] = [];
    const { pump, faults } = pumpOf(async (event) => seen.push(idOf(event)) > 0);
    faults.set({ ...none, copies: 2, paused: true });
    expect(await pump.drain()).toEqual({ delivered: 0, drained: false });
    faults.set({ ...none, copies: 2 });
    expect(await pump.drain()).toEqual({ delivered: 1, drained: true });
    expect(seen).toEqual(['a-1', 'a-1']);
  });

  it('says that it is not done when the engine does not answer', async () => {
    const { pump } = pumpOf(async () => true);
    await engine.stop();
    expect(await pump.drain()).toEqual({ delivered: 0, drained: false });
    expect(pump.status()).toHaveProperty('error');
  });
});

describe('the consumers of an event', () => {
  const event: BusEvent = {
    version: '0',
    id: 'x',
    source: 's',
    account: 'a',
    region: 'r',
    time: '2026-11-23T00:00:00Z',
    resources: [],
    'detail-type': 'domain-event',
    detail: { id: 'event-1', type: 'tiny.noted', event: '{}' },
  };

  function deliverTo(invokeWorker: (context: string, event: unknown) => Promise<unknown>) {
    const letters = new DeadLetters(`${folder}/dead-letters.jsonl`);
    const { signal } = new AbortController();
    const contexts = [subscriber('one'), subscriber('two'), { name: 'deaf', subscriptions: [] }];
    const now = () => Date.parse('2026-11-23T00:00:00.000Z');
    return {
      letters,
      deliver: consumersOf({ contexts, invokeWorker, letters, now, signal }),
    };
  }

  it('are the contexts that subscribe to its type', async () => {
    const called: string[] = [];
    const { deliver } = deliverTo(async (context) => called.push(context));
    expect(await deliver(event)).toBe(true);
    expect(await deliver({ ...event, detail: { ...event.detail, type: 'tiny.other' } })).toBe(true);
    expect(called).toEqual(['one', 'two']);
  });

  it('are called again when they fail, each for itself', async () => {
    const called: string[] = [];
    const { deliver, letters } = deliverTo(async (context) => {
      called.push(context);
      if (context === 'one' && called.length < 4) throw new Error('not yet');
    });
    expect(await deliver(event)).toBe(true);
    expect(called.filter((context) => context === 'one').length).toBeGreaterThan(1);
    expect(called.filter((context) => context === 'two')).toHaveLength(1);
    expect(letters.list()).toEqual([]);
  });

  it('leave a dead letter when they fail to the end, without the text of the error', async () => {
    const { deliver, letters } = deliverTo(async (context) => {
      if (context === 'one') throw new TypeError('张三 410425195803129819');
    });
    expect(await deliver(event)).toBe(true);
    expect(letters.list()).toEqual([
      {
        at: '2026-11-23T00:00:00.000Z',
        consumer: 'one-worker',
        message: event,
        attempts: RETRY_AFTER_MS.length + 1,
        errorName: 'TypeError',
      },
    ]);
  });

  it.each([[[]], [[0]]])(
    'get it anew after a restart when the city stops meanwhile, retries left: %j',
    async (retryAfterMs) => {
      const letters = new DeadLetters(`${folder}/dead-letters.jsonl`);
      const stopping = new AbortController();
      const call = async (): Promise<void> => {
        stopping.abort();
        throw new Error('the engine is away');
      };
      const { signal } = stopping;
      const options = {
        consumer: 'one-worker',
        message: event,
        call,
        letters,
        now: Date.now,
        signal,
        retryAfterMs,
      };
      expect(await callPersistently(options)).toBe('abandoned');
      expect(letters.list()).toEqual([]);
    },
  );
});
