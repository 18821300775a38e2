/** What the synthesised template says about who may do what, and about what the programs find there. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { platformAlarms } from '../../infra/alarmCatalogue';
import { notInImage } from '../../infra/program';
import { servingMetricsNamespace } from '../../infra/serving';
import { repositoryRoot } from '../../local/prepare';
import { pipelineMetricsNamespace } from '../../src/clients/pipelineMetrics.cloudwatch';
import { createCloudWatchServingMetrics } from '../../src/clients/servingMetrics.cloudwatch';
import { loadCollectorConfig, loadScheduleConfig, loadServingConfig, loadWorkerConfig } from '../../src/config';
import { articleLink } from '../../src/domain/alerts';
import { judgeExpiry } from '../../src/domain/checkupLake';
import { networkShape, watchShape } from '../../src/domain/costPlanLines';
import { sizeSettings } from '../../src/domain/costPlanSizes';
import { clicksPrefixExpression, errorsPrefixExpression } from '../../src/domain/keys';
import { pipelineAlarms } from '../../src/domain/pipelineAlarms';
import { testAws } from '../support/aws';
import { actionsOf, adaptersOf } from './adapters';
import { containerIn } from './containers';
import { rolesIn, statementsOf } from './policies';
import { ofType, type Synthesis, synthesise } from './synthesis';

let synthesis: Synthesis;

beforeAll(() => {
  synthesis = synthesise();
});

const statements = () => statementsOf(synthesis.template);
const rolesThatMay = (...actions: string[]): string[] => rolesIn(synthesis.template, actions);
const containerOf = (task: string) => containerIn(synthesis.template, task);
const environmentOf = (task: string): Record<string, string> =>
  Object.fromEntries(containerOf(task).Environment.map(({ Name, Value }) => [Name, Value]));
const secretsOf = (task: string): string[] => containerOf(task).Secrets.map(({ Name }) => Name);

const tasks = ['CollectorProgramTask', 'CollectorDrainTask', 'ServingProgramTask', 'WorkerProgramTask'] as const;

describe('the infrastructure', () => {
  it('is synthesised without an account, and breaks no rule of cdk-nag', () => {
    expect({ status: synthesis.status, findings: /AwsSolutions-\S+/.exec(synthesis.said) }).toEqual({
      status: 0,
      findings: null,
    });
  });

  it('needs no function of its own in the account', () => {
    const types = Object.values(synthesis.template.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith('AWS::Lambda') || type.startsWith('Custom'))).toEqual([]);
  });
});

describe('rights', () => {
  it('let the worker write the table, and nobody else', () => {
    const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems', '*'];
    expect(rolesThatMay(...writes.map((name) => `dynamodb:${name}`))).toEqual(['WorkerProgramTaskTaskRole']);
  });

  it('let the worker and the serving API read the table', () => {
    expect(rolesThatMay('dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query')).toEqual([
      'ServingProgramTaskTaskRole',
      'WorkerProgramTaskTaskRole',
    ]);
  });

  it('let the worker pass the role of training, to SageMaker alone, and start jobs of its own prefix', () => {
    const passing = statements().filter(({ statement }) => statement.Action.includes('iam:PassRole'));
    const training = passing.filter(({ statement }) =>
      statement.Resource.some((arn) => arn.includes('role/TrainingRole')),
    );
    expect(training.map(({ role, statement }) => [role, statement.Condition])).toEqual([
      ['WorkerProgramTaskTaskRole', { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } }],
    ]);
    // The other one starts the task that drains spools.
    expect(passing.map(({ role }) => role).sort()).toEqual([
      'CollectorDrainTaskEventsRole',
      'WorkerProgramTaskTaskRole',
    ]);
    expect(rolesThatMay('sagemaker:CreateTrainingJob')).toEqual(['WorkerProgramTaskTaskRole']);
    const started = statements().find(({ statement }) => statement.Action.includes('sagemaker:CreateTrainingJob'));
    expect(started?.statement.Resource).toEqual(['arn:aws:sagemaker:us-east-1:111122223333:training-job/frontpage-*']);
  });

  it('suffice for every call that the adapters of the worker make', () => {
    const needed = [...adaptersOf('src/worker.ts')].flatMap(actionsOf);
    expect(needed.length).toBeGreaterThan(15);
    expect(
      [...new Set(needed)].filter((action) => !rolesThatMay(action).includes('WorkerProgramTaskTaskRole')),
    ).toEqual([]);
  });

  it('let one role write each prefix of the lake', () => {
    const writers: Record<string, Set<string>> = {};
    for (const { role, statement } of statements()) {
      if (!statement.Action.includes('s3:PutObject')) continue;
      for (const arn of statement.Resource) {
        const prefix = /^arn:aws:s3:::[^/]+\/(.*)\*$/.exec(arn)?.[1] ?? arn;
        (writers[prefix] ??= new Set()).add(role);
      }
    }
    expect(Object.fromEntries(Object.entries(writers).map(([prefix, roles]) => [prefix, [...roles].sort()]))).toEqual({
      'clicks/': ['DeliveryRole'],
      'errors/': ['DeliveryRole'],
      'ledger/': ['CollectorDrainTaskTaskRole', 'CollectorProgramTaskTaskRole'],
      'checkpoints/': ['TrainingRole'],
      'training/': ['TrainingRole'],
      ...Object.fromEntries(
        ['manifests/', 'interactions/', 'reports/', 'alerts/', 'loads/', 'erasures/', 'fresh/'].map((prefix) => [
          prefix,
          ['WorkerProgramTaskTaskRole'],
        ]),
      ),
    });
  });

  it('name their resources, but where a service knows none', () => {
    const everywhere = statements().filter(({ statement }) => statement.Resource.includes('*'));
    const actions = new Set(everywhere.flatMap(({ statement }) => statement.Action));
    expect([...actions].sort()).toEqual([
      'cloudwatch:GetMetricData',
      'cloudwatch:PutMetricData',
      'ecr:GetAuthorizationToken',
    ]);
    const metrics = everywhere.filter(({ statement }) => statement.Action.includes('cloudwatch:PutMetricData'));
    expect(metrics.length).toBe(3);
    for (const { statement } of metrics) {
      expect(statement.Condition).toMatchObject({ StringEquals: { 'cloudwatch:namespace': expect.any(String) } });
    }
    expect(statements().filter(({ statement }) => statement.Action.some((action) => action.includes('*')))).toEqual([]);
  });
});

describe('the lake', () => {
  const bucket = (): Record<string, unknown> => {
    const buckets = ofType(synthesis.template, 'AWS::S3::Bucket');
    expect(buckets.length).toBe(1);
    return buckets[0]?.[1] ?? {};
  };

  it('is encrypted, private, and reached over TLS only', () => {
    expect(bucket()).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
    const [policy] = ofType(synthesis.template, 'AWS::S3::BucketPolicy');
    expect(policy?.[1]).toMatchObject({
      PolicyDocument: {
        Statement: expect.arrayContaining([
          expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('loses nothing by its lifecycle that the doctor would miss', () => {
    const schema = z.object({
      Rules: z.array(
        z.object({ Id: z.string(), Prefix: z.string().default(''), ExpirationInDays: z.number().optional() }),
      ),
    });
    const { Rules: rules } = schema.parse(bucket()['LifecycleConfiguration']);
    const expiring = rules.flatMap(({ Id: id, Prefix: prefix, ExpirationInDays: days }) =>
      days === undefined ? [] : [{ id, prefix, days }],
    );
    expect(expiring.length).toBe(rules.length - 1);
    expect(expiring.every(({ prefix }) => prefix !== '')).toBe(true);
    const { settings } = loadScheduleConfig({});
    expect(judgeExpiry(expiring, settings.historyDays)).toMatchObject({ verdict: 'ok' });
    const kept = expiring.find(({ prefix }) => prefix === 'training/')?.days ?? 0;
    expect(kept).toBeGreaterThan(settings.retentionDays);
  });

  it('is filled by a stream of gzip under the prefixes of the key layout', () => {
    const [stream] = ofType(synthesis.template, 'AWS::KinesisFirehose::DeliveryStream');
    expect(stream?.[1]).toMatchObject({
      DeliveryStreamType: 'DirectPut',
      ExtendedS3DestinationConfiguration: {
        Prefix: clicksPrefixExpression,
        ErrorOutputPrefix: errorsPrefixExpression,
        CompressionFormat: 'GZIP',
        BufferingHints: { SizeInMBs: sizeSettings.medium.buffer.sizeMb, IntervalInSeconds: 60 },
      },
    });
  });
});

describe('the table', () => {
  it('is on demand, expires items, can be recovered to any second, and cannot be deleted by mistake', () => {
    const [table] = ofType(synthesis.template, 'AWS::DynamoDB::Table');
    expect(table?.[1]).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
    expect(table?.[1]).not.toHaveProperty('WarmThroughput');
  });
});

describe('a task', () => {
  it('of the worker finds an environment that it starts with', () => {
    const config = loadWorkerConfig({
      ...environmentOf('WorkerProgramTask'),
      ...Object.fromEntries(secretsOf('WorkerProgramTask').map((name) => [name, 'secret'])),
    });
    expect(secretsOf('WorkerProgramTask')).toEqual(['TEMPORAL_API_KEY']);
    expect(config.temporal.namespace).toBe('frontpage.a1b2c');
    expect(config.trainingPlace.roleArn).toMatch(/role\/TrainingRole/);
    expect(config.alerts).toMatchObject({
      topicArn: expect.stringContaining(':sns:'),
      runbookUrl: expect.stringMatching(/^https:/),
    });
  });

  it('of the serving API finds an environment that it starts with, its key among the secrets', () => {
    expect(secretsOf('ServingProgramTask')).toEqual(['SERVING_API_KEY']);
    const config = loadServingConfig({ ...environmentOf('ServingProgramTask'), SERVING_API_KEY: '0123456789abcdef' });
    expect(config).toMatchObject({ host: '0.0.0.0', port: 8082, report: { everySeconds: 30 } });
    expect(() => loadServingConfig(environmentOf('ServingProgramTask'))).toThrow('SERVING_API_KEY');
  });

  it('of the collector lacks nothing but the folder that it claims, and trusts no proxy outside the VPC', () => {
    for (const task of ['CollectorProgramTask', 'CollectorDrainTask']) {
      const environment = environmentOf(task);
      expect(() => loadCollectorConfig(environment)).toThrow(/^COLLECTOR_SPOOL_DIR is missing$/);
      const config = loadCollectorConfig({ ...environment, COLLECTOR_SPOOL_DIR: `${environment['SPOOL_ROOT']}/0` });
      expect(config.spoolMaxBytes).toBe(sizeSettings.medium.collector.spoolMaxMb * 1024 * 1024);
    }
    const { admission, trustProxy } = loadCollectorConfig({
      ...environmentOf('CollectorProgramTask'),
      COLLECTOR_SPOOL_DIR: '/data/0',
    });
    expect(admission.allowedOrigins).toEqual(['https://www.example.org']);
    expect(trustProxy).toBe('10.40.0.0/16');
  });

  it('of the collector keeps its spool on the shared file system, and has the time to empty it when it is stopped', () => {
    const { MountPoints: mounts, StopTimeout: stopSeconds } = containerOf('CollectorProgramTask');
    const { SPOOL_ROOT: root = '', COLLECTOR_DRAIN_SECONDS: drainSeconds } = environmentOf('CollectorProgramTask');
    expect(mounts.some(({ ContainerPath: path }) => root.startsWith(path))).toBe(true);
    expect(stopSeconds).toBeGreaterThan(Number(drainSeconds));
    const volumes = ofType(synthesis.template, 'AWS::ECS::TaskDefinition').flatMap(([, { Volumes }]) => Volumes ?? []);
    expect(volumes).toEqual([
      expect.objectContaining({ EFSVolumeConfiguration: expect.objectContaining({ TransitEncryption: 'ENABLED' }) }),
      expect.objectContaining({ EFSVolumeConfiguration: expect.objectContaining({ TransitEncryption: 'ENABLED' }) }),
    ]);
  });

  it('has no secret in its environment', () => {
    for (const task of tasks) {
      expect(Object.keys(environmentOf(task)).filter((name) => /KEY|SECRET|TOKEN|WEBHOOK/.test(name))).toEqual([]);
    }
  });
});

describe('the image of all programs', () => {
  it('lacks nothing that its Dockerfile copies', () => {
    const [app = ''] = readFileSync(join(repositoryRoot, 'Dockerfile'), 'utf8').split(/^FROM app /m);
    const copied = [...app.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources = '']) => sources.split(' '));
    expect(copied).toContain('src');
    expect(
      copied.filter((source) => notInImage.some((left) => source === left || source.startsWith(`${left}/`))),
    ).toEqual([]);
  });
});

describe('the network', () => {
  it('lets everybody reach the collector, the networks of the portal the serving API, and nobody the worker', () => {
    const balancers = ofType(synthesis.template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    expect(balancers.map(([id, { Scheme }]) => [id.replace(/Balancer.*$/, ''), Scheme])).toEqual([
      ['CollectorDoor', 'internet-facing'],
      ['ServingDoor', 'internal'],
    ]);
    const open = ofType(synthesis.template, 'AWS::EC2::SecurityGroup').flatMap(([id, { SecurityGroupIngress }]) =>
      z
        .array(z.object({ CidrIp: z.string(), FromPort: z.number() }))
        .parse(SecurityGroupIngress ?? [])
        .map(({ CidrIp, FromPort }) => [id.replace(/SecurityGroup.*|443.*/, ''), CidrIp, FromPort]),
    );
    expect(open).toEqual([
      ['NetworkEndpoints', '10.40.0.0/16', 443],
      ['CollectorDoor', '0.0.0.0/0', 443],
      ['ServingDoor', '10.20.0.0/16', 443],
    ]);
    for (const [, listener] of ofType(synthesis.template, 'AWS::ElasticLoadBalancingV2::Listener')) {
      expect(listener).toMatchObject({ Protocol: 'HTTPS', Port: 443 });
    }
  });

  it('adds tasks of the collector and of the serving API by their requests', () => {
    const { collector, serving } = sizeSettings.medium;
    const targets = ofType(synthesis.template, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
      ([, { TargetTrackingScalingPolicyConfiguration: target }]) => target,
    );
    expect(targets).toEqual(
      [collector, serving].map(({ requestsPerMinute }) =>
        expect.objectContaining({
          TargetValue: requestsPerMinute,
          PredefinedMetricSpecification: expect.objectContaining({ PredefinedMetricType: 'ALBRequestCountPerTarget' }),
        }),
      ),
    );
    expect(
      ofType(synthesis.template, 'AWS::ApplicationAutoScaling::ScalableTarget').map(([, target]) => target),
    ).toEqual(
      [collector, serving].map(({ minTasks, maxTasks }) =>
        expect.objectContaining({ MinCapacity: minTasks, MaxCapacity: maxTasks }),
      ),
    );
  });
});

