import { beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../infra/cities/demo.ts';
import { recordRetentionDays } from '../../infra/cities/record-retention.ts';
import { cronOf } from '../../infra/constructs/worker-schedules.ts';
import { indexNames, tableIndexes, tableKeys } from '../../shared/data/schema.ts';
import { STANDING } from '../cost/city.ts';
import {
  type Found,
  nameOf,
  ofType,
  type Resource,
  type Stack,
  synthesiseCities,
  testedCities,
  textOf,
} from './synthesised.ts';

let stacks: readonly Stack[];

beforeAll(() => {
  stacks = synthesiseCities();
});

const isTrue = (value: unknown): boolean => value === true;
const underCityKey = (value: unknown): boolean => value !== undefined && /key/i.test(textOf(value));
const properties = ({ Properties }: Resource) => Properties;

/** What every resource of a type must be, in every city. */
const INVARIANTS: readonly (readonly [string, string, (found: Found) => boolean])[] = [
  ['AWS::SQS::Queue', 'is under the city key', (q) => underCityKey(properties(q).KmsMasterKeyId)],
  ['AWS::SQS::Queue', 'keeps messages 14 days', (q) => properties(q).MessageRetentionPeriod === 1_209_600],
  ['AWS::SNS::Topic', 'is under the city key', (t) => underCityKey(properties(t).KmsMasterKeyId)],
  ['AWS::Logs::LogGroup', 'is under the city key', (g) => underCityKey(properties(g).KmsKeyId)],
  [
    'AWS::Logs::LogGroup',
    "has the city's retention",
    (g) => properties(g).RetentionInDays === g.stack.city.logRetentionDays,
  ],
  ['AWS::Lambda::Function', 'runs Node 24', (f) => properties(f).Runtime === 'nodejs24.x'],
  [
    'AWS::Lambda::Function',
    'has the memory the bundles were measured with',
    (f) => properties(f).MemorySize === 1024,
  ],
  [
    'AWS::Lambda::Function',
    'has a time limit below the edge’s or of a minute',
    (f) => properties(f).Timeout === (/-api$/.test(properties(f).FunctionName) ? 10 : 60),
  ],
  [
    'AWS::Lambda::Function',
    'has a dead-letter queue',
    (f) => properties(f).DeadLetterConfig?.TargetArn !== undefined,
  ],
  [
    'AWS::Lambda::Function',
    'writes JSON to a log group made beforehand',
    (f) =>
      properties(f).LoggingConfig?.LogFormat === 'JSON' &&
      /^\$\{\w+LogsGroup\w+\}$/.test(textOf(properties(f).LoggingConfig.LogGroup)),
  ],
  [
    'AWS::Lambda::Function',
    'reserves no concurrency',
    (f) => properties(f).ReservedConcurrentExecutions === undefined,
  ],
  [
    'AWS::Lambda::Function',
    'is told its city, table, key and bus',
    (f) => {
      const { CITY, CITY_FILE, TABLE_NAME, KEY_ID, BUS_NAME } = properties(f).Environment.Variables;
      const { id } = f.stack.city;
      return (
        CITY === id &&
        CITY_FILE === '/opt/city.json' &&
        TABLE_NAME === `${id}-table` &&
        underCityKey(KEY_ID) &&
        BUS_NAME === `${id}-events`
      );
    },
  ],
  [
    'AWS::Lambda::Function',
    'carries the layer with the city file',
    (f) => properties(f).Layers?.length === 1,
  ],
  [
    'AWS::DynamoDB::Table',
    'has a stream of old and new images',
    (t) => properties(t).StreamSpecification.StreamViewType === 'NEW_AND_OLD_IMAGES',
  ],
  [
    'AWS::DynamoDB::Table',
    'can be restored to any second',
    (t) => isTrue(properties(t).PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled),
  ],
  [
    'AWS::DynamoDB::Table',
    'is under the city key',
    (t) =>
      properties(t).SSESpecification.SSEType === 'KMS' &&
      underCityKey(properties(t).SSESpecification.KMSMasterKeyId),
  ],
  ['AWS::DynamoDB::Table', 'is paid by request', (t) => properties(t).BillingMode === 'PAY_PER_REQUEST'],
  [
    'AWS::DynamoDB::Table',
    'removes what has expired',
    (t) => properties(t).TimeToLiveSpecification.AttributeName === 'expiresAt',
  ],
  [
    'AWS::DynamoDB::Table',
    'refuses deletion where the city says so',
    (t) => properties(t).DeletionProtectionEnabled === t.stack.city.deletionProtection,
  ],
  [
    'AWS::DynamoDB::Table',
    'stays when its stack goes, where the city says so',
    (t) => t.DeletionPolicy === (t.stack.city.deletionProtection ? 'Retain' : 'Delete'),
  ],
  ['AWS::KMS::Key', 'rotates', (k) => isTrue(properties(k).EnableKeyRotation)],
  [
    'AWS::KMS::Key',
    'says its kind aloud',
    (k) => properties(k).KeySpec === 'SYMMETRIC_DEFAULT' && properties(k).KeyUsage === 'ENCRYPT_DECRYPT',
  ],
  [
    'AWS::S3::Bucket',
    'is closed to the public in four ways',
    (b) => Object.values(properties(b).PublicAccessBlockConfiguration).filter(isTrue).length === 4,
  ],
  ['AWS::S3::Bucket', 'is encrypted', (b) => properties(b).BucketEncryption !== undefined],
  [
    'AWS::Scheduler::Schedule',
    "reads Shanghai's clock",
    (s) => properties(s).ScheduleExpressionTimezone === 'Asia/Shanghai',
  ],
  [
    'AWS::Scheduler::Schedule',
    'has a dead-letter queue',
    (s) => properties(s).Target.DeadLetterConfig?.Arn !== undefined,
  ],
  [
    'AWS::Events::Rule',
    'has a dead-letter queue and gives up after a day',
    (r) =>
      properties(r).Targets.every(
        (t: { DeadLetterConfig?: object; RetryPolicy?: { MaximumEventAgeInSeconds: number } }) =>
          t.DeadLetterConfig !== undefined && t.RetryPolicy?.MaximumEventAgeInSeconds === 86_400,
      ),
  ],
  [
    'AWS::CloudWatch::Alarm',
    'says who is hurt and what to do',
    (a) => /^IMPACT: .{30,} RUNBOOK: .{30,}$/.test(properties(a).AlarmDescription),
  ],
  [
    'AWS::CloudWatch::Alarm',
    'calls the topic when it rings and when it is over',
    (a) =>
      [properties(a).AlarmActions, properties(a).OKActions].every((actions) =>
        textOf(actions).endsWith(`:${a.stack.city.id}-alarms`),
      ),
  ],
  [
    'AWS::CloudWatch::Alarm',
    'has the city in its name',
    (a) => properties(a).AlarmName.startsWith(`${a.stack.city.id}-`),
  ],
];

describe('every', () => {
  it.each(INVARIANTS)('%s %s', (type, _, holds) => {
    const found = ofType(stacks, type);
    expect(found.length).toBeGreaterThanOrEqual(testedCities.length);
    expect(found.filter((resource) => !holds(resource)).map(nameOf)).toEqual([]);
  });

  it('queue, topic and bucket refuses connections without TLS', () => {
    const policies = [
      ...ofType(stacks, 'AWS::SQS::QueuePolicy'),
      ...ofType(stacks, 'AWS::SNS::TopicPolicy'),
      ...ofType(stacks, 'AWS::S3::BucketPolicy'),
    ];
    const holders = ['AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::S3::Bucket'].flatMap((type) =>
      ofType(stacks, type),
    );
    expect(policies.length).toBe(holders.length);
    const open = policies.filter(
      ({ Properties }) =>
        !Properties.PolicyDocument.Statement.some(
          (s: { Effect: string; Condition?: { Bool?: Record<string, string> } }) =>
            s.Effect === 'Deny' && s.Condition?.Bool?.['aws:SecureTransport'] === 'false',
        ),
    );
    expect(open.map(nameOf)).toEqual([]);
  });

  it('policy of a queue or a function is no longer than AWS takes', () => {
    for (const policy of ofType(stacks, 'AWS::SQS::QueuePolicy')) {
      const { Statement } = properties(policy).PolicyDocument;
      expect.soft(Statement.length, nameOf(policy)).toBeLessThanOrEqual(20);
      expect.soft(JSON.stringify(Statement).length, nameOf(policy)).toBeLessThan(8_192);
    }
    const byFunction = Map.groupBy(
      ofType(stacks, 'AWS::Lambda::Permission'),
      (permission) =>
        `${permission.stack.city.id}/${permission.stack.name} ${textOf(properties(permission).FunctionName)}`,
    );
    // A statement is under half a KB, and Lambda takes 20 KB of them.
    for (const [name, permissions] of byFunction) expect.soft(permissions.length, name).toBeLessThan(20);
  });

  it('queue rings an alarm at its first message', () => {
    const watched = ofType(stacks, 'AWS::CloudWatch::Alarm')
      .filter(
        ({ Properties }) =>
          Properties.MetricName === 'ApproximateNumberOfMessagesVisible' && Properties.Threshold === 1,
      )
      .map(({ Properties }) => Properties.Dimensions[0].Value);
    const queues = ofType(stacks, 'AWS::SQS::Queue').map(({ Properties }) => Properties.QueueName);
    expect(watched.toSorted()).toEqual(queues.toSorted());
  });

  it('function rings alarms for errors, throttles and slowness', () => {
    const alarms = ofType(stacks, 'AWS::CloudWatch::Alarm')
      .filter(({ Properties }) => Properties.Namespace === 'AWS/Lambda')
      .map(({ Properties }) => `${Properties.Dimensions[0].Value} ${Properties.MetricName}`);
    for (const { Properties } of ofType(stacks, 'AWS::Lambda::Function')) {
      for (const metric of ['Errors', 'Throttles', 'Duration']) {
        expect.soft(alarms).toContain(`${Properties.FunctionName} ${metric}`);
      }
    }
  });

  it('function rings an alarm for errors that only its log knows', () => {
    const filters = ofType(stacks, 'AWS::Logs::MetricFilter');
    expect(filters).toHaveLength(ofType(stacks, 'AWS::Lambda::Function').length);
    const alarms = ofType(stacks, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.MetricName);
    for (const filter of filters) {
      const { FilterPattern, MetricTransformations } = properties(filter);
      expect.soft(FilterPattern, nameOf(filter)).toBe('{ $.level = "ERROR" }');
      expect.soft(alarms).toContain(MetricTransformations[0].MetricName);
    }
  });

  it('alarm of a city is reckoned with in what a city costs', () => {
    const [hechi] = testedCities.filter(({ id }) => id === 'hechi');
    const names = ofType(stacks, 'AWS::CloudWatch::Alarm')
      .filter(({ stack }) => stack.city === hechi)
      .map(({ Properties }) => Properties.AlarmName);
    // But for the context and the machine that are tests' own.
    expect(names.filter((name) => !/^hechi-(ward|stay)-/.test(name))).toHaveLength(STANDING.alarms);
  });

  it('resource whose name would stand in the way is taken back by a deployment that failed', () => {
    const kept = new Set(['AWS::DynamoDB::Table', 'AWS::StepFunctions::StateMachineVersion']);
    const all = stacks.flatMap((stack) => stack.resources.map((resource) => ({ ...resource, stack })));
    const stay = all.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    expect(stay.filter(({ Type }) => !kept.has(Type)).map(nameOf)).toEqual([]);
  });

  it('key, bucket and log group stays when its stack goes, where the city says so', () => {
    for (const type of ['AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup'])
      for (const found of ofType(stacks, type))
        expect
          .soft(found.DeletionPolicy, nameOf(found))
          .toBe(found.stack.city.deletionProtection ? 'RetainExceptOnCreate' : 'Delete');
  });

  it('alarm has a name of its own', () => {
    const names = ofType(stacks, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmName);
    expect(names).toHaveLength(new Set(names).size);
  });

  it('stack exports nothing, imports nothing and stays far from the limit of 500 resources', () => {
    for (const { city, name, template, resources } of stacks) {
      expect
        .soft(JSON.stringify(template), `${city.id}/${name}`)
        .not.toMatch(/Fn::ImportValue|"Export"|Fn::GetStackOutput/);
      expect.soft(resources.length, `${city.id}/${name}`).toBeLessThan(200);
    }
  });
});

describe('the table', () => {
  it('has the keys and indexes of shared/data/schema.ts', () => {
    for (const { Properties } of ofType(stacks, 'AWS::DynamoDB::Table')) {
      const schemaOf = (partition: string, sort: string) => [
        { AttributeName: partition, KeyType: 'HASH' },
        { AttributeName: sort, KeyType: 'RANGE' },
      ];
      expect(Properties.KeySchema).toEqual(schemaOf(tableKeys.partitionKey, tableKeys.sortKey));
      const indexes = Properties.GlobalSecondaryIndexes.map(
        ({ IndexName, KeySchema, Projection }: Record<string, unknown>) => ({
          IndexName,
          KeySchema,
          Projection,
        }),
      );
      expect(indexes).toEqual(
        indexNames.map((IndexName) => {
          const { partitionKey, sortKey, projection } = tableIndexes[IndexName];
          return {
            IndexName,
            KeySchema: schemaOf(partitionKey, sortKey),
            Projection:
              projection === 'ALL'
                ? { ProjectionType: 'ALL' }
                : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] },
          };
        }),
      );
    }
  });

  it('rings when its writes are refused, or those of an index, which are counted apart', () => {
    for (const city of testedCities) {
      const watched = ofType(stacks, 'AWS::CloudWatch::Alarm')
        .filter(
          ({ stack, Properties }) => stack.city === city && Properties.MetricName === 'WriteThrottleEvents',
        )
        .map(({ Properties }) =>
          Properties.Dimensions.map(({ Value }: { readonly Value: string }) => Value).toSorted(),
        );
      const table = `${city.id}-table`;
      expect(watched).toEqual([[table], ...indexNames.map((index) => [index, table].toSorted())]);
    }
  });

  it('is warm from the start where the city asks for it, and so are its indexes', () => {
    for (const { Properties, stack } of ofType(stacks, 'AWS::DynamoDB::Table')) {
      const { warmThroughput: warm } = stack.city;
      const expected = warm && {
        ReadUnitsPerSecond: warm.readsPerSecond,
        WriteUnitsPerSecond: warm.writesPerSecond,
      };
      for (const { WarmThroughput } of [Properties, ...Properties.GlobalSecondaryIndexes]) {
        expect(WarmThroughput).toEqual(expected);
      }
    }
  });
});

