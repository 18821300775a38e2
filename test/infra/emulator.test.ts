/**
 * The synthesised template of a large portal with everything that one may have, deployed into the AWS emulator as far as that knows its types, and then looked
 * at with the eyes of the doctor. What the emulator proves: references resolve, and properties are those of the services.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { programs } from '../../local/prepare';
import { answersHttp, freePort, type RunningProgram, startProgram, whenReady } from '../../local/processes';
import type { AwsEndpoint } from '../../src/clients/awsEndpoint';
import { createS3LakeInspection } from '../../src/clients/lakeInspection.s3';
import { createFirehoseStreamInspection } from '../../src/clients/streamInspection.firehose';
import { createDynamoDbTableInspection } from '../../src/clients/tableInspection.dynamodb';
import { judgeExpiry, judgePublicAccess } from '../../src/domain/checkupLake';
import { judgeStream } from '../../src/domain/checkupStream';
import { judgeTable } from '../../src/domain/checkupTable';
import { sizeSettings } from '../../src/domain/costPlanSizes';
import { ofType, type Synthesis, synthesise } from './synthesis';

const privateLinkService = 'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0';

/** What the emulator refuses. */
const unknownTypes = [
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::Budgets::Budget',
  'AWS::EC2::FlowLog',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::ECS::ClusterCapacityProviderAssociations',
];

let folder: string;
let emulator: RunningProgram | undefined;
let aws: AwsEndpoint & { endpoint: string };
let synthesis: Synthesis;
const outputs = new Map<string, string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'frontpage-deploy-'));
  const port = await freePort();
  aws = {
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  emulator = startProgram({
    name: 'AWS emulator',
    command: programs.ministack,
    args: [],
    logFile: join(folder, 'emulator.log'),
    env: { GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', LOG_LEVEL: 'ERROR' },
  });
  synthesis = synthesise({
    changes: {
      size: 'large',
      bulkLoad: true,
      payloadKeysSecret: 'frontpage/payload-keys',
      temporal: {
        address: 'frontpage.a1b2c.tmprl.cloud:7233',
        namespace: 'frontpage.a1b2c',
        apiKeySecret: 'frontpage/temporal-api-key',
        privateLinkService,
      },
    },
  });
  await whenReady(emulator, () => answersHttp(`${aws.endpoint}/_ministack/health`));
}, 120_000);

afterAll(async () => {
  await emulator?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** CloudFormation's query protocol; answers what the tag holds, each time it is there. */
async function cloudFormation(action: string, parameters: Record<string, string>, tag: string): Promise<string[]> {
  const answer = await fetch(aws.endpoint, {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/cloudformation/aws4_request' },
    body: new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${text}`);
  return [...text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, value = '']) => value);
}

describe('the template', () => {
  it('of a portal that reaches Temporal by PrivateLink has no way to the internet but that of the load balancers', () => {
    const { template } = synthesis;
    expect(ofType(template, 'AWS::EC2::NatGateway')).toEqual([]);
    expect(ofType(template, 'AWS::EC2::VPCEndpoint').map(([, { ServiceName: service }]) => service)).toContain(
      privateLinkService,
    );
    const routes = ofType(template, 'AWS::EC2::Route').map(([id]) => id);
    expect(routes.filter((id) => !id.includes('PublicSubnet'))).toEqual([]);
  });

  it('deploys into the emulator, all but the types that it does not know', async () => {
    const { template } = synthesis;
    const resources = Object.entries(template.Resources).filter(
      ([, { Type, Properties }]) =>
        !unknownTypes.includes(Type) && !(Type === 'AWS::CloudWatch::Alarm' && 'Metrics' in Properties),
    );
    expect(resources.length).toBeGreaterThan(100);
    const s3 = new S3Client({ ...aws, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
    // The parameter and the rule are of CDK's bootstrap stack, which an account has.
    const body = JSON.stringify({ Resources: Object.fromEntries(resources), Outputs: template.Outputs });
    await s3.send(new PutObjectCommand({ Bucket: 'templates', Key: 'frontpage.json', Body: body }));
    s3.destroy();

    const stack = { StackName: 'frontpage' };
    await cloudFormation(
      'CreateStack',
      { ...stack, TemplateURL: `${aws.endpoint}/templates/frontpage.json`, 'Capabilities.member.1': 'CAPABILITY_IAM' },
      'StackId',
    );
    let status = 'CREATE_IN_PROGRESS';
    while (status === 'CREATE_IN_PROGRESS') {
      [status = 'none'] = await cloudFormation('DescribeStacks', stack, 'StackStatus');
    }
    const reasons = await cloudFormation('DescribeStackEvents', stack, 'ResourceStatusReason');
    expect({ status, reasons: reasons.filter((each) => each !== '') }).toEqual({
      status: 'CREATE_COMPLETE',
      reasons: [],
    });
    const keys = await cloudFormation('DescribeStacks', stack, 'OutputKey');
    const values = await cloudFormation('DescribeStacks', stack, 'OutputValue');
    for (const [index, key] of keys.entries()) outputs.set(key, values[index] ?? '');
  });

  // Time to live and recovery of a table are left out by the emulator; stack.test.ts reads them in the template.
  it('makes a lake, a stream and a table in which the doctor finds nothing wrong', async () => {
    const bucket = outputs.get('FRONTPAGEBUCKET') ?? '';
    const table = outputs.get('FRONTPAGETABLE') ?? '';
    const lake = createS3LakeInspection(bucket, aws);
    expect(judgePublicAccess(await lake.publicAccess(), bucket)).toMatchObject({ verdict: 'ok' });
    expect(judgeExpiry(await lake.expiryRules(), 7)).toMatchObject({ verdict: 'ok' });
    const stream = createFirehoseStreamInspection(outputs.get('FRONTPAGESTREAM') ?? '', aws);
    expect(judgeStream(await stream.describe(), { bucket, deliverySeconds: 90 })).toMatchObject({ verdict: 'ok' });
    const inspection = createDynamoDbTableInspection(table, aws);
    expect(judgeTable(await inspection.describe(), table, sizeSettings.large.loadUnitsPerSecond)).toMatchObject({
      verdict: 'ok',
    });
  });
});
