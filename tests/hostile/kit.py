"""What cases of the kit are made of: a folder to spoil, keys, and what must come of a scan.

A case is a function with the decorator @case(topic, what). It gets a Kit, builds what is bad in kit.folder, and returns
an Expected. The runner (./run) scans, compares and prints a row.
"""
import hashlib
import json
import os
import random
import signal
import stat
import string
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

WATCHDOG = 300  # seconds after which a scan counts as hung
MOST_MEMORY = 1200  # MB that no case may take; with sanitizers six times that
ALNUM = string.ascii_letters + string.digits


class Skip(Exception):
    """This system cannot build the case; the argument says why."""


@dataclass
class Expected:
    """What must come of a scan. A status of 1 means that the keys are found."""
    status: int = 1
    keys: int = 1  # of kit.key(1), kit.key(2) ...: how many must be found; none other may be
    causes: dict = field(default_factory=dict)  # summary.skipped, exactly
    others: bool = False  # other keys may be found, too
    words: str = ''  # that one of the errors has, or standard error where there is no report
    allowed: int = 0  # findings that are told as allowed
    args: tuple = ('scan', '.')
    stdin: bytes = b''
    unchanged: bool = True  # the scan leaves every file as it was
    env: dict = field(default_factory=dict)
    user: int = 0  # who scans
    also: object = None  # called with the kit and the Got: returns what is wrong, or ''

    def text(self):
        parts = ['key found' if self.keys == 1 else f'{self.keys} keys found' if self.keys else 'nothing found']
        parts += [f'{count} {cause}' for cause, count in sorted((self.causes or {}).items())]
        if self.words:
            parts.append(f"'{self.words}'")
        if self.allowed:
            parts.append(f'{self.allowed} allowed')
        return f"{self.status}: {', '.join(parts)}"


@dataclass
class Got:
    status: int = 0
    seconds: float = 0
    megabytes: int = 0
    report: dict = None
    out: bytes = b''
    err: bytes = b''

    def hashes(self):
        return {finding['secret']['sha256'] for finding in self.report['findings']} if self.report else set()

    def errors(self):
        return self.report['errors'] if self.report else []


CASES = []


def case(topic, what):
    def add(build):
        CASES.append((topic, what, build))
        return build
    return add


