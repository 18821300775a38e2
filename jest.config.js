/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Of what takes seconds where nothing else runs.
  testTimeout: 120_000,
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
  testSequencer: '<rootDir>/test/support/longestFirst.js',
  // Test files run in a context of their own, in which each look at a global object is slow; this one is looked at in the innermost loops.
  sandboxInjectedGlobals: ['Math'],
  maxWorkers: 2,
  // What test files leave behind adds up in a process, until it does little but collect garbage.
  workerIdleMemoryLimit: '600MB',
};
