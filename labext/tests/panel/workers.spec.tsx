import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ApiError } from '../../src/api/error';
import { Notices } from '../../src/panel/Notices';
import { Workers } from '../../src/panel/Workers';
import { Commands } from '../../src/tokens';
import { aPool, aRun, aWorker } from '../support/runs';
import { socket } from '../support/server';
import { FakePage } from '../support/view';

let page: FakePage;

beforeEach(async () => {
  page = new FakePage();
  await page.show(<Workers />);
});

afterEach(async () => {
  await page.close();
});

describe('instead of workers it says', () => {
  it('that they are not known yet', () => {
    expect(page.one('.lp-Note').textContent).toBe('Loading workers…');
  });

  it('that they start with the first run, and starts them', async () => {
    await page.connect([], aPool({ state: 'stopped', workers: [] }));
    expect(page.one('.lp-Note').textContent).toContain('start with the first run');
    page.server.trouble = null;
    await page.does(() => {
      page.one('.lp-Note-action').click();
    });
    expect(page.server.asked).toContain('pool');
  });

  it('what they wait for', async () => {
    const reason = 'The workers are starting.';
    await page.connect([], aPool({ state: 'starting', workers: [], reason }));
    expect(page.one('.lp-Note').textContent).toBe(reason);
  });

  it('why they failed, and that they are tried again', async () => {
    const reason = 'OSError: no port is free';
    await page.connect([], aPool({ state: 'failed', workers: [], reason }));
    expect(page.one('[role=alert]').textContent).toContain('tries again');
    expect(page.one('[role=alert] bdi').textContent).toBe(reason);
  });

  it('that this login may not see them', async () => {
    await page.does(() => page.labpool.session.connect());
    await page.does(() => {
      const message = { seq: 0, replayed: true, pool: false, active: [], kinds: {} };
      socket().say({ type: 'opened', ...message });
    });
    expect(page.one('.lp-Note').textContent).toContain('may not see the workers');
  });
});

describe('a worker', () => {
  const progress = { done: 3, total: 12, unit: 'step', message: 'epoch 1' };

  it('says what it does, in the words of its job', async () => {
    const busy = aWorker('w1', { state: 'busy', run_id: 'run-1', progress });
    await page.connect(
      [aRun(1, { state: 'running' })],
      aPool({ workers: [aWorker('w0'), busy] })
    );
    expect(page.texts('.lp-Row-name')).toEqual(['Idle', 'Primes 1']);
    expect(page.texts('.lp-Row-text')).toEqual(['epoch 1 · 3 of 12 steps']);
    expect(page.one('[role=progressbar]').getAttribute('aria-valuenow')).toBe('25');
  });

  it('warns of memory near its limit, and counts its errors', async () => {
    const full = { memory_bytes: 3.9e9, errors: 2, cpu: 150 };
    await page.connect([], aPool({ workers: [aWorker('w0', full)] }));
    expect(page.one('.lp-Memory-bar').hasAttribute('data-full')).toBe(true);
    expect(page.one('.lp-Meters-errors').textContent).toBe('2 errors');
    expect(page.one('.lp-Meters').textContent).toContain('CPU 150%');
  });

  const gpu = {
    uuid: 'GPU-1',
    name: 'NVIDIA T1',
    memory_bytes: 8e9,
    memory_used_bytes: 7e9,
    held: false
  };

  it('shows the GPU that its run has, and how full that is', async () => {
    const gpus = [gpu, { ...gpu, uuid: 'GPU-2', name: 'NVIDIA T2', held: true }];
    await page.connect([], aPool({ workers: [aWorker('w0', { gpus })] }));
    expect(page.one('.lp-Gpu').textContent).toBe('NVIDIA T2 7 GB of 8 GB');
    const meter = page.one('.lp-Gpu [role=meter]');
    expect(meter.getAttribute('aria-label')).toBe('GPU memory');
    expect(meter.hasAttribute('data-full')).toBe(true);
  });

  it.each([
    [[gpu, gpu], '2 GPUs', 'May use: NVIDIA T1 · NVIDIA T1'],
    [[gpu], '1 GPU', 'May use: NVIDIA T1'],
    [[{ ...gpu, memory_bytes: 0, held: true }], 'NVIDIA T1', null]
  ] as const)('with GPUs %#', async (gpus, text, title) => {
    await page.connect([], aPool({ workers: [aWorker('w0', { gpus: [...gpus] })] }));
    expect(page.one('.lp-Gpu').textContent).toBe(text);
    expect(page.one('.lp-Gpu').getAttribute('title')).toBe(title);
  });

  it('without a GPU says nothing of one', async () => {
    await page.connect([], aPool({ workers: [aWorker('w0')] }));
    expect(page.node.querySelector('.lp-Gpu')).toBeNull();
  });

  it('that is stuck says so', async () => {
    const stuck = aWorker('w0', { state: 'stuck', run_id: 'gone', progress: null });
    await page.connect([], aPool({ workers: [stuck] }));
    expect(page.one('.lp-Row-text').textContent).toBe('Does not answer');
  });

  it.each([
    ['local', ['restart-worker'], true],
    ['threads', [], true],
    ['attached', [], false]
  ] as const)(
    'of a pool of %s can be restarted or not',
    async (mode, buttons, resizes) => {
      await page.connect([], aPool({ mode, workers: [aWorker('w0')] }));
      expect(page.buttons('.lp-WorkerRow')).toEqual(buttons);
      expect(page.labpool.commands.isEnabled(Commands.resizePool)).toBe(resizes);
    }
  );

  it('that is idle is restarted without a question', async () => {
    await page.connect([], aPool({ workers: [aWorker('w0')] }));
    await page.does(() => {
      page.one('[data-command]').click();
    });
    expect(page.server.asked).toContain('restart w0');
  });

  it('that is busy is restarted after a question only', async () => {
    const busy = aWorker('w0', { state: 'busy', run_id: 'run-1' });
    await page.connect([aRun(1, { state: 'running' })], aPool({ workers: [busy] }));
    await page.does(() => {
      page.one('[data-command]').click();
    });
    expect(page.server.asked).not.toContain('restart w0');
    expect(document.querySelector('.jp-Dialog')?.textContent).toContain('Primes 1');
  });
});

