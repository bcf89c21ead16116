"""What an author writes must not reach the reader as anything but text."""
import os
import pty
import re
import subprocess
import unicodedata

from kit import Expected, case

EVIL = ('\x1b]0;owned\x07\x1b[2J\r\x08\u202e\u2066\x9b31m\u200f\u200b\u00ad\u2028\U000e0041'
        '##vso[task.complete]##[error]x ::error::x\n::error::x')
OWN = re.compile(rb'\x1b\[[0-9;]*m|\x1b\]8;[^\x07\x1b]*(?:\x1b\\|\x07)|\x1b\[K|\r')


def hostile_repository(kit):
    """Escapes in a file's name, an author, a message, a branch and a tag."""
    kit.git('init', '-q', '-b', 'main')
    with open(os.path.join(os.fsencode(kit.folder), ('a' + EVIL.replace('/', '') + 'b').encode()), 'w') as file:
        file.write(f'{EVIL} {kit.line().rstrip()} {EVIL}\n')
    kit.git('add', '-A')
    kit.git('-c', f'user.name={EVIL}', 'commit', '-q', '--author', f'{EVIL.replace(chr(10), "")} <a@example.org>',
            '-m', f'{EVIL}\n\nmore')
    kit.git('update-ref', 'refs/heads/x\u202ey', 'HEAD')


def bad_characters(data):
    """Characters that a terminal or a reader obeys, in what should be text."""
    text = OWN.sub(b'', data).decode(errors='replace')
    return {hex(ord(each)) for each in text if each not in '\n\r\t' and (
        unicodedata.category(each) in ('Cc', 'Cf', 'Zl', 'Zp') or each == '\ufffd')}


def output_of(kit, *args, terminal=False):
    if not terminal:
        done = subprocess.run((kit.keysift, *args), cwd=kit.folder, capture_output=True, env=kit.environment())
        return done.stdout + done.stderr
    leader, follower = pty.openpty()
    child = subprocess.Popen((kit.keysift, *args), cwd=kit.folder, stdin=follower, stdout=follower, stderr=follower,
                             env={**kit.environment(), 'TERM': 'xterm-256color', 'COLORTERM': 'truecolor'})
    os.close(follower)
    data = b''
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        data += part
    child.wait()
    os.close(leader)
    return data


for fmt in ('text', 'markdown', 'csv', 'github', 'gitlab', 'gitleaks', 'sarif', 'junit', 'jsonl', 'html', 'json'):
    @case('output', f'escapes and bidi marks everywhere, as {fmt}')
    def formats(kit, fmt=fmt):
        hostile_repository(kit)

        def also(kit, _):
            data = output_of(kit, 'scan', '.', '--format', fmt)
            if fmt == 'html':  # the page's own text has none, and the report in it is JSON
                data = data.replace(b'\xc2\xa0', b' ')
            bad = bad_characters(data)
            if re.search(rb'^\s*::error::x|##(vso)?\[', data, re.M):
                return 'what the author wrote is a command'
            return f'{sorted(bad)}' if bad else ''
        return Expected(also=also)


@case('output', 'the same in a terminal')
def terminal(kit):
    hostile_repository(kit)

    def also(kit, _):
        bad = bad_characters(output_of(kit, 'scan', '.', terminal=True))
        return f'{sorted(bad)}' if bad else ''
    return Expected(also=also)


@case('output', 'a cell that a spreadsheet would run')
def formula(kit):
    kit.leak('=cmd|calc!A1')

    def also(kit, _):
        data = output_of(kit, 'files', '.', '--format', 'csv')
        return 'a cell begins with =' if re.search(rb'(?:^|,)"?=', data, re.M) else ''
    return Expected(args=('files', '.'), also=also)


@case('output', 'a report that would be written through a link')
def report_link(kit):
    kit.leak()
    (kit.root / 'reports').mkdir()
    victim = kit.root / 'victim'
    victim.write_text('kept')
    (kit.root / 'reports/report.json').symlink_to(victim)

    def also(kit, _):
        report = kit.root / 'reports/report.json'
        if victim.read_text() != 'kept':
            return 'what the link leads to was written'
        return '' if report.stat().st_mode & 0o777 == 0o600 else f'mode {oct(report.stat().st_mode)}'
    return Expected(args=('files', '.', '--report', f"json={kit.root / 'reports/report.json'}"), also=also)
