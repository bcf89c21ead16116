'use strict';

// Everything in the report may have been written by an attacker: paths, authors, messages, refs. It reaches the page as
// text or as an attribute's value, through visible(), and never as markup.

const { made, report } = JSON.parse(document.getElementById('report').textContent);

const DAY = 24 * 60 * 60 * 1000;
const ROTATION_DAYS = 90;
const SHORT_HASH = 10;
const ROWS_A_PAGE = 100;
const MOST_PRINTED_ROWS = 2000;
const MOST_PRINTED_KEYS = 200;

const CONFIDENCES = ['high', 'medium', 'low'];
const STATES = ['live', 'history-only', 'unreachable', 'not committed', 'history not searched'];  // by urgency
const STEPS = [
  ['Revoke the key', 'Nothing else makes it harmless: a key that was ever committed stays in the history when you ' +
    'delete it, and everybody who cloned has it.'],
  ['Make a new key', 'Keep it out of git: in the environment or in a secret store.'],
  ['Give the new key to everything that used the old one', 'Services, build jobs, other people.'],
  ['Look through usage and billing', 'On the provider\u2019s pages, for use that is not yours.'],
];

// ---- Words ----

const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/// `text` with control characters, marks of direction and what nobody sees as \xNN or \u{NNNN}.
function visible(text) {
  return String(text).replace(UNSAFE, (character) => {
    const code = character.codePointAt(0);
    const digits = code.toString(16);
    return code < 0x80 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits.padStart(4, '0')}}`;
  });
}

const number = (value) => value.toLocaleString('en');
const counted = (count, noun) => `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
const unique = (values) => [...new Set(values)];
const shortHash = (hash) => hash.slice(0, SHORT_HASH);

function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  for (; count >= 1000 && unit + 1 < units.length; ++unit) count /= 1000;
  return `${unit ? count.toFixed(1) : count} ${units[unit]}`;
}

/// Milliseconds, or null for what is no date.
function instant(text) {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : time;
}

const today = instant(made) ?? Date.now();
const day = (time) => new Date(time).toISOString().slice(0, 10);
const dayOf = (commit) => (instant(commit.date) === null ? 'on an unknown day' : day(instant(commit.date)));
const commitWords = (commit) => `${dayOf(commit)} in ${shortHash(commit.commit)} by ${commit.author}`;
const placeWords = (place) => place.path + (place.line ? `:${place.line}` : '');

function shortRef(ref) {
  return ref.replace(/^refs\/(heads|remotes)\//, '').replace(/^refs\/tags\//, 'tag ');
}

// ---- Elements ----

/// Appends elements and texts, in lists of any depth; leaves out what is not there.
function put(node, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child != null && child !== false) node.append(child instanceof Node ? child : visible(child));
  }
  return node;
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value != null && value !== false) node.setAttribute(name, value === true ? '' : visible(value));
  }
  return put(node, children);
}

const byId = (id) => document.getElementById(id);
const el = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
const button = (text, click, attributes = {}) => el('button', { type: 'button', click, ...attributes }, text);
const badge = (kind, text) => el('span', { class: `badge ${kind.replaceAll(' ', '-')}` }, text);

/// Text of any length that takes a few lines at most; the rest is in its title.
function brief(text, attributes = {}) {
  return el('span', { class: 'brief', title: text.length > 80 && text, ...attributes }, text);
}

/// A link to a page of a provider; its words alone, if the address is none.
function outside(address, text) {
  if (!address?.startsWith('https://')) return text;
  return el('a', { href: address, target: '_blank', rel: 'noreferrer noopener' }, text);
}

/// Fills `list` with what `make` makes of `items`, `size` at a time, as somebody asks for more.
function inParts(list, items, size, make) {
  let shown = 0;
  const add = () => {
    const next = items.slice(shown, shown + size).map(make);
    list.append(...next);
    shown += next.length;
    more.textContent = `Show ${number(Math.min(size, items.length - shown))} more of ${number(items.length)}`;
    more.hidden = shown >= items.length;
    return next[0];
  };
  const more = button('', () => {
    const first = add();
    (first.querySelector('a, button') ?? more).focus();
  }, { class: 'more' });
  add();
  return [list, more];
}

/// A command to copy.
function command(text) {
  const code = el('code', {}, text);
  const copy = button('Copy', async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code);
      copy.textContent = 'Selected';
    }
    byId('said').textContent = copy.textContent;
  }, { 'aria-label': `Copy: ${text.slice(0, 200)}` });
  return el('div', { class: 'command' }, code, copy);
}

function term(name, ...value) {
  return el('div', {}, el('dt', {}, name), el('dd', {}, ...value));
}

// ---- Keys: findings of the same secret ----

const { summary } = report;
const repositories = report.repositories ?? [];
const areSeveral = repositories.length > 1;
const withHistory = new Set(repositories.filter((each) => each.commits > 0).map((each) => each.name));

/// The repository of what is shown, if there are several.
const ofRepository = ({ repository }) => areSeveral && brief(repository, { class: 'brief muted' });

/// Whether it is in a repository inside the one that was scanned.
function isNested({ repository, location }) {
  const { nested = [] } = repositories.find((each) => each.name === repository) ?? {};
  return nested.some((folder) => location.path.startsWith(`${folder}/`));
}

function stateOf(finding) {
  if (finding.provenance) return finding.provenance.state;
  const isLookedUp = finding.origin === 'index' ||
    (finding.origin !== 'stdin' && withHistory.has(finding.repository) && !isNested(finding));
  return isLookedUp ? 'not committed' : 'history not searched';
}