describe('workers of one run', () => {
  it('do not each say how far all of them are', async () => {
    const progress = { done: 2, total: 40, unit: 'item', message: 'reads a page' };
    const busy = { state: 'busy', run_id: 'run-1', progress } as const;
    const workers = [aWorker('w0', busy), aWorker('w1', busy)];
    await page.connect([aRun(1, { state: 'running' })], aPool({ workers }));
    expect(page.texts('.lp-WorkerRow .lp-Row-text')).toEqual([
      'reads a page',
      'reads a page'
    ]);
    expect(page.node.querySelector('[role=progressbar]')).toBeNull();
  });
});

describe('the errors of a worker', () => {
  it('lead to the run that failed there last', async () => {
    const execute = vi.fn();
    page.labpool.commands.addCommand(Commands.openRun, {
      execute: args => {
        execute(args['id']);
      }
    });
    const worker = aWorker('w0', { errors: 1, failed_run_id: 'run-7' });
    await page.connect([], aPool({ workers: [worker] }));
    page.one('button.lp-Meters-errors').click();
    expect(execute).toHaveBeenCalledWith('run-7');
  });
});

describe('all workers together', () => {
  it('are one line', async () => {
    const busy = aWorker('w1', { state: 'busy', run_id: 'run-1', cpu: 110 });
    const pool = aPool({ workers: [aWorker('w0'), busy], queued: 3 });
    await page.connect([], pool);
    expect(page.one('.lp-PoolTotal').textContent).toBe(
      '2 workers · 1 busy · 3 waiting · CPU 110% · 2 GB of 8 GB'
    );
  });

  it('say in which range they follow the work', async () => {
    await page.connect([], aPool({ minimum: 1, maximum: 8 }));
    expect(page.one('.lp-PoolTotal').textContent).toContain('1 to 8 workers');
  });
});

describe('above the lists', () => {
  beforeEach(async () => {
    await page.show(<Notices />);
  });

  it('stands nothing when all is well', async () => {
    await page.connect([], aPool());
    expect(page.node.textContent).toBe('');
  });

  it('stands what is too much', async () => {
    await page.connect([]);
    const message = "The machine's memory is 95 % full.";
    const alert = {
      code: 'memory',
      subject: 'server',
      message,
      value: 95,
      threshold: 90
    };
    await page.does(() => {
      const alerts = [{ ...alert, since: aRun(1).created_at }];
      socket().say({ type: 'pool', pool: aPool(), alerts });
    });
    expect(page.texts('.lp-Alerts li')).toEqual([message]);
  });

  it('stands that the server is away, until it is back', async () => {
    await page.connect([]);
    await page.does(() => {
      socket().break();
    });
    expect(page.one('[role=status]').textContent).toContain('Reconnecting');
  });

  it('stands one message where the server has no Labpool', async () => {
    page.server.trouble = new ApiError(404, '', 'Not Found');
    await page.does(() => page.labpool.session.connect());
    expect(page.texts('[role=alert] p')).toHaveLength(1);
    expect(page.one('[role=alert]').textContent).toContain('does not run Labpool');
  });
});
