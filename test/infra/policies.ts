/** Who may do what, as the template's policies say it. */
import { z } from 'zod';
import { plain } from './intrinsics';
import { ofType, type Template } from './synthesis';

const oneOrMany = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const statementSchema = z.looseObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany,
  Resource: oneOrMany,
  Condition: z.unknown().optional(),
});
export type Statement = z.infer<typeof statementSchema>;

const policySchema = z.object({
  PolicyDocument: z.object({ Statement: z.array(statementSchema) }),
  Roles: z.array(z.string()),
});

/** Statements of roles, with the name of the role; functions replaced. */
export function statementsOf(template: Template): { role: string; statement: Statement }[] {
  return ofType(template, 'AWS::IAM::Policy').flatMap(([, properties]) => {
    const policy = policySchema.parse(plain(template, properties));
    // A logical id ends in a hash of its path.
    const roles = policy.Roles.map((id) => id.replace(/[0-9A-F]{8}$/, ''));
    return roles.flatMap((role) => policy.PolicyDocument.Statement.map((statement) => ({ role, statement })));
  });
}

/** By any statement, whatever its resources. */
export function rolesIn(template: Template, actions: readonly string[]): string[] {
  const roles = statementsOf(template).flatMap(({ role, statement }) =>
    statement.Effect === 'Allow' && statement.Action.some((action) => actions.includes(action)) ? [role] : [],
  );
  return [...new Set(roles)].sort();
}