/// Where a finding stands, without its line.
function placeOf({ origin, location, provenance }) {
  const part = location.path.endsWith('!header') ? 'header' : 'message';
  if (origin === 'commit-message') return `${part} of commit ${shortHash(provenance?.blob ?? location.path)}`;
  if (origin === 'tag-message') return `${part} of ${location.path.replace(/!header$/, '')}`;
  if (origin === 'note') return `note in ${location.path}`;
  if (origin === 'stdin') return location.path.replace(/^$|^<stdin>/, 'standard input');
  return location.path;
}

function lineOf({ origin, location }) {
  return origin === 'path' ? ' (the file\u2019s name)' : `:${location.line}`;
}

function originWords(finding) {
  return {
    'worktree': 'in a file', 'index': 'staged: the next commit has it', 'history': 'in a file of the history',
    'commit-message': 'in a commit\u2019s message', 'tag-message': 'in a tag\u2019s message', 'note': 'in a note',
    'path': 'in a file\u2019s name', 'stdin': 'on standard input',
  }[finding.origin] ?? finding.origin;
}

function stateWords({ provenance, origin, state }) {
  if (state === 'not committed') return 'in no commit yet: take it out of the file before you commit';
  if (state === 'history not searched') return 'found in files; their history was not searched';
  if (state === 'unreachable') {
    return 'in no branch or tag (amended, dropped or stashed away), but git still keeps it, and so may every ' +
      'place it was pushed to';
  }
  if (['commit-message', 'tag-message', 'note'].includes(origin)) return 'in the history: every clone has it';
  if (provenance.in_head) return 'HEAD still has it';
  if (state === 'live') {
    return 'not in HEAD at this path, but another path or the tip of another branch still has it';
  }
  return 'gone from HEAD, not from history: every clone still has it';
}

/// Less is more urgent. What may be no key comes last.
function urgency({ confidence, state, exposed }) {
  return [confidence === 'low' ? 1 : 0, STATES.indexOf(state), CONFIDENCES.indexOf(confidence), -(exposed ?? -1)];
}

function byUrgency(a, b) {
  const [first, second] = [urgency(a), urgency(b)];
  const differs = first.findIndex((each, i) => each !== second[i]);
  return differs < 0 ? 0 : first[differs] - second[differs];
}

/// A finding of the report, and what is read out of it in several places.
function read(finding) {
  const exposed = finding.provenance?.exposed_days ?? null;
  return { ...finding, exposed, state: stateOf(finding), place: placeOf(finding) };
}

/// `places` are by urgency.
function keyOf(sha, places) {
  const known = places.map((place) => place.provenance).filter(Boolean);
  const times = (field) => known.map((each) => instant(each[field]?.date)).filter((time) => time !== null);
  const days = places.map((place) => place.exposed).filter((exposed) => exposed !== null);
  const lead = places[0];
  const state = STATES.find((each) => places.some((place) => place.state === each));
  const added = times('introduced').sort((a, b) => a - b)[0] ?? null;
  const removed = times('removed').sort((a, b) => b - a)[0] ?? null;
  return {
    id: sha.slice(0, 16), sha, places, lead, state, added,
    confidence: CONFIDENCES.find((each) => places.some((place) => place.confidence === each)),
    exposed: days.length ? days.reduce((a, b) => Math.max(a, b)) : null,
    overdue: known.some((each) => each.overdue),
    lasted: state === 'live' ? today : removed ?? added,  // until when it was in the files
    title: lead.rule.description || lead.rule.id,
    provider: lead.rule.provider || 'no provider',
    shown: lead.secret.value ?? lead.secret.redacted,
  };
}

const findings = report.findings.map(read).sort(byUrgency);
const allowed = report.allowed.map(read);
const bySecret = Map.groupBy(findings, (finding) => finding.secret.sha256);
const keys = [...bySecret].map(([sha, places]) => keyOf(sha, places)).sort(byUrgency);
const keysById = new Map(keys.map((key) => [key.id, key]));
const isRevealed = [...findings, ...allowed].some((finding) => finding.secret.value !== undefined);
const problems = report.env.filter((each) => each.problem);
const filesOut = unique(problems.map((each) => `${each.repository ?? ''}\n${each.path}`)).length;
const keysThat = (is) => keys.filter(is).length;
const inState = (state) => keysThat((key) => key.state === state);

// ---- The verdict ----

const leaked = inState('live') + inState('history-only') + inState('unreachable');
const isEnvAlone = summary.env_checked && summary.files + summary.objects + summary.commits === 0;
const waysOut = filesOut ? `${counted(filesOut, 'file')} with secrets can get out` : 'No file with secrets can get out';

function keysVerdict() {
  if (isEnvAlone && keys.length === 0) return waysOut;
  if (keys.length === 0) return 'No keys found';
  const found = counted(keys.length, 'key');
  if (leaked === 0) return `${found} found`;
  return leaked === keys.length ? `${found} leaked` : `${found} found, ${number(leaked)} of them leaked`;
}

function verdict() {
  const live = inState('live');
  const it = (count) => (count === 1 ? 'it' : 'them');
  if (keys.length === 0) return keysVerdict();
  if (live && live === leaked) return `${keysVerdict()} and still live; revoke ${it(live)} first`;
  if (live) return `${keysVerdict()}: ${number(live)} still live; revoke ${it(live)} first`;
  if (leaked) return `${keysVerdict()}: none is live, but the history still has ${it(leaked)}; revoke ${it(leaked)}`;
  if (inState('history not searched')) return `${keysVerdict()}; the history was not searched`;
  return `${keysVerdict()}; ${keys.length === 1 ? 'it is' : 'all are'} in no commit yet`;
}

// "3 things were not searched (1 archive-depth, 2 unreadable)". Older reports do not tell the causes.
function incomplete() {
  const causes = Object.entries(summary.skipped || {}).map(([cause, count]) => `${number(count)} ${cause}`);
  const count = report.errors.length;
  return `${counted(count, 'thing')} ${count === 1 ? 'was' : 'were'} not searched` +
    (causes.length ? ` (${causes.join(', ')})` : '');
}