describe('an alarm', () => {
  const alarms = (): Record<string, unknown>[] =>
    ofType(synthesis.template, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm);

  it('is there for each entry of both catalogues, and says where its article is', () => {
    // The budget is watched by AWS Budgets, which needs no alarm.
    const names = [...Object.keys(pipelineAlarms), ...Object.keys(platformAlarms)].filter(
      (name) => name !== 'Budget is reached',
    );
    const said = alarms().map(({ AlarmDescription: text }) => String(text));
    for (const name of names) {
      const link = articleLink(name, 'https://wiki.example.org/frontpage/runbook.md');
      expect(said.filter((text) => text.startsWith(`${name}. `) && text.endsWith(` ${link}`))).toHaveLength(1);
    }
    expect(said).toHaveLength(names.length);
  });

  it('tells the topic when it goes off and when it is over', () => {
    for (const { AlarmActions: on, OKActions: over } of alarms()) {
      expect(on).toEqual([{ Ref: expect.stringMatching(/^Alerts/) }]);
      expect(over).toEqual(on);
    }
  });

  it('of the pipeline reads the metric that the watchdog writes, as its rule says', () => {
    const silent = alarms().find(({ MetricName: metric }) => metric === 'WatchBeats');
    expect(silent).toMatchObject({
      Namespace: pipelineMetricsNamespace,
      Statistic: 'Sum',
      Period: pipelineAlarms['No worker'].periodMinutes * 60,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
      Dimensions: [{ Name: 'Table', Value: { Ref: expect.stringMatching(/^RecommendationsTable/) } }],
    });
  });
});

