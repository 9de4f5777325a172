import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const NODE_GLOBALS = {
  URL: 'readonly',
  console: 'readonly',
  fetch: 'readonly',
  module: 'writable',
  performance: 'readonly',
  process: 'readonly',
};

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'lib',
      'dist',
      '.venv',
      '.scratch',
      'test-results',
      'playwright-report',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // A number in a text is a number in a text.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => void work()` is how an event handler starts something.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'A union of strings, not an enum.' },
        { selector: 'ExportAllDeclaration', message: 'No barrel files: import from where it is.' },
      ],
    },
  },
  {
    // The two rules of hooks; the rest of the plugin prepares for a compiler that is not used here.
    files: ['extension/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['extension/{plugins,commands}/**/*.{ts,tsx}', 'extension/index.ts'],
    plugins: { jupyter },
    rules: {
      ...jupyter.configs.recommended[0].rules,
      // The interface speaks English until there is a translation to load.
      'jupyter/no-untranslated-string': 'off',
      // The whole extension is smaller than the request that a lazy import would cost.
      'jupyter/prefer-lazy-imports': 'off',
    },
  },
  {
    // A test may reach for what must be there; it fails where it is not.
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // answer.json<{ id: string }>(): where it reads JSON it names what it expects there.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    // Playwright reads the names of the fixtures that a fixture needs from its pattern: none is `{}`.
    files: ['test/browser/**/*.ts'],
    rules: { 'no-empty-pattern': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: NODE_GLOBALS },
  },
);