function verdictMore() {
  const parts = [];
  if (summary.env_checked && !(isEnvAlone && keys.length === 0)) parts.push(`${waysOut}.`);
  if (!summary.complete) parts.push(`${incomplete()}.`);
  if (keys.length + filesOut === 0 && summary.complete) parts.push('There is nothing to do.');
  return parts.join(' ');
}

function scanned() {
  const parts = [];
  if (summary.files || summary.objects + summary.commits === 0) parts.push(counted(summary.files, 'file'));
  if (summary.objects) parts.push(counted(summary.objects, 'blob'));
  if (summary.commits) parts.push(counted(summary.commits, 'commit'));
  return `${listed(parts)} (${bytes(summary.bytes)})`;
}

function repositoryWords({ name, url, branch, revision }) {
  const at = [branch, revision && shortHash(revision)].filter(Boolean).join(' at ');
  return [el('strong', {}, brief(name)), url && url !== name && brief(url, { class: 'brief muted' }), at && brief(at)];
}

function showScanned() {
  const [only] = repositories;
  const what = areSeveral ? counted(repositories.length, 'repository').replace('ys', 'ies')
    : repositoryWords(only ?? { name: report.target });
  put(byId('scanned'), el('p', { class: 'facts' }, what, isEnvAlone ? null : el('span', {}, scanned()),
    el('span', {}, `made ${made.slice(0, 16).replace('T', ' ')} UTC`)));
  if (!areSeveral) return;
  const rows = el('ul', { class: 'repositories' });
  const row = (each) => el('li', { class: 'facts' }, repositoryWords(each),
    el('span', { class: 'muted' }, `${counted(each.files, 'file')}, ${counted(each.commits, 'commit')}`));
  put(byId('scanned'), inParts(rows, repositories, 10, row));
}

function showVerdict() {
  const kind = leaked ? 'urgent' : keys.length + filesOut ? 'warn' : summary.complete ? 'good' : 'warn';
  document.title = `${keysVerdict()} \u2013 keysift`;
  byId('verdict').classList.add(kind);
  byId('verdict-title').textContent = `${verdict()}.`;
  byId('verdict-more').textContent = verdictMore();
  showScanned();
  byId('made').textContent = `Made by keysift ${visible(report.tool.version)} on ${day(today)}. Days are in UTC.`;
  if (isRevealed) {
    put(byId('banners'), el('p', { class: 'banner urgent', id: 'revealed' },
      el('strong', {}, 'This page holds whole secrets. '),
      'Whoever has this file has the keys: do not send it, do not store it, delete it when you are done.'));
  }
  for (const { name, rules_changed: rules = [], rules_changed_by: file } of repositories) {
    if (rules.length === 0) continue;
    const named = rules.length > 5 ? [...rules.slice(0, 5), `${rules.length - 5} more`] : rules;
    put(byId('banners'), el('p', { class: 'banner' }, areSeveral && `${visible(name)}: `,
      brief(`${file} takes away, replaces or changes ${rules.length} of keysift's own rules (${listed(named)}).`)));
  }
}

function showErrors() {
  if (summary.complete) return;
  const row = (each) => el('li', {}, areSeveral && `${each.repository}: `,
    brief(each.path || '(no path)', { class: 'brief place' }), brief(each.message, { class: 'brief muted' }));
  put(byId('errors'), el('p', {}, 'Keys may hide in what was not searched:'),
    inParts(el('ul', { class: 'plain' }), report.errors, 10, row));
  byId('errors').hidden = false;
}

// ---- What to do ----

function showSteps() {
  if (keys.length === 0) return;
  const consoles = Map.groupBy(keys, ({ title, lead: { rule } }) => `${rule.provider || title}\n${rule.console ?? ''}`);
  const row = (group) => {
    const [first] = group;
    const { provider, console: address } = first.lead.rule;
    const live = group.filter((key) => key.state === 'live').length;
    return el('li', {}, el('strong', {}, brief(provider || first.title)), ` ${counted(group.length, 'key')}`,
      live > 0 && el('span', { class: 'red' }, `, ${number(live)} live`), ': ',
      address ? outside(address, brief(address.replace('https://', ''))) : 'revoke wherever it is accepted');
  };
  const steps = STEPS.map(([title, more], i) => el('li', {}, el('strong', {}, `${title}. `), more,
    i === 0 && inParts(el('ul', { class: 'consoles' }), [...consoles.values()], 8, row)));
  const unsure = keys.some((key) => key.confidence !== 'high');
  const calm = leaked === 0 && inState('not committed') > 0;
  put(byId('steps'),
    calm && el('p', {}, 'Take the keys out of the files before you commit. If anybody else may have seen them:'),
    el('ol', { class: 'steps' }, steps),
    unsure && el('p', { class: 'hint' }, 'Where the confidence is not high, look first whether it is a real key.'));
  byId('steps').hidden = false;
}

// ---- Totals ----

function showTotals() {
  const total = (id, name, value, isUrgent) => el('div', {}, el('dt', {}, name),
    el('dd', { 'data-total': id, class: value === 0 ? 'none' : isUrgent && 'red' }, number(value)));
  const card = (title, ...rows) => el('div', { class: 'card' }, el('h3', {}, title), el('dl', {}, ...rows));
  const confident = (level) => keysThat((key) => key.confidence === level);
  const states = STATES.filter((state) => state !== 'history not searched' || inState(state) > 0);
  const cards = [
    card('Found', total('keys', 'Keys', keys.length), total('findings', 'Findings', findings.length),
      total('allowed', 'Allowed', allowed.length),
      total('suppressed', 'Left out by the baseline', summary.suppressed),
      summary.fixed !== null && total('fixed', 'Of the baseline, fixed', summary.fixed)),
    card('Keys by state', ...states.map((state) => total(state, state, inState(state), state === 'live'))),
    card('Keys by confidence', ...CONFIDENCES.map((level) => total(level, level, confident(level)))),
    card('Urgent', total('overdue', 'Overdue for rotation', keysThat((key) => key.overdue), true),
      total('files-out', 'Files with secrets that can get out', filesOut, true)),
  ];
  put(byId('totals'), el('div', { class: 'cards' }, cards));
}