describe('the files', () => {
  const bucketsOf = (suffix: string) =>
    ofType(stacks, 'AWS::S3::Bucket').filter(({ Properties }) =>
      textOf(Properties.BucketName).includes(`-${suffix}-`),
    );

  it('are versioned, under the city key by a key of the bucket, over TLS alone', () => {
    const buckets = bucketsOf('files');
    expect(buckets).toHaveLength(testedCities.length);
    for (const bucket of buckets) {
      const { VersioningConfiguration, BucketEncryption } = properties(bucket);
      expect.soft(VersioningConfiguration, nameOf(bucket)).toEqual({ Status: 'Enabled' });
      const [rule] = BucketEncryption.ServerSideEncryptionConfiguration;
      expect.soft(rule.BucketKeyEnabled, nameOf(bucket)).toBe(true);
      expect.soft(rule.ServerSideEncryptionByDefault.SSEAlgorithm, nameOf(bucket)).toBe('aws:kms');
    }
  });

  it('expire only as former versions, and only after the years for which a record is kept', () => {
    for (const bucket of bucketsOf('files')) {
      for (const rule of properties(bucket).LifecycleConfiguration.Rules) {
        expect.soft(Object.keys(rule), nameOf(bucket)).not.toContain('ExpirationInDays');
        expect.soft(rule.NoncurrentVersionExpiration.NoncurrentDays).toBeGreaterThanOrEqual(15 * 366);
      }
    }
  });

  it('are shown to pages of the recorded domain alone', () => {
    const origins = bucketsOf('files').map(({ stack, Properties }) => [
      stack.city.domain?.name,
      Properties.CorsConfiguration?.CorsRules.flatMap(
        (rule: { AllowedOrigins: string[] }) => rule.AllowedOrigins,
      ),
    ]);
    for (const [domain, allowed] of origins)
      expect(allowed).toEqual(domain === undefined ? undefined : [`https://${domain}`]);
    expect(origins.some(([domain]) => domain !== undefined)).toBe(true);
  });
});

