"""Files and folders that are not what they seem."""
import os
import socket
import subprocess
import threading

from kit import Expected, Skip, case


def as_root():
    if os.geteuid() != 0:
        raise Skip('needs root')


@case('files', 'a link to a file out of the tree')
def link_out(kit):
    kit.leak()
    (kit.folder / 'link').symlink_to(kit.outside / 'secret.txt')
    return Expected(args=('files', '.'))


@case('files', 'a link to a folder out of the tree')
def folder_link_out(kit):
    kit.leak()
    (kit.folder / 'link').symlink_to(kit.outside)
    return Expected(args=('files', '.'))


@case('files', 'links that go in a circle')
def link_loop(kit):
    kit.leak('a/leak.txt')
    (kit.folder / 'a/up').symlink_to('..')
    (kit.folder / 'x').symlink_to('y')
    (kit.folder / 'y').symlink_to('x')
    return Expected(args=('files', '.'))


@case('files', 'pipes, sockets and links to devices')
def special(kit):
    kit.leak()
    kit.pipe('pipe')
    for name, target in (('zero', '/dev/zero'), ('tty', '/dev/tty'), ('mem', '/proc/self/mem'), ('root', '/')):
        (kit.folder / name).symlink_to(target)
    server = socket.socket(socket.AF_UNIX)
    kit.cleanup.append(server.close)
    server.bind(str(kit.folder / 's'))
    return Expected(args=('files', '.'))


@case('files', 'device files')
def devices(kit):
    as_root()
    kit.leak()
    for name, major, minor in (('zero', 1, 5), ('random', 1, 8), ('full', 1, 7)):
        try:
            os.mknod(kit.folder / name, 0o020666, os.makedev(major, minor))
        except OSError as error:
            raise Skip('no devices can be made here') from error
    return Expected(args=('files', '.'))


@case('files', 'a pipe that is named itself')
def named_pipe(kit):
    kit.pipe('pipe')
    threading.Thread(target=lambda: (kit.folder / 'pipe').write_text(kit.line()), daemon=True).start()
    return Expected(args=('files', 'pipe'), unchanged=False)


@case('files', '/proc of a process, which has what never ends')
def proc(kit):
    kit.leak()
    child = subprocess.Popen(('sleep', '600'), env={'PATH': os.environ['PATH'], 'KEY': kit.key()})
    kit.cleanup += [child.wait, child.kill]
    return Expected(args=('files', f'/proc/{child.pid}/environ', 'leak.txt'))


@case('files', 'a folder that nobody may read, and a file')
def unreadable(kit):
    as_root()
    kit.leak()
    kit.leak('closed/leak.txt', 2)
    kit.leak('closed.txt', 2)
    for name in ('closed', 'closed.txt'):
        (kit.folder / name).chmod(0)
    for folder in (kit.root, kit.folder):
        folder.chmod(0o755)
    return Expected(args=('files', '.'), causes={'unreadable': 2}, words='Permission denied', user=65534)


@case('files', 'files whose names are keys, which nobody may read, or which are broken archives')
def keys_as_names(kit):
    as_root()
    kit.leak()
    kit.leak(kit.key(), 2)
    kit.write(kit.key(2) + '.zip', b'PK\3\4' + bytes(range(256)) * 10)
    (kit.folder / kit.key()).chmod(0)
    for folder in (kit.root, kit.folder):
        folder.chmod(0o755)
    return Expected(args=('files', '.'), causes={'unreadable': 1, 'broken': 1}, user=65534)


@case('files', 'a folder mounted below itself')
def mount_loop(kit):
    as_root()
    kit.leak()
    below = kit.folder / 'a/b'
    below.mkdir(parents=True)
    if subprocess.run(('mount', '--rbind', kit.folder, below), capture_output=True).returncode:
        raise Skip('nothing can be mounted here')
    kit.cleanup.append(lambda: subprocess.run(('umount', '-R', below), capture_output=True))
    return Expected(args=('files', '.'), unchanged=False)


@case('files', 'names that are no UTF-8, with line ends, escapes and bidi marks')
def odd_names(kit):
    for number, name in enumerate((b'\xff\xfe', b'a\nb', b'\x1b[2J', '\u202etxt.exe'.encode(), b'-rf', b'"; ls', b' ')):
        with open(os.path.join(os.fsencode(kit.folder), name), 'w') as file:
            file.write(kit.line(number + 1))
    return Expected(args=('files', '.'), keys=7)


@case('files', 'paths of more than 4,096 bytes')
def long_path(kit):
    folder = os.open(kit.folder, os.O_RDONLY)
    name = 'd' * 250
    for _ in range(40):
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    with open(os.open('leak.txt', os.O_WRONLY | os.O_CREAT, dir_fd=folder), 'w') as file:
        file.write(kit.line())
    os.close(folder)
    return Expected(args=('files', '.'), unchanged=False)


