/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testTimeout: 60_000,
  // Copies of package.json that a deployment's synthesis leaves behind.
  modulePathIgnorePatterns: ['<rootDir>/.frontpage/cdk.out/'],
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  maxWorkers: 2,
  // What test files leave behind adds up in a process, until it does little but collect garbage.
  workerIdleMemoryLimit: '600MB',
};