describe('the years for which a record is kept', () => {
  it.each([
    [15, 15 * 366],
    [30, 30 * 366],
  ])('may be %i', (recordRetentionYears, days) => {
    expect(recordRetentionDays({ ...demo, recordRetentionYears })).toBe(days);
  });

  it('are 15 where the city says nothing, and never 14', () => {
    expect(recordRetentionDays(demo)).toBe(15 * 366);
    expect(() => recordRetentionDays({ ...demo, recordRetentionYears: 14 })).toThrow('国卫办医发〔2022〕2号');
  });
});

describe('the outbox', () => {
  it('publishes changes that carry an event: its type beside the whole of it as one string', () => {
    const [pipe] = ofType(stacks, 'AWS::Pipes::Pipe');
    const { SourceParameters, TargetParameters } = properties(pipe as Found);
    expect(JSON.parse(SourceParameters.FilterCriteria.Filters[0].Pattern)).toEqual({
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { NewImage: { eventId: { S: [{ exists: true }] } } },
    });
    expect(TargetParameters.InputTemplate).toBe(
      '{"id": <$.dynamodb.NewImage.eventId.S>, "type": <$.dynamodb.NewImage.eventType.S>, "event": <$.dynamodb.NewImage.event.S>}',
    );
    expect(TargetParameters.EventBridgeEventBusParameters.Source).toBe('tiered-care.pingdingshan');
    expect(SourceParameters.DynamoDBStreamParameters.DeadLetterConfig.Arn).toBeDefined();
    const attempts = ofType(stacks, 'AWS::Events::Rule').map(
      (rule) => properties(rule).Targets[0].RetryPolicy.MaximumRetryAttempts,
    );
    expect(new Set(attempts)).toEqual(
      new Set([SourceParameters.DynamoDBStreamParameters.MaximumRetryAttempts]),
    );
  });

  it('brings an event type to a worker by one rule, however many of its handlers want it', () => {
    const rules = ofType(stacks, 'AWS::Events::Rule').filter(
      ({ stack }) => stack.name === 'ward' && stack.city.id === 'hechi',
    );
    expect(
      rules.map(({ Properties }) => [Properties.Name, Properties.EventBusName, Properties.EventPattern]),
    ).toEqual(
      ['booking.appointment-ended', 'directory.practitioner-left'].map((type) => [
        `hechi-ward-${type}`,
        'hechi-events',
        { source: ['tiered-care.hechi'], detail: { type: [type] } },
      ]),
    );
  });

  it('lets all rules of a context, and only those, at its worker and at its queue', () => {
    for (const { stack, Properties } of ofType(stacks, 'AWS::Events::Rule')) {
      const bus = `rule/${stack.city.id}-events/`;
      const admitted = [
        ...ofType([stack], 'AWS::Lambda::Permission').map((permission) => properties(permission).SourceArn),
        ...ofType([stack], 'AWS::SQS::QueuePolicy').flatMap((policy) =>
          properties(policy).PolicyDocument.Statement.flatMap((statement: Resource['Properties']) =>
            statement.Effect === 'Allow' ? [statement.Condition?.['ArnLike']?.['aws:SourceArn']] : [],
          ),
        ),
      ].map((arn) => textOf(arn).split(':').at(-1));
      const pattern = `${bus}${stack.city.id}-${stack.name}-*`;
      expect.soft(admitted, `${stack.city.id}/${stack.name}`).toEqual([pattern, pattern]);
      expect.soft(`${bus}${Properties.Name}`.startsWith(pattern.slice(0, -1))).toBe(true);
    }
  });

  it('is archived, so that a consumer can be replayed to', () => {
    for (const { Properties } of ofType(stacks, 'AWS::Events::Archive'))
      expect(Properties.RetentionDays).toBe(30);
  });
});