@case('files', 'folders 5,000 deep: searched down to the limit')
def deep(kit):
    kit.leak()
    folder = os.open(kit.folder, os.O_RDONLY)
    for _ in range(5000):
        os.mkdir('d', dir_fd=folder)
        below = os.open('d', os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    return Expected(args=('files', '.'), causes={'tree-depth': 1}, words='nested deeper than 2048', unchanged=False)


@case('files', 'very many files in a folder')
def many_files(kit):
    folder = kit.folder / 'many'
    folder.mkdir()
    fd = os.open(folder, os.O_RDONLY)
    for number in range(1_000_000 if kit.full else 100_000):
        os.close(os.open(f'{number}', os.O_WRONLY | os.O_CREAT, dir_fd=fd))
    os.close(fd)
    kit.leak('many/leak.txt')
    return Expected(args=('files', '.'), unchanged=False)


@case('files', 'a sparse file of 1 TB with keys before, in and after its holes')
def sparse(kit):
    path = kit.folder / 'sparse'
    size = 1 << 40
    try:
        with open(path, 'wb') as file:
            for number, at in enumerate((0, size // 2 + 12345, size - 1000)):
                file.seek(at)
                file.write(kit.line(number + 1).encode())
            file.truncate(size)
    except OSError as error:
        raise Skip('no such large file can be made here') from error

    def also(_, got):
        columns = sorted((each['location']['line'], each['location']['column']) for each in got.report['findings'])
        length = len(kit.line())
        expected = [(1, 5), (2, size // 2 + 12345 - length + 5), (3, size - 1000 - (size // 2 + 12345 + length) + 5)]
        return '' if columns == expected else f'places {columns}'
    return Expected(args=('files', '.'), keys=3, also=also)


@case('files', 'one line of 100 MB with keys in it')
def long_line(kit):
    filler = 'x = 1; ' * (10_000_000 // 7)
    kit.write('line.js', ''.join(f'{filler} {kit.line(number).rstrip()} ' for number in range(1, 11)))
    return Expected(args=('files', '.'), keys=10)


@case('files', '50 MB of beginnings of keys')
def prefixes(kit):
    word = 'sk' + '-proj-'
    kit.write('words', (word * (25_000_000 // 8)) + '\n' + ('-----BEGIN PRIVATE KEY-----' * 900_000) + '\n')
    kit.leak()
    return Expected(args=('files', '.'))


@case('files', '30 MB of marks of encodings')
def marks(kit):
    kit.write('marks', '%25' * 2_000_000 + '\n' + '\\u005c' * 1_000_000 + '\n' + '&amp;' * 1_000_000 + '\n' + '=\n' * 2_000_000)
    kit.leak()
    return Expected(args=('files', '.'))


@case('files', '20,000 matches of a rule: the first are told')
def many_matches(kit):
    kit.write('keys', ''.join(f'{kit.key(100 + number)}\n' for number in range(20_000)))
    kit.leak()

    def also(kit, got):
        return '' if len(got.report['findings']) == 10_001 else f"{len(got.report['findings'])} findings"
    return Expected(args=('files', '.'), causes={'matches': 1}, words='more than 10000 matches', others=True, also=also)


class Swapping:
    """Changes a file over and over while a scan runs."""

    def __init__(self, kit, change):
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(change,))
        self.thread.start()
        kit.cleanup.append(self.end)

    def run(self, change):
        number = 0
        while not self.stop.is_set():
            change(number)
            number += 1

    def end(self):
        self.stop.set()
        self.thread.join()


def padded(kit, count=3000):
    """Many files, so that a scan is under way while others change."""
    for number in range(count):
        kit.write(f'many/{number:04}/text', 'nothing here\n')
    kit.leak()


@case('files', 'a folder that turns into a link out of the tree, and back')
def swapped_folder(kit):
    padded(kit, 500)
    inner = kit.folder / 'swap/inner'
    inner.mkdir(parents=True)
    (inner / 'secret.txt').write_text('nothing\n')
    target, kept = kit.outside, kit.root / 'kept'

    def change(number):
        if number % 2 == 0:
            os.rename(inner, kept)
            os.symlink(target, inner)
        else:
            os.unlink(inner)
            os.rename(kept, inner)
    Swapping(kit, change)

    def repeat(kit, got):
        expected = Expected(args=('files', '.'))
        for _ in range(40):
            again = kit.scan(expected)
            wrong = [each for each in kit.problems(Expected(args=(), causes=again.report['summary']['skipped'],
                                                            unchanged=False), again, None)]
            if wrong:
                return '; '.join(wrong)
        return ''
    return Expected(args=('files', 'leak.txt'), unchanged=False, also=repeat)


@case('files', 'a file that turns into a pipe, a link and nothing')
def swapped_file(kit):
    padded(kit, 200)
    path = kit.folder / 'swap'

    def change(number):
        if path.is_symlink() or path.exists():
            path.unlink()
        if number % 4 == 0:
            path.write_text('text\n')
        elif number % 4 == 1:
            os.mkfifo(path)
        elif number % 4 == 2:
            path.symlink_to(kit.outside / 'secret.txt')
    Swapping(kit, change)

    def repeat(kit, got):
        for _ in range(40):
            again = kit.scan(Expected(args=('files', '.')))
            if again.status != 1:
                return f'status {again.status}'
            wrong = kit.problems(Expected(causes=again.report['summary']['skipped'], unchanged=False), again, None)
            if wrong:
                return '; '.join(wrong)
        return ''
    return Expected(args=('files', 'leak.txt'), unchanged=False, also=repeat)


@case('files', 'a file that grows and shrinks while it is read')
def growing(kit):
    kit.leak()
    path = kit.write('log', b'x' * 20_000_000)

    def change(number):
        os.truncate(path, 20_000_000 if number % 2 else 100)
    Swapping(kit, change)

    def repeat(kit, got):
        for _ in range(20):
            again = kit.scan(Expected(args=('files', '.')))
            if again.status != 1:
                return f'status {again.status}'
        return ''
    return Expected(args=('files', 'leak.txt'), unchanged=False, also=repeat)


@case('files', 'a file that grows as fast as it is read')
def endless(kit):
    kit.leak()
    path = kit.write('log', b'x' * 50_000_000)
    block = b'x' * 4_000_000

    def change(number):
        with open(path, 'ab') as file:
            file.write(block)
            if file.tell() > 3_000_000_000:
                file.truncate(0)
    Swapping(kit, change)
    return Expected(args=('files', '.'), unchanged=False)
