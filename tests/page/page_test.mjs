// The HTML report in a browser: node page_test.mjs KEYSIFT_COMMAND WORK_DIR [PART_OF_A_NAME]
// Needs playwright-core (npm ci --prefix WORK_DIR or this folder) and Chromium ($CHROMIUM, else /usr/bin/chromium).

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import * as samples from './samples.mjs';

const [keysift, workDir, part = ''] = process.argv.slice(2);
if (!workDir) {
  console.error('Usage: node page_test.mjs KEYSIFT_COMMAND WORK_DIR [PART_OF_A_NAME]');
  process.exit(2);
}
const work = resolve(workDir);
const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const { chromium } = require(require.resolve('playwright-core', { paths: [work, here] }));
mkdirSync(work, { recursive: true });

const DAY = 24 * 60 * 60 * 1000;
const SAMPLES = {
  ordinary: samples.ordinary,
  hostile: samples.hostile,
  merged: samples.merged,
  revealed: samples.revealed,
  empty: samples.empty,
  envAlone: samples.envAlone,
  odd: samples.odd,
  large: () => samples.large(10000),
};
const reports = new Map();
const pages = new Map();

function reportOf(name) {
  if (!reports.has(name)) reports.set(name, SAMPLES[name]());
  return reports.get(name);
}