describe('schedules', () => {
  it('sweep each minute, and fire daily with the time they were meant for', () => {
    const found = ofType(stacks, 'AWS::Scheduler::Schedule')
      .filter(({ stack }) => stack.name === 'ward' && stack.city.id === 'demo')
      .map(({ Properties }) => [Properties.ScheduleExpression, JSON.parse(Properties.Target.Input)]);
    expect(found).toEqual([
      ['cron(5 6 * * ? *)', { schedule: 'census', at: '<aws.scheduler.scheduled-time>' }],
      ['rate(1 minute)', { sweep: true }],
    ]);
  });

  it('ring when a sweep is silent, because silence looks like health', () => {
    const silent = ofType(stacks, 'AWS::CloudWatch::Alarm').filter(({ Properties }) =>
      Properties.AlarmName.endsWith('-ward-sweep-silent'),
    );
    expect(silent).toHaveLength(testedCities.length);
    for (const { Properties, stack } of silent) {
      expect(Properties.TreatMissingData).toBe('breaching');
      // What counts is the schedule's own: events of others call the worker, too.
      const { Namespace, MetricName, Dimensions } = Properties;
      expect({ Namespace, MetricName, Dimensions }).toEqual({
        Namespace: 'AWS/Scheduler',
        MetricName: 'InvocationAttemptCount',
        Dimensions: [{ Name: 'ScheduleGroup', Value: `${stack.city.id}-ward` }],
      });
    }
  });

  it.each(['7:00', '24:00', '12:60', '', '12:00:00'])('refuse %j as a time of day', (time) => {
    expect(() => cronOf(time)).toThrow('no time of day');
  });
});

