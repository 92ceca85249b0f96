// Puts install.json beside the built extension, where JupyterLab looks for it.
// It is copied here, and not by the Python build: a second shared-data entry for
// the same folder breaks a repeated editable install.
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const { jupyterlab } = JSON.parse(await readFile('package.json', 'utf8'));
await copyFile('install.json', join(jupyterlab.outputDir, 'install.json'));