/// The address of the page that keysift makes of a sample.
function pageOf(name) {
  if (pages.has(name)) return pages.get(name);
  const [json, html] = [join(work, `${name}.json`), join(work, `${name}.html`)];
  writeFileSync(json, JSON.stringify(reportOf(name)));
  const reveal = name === 'revealed' ? ['--reveal'] : [];
  const made = execFileSync(keysift, ['report', json, '--format', 'html', ...reveal], {
    maxBuffer: 2 ** 30,
    env: { ...process.env, SOURCE_DATE_EPOCH: String(samples.NOW / 1000) },
  });
  writeFileSync(html, made);
  pages.set(name, pathToFileURL(html).href);
  return pages.get(name);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

// ---- A page, and what is asked of it ----

/// Opens the page of a sample; `problems` fills with what no page may do.
async function open(name, { hash = '', ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const address = pageOf(name);
  page.problems = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => page.problems.push(`error: ${error}`));
  page.on('dialog', (dialog) => {
    page.problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  context.on('request', (request) => {
    if (request.url().split('#')[0] !== address) page.problems.push(`request: ${request.url().slice(0, 200)}`);
  });
  await page.goto(address + hash);
  return page;
}

/// Waits until `read` gives `expected`, and fails with the last that it gave.
async function becomes(read, expected, what) {
  const until = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    try {
      assert.deepEqual(value, expected, what);
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

const text = (page, selector) => page.locator(selector).innerText();
const texts = (page, selector) => page.locator(selector).allTextContents();
const placesOf = (page) => texts(page, '#rows [data-column="Place"] .place');
const countIs = (page, expected) => becomes(() => text(page, '#count'), expected, 'the count of findings');
const focused = (page) => page.evaluate(() => document.activeElement.textContent);
const keyAddress = (finding) => `#key-${finding.secret.sha256.slice(0, 16)}`;
const total = (page, id) => text(page, `[data-total="${id}"]`);

async function placesAre(page, expected, what) {
  await becomes(() => placesOf(page), expected, what);
}

const tests = [];
const test = (name, sample, run, options) => tests.push({ name, sample, run, options });

// ---- Every page ----

for (const name of Object.keys(SAMPLES)) {
  test(`${name}: has one heading, named controls and no id twice`, name, async (page) => {
    const found = await page.evaluate(() => {
      const isSeen = (node) => node.checkVisibility();
      const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
      return {
        headings: [...document.querySelectorAll('h1')].filter(isSeen).length,
        nameless: [...document.querySelectorAll('button, a')]
          .filter(isSeen)
          .filter((node) => !(node.getAttribute('aria-label') ?? node.textContent).trim()).length,
        twice: ids.filter((id, i) => ids.indexOf(id) !== i),
        inline: document.querySelectorAll('[style]:not(html), [onclick], [onerror], [onload]').length,
      };
    });
    assert.deepEqual(found, { headings: 1, nameless: 0, twice: [], inline: 0 });
  });

  test(
    `${name}: fits a window of 360 pixels, with a key open too`,
    name,
    async (page) => {
      const widths = () => page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(await widths(), 360, 'the overview');
      for (const finding of reportOf(name).findings.slice(0, 20)) {
        await page.goto(pageOf(name) + keyAddress(finding));
        await page.locator('#key h1').waitFor();
        assert.equal(await widths(), 360, `the key at ${finding.location.path.slice(0, 40)}`);
      }
    },
    { viewport: { width: 360, height: 800 } },
  );
}

for (const colorScheme of ['light', 'dark']) {
  for (const [what, hash] of [
    ['the overview', ''],
    ['a key', keyAddress(reportOf('ordinary').findings[0])],
  ]) {
    test(
      `text stands out enough in ${colorScheme} colours: ${what}`,
      'ordinary',
      async (page) => {
        assert.deepEqual(await page.evaluate(faintTexts), []);
      },
      { colorScheme, hash },
    );
  }
}

/// Runs in the page: texts whose contrast is below 4.5.
function faintTexts() {
  const parts = (color) => color.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) =>
    [r, g, b]
      .map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const color = parts(getComputedStyle(node).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const node of document.querySelectorAll('main *, header *, footer')) {
    const own = [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
    if (own.length === 0 || !node.checkVisibility() || node.matches(':disabled')) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parts(node.closest('svg') ? style.fill : style.color)), light(ground(node))].sort(
      (x, y) => y - x,
    );
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(`${node.tagName} ${own[0].data.trim().slice(0, 40)}`);
  }
  return faint;
}

// ---- Verdict and totals ----

const VERDICTS = {
  ordinary: ['5 keys found, 4 of them leaked: 2 still live; revoke them first.', '1 file with secrets can get out.'],
  merged: ['2 keys leaked and still live; revoke them first.', '2 files with secrets can get out.'],
  revealed: ['1 key leaked and still live; revoke it first.', 'No file with secrets can get out.'],
  empty: ['No keys found.', 'There is nothing to do.'],
  envAlone: ['1 file with secrets can get out.', ''],
  odd: [
    '5 keys found, 3 of them leaked and still live; revoke them first.',
    'No file with secrets can get out. 1 thing was not searched (1 unreadable).',
  ],
};

for (const [name, [verdict, more]] of Object.entries(VERDICTS)) {
  test(`${name}: the verdict`, name, async (page) => {
    assert.equal(await text(page, '#verdict-title'), verdict);
    assert.equal(await page.locator('#verdict-more').textContent(), more);
  });
}

test('the header says what was scanned, and when', 'ordinary', async (page) => {
  const { made } = await page.evaluate(() => JSON.parse(document.getElementById('report').textContent));
  const scanned = await text(page, '#scanned');
  for (const part of [
    'shop',
    'https://git.example.org/shop.git',
    'main at',
    '132 files, 840 blobs and 312 commits (1.2 MB)',
    `made ${made.slice(0, 16).replace('T', ' ')} UTC`,
  ]) {
    assert.ok(scanned.includes(part), `${part} is not in: ${scanned}`);
  }
});

test('totals count keys, not places', 'ordinary', async (page) => {
  const expected = {
    keys: 5,
    findings: 7,
    live: 2,
    'history-only': 1,
    unreachable: 1,
    'not committed': 1,
    high: 3,
    medium: 1,
    low: 1,
    overdue: 1,
    'files-out': 1,
    allowed: 1,
    suppressed: 2,
  };
  const found = {};
  for (const id of Object.keys(expected)) found[id] = Number(await total(page, id));
  assert.deepEqual(found, expected);
});

test('an incomplete scan says so, with what was not searched', 'odd', async (page) => {
  const errors = await text(page, '#errors');
  assert.match(errors, /This scan is incomplete/);
  assert.match(errors, /secret\.zip\s+not a whole archive/);
});

test('a page with nothing found is calm', 'empty', async (page) => {
  assert.equal(await page.locator('#verdict').getAttribute('class'), 'good');
  for (const id of ['errors', 'steps', 'timeline', 'breakdown', 'findings', 'env', 'allowed']) {
    assert.equal(await page.locator(`#${id}`).isVisible(), false, id);
  }
});

test('what to do first: each page where keys are revoked', 'ordinary', async (page) => {
  const links = await page
    .locator('.consoles a')
    .evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.rel]));
  assert.deepEqual(
    links,
    [
      'https://console.anthropic.com/settings/keys',
      'https://platform.openai.com/api-keys',
      'https://console.cloud.google.com/apis/credentials',
    ].map((href) => [href, 'noreferrer noopener']),
  );
  assert.match(await text(page, '.consoles'), /OpenAI 2 keys, 1 live: platform\.openai\.com/);
});