describe('the edge', () => {
  const edgesOf = (kind: string) => testedCities.filter(({ edge }) => edge.kind === kind).map(({ id }) => id);

  it('is a REST API behind a firewall where the city demands one, and an HTTP API elsewhere', () => {
    const citiesWith = (type: string) => ofType(stacks, type).map(({ stack }) => stack.city.id);
    expect(citiesWith('AWS::ApiGatewayV2::Api')).toEqual(edgesOf('http-api'));
    expect(citiesWith('AWS::ApiGateway::RestApi')).toEqual(edgesOf('rest-api'));
    expect(citiesWith('AWS::WAFv2::WebACLAssociation')).toEqual(edgesOf('rest-api'));
  });

  it("sends everything below a context's name to that context", () => {
    const paths = ofType(stacks, 'AWS::ApiGatewayV2::Route')
      .filter(({ stack }) => stack.city.id === 'demo')
      .map(({ Properties }) => Properties.RouteKey);
    expect(paths).toEqual(expect.arrayContaining(['ANY /ward', 'ANY /ward/{proxy+}']));
    const parts = ofType(stacks, 'AWS::ApiGateway::Resource')
      .filter(({ stack }) => stack.city.id === 'minhang')
      .map(({ Properties }) => Properties.PathPart);
    expect(parts).toEqual(expect.arrayContaining(['ward', '{proxy+}']));
  });

  it('passes bytes as bytes, in and out, also where that has to be asked for', () => {
    const apis = ofType(stacks, 'AWS::ApiGateway::RestApi');
    expect(apis).not.toEqual([]);
    for (const api of apis) expect(properties(api).BinaryMediaTypes, nameOf(api)).toEqual(['*/*']);
  });

  it('limits the rate, and logs neither address nor path', () => {
    const stages = [
      ...ofType(stacks, 'AWS::ApiGatewayV2::Stage'),
      ...ofType(stacks, 'AWS::ApiGateway::Stage'),
    ];
    expect(stages).toHaveLength(testedCities.length);
    for (const stage of stages) {
      const {
        AccessLogSettings: v2,
        AccessLogSetting: v1,
        DefaultRouteSettings,
        MethodSettings,
      } = properties(stage);
      const { requestsPerSecond } = stage.stack.city.throttle;
      expect.soft((DefaultRouteSettings ?? MethodSettings[0]).ThrottlingRateLimit).toBe(requestsPerSecond);
      const { Format } = v2 ?? v1;
      expect.soft(Format).not.toMatch(/sourceIp|\$context\.path\b|userAgent|authorizer/);
      expect
        .soft(Object.keys(JSON.parse(Format)))
        .toEqual(expect.arrayContaining(['requestId', 'status', 'latencyMs']));
    }
  });

  it('answers on the recorded domain alone, over TLS 1.2, where there is one', () => {
    const domains = [
      ...ofType(stacks, 'AWS::ApiGatewayV2::DomainName').map((d) => [
        d.stack.city.id,
        properties(d).DomainNameConfigurations[0].SecurityPolicy,
      ]),
      ...ofType(stacks, 'AWS::ApiGateway::DomainName').map((d) => [
        d.stack.city.id,
        properties(d).SecurityPolicy,
      ]),
    ];
    const recorded = testedCities.filter((city) => city.domain !== undefined).map(({ id }) => id);
    expect(recorded).toEqual(expect.arrayContaining(['recorded', 'walled']));
    expect(domains.toSorted()).toEqual(recorded.toSorted().map((id) => [id, 'TLS_1_2']));
    const apis = [...ofType(stacks, 'AWS::ApiGatewayV2::Api'), ...ofType(stacks, 'AWS::ApiGateway::RestApi')];
    for (const api of apis) {
      expect
        .soft(properties(api).DisableExecuteApiEndpoint ?? false, nameOf(api))
        .toBe(api.stack.city.domain !== undefined);
    }
  });

  it('says where it can be reached: its address, or what the recorded domain has to point to', () => {
    for (const { city, name, template } of stacks) {
      if (name !== 'edge') continue;
      const outputs = Object.keys(template['Outputs'] ?? {}).filter((id) => !id.startsWith('RestEdge'));
      expect.soft(outputs, city.id).toEqual([city.domain === undefined ? 'Address' : 'DomainTarget']);
    }
  });

  it('has the log of its own errors under our key and retention, where it would make one without', () => {
    const made = ofType(stacks, 'AWS::Logs::LogGroup')
      .map((group) => ({ stack: group.stack, name: textOf(properties(group).LogGroupName) }))
      .filter(({ name }) => name.startsWith('API-Gateway-Execution-Logs_'));
    expect(made.map(({ stack }) => stack.city.id)).toEqual(edgesOf('rest-api'));
    for (const { stack, name } of made) {
      const [api] = ofType([stack], 'AWS::ApiGateway::RestApi');
      expect(name).toBe(`API-Gateway-Execution-Logs_\${${api?.id}}/live`);
    }
  });

  it('keeps people out of the firewall’s log and samples', () => {
    for (const { Properties } of ofType(stacks, 'AWS::WAFv2::WebACL')) {
      const configs = [
        Properties.VisibilityConfig,
        ...Properties.Rules.map((rule: Resource['Properties']) => rule.VisibilityConfig),
      ];
      for (const { SampledRequestsEnabled } of configs) expect(SampledRequestsEnabled).toBe(false);
    }
    for (const { Properties } of ofType(stacks, 'AWS::WAFv2::LoggingConfiguration')) {
      const { DefaultBehavior, Filters } = Properties.LoggingFilter;
      expect(DefaultBehavior).toBe('DROP');
      expect(Filters.flatMap((filter: Resource['Properties']) => filter.Conditions)).toEqual([
        { ActionCondition: { Action: 'BLOCK' } },
      ]);
      expect(Properties.RedactedFields).toEqual([
        { SingleHeader: { Name: 'authorization' } },
        { QueryString: {} },
        { UriPath: {} },
      ]);
    }
  });
});
