import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { Format } from '../../src/text/format';
import { reasonWords } from '../../src/text/hub';
import { language } from '../../src/widget/i18n';

const trans = nullTranslator.load('labpool');
const format = new Format(language('en'));

function words(code: string, details: Record<string, unknown>): string {
  return reasonWords({ code, message: 'm', details }, trans, format);
}

describe('why something is not here', () => {
  it('names the host that answered', () => {
    for (const code of ['wrong_answer', 'host_refuses', 'bad_redirect']) {
      expect(words(code, { host: 'cdn.example' })).toContain('cdn.example');
    }
  });

  it('says where a mirror sends on to, and what to set', () => {
    const details = { host: 'hub.example', endpoint: 'https://hub.example' };
    const said = words('endpoint_redirects', details);
    expect(said).toContain('to hub.example,');
    expect(said).toContain('to https://hub.example.');
  });

  it('leaves it to the server’s words where the host is not told', () => {
    expect(words('wrong_answer', {})).toBe('');
  });
});
