import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { type Document, operationsOf } from '../openapi/support.js';
import { startTestService, type TestService } from '../support/service.js';

const CHROMIUM = '/usr/bin/chromium';
const MISSING = `needs Chromium at ${CHROMIUM}: apt-get install -y --no-install-recommends chromium`;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Set to a folder, pictures of the pages are kept there. */
const PICTURES = process.env.CHANCERY_TEST_PICTURES;

const isThere = existsSync(CHROMIUM);

if (!isThere && process.env.CI === 'true') {
  test('Chromium is there', () => {
    expect.fail(MISSING);
  });
}

describe.skipIf(!isThere)(`Swagger UI in a browser${isThere ? '' : ` (skipped: ${MISSING})`}`, () => {
  let service: TestService;
  let document: Document;
  let profile: string;
  let browser: BrowserContext;
  let page: Page;
  /** What must not happen: console errors, policy violations, uncaught errors, requests to elsewhere. */
  let complaints: string[] = [];

  beforeAll(async () => {
    service = await startTestService({ seeds: true });
    // The seeds hold no text of a third party, so there is one to be read only when somebody has stored it.
    await service
      .as('write')
      .put('/v1/sources/seed-article/text')
      .set({ 'content-type': 'text/plain', 'if-match': '*' })
      .send('A text, because no seed has one.')
      .expect(200);
    document = (await (await fetch(`${service.url}/openapi.json`)).json()) as Document;
    profile = mkdtempSync(join(tmpdir(), 'chancery-browser-'));
    browser = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      headless: true,
      args: FLAGS,
      viewport: { width: 1280, height: 1000 },
    });
    page = browser.pages()[0] ?? (await browser.newPage());
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(service.url) && !/^(?:data|blob):/.test(url)) complaints.push(`asked for ${url}`);
    });
  });

  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    if (profile) rmSync(profile, { recursive: true, force: true });
  });

  beforeEach(() => {
    complaints = [];
  });

  async function openDocs(): Promise<void> {
    await page.goto(`${service.url}/docs`);
    await page.locator('.opblock-tag').first().waitFor();
  }

  async function picture(name: string): Promise<void> {
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  /** Opens the group and the operation, when they are not open yet. */
  async function open(operationId: string): Promise<Locator> {
    const tag = operationsOf(document).find((operation) => operation.operationId === operationId)?.tags[0] ?? '';
    const group = page.locator(`#operations-tag-${tag}`);
    if ((await group.getAttribute('data-is-open')) !== 'true') await group.click();
    const block = page.locator(`#operations-${tag}-${operationId}`);
    if (!(await block.locator('.opblock-body').isVisible())) await block.locator('.opblock-summary-control').click();
    await block.locator('.btn.execute').waitFor();
    return block;
  }

  /** Presses Execute and gives the status and body that the page shows. */
  async function execute(block: Locator): Promise<{ status: string; body: string }> {
    await block.locator('.btn.execute').click();
    const live = block.locator('.live-responses-table');
    await live.waitFor();
    await block.locator('.loading-container').waitFor({ state: 'detached' });
    const status = await live.locator('tbody .response-col_status').first().innerText();
    const body = live.locator('.highlight-code').first();
    return { status: status.trim().slice(0, 3), body: (await body.count()) > 0 ? await body.innerText() : '' };
  }

  test('opens without complaint, with every group and nothing from elsewhere', async () => {
    await openDocs();
    await picture('docs');
    const groups = await page.locator('.opblock-tag').evaluateAll((tags) => tags.map((tag) => tag.dataset.tag));
    expect(groups).toEqual(document.tags.map(({ name }) => name));
    expect(await page.title()).toBe('Chancery API');
    expect(complaints).toEqual([]);
  });

  test.each(['listEvents', 'getEvent'])('%s shows 200 at the first click', async (id) => {
    await openDocs();
    const block = await open(id);
    await block.scrollIntoViewIfNeeded();
    await picture(`${id}-before`);
    const { status, body } = await execute(block);
    await block.locator('.live-responses-table').scrollIntoViewIfNeeded();
    await picture(`${id}-after`);
    expect(status).toBe('200');
    expect(body).toContain('us-ua-consultations-2025-01');
    expect(complaints).toEqual([]);
  });

  test.each(resources.map(({ collection }) => collection))(
    'every reading operation of %s shows 200 at the first click',
    async (collection) => {
      await openDocs();
      const reading = operationsOf(document).filter(({ tags, method }) => method === 'get' && tags[0] === collection);
      expect(reading.length).toBeGreaterThanOrEqual(5);
      for (const { operationId } of reading) {
        const block = await open(operationId);
        expect([operationId, (await execute(block)).status]).toEqual([operationId, '200']);
        await block.locator('.opblock-summary-control').click();
      }
      expect(complaints).toEqual([]);
    },
    120_000,
  );

  test.each(['sync', 'insight'])(
    'every reading operation of %s shows 200 at the first click',
    async (tag) => {
      await openDocs();
      const operations = operationsOf(document).filter(({ tags, method }) => method === 'get' && tags[0] === tag);
      expect(operations.length).toBeGreaterThanOrEqual(5);
      for (const { operationId } of operations) {
        const block = await open(operationId);
        expect([operationId, (await execute(block)).status]).toEqual([operationId, '200']);
        await block.locator('.opblock-summary-control').click();
      }
      expect(complaints).toEqual([]);
    },
    120_000,
  );

  test('EventSource follows the stream, and goes on by itself where it ended', async () => {
    await page.goto(`${service.url}/docs`);
    // Each connection ends after three changes, so that the browser connects three times.
    const revisions = await page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const seen: number[] = [];
          const stream = new EventSource('/v1/changes/stream?since=2&limit=3&docs=false');
          stream.addEventListener('change', ({ data }) => {
            seen.push((JSON.parse(data) as { revision: number }).revision);
            if (seen.length < 8) return;
            stream.close();
            resolve(seen);
          });
        }),
    );
    expect(revisions).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('a record is created, changed, looked up and deleted by clicking alone', async () => {
    await openDocs();
    await page.locator('.auth-wrapper .authorize').first().click();
    const dialog = page.locator('.dialog-ux');
    await dialog.locator('input').fill(service.key('write'));
    await picture('authorize');
    await dialog.locator('.auth-btn-wrapper .authorize').click();
    await dialog.locator('.auth-btn-wrapper .btn-done').click();

    const create = await open('createEvent');
    await create.scrollIntoViewIfNeeded();
    await picture('create-before');
    expect((await execute(create)).status).toBe('201');
    await create.locator('.opblock-summary-control').click();

    const patch = await open('patchEvent');
    await patch.scrollIntoViewIfNeeded();
    await picture('patch-before');
    expect(await patch.locator('.body-param-content-type select').inputValue()).toBe('application/merge-patch+json');
    const patched = await execute(patch);
    expect(patched.status).toBe('200');
    expect(patched.body).toContain('"version": 2');
    await patch.locator('.opblock-summary-control').click();

    const history = await open('getEventHistory');
    await history.locator('tr[data-param-name="ref"] .examples-select-element').selectOption('example');
    const versions = await execute(history);
    expect(versions.status).toBe('200');
    expect(versions.body).toContain('/summary');
    await picture('history-after');
    await history.locator('.opblock-summary-control').click();

    const remove = await open('deleteEvent');
    expect((await execute(remove)).status).toBe('204');
    expect(complaints).toEqual([]);
  }, 120_000);
});
