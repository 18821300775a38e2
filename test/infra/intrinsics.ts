/** What CloudFormation would put in the place of its functions, with made-up names: enough to read a template like a program does. */
import { z } from 'zod';
import type { Template } from './synthesis';

const account = '111122223333';
const pseudo: Readonly<Record<string, string>> = {
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': account,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Service and kind of resource, as ARNs name them. */
const arns: Readonly<Record<string, (id: string) => string>> = {
  'AWS::IAM::Role': (id) => `arn:aws:iam::${account}:role/${id}`,
  'AWS::SNS::Topic': (id) => `arn:aws:sns:us-east-1:${account}:${id}`,
  'AWS::S3::Bucket': (id) => `arn:aws:s3:::${id}`,
  'AWS::DynamoDB::Table': (id) => `arn:aws:dynamodb:us-east-1:${account}:table/${id}`,
  'AWS::KinesisFirehose::DeliveryStream': (id) => `arn:aws:firehose:us-east-1:${account}:deliverystream/${id}`,
};
/** Types that are referred to by their ARN. */
const referredByArn = new Set(['AWS::SNS::Topic']);

const call = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
  z.strictObject({ 'Fn::Sub': z.string() }),
]);

/** The value without functions; what is not known stays as it is. */
export function plain(template: Template, value: unknown): unknown {
  const inner = (each: unknown): unknown => plain(template, each);
  const parsed = call.safeParse(value);
  if (parsed.success) return evaluate(template, parsed.data);
  if (Array.isArray(value)) return value.map(inner);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)]));
  }
  return value;
}

function evaluate(template: Template, value: z.infer<typeof call>): unknown {
  if ('Fn::Sub' in value)
    return value['Fn::Sub'].replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => pseudo[name] ?? name);
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join'];
    return parts.map((part) => String(plain(template, part))).join(separator);
  }
  const [id, attribute] = 'Ref' in value ? [value.Ref, 'Ref'] : value['Fn::GetAtt'];
  const known = pseudo[id];
  if (known !== undefined) return known;
  const type = template.Resources[id]?.Type ?? '';
  const arn = arns[type]?.(id);
  if (arn !== undefined && (attribute === 'Arn' || (attribute === 'Ref' && referredByArn.has(type)))) return arn;
  return attribute === 'Ref' ? id : `${id}.${attribute}`;
}