// ---- Timeline ----

const drawn = keys.filter((key) => key.added !== null);
const earliest = drawn.reduce((least, key) => Math.min(least, key.added), today - 120 * DAY);
const span = (today - earliest) * 1.03;
const across = (time) => `${((Math.min(time, today) - earliest) / span * 100).toFixed(2)}%`;

/// About six months or years that divide the axis.
function ticks() {
  const fits = [1, 3, 6, 12, 24, 60, 120, 600, 6000, 60000].find((months) => span / (months * 30.4 * DAY) <= 7);
  const start = new Date(earliest);
  const first = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / fits) + 1;
  const at = (i) => new Date(0).setUTCFullYear(0, (first + i) * fits, 1);
  const words = (time) => day(time).slice(0, fits < 12 ? -3 : -6);
  return Array.from({ length: 8 }, (_, i) => at(i)).filter((time) => time < today && parseFloat(across(time)) > 6)
    .map((time) => ({ x: across(time), text: words(time) }));
}

function rules(height) {
  const line = (time, kind) => svg('line', { x1: across(time), x2: across(time), y1: 0, y2: height, class: kind });
  return [line(today - ROTATION_DAYS * DAY, 'rotation'), line(today, 'today')];
}

function axis(marks) {
  const labels = marks.map(({ x, text }, i) => svg('text', { x, y: 48, class: i % 2 ? 'tick odd' : 'tick' }, text));
  const rotation = today - ROTATION_DAYS * DAY;
  const isEarly = (rotation - earliest) / span < 0.3;
  return svg('svg', { class: 'axis', width: '100%', height: 54, 'aria-hidden': 'true' }, labels,
    marks.map(({ x }) => svg('line', { x1: x, x2: x, y1: 52, y2: 54, class: 'grid' })),
    svg('text', { x: across(today), y: 12, 'text-anchor': 'end', class: 'today' }, 'today'),
    svg('text', { x: across(rotation), y: 28, 'text-anchor': isEarly ? 'start' : 'end', class: 'rotation' },
      `${ROTATION_DAYS} days ago`));
}

function exposureWords(key) {
  const parts = [`added ${day(key.added)}`];
  if (key.state !== 'live' && key.lasted > key.added) parts.push(`removed ${day(key.lasted)}`);
  parts.push(key.state);
  if (key.exposed !== null) parts.push(`exposed ${counted(key.exposed, 'day')}`);
  if (key.overdue) parts.push('overdue for rotation');
  return parts.join(', ');
}

function showTimeline() {
  if (drawn.length === 0) return;
  const marks = ticks();
  const readout = el('p', { class: 'hint readout' });
  const idle = 'Point at a bar, or move to it with Tab, for its dates. A bar leads to its key.';
  const tell = (text) => () => { readout.textContent = visible(text); };
  tell(idle)();
  const width = (from, to) => `${Math.max(parseFloat(across(to)) - parseFloat(across(from)), 0)}%`;
  const row = (key) => {
    const words = `${key.title} ${key.shown}: ${exposureWords(key)}`;
    const bar = (from, to, kind) =>
      svg('rect', { x: across(from), width: width(from, to), y: 8, height: 10, rx: 2, class: kind });
    const grid = marks.map(({ x }) => svg('line', { x1: x, x2: x, y1: 0, y2: 26, class: 'grid' }));
    return el('li', {}, el('a', {
      href: `#key-${key.id}`, 'aria-label': words,
      class: `bar ${key.state.replaceAll(' ', '-')}${key.overdue ? ' overdue' : ''}`,
      mouseenter: tell(words), focus: tell(words), mouseleave: tell(idle), blur: tell(idle),
    }, el('span', { class: 'bar-name' }, key.title, ' ', el('code', {}, key.shown)),
    svg('svg', { width: '100%', height: 26, 'aria-hidden': 'true' }, grid, rules(26),
      bar(key.added, today, 'after'), bar(key.added, key.lasted, 'during'),
      svg('rect', { x: across(key.added), y: 5, width: 3, height: 16, class: 'during' })),
    el('span', { class: 'bar-days' }, key.exposed === null ? '' : `${number(key.exposed)} d`,
      key.overdue && el('strong', { class: 'red' }, ' overdue'))));
  };
  const legend = [
    ['live overdue', 'live, overdue for rotation'], ['live', 'live'], ['history-only', 'history-only'],
    ['unreachable', 'unreachable'], ['history-only', 'removed, and still exposed: clones keep it', 'after'],
  ];
  const swatch = ([kind, text, part = 'during']) => el('li', {},
    svg('svg', { class: `bar ${kind}`, width: 18, height: 10, 'aria-hidden': 'true' },
      svg('rect', { width: 18, height: 10, rx: 2, class: part })), text);
  const undated = keys.length - drawn.length;
  put(byId('timeline'),
    el('p', { class: 'hint' }, 'How long each key has been there for others to see. ',
      `A live key should be replaced after ${ROTATION_DAYS} days.`),
    el('ul', { class: 'legend' }, legend.map(swatch)),
    el('div', { class: 'axis-row' }, axis(marks)),
    inParts(el('ol', { class: 'bars' }), drawn, 40, row), readout,
    undated > 0 && el('p', { class: 'hint' }, `Not drawn: ${counted(undated, 'key')} without a date.`));
  byId('timeline').hidden = false;
}

