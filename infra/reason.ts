/** Findings of cdk-nag that are accepted, each with the reason that a reader of the template is owed. */
import { CfnElement, Stack } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface AcceptedFinding {
  readonly id: string;
  readonly reason: string;
}

export const reason = (id: string, why: string): AcceptedFinding => ({ id, reason: why });

/** That a statement allows all objects of the lake below these prefixes, an empty one for the whole lake. */
export function anyObject(lake: Bucket, prefixes: readonly string[], why: string): AcceptedFinding[] {
  return prefixes.map((prefix) => reason(`AwsSolutions-IAM5[Resource::<${logicalIdOf(lake)}.Arn>/${prefix}*]`, why));
}

/** As findings name the resource that a construct makes. */
export function logicalIdOf(construct: Construct): string {
  const resource = construct.node.defaultChild;
  if (!CfnElement.isCfnElement(resource)) throw new Error(`${construct.node.path} makes no resource in this stack`);
  const id: unknown = Stack.of(construct).resolve(resource.logicalId);
  return String(id);
}
