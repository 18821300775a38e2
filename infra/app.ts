/**
 * The CDK app: `npx cdk synth`, `npx cdk deploy -c portal=portal.json`. Neither looks anything up in an account; the checks
 * of cdk-nag run each time, and what they find fails it.
 */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FrontpageStack } from './frontpageStack';
import { loadPortal, PortalInvalid } from './portal';

/** The stack of the portal that the context names, under the checks. */
export function addFrontpage(app: App): FrontpageStack {
  const file: unknown = app.node.tryGetContext('portal');
  if (typeof file !== 'string') throw new PortalInvalid('which portal? Give its file: -c portal=portal.json');
  const portal = loadPortal(file);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return new FrontpageStack(app, portal.name, { portal });
}

if (require.main === module) {
  try {
    addFrontpage(new App());
  } catch (error) {
    console.error(error instanceof PortalInvalid ? error.message : error);
    process.exitCode = 1;
  }
}