class Kit:
    """One case's folders and keys. `full`: also what takes minutes to build."""

    def __init__(self, keysift, full):
        self.keysift = keysift
        build = subprocess.run((keysift, '--version', '--verbose'), capture_output=True, text=True).stdout
        self.most_memory = MOST_MEMORY * (6 if 'sanitizers' in build else 1)
        self.full = full
        self.root = Path(tempfile.mkdtemp(prefix='keysift-hostile-'))
        self.folder = self.root / 'scanned'
        self.outside = self.root / 'outside'
        self.marker = self.root / 'a-program-was-run'
        self.cleanup = []
        for folder in (self.folder, self.outside, self.root / 'home'):
            folder.mkdir()
        # What lies outside must never be told of.
        (self.outside / 'secret.txt').write_text(f'KEY={self.key(99)}\n')

    # Keys and files ------------------------------------------------------------------------------------------------

    @staticmethod
    def key(number=1):
        """A synthetic key of a shape that is found with high confidence; put together so that no scanner sees it."""
        rng = random.Random(number)
        side = lambda: ''.join(rng.choices(ALNUM, k=74))  # noqa: E731
        return 'sk' + '-proj-' + side() + 'T3Blbk' + 'FJ' + side()

    def line(self, number=1):
        return f'KEY={self.key(number)}\n'

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def leak(self, name='leak.txt', number=1):
        return self.write(name, self.line(number))

    def program(self):
        """A command that leaves the marker behind, for configurations that name one."""
        script = self.root / 'program'
        script.write_text(f'#!/bin/sh\ntouch "{self.marker}"\ncat\n')
        script.chmod(0o755)
        return str(script)

    # Git -------------------------------------------------------------------------------------------------------------

    def environment(self):
        names = ('PATH', 'LANG', 'LC_ALL', 'TMPDIR', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS')
        kept = {name: os.environ[name] for name in names if name in os.environ}
        return {**kept, 'HOME': str(self.root / 'home'), 'GIT_CONFIG_NOSYSTEM': '1', 'GIT_AUTHOR_NAME': 'A',
                'GIT_AUTHOR_EMAIL': 'a@example.org', 'GIT_COMMITTER_NAME': 'A', 'GIT_COMMITTER_EMAIL': 'a@example.org',
                'GIT_AUTHOR_DATE': '1700000000 +0000', 'GIT_COMMITTER_DATE': '1700000000 +0000'}

    def git(self, *args, data=b'', folder=None):
        done = subprocess.run(('git', *args), cwd=folder or self.folder, input=data, capture_output=True,
                              env=self.environment())
        if done.returncode:
            raise RuntimeError(f"git {' '.join(args)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors='replace').rstrip('\n')

    def repository(self, *names):
        """A repository with one commit, in which the files of these names have the first key."""
        self.git('init', '-q', '-b', 'main')
        for name in names or ('leak.txt',):
            self.leak(name)
        self.git('add', '-A')
        self.git('commit', '-q', '-m', 'start')
        return self.folder / '.git'

    def hash_object(self, kind, data):
        return self.git('hash-object', '-t', kind, '-w', '--stdin', '--literally', data=data)

    def pipe(self, path):
        path = self.folder / path
        if path.is_symlink() or path.exists():
            path.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)

    # Scanning --------------------------------------------------------------------------------------------------------

    def scan(self, expected):
        command = [self.keysift, *expected.args, '--format', 'json']
        out, err = self.root / 'out', self.root / 'err'
        started = time.monotonic()
        with open(out, 'wb') as to_out, open(err, 'wb') as to_err:
            child = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.PIPE, stdout=to_out, stderr=to_err,
                                     env={**self.environment(), **expected.env}, user=expected.user or None)
            signal.signal(signal.SIGALRM, lambda *_: child.kill())
            signal.alarm(WATCHDOG)
            try:
                child.stdin.write(expected.stdin)
                child.stdin.close()
            except BrokenPipeError:
                pass
            peak = 0
            while child.poll() is None:
                peak = max(peak, peak_memory(child.pid))
                time.sleep(0.005 if time.monotonic() - started < 0.1 else 0.05)
            signal.alarm(0)
        got = Got(child.returncode, time.monotonic() - started, peak, None, out.read_bytes(), err.read_bytes())
        try:
            got.report = json.loads(got.out)
        except ValueError:
            pass
        return got

    def problems(self, expected, got, before):
        """What does not hold, a few words each."""
        wrong = []
        if got.status != expected.status:
            wrong.append(f'status {got.status}' + (' (hung)' if got.status == -signal.SIGKILL else ''))
        hashes = {hashlib.sha256(self.key(number).encode()).hexdigest(): number for number in range(1, 100)}
        found = {hashes.get(each, 0) for each in got.hashes()}
        if 99 in found:
            wrong.append('a key outside was read')
        missing = set(range(1, expected.keys + 1)) - found
        if missing:
            wrong.append(f'{len(missing)} of {expected.keys} keys missed')
        if not expected.others and found - set(range(1, expected.keys + 1)):
            wrong.append('something else found')
        if got.report is None and expected.status in (0, 1, 3):
            wrong.append('no report')
        if got.report:
            skipped = got.report['summary']['skipped']
            if expected.causes is not None and skipped != expected.causes:
                wrong.append(f'skipped {skipped}')
            if len(got.report['allowed']) != expected.allowed:
                wrong.append(f"{len(got.report['allowed'])} allowed")
        words = got.err.decode(errors='replace') + ''.join(each['message'] for each in got.errors())
        if expected.words not in words:
            wrong.append(f'not told: {words[:150]!r}')
        if got.err.count(b'\n') > 3 or b'terminate' in got.err or b'ERROR: ' in got.err:
            wrong.append('standard error: ' + got.err.decode(errors='replace')[-200:])
        for number in (1, 2, 99):
            if self.key(number).encode() in got.out + got.err:
                wrong.append('a secret was told')
        if self.marker.exists():
            wrong.append('a program was run')
        if got.megabytes > self.most_memory:
            wrong.append(f'{got.megabytes} MB')
        if expected.unchanged and before != listing(self.folder):
            wrong.append('something was written')
        if expected.also:
            more = expected.also(self, got)
            if more:
                wrong.append(more)
        return wrong

    def remove(self):
        for each in reversed(self.cleanup):
            each()
        subprocess.run(('chmod', '-R', 'u+rwx', self.root), capture_output=True)
        subprocess.run(('rm', '-rf', self.root), capture_output=True)  # rmtree minds depth and lengths


def peak_memory(process):
    """Its most memory until now, in MB. What wait4() tells includes that of this program, before exec."""
    try:
        status = Path(f'/proc/{process}/status').read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith('VmHWM')), 0)


def listing(folder):
    """Every file below a folder, with all that writing would change. Not of what is very large."""
    entries = {}
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(here, name)
            if len(entries) > 30_000:
                return None
            try:
                status = os.lstat(path)
            except OSError:
                continue
            entries[path] = (stat.S_IFMT(status.st_mode), status.st_mode, status.st_size, status.st_mtime_ns,
                             status.st_ino)
    return entries
