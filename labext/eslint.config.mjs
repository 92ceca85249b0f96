import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores(['lib', 'node_modules', 'src/api/generated']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true }],
      'max-lines-per-function': ['error', { max: 40, skipComments: true }],
      complexity: ['error', 12]
    }
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [
      eslint.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // A Lumino signal is given a method and its `this` side by side.
      '@typescript-eslint/unbound-method': 'off'
    }
  },
  {
    // Markup takes lines; what it decides is counted by its complexity.
    files: ['src/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 70, skipComments: true }] }
  },
  {
    // A suite is one long callback by nature.
    files: ['tests/**/*.{ts,tsx}'],
    rules: { 'max-lines-per-function': 'off' }
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [eslint.configs.recommended]
  }
);