// ---- Timeline ----

test('the timeline draws each dated key, the most urgent first', 'ordinary', async (page) => {
  const drawn = [0, 3, 4, 5].map((i) => reportOf('ordinary').findings[i].secret.redacted);
  assert.deepEqual(await texts(page, '.bars .bar-name code'), drawn);
  assert.match(await text(page, '#timeline'), /Not drawn: 1 key without a date/);
});

test('a bar is solid until the key was removed, and goes on until today', 'ordinary', async (page) => {
  const { made } = await page.evaluate(() => JSON.parse(document.getElementById('report').textContent));
  const [, , old] = await page.locator('.bars li').all();
  const at = (selector, name) => old.locator(selector).first().getAttribute(name).then(parseFloat);
  const day = (position, [from, to]) => ((position - from.x) / (to.x - from.x)) * (to.time - from.time) + from.time;
  const scale = [
    { x: await at('.rotation', 'x1'), time: Date.parse(made) - 90 * DAY },
    { x: await at('.today', 'x1'), time: Date.parse(made) },
  ];
  const start = await at('rect.during', 'x');
  const near = (position, time, what) => assert.ok(Math.abs(day(position, scale) - Date.parse(time)) < DAY, what);
  const { introduced, removed } = reportOf('ordinary').findings.find(
    (each) => each.location.path === 'web/old.js',
  ).provenance;
  near(start, introduced.date, 'begins when it was added');
  near(start + (await at('rect.during', 'width')), removed.date, 'solid until it was removed');
  near((await at('rect.after', 'x')) + (await at('rect.after', 'width')), made, 'faint until today');
});

test('a bar says its dates, and leads to its key', 'ordinary', async (page) => {
  const bar = page.locator('.bars a').nth(2);
  await bar.focus();
  const words = await text(page, '.readout');
  assert.match(words, /added \d{4}-\d\d-\d\d, removed \d{4}-\d\d-\d\d, history-only, exposed 200 days/);
  assert.equal(await bar.getAttribute('aria-label'), words);
  await page.keyboard.press('Enter');
  await becomes(() => page.locator('#key h1 code').textContent(), reportOf('ordinary').findings[4].secret.redacted);
});

test('the timeline shows forty bars, and more when asked', 'large', async (page) => {
  assert.equal(await page.locator('.bars li').count(), 40);
  await page.locator('#timeline .more').click();
  await becomes(() => page.locator('.bars li').count(), 80);
});

// ---- The table ----

const SETTINGS = 'api/app/settings.py:12',
  RELEASE = 'deploy/release.sh:7',
  MAIN = 'web/src/main.js:3',
  OLD = 'web/old.js:3',
  NOTES = 'notes.md:3',
  NEW = 'new/file.txt:1';