// ---- The table of findings ----

const FOLDERS_DEEP = 2;

function folderOf({ origin, location }) {
  if (['commit-message', 'tag-message', 'note', 'stdin'].includes(origin)) return '(no file)';
  const folders = location.path.split('/').slice(0, -1);
  return folders.slice(0, FOLDERS_DEEP).join('/') || '(top folder)';
}

function rowOf(finding, key) {
  const { rule, secret, confidence, state, place, repository = '' } = finding;
  const introduced = finding.provenance?.introduced ?? null;
  return {
    finding, key, introduced,
    tags: {
      confidence, state, repository, provider: rule.provider || 'no provider', folder: folderOf(finding),
      author: introduced?.author || 'unknown',
    },
    ranks: {  // by which columns sort; null comes last
      key: `${rule.description} ${secret.redacted}`.toLowerCase(),
      confidence: -CONFIDENCES.indexOf(confidence),
      state: STATES.indexOf(state),
      place: `${place.toLowerCase()}\n${String(finding.location.line).padStart(10, '0')}`,
      added: instant(introduced?.date),
      exposed: finding.exposed,
    },
    text: [rule.description, rule.provider, rule.id, secret.redacted, secret.sha256, place, repository, state,
      finding.fingerprint, introduced?.author, introduced?.summary, introduced?.commit].join('\n').toLowerCase(),
  };
}

const rows = keys.flatMap((key) => key.places.map((finding) => rowOf(finding, key)));
const COLUMNS = [
  { id: 'key', title: 'Key', first: 1 }, { id: 'confidence', title: 'Confidence', first: -1 },
  { id: 'state', title: 'State', first: 1 }, { id: 'place', title: 'Place', first: 1 },
  { id: 'added', title: 'Added', first: 1 }, { id: 'exposed', title: 'Exposed', first: -1 },
];
const FILTERS = {
  confidence: 'Confidence', state: 'State', provider: 'Provider', repository: 'Repository', author: 'Author',
  folder: 'Folder',
};
const SELECTS = ['confidence', 'state', 'provider', ...(areSeveral ? ['repository'] : [])];

const view = { words: [], filters: {}, sort: null, direction: 1, page: 0, size: ROWS_A_PAGE };
let matching = rows;

function match() {
  const filters = Object.entries(view.filters).filter(([, value]) => value !== '');
  matching = rows.filter((row) => filters.every(([name, value]) => row.tags[name] === value) &&
    view.words.every((word) => row.text.includes(word)));
  const { sort, direction } = view;
  if (!sort) return;
  const compared = ({ ranks: { [sort]: a } }, { ranks: { [sort]: b } }) => {
    if (a === b) return 0;
    if (a === null || b === null) return a === null ? 1 : -1;
    return a < b ? -direction : direction;
  };
  matching.sort(compared);
}

function tableRow({ finding, key, introduced }) {
  const { state, exposed } = finding;
  const cell = (column, ...children) => el('td', { 'data-column': column }, ...children);
  return el('tr', {},
    cell('Key', el('a', { href: `#key-${key.id}` }, brief(finding.rule.description || finding.rule.id)),
      ' ', el('code', { class: 'brief' }, finding.secret.value ?? finding.secret.redacted)),
    cell('Confidence', badge(finding.confidence, finding.confidence)),
    cell('State', badge(state, state)),
    cell('Place', ofRepository(finding), brief(finding.place + lineOf(finding), { class: 'brief place' })),
    cell('Added', introduced ? [el('span', { class: 'day' }, dayOf(introduced)),
      brief(introduced.author, { class: 'brief muted' })] : '\u2013'),
    cell('Exposed', exposed === null ? '\u2013' : counted(exposed, 'day'),
      finding.provenance?.overdue && [' ', badge('overdue', 'overdue')]));
}

function showRows() {
  const pages = Math.max(Math.ceil(matching.length / view.size), 1);
  view.page = Math.min(view.page, pages - 1);
  const from = view.page * view.size;
  byId('rows').replaceChildren(...matching.slice(from, from + view.size).map(tableRow));
  const page = pages > 1 ? `, page ${number(view.page + 1)} of ${number(pages)}` : '';
  byId('count').textContent = `${number(matching.length)} of ${counted(rows.length, 'finding')}${page}`;
  byId('pager').hidden = pages === 1;
  byId('previous').disabled = view.page === 0;
  byId('next').disabled = view.page === pages - 1;
  for (const head of byId('columns').children) {
    const isSorted = head.dataset.sort === view.sort;
    head.setAttribute('aria-sort', !isSorted ? 'none' : view.direction > 0 ? 'ascending' : 'descending');
  }
}

function refresh() {
  view.page = 0;
  match();
  showRows();
  showFilters();
}

function sortBy({ id, first }) {
  if (view.sort !== id) [view.sort, view.direction] = [id, first];
  else if (view.direction === first) view.direction = -first;
  else view.sort = null;  // by urgency again
  refresh();
}

function turn(by) {
  view.page += by;
  showRows();
  byId('findings-title').scrollIntoView();
}

function setFilter(name, value) {
  view.filters[name] = value;
  refresh();
}

/// The controls as the filters are.
function showFilters() {
  for (const name of SELECTS) byId(`filter-${name}`).value = view.filters[name] ?? '';
  const chip = (name) => button(`${FILTERS[name]}: ${view.filters[name].slice(0, 80)} \u00d7`, () => {
    setFilter(name, '');
    byId('search').focus();
  }, { 'aria-label': `Remove the filter ${FILTERS[name]}: ${view.filters[name].slice(0, 80)}` });
  const chips = ['author', 'folder'].filter((name) => view.filters[name]).map(chip);
  byId('chips').replaceChildren(...chips);
  byId('clear').hidden = view.words.length === 0 && Object.values(view.filters).every((value) => value === '');
  for (const each of byId('breakdown').querySelectorAll('button[data-filter]')) {
    each.setAttribute('aria-pressed', String(view.filters[each.dataset.filter] === each.dataset.value));
  }
}

