/** What a task is started with, as the template says it. */
import { z } from 'zod';
import { plain } from './intrinsics';
import { ofType, type Template } from './synthesis';

const containerSchema = z.object({
  Command: z.array(z.string()),
  Environment: z.array(z.object({ Name: z.string(), Value: z.string() })),
  Secrets: z.array(z.object({ Name: z.string(), ValueFrom: z.string() })).default([]),
  StopTimeout: z.number(),
  MountPoints: z.array(z.object({ ContainerPath: z.string() })).default([]),
});

/** Of the task definition whose id begins so. */
export function containerIn(template: Template, task: string): z.infer<typeof containerSchema> {
  const found = ofType(template, 'AWS::ECS::TaskDefinition').find(([id]) => id.startsWith(task));
  const [container] = z.array(z.unknown()).parse(found?.[1]['ContainerDefinitions']);
  return containerSchema.parse(plain(template, container));
}