const messageOf = ({ provenance }) => `message of commit ${provenance.blob.slice(0, 10)}:3`;
const MESSAGE = messageOf(reportOf('ordinary').findings[2]);

test('findings stand by urgency at first', 'ordinary', async (page) => {
  await placesAre(page, [SETTINGS, RELEASE, MESSAGE, MAIN, OLD, NOTES, NEW]);
});

const SORTED = {
  key: [SETTINGS, RELEASE, MESSAGE, NOTES, OLD, MAIN, NEW],
  confidence: [SETTINGS, RELEASE, MESSAGE, OLD, NOTES, MAIN, NEW],
  state: [SETTINGS, RELEASE, MAIN, MESSAGE, OLD, NOTES, NEW],
  place: [SETTINGS, RELEASE, MESSAGE, NEW, NOTES, OLD, MAIN],
  added: [SETTINGS, MESSAGE, RELEASE, OLD, NOTES, MAIN, NEW],
  exposed: [SETTINGS, MESSAGE, RELEASE, OLD, NOTES, MAIN, NEW],
};

for (const [column, expected] of Object.entries(SORTED)) {
  test(`sorts by ${column}`, 'ordinary', async (page) => {
    const head = page.locator(`th[data-sort="${column}"]`);
    await head.locator('button').click();
    await placesAre(page, expected, 'at the first click');
    const first = await head.getAttribute('aria-sort');
    assert.equal(first, ['confidence', 'exposed'].includes(column) ? 'descending' : 'ascending');
    assert.equal(await page.locator('th[aria-sort="none"]').count(), 5, 'no other column says that it is sorted');
    await head.locator('button').click();
    assert.equal(await head.getAttribute('aria-sort'), first === 'ascending' ? 'descending' : 'ascending');
    if (['added', 'exposed'].includes(column)) {
      await placesAre(page, [...expected.slice(0, -1).reverse(), NEW], 'turned round, and what has no date last');
    }
    await head.locator('button').click();
    await placesAre(page, [SETTINGS, RELEASE, MESSAGE, MAIN, OLD, NOTES, NEW], 'by urgency again at the third click');
  });
}

const FILTERED = [
  ['confidence', 'high', [SETTINGS, RELEASE, MESSAGE, OLD, NOTES]],
  ['confidence', 'low', [NEW]],
  ['state', 'live', [SETTINGS, RELEASE, MAIN]],
  ['state', 'not committed', [NEW]],
  ['provider', 'OpenAI', [MAIN, OLD]],
  ['provider', 'no provider', [NEW]],
];

for (const [filter, value, expected] of FILTERED) {
  test(`filters by ${filter}: ${value}`, 'ordinary', async (page) => {
    await page.locator(`#filter-${filter}`).selectOption(value);
    await placesAre(page, expected);
    await countIs(page, `${expected.length} of 7 findings`);
  });
}

const SEARCHED = [
  ['SETTINGS.py', [SETTINGS]],
  ['bob openai', [MAIN, OLD]],
  ['google', [NOTES]],
  ['nothing such', []],
  [reportOf('ordinary').findings[1].fingerprint, [RELEASE]],
];

for (const [words, expected] of SEARCHED) {
  test(`searches: ${words}`, 'ordinary', async (page) => {
    await page.locator('#search').fill(words);
    await placesAre(page, expected);
    await countIs(page, `${expected.length} of 7 findings`);
  });
}

test('filters and search work together, and Clear takes them away', 'ordinary', async (page) => {
  await page.locator('#filter-provider').selectOption('OpenAI');
  await page.locator('#search').fill('web');
  await placesAre(page, [MAIN, OLD]);
  await page.locator('#filter-state').selectOption('live');
  await placesAre(page, [MAIN]);
  await page.locator('#clear').click();
  await countIs(page, '7 of 7 findings');
  assert.equal(await page.locator('#search').inputValue(), '');
  assert.equal(await page.locator('#clear').isVisible(), false);
});