function clear() {
  view.words = [];
  view.filters = {};
  byId('search').value = '';
  refresh();
  byId('search').focus();
}

function search() {
  view.words = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  refresh();
}

function makeSelect(name) {
  const order = { confidence: CONFIDENCES, state: STATES }[name] ?? unique(rows.map((row) => row.tags[name])).sort();
  const values = order.filter((value) => rows.some((row) => row.tags[name] === value));
  const select = el('select', { id: `filter-${name}`, change: () => setFilter(name, select.value) },
    new Option('all', ''), values.map((value) => new Option(visible(value).slice(0, 80), value)));
  return el('label', {}, FILTERS[name], select);
}

function showFindings() {
  if (rows.length === 0) return;
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(search, 120);
  };
  put(byId('filters'),
    el('label', { class: 'wide' }, 'Search', el('input', { type: 'search', id: 'search', input: later,
      placeholder: 'path, author, commit, key ...', autocomplete: 'off', spellcheck: 'false' })),
    SELECTS.map(makeSelect), button('Clear', clear, { id: 'clear', hidden: true }));
  put(byId('columns'), COLUMNS.map((column) => el('th', { scope: 'col', 'data-sort': column.id },
    button(column.title, () => sortBy(column)))));
  put(byId('pager'), button('Previous', () => turn(-1), { id: 'previous' }),
    button('Next', () => turn(1), { id: 'next' }));
  byId('findings').hidden = false;
  refresh();
}

// ---- Breakdown ----

function breakdown(name, title) {
  const groups = new Map();
  for (const row of rows) {
    const value = row.tags[name];
    if (!groups.has(value)) groups.set(value, { value, keys: new Set(), count: 0 });
    groups.get(value).keys.add(row.key);
    ++groups.get(value).count;
  }
  const sorted = [...groups.values()].sort((a, b) => b.keys.size - a.keys.size || b.count - a.count);
  const bar = ({ value, keys: { size }, count }) => {
    const each = button('', () => {
      setFilter(name, view.filters[name] === value ? '' : value);
      byId('findings-title').focus({ preventScroll: true });
      byId('findings').scrollIntoView();
    }, { 'data-filter': name, 'aria-pressed': 'false',
      'aria-label': `${title} ${value.slice(0, 200)}: ${counted(size, 'key')}, ${counted(count, 'finding')}` });
    each.dataset.value = value;  // as it is, not as it is shown
    put(each, brief(value || '(no name)'), el('span', { class: 'size' }, number(size)),
      svg('svg', { width: '100%', height: 6, 'aria-hidden': 'true' },
        svg('rect', { width: '100%', height: 6, rx: 3, class: 'trough' }),
        svg('rect', { width: `${size / sorted[0].keys.size * 100}%`, height: 6, rx: 3, class: 'fill' })));
    return el('li', {}, each);
  };
  return el('div', { class: 'card' }, el('h3', {}, title), inParts(el('ul', { class: 'plain' }), sorted, 8, bar));
}

function showBreakdown() {
  if (rows.length === 0) return;
  const cards = ['provider', 'author', 'folder', ...(areSeveral ? ['repository'] : [])];
  put(byId('breakdown'), el('div', { class: 'cards' }, cards.map((name) => breakdown(name, FILTERS[name]))));
  byId('breakdown').hidden = false;
}

// ---- A key's own part ----

function excerpt({ excerpt: line, secret, location }) {
  if (!line) return null;
  const shown = location.decoded.length ? '****' : secret.value ?? secret.redacted;
  return el('pre', { class: 'excerpt', tabindex: '0', 'aria-label': 'The line' },
    el('span', { class: 'line-number' }, location.line), ' ', line.before, el('mark', {}, shown), line.after);
}

function commitTerm(name, commit) {
  if (!commit) return null;
  const quoted = commit.summary && brief(`\u201c${commit.summary}\u201d`, { class: 'brief muted' });
  return term(name, brief(commitWords(commit)), quoted);
}

function refsWords({ refs, more_refs: untold = 0 }) {
  const most = 5;
  const rest = Math.max(0, refs.length - most) + untold;
  return listed([...refs.slice(0, most).map(shortRef), ...(rest > 0 ? [`${number(rest)} more`] : [])]);
}

function placePart(finding, level) {
  const { location, provenance, origin, fingerprint, state, exposed } = finding;
  const at = origin === 'path' ? lineOf(finding) : `:${location.line}:${location.column}`;
  const inCommits = provenance?.commits > 0 ? `; it is in ${counted(provenance.commits, 'commit')}` : '';
  return el('li', { class: 'place-part' },
    el(`h${level}`, {}, brief(finding.place + at, { class: 'brief place' })),
    excerpt(finding),
    el('dl', { class: 'terms' },
      areSeveral && term('Repository', brief(finding.repository)),
      term('Found', originWords(finding)),
      location.decoded.length > 0 && term('Encoded as', listed(location.decoded)),
      term('Now', badge(state, state), ` ${stateWords(finding)}${inCommits}`),
      commitTerm('Added', provenance?.introduced),
      commitTerm('Removed', provenance?.removed),
      exposed !== null && term('Exposed', counted(exposed, 'day'),
        provenance.overdue && `; overdue for rotation, for it is live and older than ${ROTATION_DAYS} days`),
      provenance?.refs.length > 0 && term('Refs', brief(refsWords(provenance))),
      term('Fingerprint', el('code', {}, fingerprint)),
      term('If it is no leak', command(`keysift allow ${fingerprint} --reason "..."`))));
}

