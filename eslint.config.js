import tseslint from 'typescript-eslint';

/** What would make a decision depend on more than its arguments. */
const impure = [
  ['ThrowStatement', 'A refusal is data; an exception is a bug.'],
  ['AwaitExpression', 'Nothing here waits.'],
  ['ClassDeclaration', 'Plain functions and data only.'],
  ['NewExpression[callee.name="Date"][arguments.length=0]', 'Time is an argument.'],
  ['MemberExpression[object.name="Date"][property.name="now"]', 'Time is an argument.'],
  ['MemberExpression[object.name="Math"][property.name="random"]', 'Chance is an argument.'],
  ['Identifier[name="process"]', 'The environment is not known here.'],
  ['Identifier[name="crypto"]', 'Chance is an argument.'],
].map(([selector, message]) => ({ selector, message }));

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'data/',
      'node_modules/',
      'coverage/',
      '*.config.js',
      '.dependency-cruiser.cjs',
      'scripts/',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Objects here are made of closures; nothing but a class's own code says `this`.
      '@typescript-eslint/unbound-method': 'off',
      // Nest's modules are classes without members; their decorators say everything.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // `await` inside an async function that only returns a promise adds nothing but is demanded by interfaces.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // The classes of answers are there for the documentation; plain objects are what is sent.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // The compiler does not know that a signal may have aborted while something was awaited.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Lengths of text are meant in code points.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/unified-signatures': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config reads the environment.' },
      ],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', ...impure], 'no-control-regex': 'off' },
  },
  {
    files: ['projections/**/*.ts'],
    ignores: ['**/*.spec.ts', 'projections/runner/**', 'projections/migrations/**', '**/queries.ts'],
    rules: { 'no-restricted-syntax': ['error', ...impure] },
  },
  {
    files: [
      'src/config/**/*.ts',
      'src/main.ts',
      'src/read-models-keeper.ts',
      'src/admin.ts',
      'test/**/*.ts',
      'bench/**/*.ts',
      'soak/**/*.ts',
      '**/*.spec.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['test/**/*.ts', '**/*.spec.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },
);