test('the count is told to a screen reader', 'ordinary', async (page) => {
  assert.equal(await page.locator('#count').getAttribute('role'), 'status');
});

test('a bar of the breakdown filters the table, and its chip takes that back', 'ordinary', async (page) => {
  const bob = page.locator('#breakdown button[data-filter="author"]', { hasText: 'Bob' });
  assert.equal(await bob.getAttribute('aria-label'), 'Author Bob Builder <bob@example.org>: 3 keys, 3 findings');
  await bob.click();
  await placesAre(page, [RELEASE, MAIN, OLD]);
  assert.equal(await bob.getAttribute('aria-pressed'), 'true');
  await page.locator('#chips button').click();
  await countIs(page, '7 of 7 findings');
  await page.locator('#breakdown button[data-filter="folder"]', { hasText: 'api/app' }).click();
  await placesAre(page, [SETTINGS]);
});

test('keyboard: Tab reaches a column, Enter sorts by it', 'ordinary', async (page) => {
  await page.locator('#filter-provider').focus();
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Key');
  for (let i = 0; i < 3; ++i) await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Place');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, 'none', 'the focus is seen');
  await page.keyboard.press('Enter');
  await placesAre(page, SORTED.place);
});

test('keyboard: the skip link goes to the report', 'ordinary', async (page) => {
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Skip to the report');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
});

// ---- A key's own part ----