// A file: page may have no storage; then ticks last as long as the page.
const ticked = {
  has(name) {
    try { return localStorage.getItem(name) !== null; } catch { return false; }
  },
  set(name, on) {
    try { on ? localStorage.setItem(name, '1') : localStorage.removeItem(name); } catch { /* see above */ }
  },
};

function checklist(key) {
  const { rule } = key.lead;
  const step = ([title, more], i) => {
    const name = `keysift-${key.id}-${i}`;
    const box = el('input', { type: 'checkbox', change: () => ticked.set(name, box.checked) });
    box.checked = ticked.has(name);
    const revoke = i === 0 && el('p', {}, rule.console
      ? outside(rule.console, `Revoke it at ${rule.provider || 'its console'}`) : 'Revoke it wherever it is accepted.',
    el('span', { class: 'muted' }, rule.console ?? ''));
    return el('li', {}, el('label', {}, box, el('strong', {}, title)), revoke, el('p', { class: 'muted' }, more));
  };
  return el('ol', { class: 'checklist' }, STEPS.map(step));
}

function keyLead(key) {
  const now = stateWords(key.places.find((place) => place.state === key.state));
  const parts = [`${now[0].toUpperCase()}${now.slice(1)}.`];
  const overdue = key.overdue ? ': overdue for rotation' : '';
  if (key.exposed !== null) parts.push(`Exposed for ${counted(key.exposed, 'day')}${overdue}.`);
  if (key.confidence !== 'high') parts.push('Look first whether it is a real key.');
  return parts.join(' ');
}

/// All about `key`, below a heading of `level`.
function keyPart(key, level) {
  const sub = (text) => el(`h${level + 1}`, {}, text);
  return el('article', { class: 'key-part' },
    el(`h${level}`, { tabindex: level === 1 && '-1' }, brief(key.title), ' ', el('code', {}, key.shown)),
    el('p', { class: 'badges' }, badge(key.state, key.state),
      badge(key.confidence, `${key.confidence} confidence`),
      key.overdue && badge('overdue', 'overdue')),
    el('p', { class: 'lead' }, keyLead(key)),
    el('section', { class: 'card todo' }, sub('What to do'), checklist(key),
      key.state === 'history-only' && el('p', { class: 'hint' }, 'After it is revoked, ',
        el('code', {}, 'git filter-repo --replace-text FILE'), ' can take it out of the history.')),
    el('section', { class: 'card' }, sub('The key'), el('dl', { class: 'terms' },
      term('Provider', brief(key.provider)), term('Rule', brief(key.lead.rule.id)),
      term('Length', counted(key.lead.secret.length, 'byte')), term('SHA-256', el('code', {}, key.sha)),
      key.added !== null && term('First added', day(key.added)))),
    el('section', { class: 'places' }, sub(`Where it stands: ${counted(key.places.length, 'place')}`),
      inParts(el('ul', { class: 'plain' }), key.places, 50, (place) => placePart(place, level + 2))));
}

/// From a key to those before and after it.
function keyNav(key) {
  const at = keys.indexOf(key);
  const to = (other, text) => other && el('a', { href: `#key-${other.id}` }, text);
  return el('nav', { class: 'key-nav', 'aria-label': 'Keys' },
    el('a', { href: '#overview', class: 'back' }, '\u2190 All keys'),
    el('span', { class: 'muted' }, `Key ${number(at + 1)} of ${number(keys.length)}, by urgency`),
    to(keys[at - 1], 'Previous key'), to(keys[at + 1], 'Next key'));
}

// ---- Files with secrets ----

const DOORS = ['commit', 'image', 'package'];

function doorCell(passages) {
  if (!passages) return el('span', { class: 'muted' }, 'none');
  return passages.map(({ open, into, by }) => el('div', { class: 'door' },
    badge(open ? 'open' : 'closed', open ? 'OPEN' : 'closed'), into && brief(into),
    by && brief(`${open ? 'through' : 'by'} ${placeWords(by)}`, { class: 'brief muted' }),
    by?.text && el('code', { class: 'brief' }, by.text)));
}

function doorsTable() {
  const files = [...Map.groupBy(report.doors, (each) => `${each.repository ?? ''}\n${each.path}`).values()];
  const opens = (passages) => passages.filter((each) => each.open).length;
  files.sort((a, b) => opens(b) - opens(a));
  const row = (passages) => {
    const byDoor = Map.groupBy(passages, (each) => each.door);
    return el('tr', {}, el('th', { scope: 'row' }, ofRepository(passages[0]),
      brief(passages[0].path, { class: 'brief place' })),
    DOORS.map((door) => el('td', { 'data-column': door }, doorCell(byDoor.get(door)))));
  };
  const [body, more] = inParts(el('tbody'), files, 100, row);
  const head = ['File', 'Commit', 'Image', 'Package'].map((title) => el('th', { scope: 'col' }, title));
  const caption = el('caption', { class: 'hidden-text' }, 'Files with secrets, and the ways out');
  return [el('table', { class: 'doors' }, caption, el('thead', {}, el('tr', {}, head)), body), more];
}

function envDetails({ detail, read_by: reader, present, provenance }) {
  return [
    detail, reader && !present && `It is not there now; ${placeWords(reader)} expects it.`,
    provenance?.introduced && `Added ${commitWords(provenance.introduced)}.`,
    provenance?.removed && `Removed ${commitWords(provenance.removed)}.`,
    provenance?.in_head && 'HEAD still has it: commit its removal.',
  ].filter(Boolean);
}

