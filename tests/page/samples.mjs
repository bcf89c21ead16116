// Reports made up for the page's tests: nothing in them is a key, or looks like a whole one.

import { createHash } from 'node:crypto';

const DAY = 24 * 60 * 60 * 1000;
export const NOW = Date.UTC(2026, 10, 26, 17, 5);

const hex = (text, digits) => createHash('sha256').update(text).digest('hex').slice(0, digits);
const daysAgo = (days) => new Date(NOW - days * DAY).toISOString().replace('.000Z', '+00:00');

export function commit(days, { author = 'Ann Example <ann@example.org>', summary = 'Add settings' } = {}) {
  return { commit: hex(`${days}${author}${summary}`, 40), author, date: daysAgo(days), summary };
}

export const KINDS = {
  anthropic: [
    'anthropic-api-key',
    'Anthropic API key',
    'Anthropic',
    'https://console.anthropic.com/settings/keys',
    'sk-ant-api03-',
  ],
  openai: ['openai-project-key', 'OpenAI project key', 'OpenAI', 'https://platform.openai.com/api-keys', 'sk-proj-'],
  google: ['google-api-key', 'Google API key', 'Google', 'https://console.cloud.google.com/apis/credentials', ''],
  generic: ['generic-secret', 'Secret in an assignment', '', '', ''],
};

/// A finding of the key called `secret`. `days`: how long ago it was added; null: no provenance.
export function finding(kind, secret, path, days, more = {}) {
  const [id, description, provider, console, prefix] = KINDS[kind];
  const {
    state = 'live',
    removed = null,
    line = 3,
    origin = 'history',
    confidence = 'high',
    repository = 'shop',
    refs = ['refs/heads/main'],
    added = days === null ? null : commit(days),
    value,
    decoded = [],
  } = more;
  const shown = { redacted: `${prefix}****${hex(secret, 4)}`, sha256: hex(value ?? secret, 64), length: 95 };
  return {
    repository,
    fingerprint: hex(`${id}${path}${secret}`, 32),
    rule: { id, description, provider, console },
    confidence,
    secret: value === undefined ? shown : { ...shown, value },
    location: { path, line, column: 8, end_line: line, end_column: 103, decoded },
    origin,
    excerpt: { before: 'token = "', after: '"  # for tests' },
    provenance:
      days === null
        ? null
        : {
            blob: hex(path, 40),
            state,
            in_head: state === 'live',
            introduced: added,
            removed,
            refs,
            commits: 4,
            exposed_days: days,
            overdue: state === 'live' && days > 90,
          },
    ...more.fields,
  };
}

export function envEntry(path, coverage, more = {}) {
  return {
    repository: 'shop',
    fingerprint: hex(path + coverage, 32),
    path,
    coverage,
    problem: true,
    present: true,
    why: 'Git does not ignore this file: the next `git add .` puts it into a commit.',
    cause: null,
    detail: null,
    read_by: null,
    ignore_file: '.gitignore',
    pattern: path,
    advice: null,
    provenance: null,
    allowed_by: null,
    allowed_reason: null,
    ...more,
  };
}

export function door(path, name, open, by = null, into = null) {
  return { repository: 'shop', path, door: name, into, open, by };
}

export function repository(name = 'shop', more = {}) {
  return {
    name,
    url: `https://git.example.org/${name}.git`,
    revision: hex(name, 40),
    branch: 'main',
    files: 132,
    objects: 840,
    commits: 312,
    bytes: 1234567,
    ...more,
  };
}

export function report({
  findings = [],
  allowed = [],
  stale = [],
  env = [],
  doors = [],
  errors = [],
  repositories = [repository()],
  summary = {},
} = {}) {
  const count = (level) => findings.filter((each) => each.confidence === level).length;
  const sum = (field) => repositories.reduce((all, each) => all + each[field], 0);
  return {
    schema_version: 1,
    tool: { name: 'keysift', version: '1.0.0' },
    target: '.',
    repositories,
    findings,
    allowed,
    stale,
    env,
    doors,
    errors,
    summary: {
      findings: { high: count('high'), medium: count('medium'), low: count('low') },
      suppressed: 0,
      fixed: null,
      files: sum('files'),
      objects: sum('objects'),
      commits: sum('commits'),
      bytes: sum('bytes'),
      env_checked: true,
      complete: errors.length === 0,
      ...summary,
    },
  };
}

const bob = { author: 'Bob Builder <bob@example.org>', summary: 'Try the new model' };