test('a row leads to its key, and back', 'ordinary', async (page) => {
  await page.locator('#rows a').nth(3).click();
  await becomes(() => text(page, '#key h1'), `OpenAI project key ${reportOf('ordinary').findings[3].secret.redacted}`);
  assert.equal(await page.locator('#overview').isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  await page.locator('.back').click();
  await page.locator('#overview').waitFor();
  assert.equal(
    await page.evaluate(() => document.activeElement.closest('#rows tr').rowIndex),
    4,
    'the row has the focus again',
  );
});

test('the buttons back and forward, and reload, show what they showed', 'ordinary', async (page) => {
  await page.locator('#rows a').first().click();
  await page.locator('#key h1').waitFor();
  await page.goBack();
  await page.locator('#overview').waitFor();
  await page.goForward();
  await page.locator('#key h1').waitFor();
  await page.reload();
  await page.locator('#key h1').waitFor();
});

test(
  'an address opens its key',
  'ordinary',
  async (page) => {
    assert.equal(await text(page, '#key .key-nav .muted'), 'Key 1 of 5, by urgency');
    assert.deepEqual(await page.locator('#key .place-part h3').allTextContents(), [
      'api/app/settings.py:12:8',
      'deploy/release.sh:7:8',
      MESSAGE + ':8',
    ]);
    const part = await text(page, '#key');
    for (const words of [
      'HEAD still has it',
      'Exposed for 412 days: overdue for rotation.',
      'in 4 commits',
      'Ann Example <ann@example.org>',
      '\u201cAdd settings\u201d',
      reportOf('ordinary').findings[0].secret.sha256,
      reportOf('ordinary').findings[0].fingerprint,
      'in a commit\u2019s message',
    ]) {
      assert.ok(part.includes(words), `${words} is not in: ${part}`);
    }
  },
  { hash: keyAddress(reportOf('ordinary').findings[0]) },
);

test(
  'the line shows the masked key, marked',
  'ordinary',
  async (page) => {
    const { secret } = reportOf('ordinary').findings[0];
    assert.equal(await page.locator('.excerpt').first().textContent(), `12 token = "${secret.redacted}"  # for tests`);
    assert.equal(await page.locator('.excerpt mark').first().textContent(), secret.redacted);
  },
  { hash: keyAddress(reportOf('ordinary').findings[0]) },
);

test(
  'a key that was encoded is not shown in its line',
  'ordinary',
  async (page) => {
    assert.equal(await page.locator('.excerpt mark').textContent(), '****');
    assert.match(await text(page, '#key'), /Encoded as\s+base64/);
  },
  { hash: keyAddress(reportOf('ordinary').findings[5]) },
);

test(
  'the first step links to the page where the key is revoked',
  'ordinary',
  async (page) => {
    const link = page.locator('.checklist li').first().locator('a');
    assert.equal(await link.getAttribute('href'), 'https://console.anthropic.com/settings/keys');
    assert.equal(await link.getAttribute('rel'), 'noreferrer noopener');
    assert.equal(await page.locator('.checklist li').count(), 4);
  },
  { hash: keyAddress(reportOf('ordinary').findings[0]) },
);

test(
  'a key without such a page has no link',
  'ordinary',
  async (page) => {
    assert.equal(await page.locator('.checklist a').count(), 0);
    assert.match(await text(page, '.checklist'), /Revoke it wherever it is accepted/);
  },
  { hash: keyAddress(reportOf('ordinary').findings[6]) },
);

test(
  'an address that is no https page is no link',
  'odd',
  async (page) => {
    assert.equal(await page.locator('.checklist a').count(), 0);
    assert.match(await text(page, '.checklist'), /javascript:alert\(1\)/);
  },
  { hash: keyAddress(reportOf('odd').findings[4]) },
);

test(
  'a step that is done stays ticked',
  'ordinary',
  async (page) => {
    await page.locator('.checklist input').nth(1).check();
    await page.reload();
    await becomes(() => page.locator('.checklist input').nth(1).isChecked(), true);
    assert.equal(await page.locator('.checklist input').first().isChecked(), false);
  },
  { hash: keyAddress(reportOf('ordinary').findings[0]) },
);

test(
  'a key in history only can be taken out of it; a live one is not told so',
  'ordinary',
  async (page) => {
    assert.match(await text(page, '#key .todo'), /git filter-repo --replace-text/);
    await page.goto(pageOf('ordinary') + keyAddress(reportOf('ordinary').findings[0]));
    await becomes(
      () =>
        page
          .locator('#key .todo')
          .textContent()
          .then((words) => words.includes('filter-repo')),
      false,
    );
  },
  { hash: keyAddress(reportOf('ordinary').findings[4]) },
);

test(
  'the command to allow a finding can be copied',
  'ordinary',
  async (page) => {
    const { fingerprint } = reportOf('ordinary').findings[0];
    const command = page.locator('#key .command').first();
    assert.equal(await command.locator('code').textContent(), `keysift allow ${fingerprint} --reason "..."`);
    await command.locator('button').click();
    await becomes(async () => /^(Copied|Selected)$/.test(await command.locator('button').textContent()), true);
  },
  { hash: keyAddress(reportOf('ordinary').findings[0]) },
);

test(
  'an address of no key shows the overview',
  'ordinary',
  async (page) => {
    assert.equal(await page.locator('#overview').isVisible(), true);
  },
  { hash: '#key-0000000000000000' },
);

test('keys are built only when they are opened', 'large', async (page) => {
  assert.equal(await page.locator('.key-part').count(), 0);
});

// ---- Files with secrets ----

test('each file with secrets, each door, and the line that decides', 'ordinary', async (page) => {
  const cells = await page
    .locator('.doors tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim())));
  assert.deepEqual(cells, [
    ['api/.env', 'OPEN', 'OPEN image of api/Dockerfile through api/Dockerfile:5 COPY . .', 'none'],
    [
      'web/.env.local',
      'closed by web/.gitignore:2 .env*.local',
      'none',
      'closed npm shop-web by web/.npmignore:1 .env*',
    ],
  ]);
});

test('what is wrong with files, and the commands that help', 'ordinary', async (page) => {
  assert.deepEqual(await texts(page, '#env h3'), ['What is wrong: 2', 'Notes: 1']);
  assert.deepEqual(await texts(page, '#env .env-part > .command code'), [
    'echo api/.env >> .gitignore',
    "echo '**/.env' >> api/.dockerignore",
    'chmod 600 web/.env.local',
  ]);
});

test('a report of files with secrets only', 'envAlone', async (page) => {
  assert.equal(await page.locator('.doors tbody tr').count(), 2);
  assert.equal(await page.locator('#findings').isVisible(), false);
});

test('what is allowed, and what is out of date', 'ordinary', async (page) => {
  const allowed = await text(page, '#allowed');
  assert.match(allowed, /tests\/data\/sample\.txt:3\s+Google API key, by \.keysiftignore:12: made up for a test/);
  assert.match(allowed, /tests\/old\/\s+\.keysiftignore:4 \(moves away soon\) ended on 2026-01-01/);
});

// ---- Colours, paper, no script ----

const groundOf = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

test('dark colours where the reader prefers them, and a button for the others', 'ordinary', async (page) => {
  const light = await groundOf(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await groundOf(page);
  assert.notEqual(dark, light);
  await page.locator('#theme', { hasText: 'Light colours' }).click();
  assert.equal(await groundOf(page), light);
  await page.locator('#theme', { hasText: 'Dark colours' }).click();
  assert.equal(await groundOf(page), dark);
});

test('on paper each key has its part, and there are no controls', 'ordinary', async (page) => {
  await page.evaluate(() =>
    addEventListener('beforeprint', () => {
      document.documentElement.dataset.printed = document.querySelectorAll('#printed .key-part').length;
    }),
  );
  await page.pdf();
  assert.equal(await page.locator('html').getAttribute('data-printed'), '5');
  await becomes(() => page.locator('#printed .key-part').count(), 0, 'they are gone after it');
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.locator('#printed .key-part').last().isVisible(), true);
  assert.equal(await page.locator('#printed .checklist').first().isVisible(), true);
  for (const control of ['#theme', '.filters', '.command button']) {
    assert.equal(await page.locator(control).first().isVisible(), false, control);
  }
});

test(
  'without script the page says so',
  'ordinary',
  async (page) => {
    assert.match(await text(page, 'noscript'), /needs JavaScript.*keysift report/s);
  },
  { javaScriptEnabled: false },
);

// ---- Several repositories; whole secrets ----

test('a merged report shows the repositories, and filters by them', 'merged', async (page) => {
  assert.deepEqual(await texts(page, '.repositories strong'), ['shop', 'billing']);
  assert.match(await text(page, '#scanned'), /2 repositories/);
  assert.equal(await page.locator('#breakdown button[data-filter="repository"]').count(), 2);
  await page.locator('#filter-repository').selectOption('billing');
  await placesAre(page, ['config.py:3', 'main.go:3']);
  assert.equal(await page.locator('.doors tbody tr').count(), 2, 'the same path in two repositories is two files');
});

test(
  'a key in two repositories is one key',
  'merged',
  async (page) => {
    assert.equal(await page.locator('#key .place-part').count(), 2);
    assert.match(await text(page, '#key'), /Repository\s+billing/);
  },
  { hash: keyAddress(reportOf('merged').findings[0]) },
);

test('a page that holds whole secrets says so', 'revealed', async (page) => {
  assert.match(await text(page, '#revealed'), /This page holds whole secrets/);
  assert.equal(await page.locator('#rows code').textContent(), 'not-a-key-but-its-whole-value');
});

test('a page with masked keys says nothing of whole secrets', 'ordinary', async (page) => {
  assert.equal(await page.locator('#revealed').count(), 0);
});

// ---- Odd data, hostile data, much data ----

test('places that are no files, and dates that are none', 'odd', async (page) => {
  await placesAre(page, [
    'message of refs/tags/v1:3',
    'note in refs/notes/commits:3',
    'future.txt:3',
    'standard input:3',
    'sk-proj-****name (the file\u2019s name)',
  ]);
  assert.match(await text(page, '#rows tr:first-child [data-column="Added"]'), /on an unknown day/);
  assert.equal(await total(page, 'history not searched'), '2');
});

/// As the page has to show it.
function escaped(name) {
  const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;
  return name.replace(unsafe, (character) => {
    const code = character.codePointAt(0);
    return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16).padStart(4, '0')}}`;
  });
}

samples.HOSTILE.forEach((name, i) => {
  test(`hostile name ${i}, ${escaped(name).slice(0, 40)}: is text in every place`, 'hostile', async (page) => {
    const shown = escaped(name);
    assert.ok((await placesOf(page)).includes(`${shown}:3`), 'the path in the table');
    for (const [where, selector] of [
      ['author', '#rows [data-column="Added"] .brief'],
      ['file with secrets', '.doors tbody th .place'],
      ['way out', '#env .env-part h4 .place'],
    ]) {
      assert.ok((await texts(page, selector)).includes(shown), where);
    }
    const { secret } = reportOf('hostile').findings[i];
    await page.goto(pageOf('hostile') + keyAddress({ secret }));
    await page.locator('#key h1').waitFor();
    assert.equal(await page.locator('#key .place-part .place').textContent(), `${shown}:3:8`, 'the path');
    assert.equal(await page.locator('#key .excerpt').textContent(), `3 ${shown}${secret.redacted}${shown}`, 'the line');
    const part = await page.locator('#key').textContent();
    assert.ok(part.includes(`by ${shown}`), 'the author');
    assert.ok(part.includes(`\u201c${shown}\u201d`), 'the summary');
    assert.ok((await texts(page, '#key dd .brief')).includes(shown), 'the ref');
  });
});

test('hostile names make no elements', 'hostile', async (page) => {
  const found = await page.evaluate(() => ({
    scripts: document.scripts.length,
    other: document.querySelectorAll('img, iframe, object, embed, b, svg[onload]').length,
    handlers: [...document.querySelectorAll('*')].filter((node) =>
      node.getAttributeNames().some((name) => name.startsWith('on')),
    ).length,
  }));
  assert.deepEqual(found, { scripts: 2, other: 0, handlers: 0 });
});

test('a long name takes a few lines at most', 'hostile', async (page) => {
  const tallest = await page.locator('.brief').evaluateAll((all) => Math.max(...all.map((node) => node.offsetHeight)));
  assert.ok(tallest > 0 && tallest <= 150, `${tallest} pixels`);
});

test('10,000 findings: a page of the table, and a search through all', 'large', async (page) => {
  await countIs(page, '10,000 of 10,000 findings, page 1 of 100');
  assert.equal(await page.locator('#rows tr').count(), 100);
  const begin = performance.now();
  await page.locator('#search').fill('file4321.py');
  await countIs(page, '1 of 10,000 findings');
  console.log(
    `  search in 10,000 findings: ${Math.round(performance.now() - begin)} ms, with the wait for more letters`,
  );
  await placesAre(page, ['services/s1/src/file4321.py:4322']);
});

test('10,000 findings: paging', 'large', async (page) => {
  const first = await placesOf(page);
  await page.locator('#next').click();
  await countIs(page, '10,000 of 10,000 findings, page 2 of 100');
  assert.equal((await placesOf(page)).filter((place) => first.includes(place)).length, 0);
  assert.equal(await page.locator('#previous').isEnabled(), true);
});

test('10,000 findings: on paper only the table', 'large', async (page) => {
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.locator('.key-part').count(), 0);
});

// ---- Run ----

const chosen = tests.filter(({ name }) => name.includes(part));
let failed = 0;
for (const { name, sample, run, options } of chosen) {
  let page;
  try {
    page = await open(sample, options);
    await run(page);
    assert.deepEqual(page.problems, [], 'the page did what no page may do');
    console.log(`ok ${name}`);
  } catch (error) {
    ++failed;
    console.log(`not ok ${name}\n  ${String(error.message ?? error).replaceAll('\n', '\n  ')}`);
  } finally {
    await page?.context().close();
  }
}
await browser.close();
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exit(failed || chosen.length === 0 ? 1 : 0);