function envPart(entry) {
  const { cause, allowed_by: allowedBy } = entry;
  return el('li', { class: 'env-part' },
    el('h4', {}, ofRepository(entry), brief(entry.path, { class: 'brief place' })),
    el('p', {}, entry.why),
    cause && el('p', {}, brief(placeWords(cause), { class: 'brief place' }),
      cause.text && el('code', { class: 'brief' }, cause.text)),
    envDetails(entry).map((text) => el('p', { class: 'muted' }, brief(text))),
    entry.advice && el('p', {}, brief(entry.advice)),
    entry.fix.map(command),
    allowedBy && el('p', { class: 'muted' }, brief(`Allowed by ${allowedBy}: ${entry.allowed_reason ?? ''}`)),
    entry.problem && el('details', {}, el('summary', {}, 'If it is meant to be so'),
      command(`keysift allow ${entry.fingerprint} --reason "..."`)));
}

function showEnv() {
  if (!summary.env_checked && report.env.length + report.doors.length === 0) return;
  const list = (title, entries) => entries.length > 0 && [el('h3', {}, `${title}: ${number(entries.length)}`),
    inParts(el('ul', { class: 'plain' }), entries, 50, envPart)];
  const meant = report.env.filter((each) => each.allowed_by);
  const notes = report.env.filter((each) => !each.problem && !each.allowed_by);
  const count = unique(report.doors.map((each) => `${each.repository ?? ''}\n${each.path}`)).length;
  put(byId('env'), el('p', {}, report.env.length + count === 0 ? 'There are no files with secrets.' : `${waysOut}.`),
    count > 0 && doorsTable(), list('What is wrong', problems), list('Notes', notes), list('Allowed', meant));
  byId('env').hidden = false;
}

// ---- Allowed, and out of date ----

function showAllowed() {
  const { stale } = report;
  if (allowed.length + stale.length === 0) return;
  const row = (finding) => {
    const reason = finding.allowed_reason ? `: ${finding.allowed_reason}` : '';
    return el('li', {}, ofRepository(finding), brief(finding.place + lineOf(finding), { class: 'brief place' }),
      brief(`${finding.rule.description}, by ${finding.allowed_by}${reason}`));
  };
  const old = (entry) => {
    const problem = entry.problem === 'expired' ? `ended on ${entry.until}: renew it or remove the line`
      : 'names nothing that was found: remove the line';
    return el('li', {}, ofRepository(entry), brief(entry.entry, { class: 'brief place' }),
      brief(`.keysiftignore:${entry.line} (${entry.reason}) ${problem}`));
  };
  const list = (text, items, make) => items.length > 0 &&
    [el('p', {}, text), inParts(el('ul', { class: 'plain lines' }), items, 20, make)];
  put(byId('allowed'), list('Found, and allowed:', allowed, row), list('Out of date in .keysiftignore:', stale, old));
  byId('allowed').hidden = false;
}

// ---- Where the reader is: the overview, or a key ----

let overviewScroll = 0;
let opener = null;

function showKey(key) {
  if (!byId('overview').hidden) {
    overviewScroll = scrollY;
    opener = document.activeElement;
  }
  byId('overview').hidden = true;
  byId('key').replaceChildren(keyNav(key), keyPart(key, 1));
  byId('key').hidden = false;
  document.title = `${visible(key.title).slice(0, 80)} \u2013 keysift`;
  scrollTo(0, 0);
  byId('key').querySelector('h1').focus({ preventScroll: true });
}

function showOverview() {
  const isBack = !byId('key').hidden;
  byId('key').hidden = true;
  byId('key').replaceChildren();
  byId('overview').hidden = false;
  document.title = `${keysVerdict()} \u2013 keysift`;
  if (!isBack) return;
  opener?.focus({ preventScroll: true });
  scrollTo(0, overviewScroll);
  const target = location.hash.slice(1);
  if (target && target !== 'overview') document.getElementById(target)?.scrollIntoView();
}

function route() {
  const key = keysById.get(/^#key-([0-9a-f]{16})$/.exec(location.hash)?.[1]);
  if (key) showKey(key);
  else showOverview();
}

function showParts() {
  const parts = { steps: 'What to do', timeline: 'Exposure', findings: 'Findings', env: 'Files with secrets' };
  put(byId('parts'), Object.entries(parts).filter(([id]) => !byId(id).hidden)
    .map(([id, text]) => el('a', { href: `#${id}` }, text)));
}

// ---- Colours and paper ----

function startTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const { dataset } = document.documentElement;
  const isDark = () => (dataset.theme ? dataset.theme === 'dark' : dark.matches);
  const label = () => { byId('theme').textContent = isDark() ? 'Light colours' : 'Dark colours'; };
  byId('theme').addEventListener('click', () => {
    dataset.theme = isDark() ? 'light' : 'dark';
    label();
  });
  dark.addEventListener('change', label);
  byId('theme').hidden = false;
  label();
}

function startPrinting() {
  addEventListener('beforeprint', () => {
    if (byId('overview').hidden) return;
    view.size = MOST_PRINTED_ROWS;
    showRows();
    if (keys.length > 0 && keys.length <= MOST_PRINTED_KEYS) {
      put(byId('printed'), keys.map((key) => keyPart(key, 2)));
    }
  });
  addEventListener('afterprint', () => {
    byId('printed').replaceChildren();
    view.size = ROWS_A_PAGE;
    if (!byId('findings').hidden) showRows();
  });
}

showVerdict();
showErrors();
showSteps();
showTotals();
showTimeline();
showBreakdown();
showFindings();
showEnv();
showAllowed();
showParts();
startTheme();
startPrinting();
byId('skip').addEventListener('click', (event) => {  // an address would close the key that is open
  event.preventDefault();
  byId('main').focus();
});
addEventListener('hashchange', route);
route();