describe('the dashboard', () => {
  it('reads what serving reports, under the names that it reports it', async () => {
    const table = `dashboard-${randomUUID()}`;
    const counts = { answers: 1, unavailable: 0, empty: 0, degraded: 0 };
    await createCloudWatchServingMetrics(table, testAws()).add(counts, Date.now());
    const cloudwatch = new CloudWatchClient(testAws());
    const { Metrics: reported = [] } = await cloudwatch.send(
      new ListMetricsCommand({ Namespace: servingMetricsNamespace }),
    );
    cloudwatch.destroy();
    const names = reported
      .filter(({ Dimensions: dimensions }) => dimensions?.some(({ Value: value }) => value === table))
      .map(({ MetricName: name }) => name);
    expect(names).toHaveLength(4);
    const [page] = ofType(synthesis.template, 'AWS::CloudWatch::Dashboard');
    for (const name of names) {
      expect(JSON.stringify(page?.[1])).toContain(
        JSON.stringify(`"${servingMetricsNamespace}","${name}"`).slice(1, -1),
      );
    }
  });
});

describe('the budget', () => {
  it('tells the topic at 80 % and at all of it, and when its forecast is beyond', () => {
    const [budget] = ofType(synthesis.template, 'AWS::Budgets::Budget');
    expect(budget?.[1]).toMatchObject({
      Budget: { BudgetLimit: { Amount: 1500, Unit: 'USD' }, TimeUnit: 'MONTHLY' },
      NotificationsWithSubscribers: [
        ['ACTUAL', 80],
        ['ACTUAL', 100],
        ['FORECASTED', 100],
      ].map(([type, threshold]) =>
        expect.objectContaining({
          Notification: expect.objectContaining({ NotificationType: type, Threshold: threshold }),
        }),
      ),
    });
  });
});

describe('the plan of costs', () => {
  it('counts the endpoints and alarms that are made', () => {
    const { template } = synthesis;
    const endpoints = ofType(template, 'AWS::EC2::VPCEndpoint').filter(
      ([, { VpcEndpointType: type }]) => type === 'Interface',
    );
    expect(endpoints.length).toBe(networkShape.endpoints);
    for (const [, { SubnetIds: subnets }] of endpoints) expect(subnets).toHaveLength(networkShape.zones);
    expect(ofType(template, 'AWS::CloudWatch::Alarm').length).toBe(watchShape.alarms);
  });
});

describe('what a deployment tells', () => {
  it('holds the settings of its size, as the pipeline reads them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'frontpage-settings-'));
    try {
      const file = join(folder, 'settings.json');
      writeFileSync(file, z.string().parse(synthesis.template.Outputs['Settings']?.Value));
      const { settings } = loadScheduleConfig({ FRONTPAGE_SETTINGS: file });
      expect(settings.ladder).toEqual(sizeSettings.medium.ladder);
      expect(settings.load.maxUnitsPerSecond).toBe(sizeSettings.medium.loadUnitsPerSecond);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