/// A report as a team would see it: a bit of all.
export function ordinary() {
  const removed = commit(20, { author: bob.author, summary: 'Remove the key' });
  return report({
    findings: [
      finding('anthropic', 'a', 'api/app/settings.py', 412, { line: 12 }),
      finding('anthropic', 'a', 'deploy/release.sh', 400, { line: 7, added: commit(400, bob) }),
      finding('anthropic', 'a', '', 410, { state: 'history-only', origin: 'commit-message', line: 3 }),
      finding('openai', 'b', 'web/src/main.js', 30, { added: commit(30, bob), confidence: 'medium' }),
      finding('openai', 'c', 'web/old.js', 200, { state: 'history-only', removed, added: commit(200, bob) }),
      finding('google', 'd', 'notes.md', 60, { state: 'unreachable', refs: [], decoded: ['base64'] }),
      finding('generic', 'e', 'new/file.txt', null, { origin: 'worktree', confidence: 'low', line: 1 }),
    ],
    allowed: [
      {
        ...finding('google', 'f', 'tests/data/sample.txt', 500),
        allowed_by: '.keysiftignore:12',
        allowed_reason: 'made up for a test',
      },
    ],
    stale: [
      {
        repository: 'shop',
        entry: 'tests/old/',
        line: 4,
        problem: 'expired',
        until: '2026-01-01',
        reason: 'moves away soon',
      },
    ],
    env: [
      envEntry('api/.env', 'not-ignored'),
      envEntry('api/.env', 'in-image', {
        why: 'An image build takes this file in: whoever can pull the image has it.',
        cause: { path: 'api/Dockerfile', line: 5, text: 'COPY . .' },
        detail: 'image of api/Dockerfile',
        ignore_file: 'api/.dockerignore',
        pattern: '**/.env',
      }),
      envEntry('web/.env.local', 'readable', {
        problem: false,
        why: 'Everybody on this machine can read this file.',
        ignore_file: null,
        pattern: null,
      }),
    ],
    doors: [
      door('api/.env', 'commit', true),
      door('api/.env', 'image', true, { path: 'api/Dockerfile', line: 5, text: 'COPY . .' }, 'image of api/Dockerfile'),
      door('web/.env.local', 'commit', false, { path: 'web/.gitignore', line: 2, text: '.env*.local' }),
      door('web/.env.local', 'package', false, { path: 'web/.npmignore', line: 1, text: '.env*' }, 'npm shop-web'),
    ],
    summary: { suppressed: 2 },
  });
}

export const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '<!--<script>',
  '\u001b[31mred\u001b[0m',
  'abc\u202efdp.exe',
  'a\u200bb\u{e0041}c',
  'two\nlines',
  'not utf-8 \ufffd',
  'long-'.repeat(800),
  '"><svg onload=alert(1)>',
  '${alert(1)}',
  '&lt;b&gt;',
  '{{script}}',
  '\u0085\u2066x',
];

/// Names that want to be more than names, wherever a repository's author may put one.
export function hostile() {
  const place = (text) => ({ path: text, line: 1, text });
  return report({
    findings: HOSTILE.map((text, i) =>
      finding('generic', `h${i}`, text, 10 + i, {
        added: commit(10 + i, { author: text, summary: text }),
        refs: [`refs/heads/${text}`],
        repository: 'shop',
        fields: { excerpt: { before: text, after: text } },
      }),
    ),
    env: HOSTILE.map((text) =>
      envEntry(text, 'in-image', { cause: place(text), detail: text, read_by: place(text), advice: text }),
    ),
    doors: HOSTILE.map((text) => door(text, 'image', false, place(text), text)),
    errors: HOSTILE.map((text) => ({ repository: 'shop', path: text, message: text })),
    stale: HOSTILE.map((text) => ({
      repository: 'shop',
      entry: text,
      line: 1,
      problem: 'unknown',
      until: null,
      reason: text,
    })),
    repositories: [repository('shop', { url: HOSTILE[0], branch: HOSTILE[8] })],
  });
}

export function large(count) {
  const states = ['live', 'history-only', 'unreachable'];
  const kinds = ['anthropic', 'openai', 'google'];
  return report({
    findings: Array.from({ length: count }, (_, i) =>
      finding(kinds[i % 3], `n${i}`, `services/s${i % 40}/src/file${i}.py`, i % 900, {
        state: states[(i % 7) % 3],
        confidence: ['high', 'medium', 'low'][(i % 5) % 3],
        line: i + 1,
        added: commit(i % 900, { author: `Person ${i % 60} <p${i % 60}@example.org>` }),
      }),
    ),
  });
}

export function merged() {
  return report({
    repositories: [repository('shop'), repository('billing', { url: null, branch: 'trunk', files: 8, commits: 3 })],
    findings: [
      finding('anthropic', 'a', 'settings.py', 100),
      finding('anthropic', 'a', 'config.py', 50, { repository: 'billing' }),
      finding('openai', 'b', 'main.go', 10, { repository: 'billing' }),
    ],
    env: [envEntry('.env', 'not-ignored'), envEntry('.env', 'not-ignored', { repository: 'billing' })],
    doors: [door('.env', 'commit', true), { ...door('.env', 'commit', true), repository: 'billing' }],
  });
}

export const revealed = () =>
  report({ findings: [finding('anthropic', 'a', 'x.py', 5, { value: 'not-a-key-but-its-whole-value' })] });
export const empty = () => report({ summary: { env_checked: false } });
export const envAlone = () =>
  report({
    env: ordinary().env,
    doors: ordinary().doors,
    repositories: [repository('shop', { files: 0, objects: 0, commits: 0, bytes: 0 })],
  });

/// No history, dates that are none, nothing that could be left out.
export function odd() {
  const broken = { ...commit(10), date: '' };
  const future = finding('openai', 'e', 'future.txt', 0, { added: commit(-400), repository: 'plain' });
  future.rule.id = 'somebodys-own';
  future.rule.console = 'javascript:alert(1)';
  return report({
    findings: [
      finding('openai', 'a', '<stdin>', null, { origin: 'stdin', repository: 'plain' }),
      finding('openai', 'b', 'refs/tags/v1', 5, { origin: 'tag-message', added: broken, repository: 'plain' }),
      finding('openai', 'c', 'refs/notes/commits', 5, {
        origin: 'note',
        added: null,
        repository: 'plain',
        fields: { excerpt: null },
      }),
      finding('openai', 'd', 'sk-proj-****name', null, { origin: 'path', repository: 'plain' }),
      future,
    ],
    repositories: [repository('plain', { url: null, revision: null, branch: null, objects: 0, commits: 0 })],
    errors: [{ repository: 'plain', path: 'secret.zip', message: 'not a whole archive' }],
  });
}
