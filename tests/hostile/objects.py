"""Objects, packs and histories that git would never write."""
import hashlib
import os
import struct
import zlib

from kit import Expected, case


def loose(git_dir, name, raw):
    path = git_dir / 'objects' / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)


def branch(kit, commit, name='main'):
    path = kit.folder / '.git/refs/heads' / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(commit + '\n')


def tree_of(*entries):
    """Entries are (mode, name, hexadecimal id)."""
    return b''.join(mode + b' ' + name + b'\0' + bytes.fromhex(id) for mode, name, id in entries)


def commit_of(tree, *parents, extra=b'', author=b'A <a@example.org> 1700000000 +0000', message=b'm\n'):
    lines = [b'tree ' + tree.encode(), *(b'parent ' + each.encode() for each in parents)]
    if author:
        lines += [b'author ' + author, b'committer ' + author]
    return b'\n'.join(lines) + b'\n' + extra + b'\n' + message


@case('objects', 'a loose object that unpacks to 1 GB of zeros')
def loose_bomb(kit):
    git_dir = kit.repository()
    size = 1 << 30
    packer = zlib.compressobj(9)
    parts = [packer.compress(b'blob %d\0' % size)]
    parts += [packer.compress(b'\0' * (1 << 22)) for _ in range(size >> 22)] + [packer.flush()]
    loose(git_dir, 'ab' + '1' * 38, b''.join(parts))
    return Expected()


for what, raw in (('cut short', zlib.compress(b'blob 1000\0' + bytes(range(200)) * 5)[:60]),
                  ('whose size is a lie', zlib.compress(b'blob 5\0more than five bytes')),
                  ('of 100 GB, it says', zlib.compress(b'blob 100000000000\0x')),
                  ('of no type', zlib.compress(b'blub 1\0x')), ('of noise', bytes(range(256))), ('that is empty', b'')):
    @case('objects', f'a loose object {what}')
    def loose_damaged(kit, raw=raw):
        loose(kit.repository(), 'ab' + '1' * 38, raw)
        return Expected(causes={'broken': 1})


@case('objects', 'trees of ten folders each, eleven deep: 10^11 paths to a key')
def tree_bomb(kit):
    kit.repository()
    below = kit.hash_object('tree', tree_of((b'100644', b'f', kit.git('rev-parse', 'HEAD:leak.txt'))))
    for _ in range(11):
        below = kit.hash_object('tree', tree_of(*((b'40000', b'%d' % n, below) for n in range(10))))
    branch(kit, kit.hash_object('commit', commit_of(below)), 'bomb')
    return Expected(causes={'places': 1}, words='too many places')


@case('objects', 'the same bomb, as what a range adds')
def tree_bomb_range(kit):
    kit.repository()
    below = kit.hash_object('tree', tree_of((b'100644', b'f', kit.git('rev-parse', 'HEAD:leak.txt'))))
    for _ in range(11):
        below = kit.hash_object('tree', tree_of(*((b'40000', b'%d' % n, below) for n in range(10))))
    branch(kit, kit.hash_object('commit', commit_of(below)), 'bomb')
    return Expected(args=('history', '--branch', 'bomb'), causes={'places': 1})


@case('objects', 'trees 10,000 deep')
def deep_trees(kit):
    kit.repository()
    below = tree_of((b'100644', b'f', kit.git('rev-parse', 'HEAD:leak.txt')))
    git_dir = kit.folder / '.git'
    for _ in range(10_000):
        name = hashlib.sha1(b'tree %d\0' % len(below) + below).hexdigest()
        loose(git_dir, name, zlib.compress(b'tree %d\0' % len(below) + below, 1))
        below = tree_of((b'40000', b'd', name))
    branch(kit, kit.hash_object('commit', commit_of(kit.hash_object('tree', below))), 'deep')
    return Expected(causes=None)


@case('objects', 'the same, as what a range adds')
def deep_trees_range(kit):
    deep_trees(kit)
    kit.write('other.txt', kit.line())
    kit.git('add', 'other.txt')
    return Expected(args=('history', '--branch', 'deep', '--max-commits', '1'), status=3, keys=0,
                    causes={'tree-depth': 1}, words='nested too deep')


@case('objects', 'a tree of very many entries')
def wide_tree(kit):
    kit.repository()
    blob = kit.git('rev-parse', 'HEAD:leak.txt')
    count = 1_000_000 if kit.full else 100_000
    tree = kit.hash_object('tree', tree_of(*((b'100644', b'%07d' % n, blob) for n in range(count))))
    branch(kit, kit.hash_object('commit', commit_of(tree)), 'wide')
    return Expected(causes=None)


@case('objects', 'tree entries called "..", ".git", "a/b", "" and twice the same')
def tree_names(kit):
    kit.repository()
    blob = kit.git('rev-parse', 'HEAD:leak.txt')
    names = (b'..', b'.', b'.git', b'a/b', b'', b'same', b'same', b'\x1b[2J', b'../../etc/passwd')
    tree = kit.hash_object('tree', tree_of(*((b'100644', name, blob) for name in names)))
    branch(kit, kit.hash_object('commit', commit_of(tree)), 'names')
    return Expected(causes=None)


@case('objects', 'trees that are cut short, without NUL, with bad modes')
def tree_damage(kit):
    kit.repository()
    blob = kit.git('rev-parse', 'HEAD:leak.txt')
    good = tree_of((b'100644', b'a', blob))
    for number, raw in enumerate((good[:-5], b'100644 a', b'\xff' * 50, b'999999999999999999999 a\0' + b'1' * 20, good + b'4')):
        tree = kit.hash_object('tree', raw)
        branch(kit, kit.hash_object('commit', commit_of(tree)), f'damaged{number}')
    return Expected(causes=None, words='tree is broken')


@case('objects', 'commits with bad headers, dates, zones and NULs, keys in each message')
def commits(kit):
    kit.repository()
    tree = kit.git('rev-parse', 'HEAD^{tree}')
    authors = (b'', b'A', b'<', b'A <a> 99999999999999999999 +0000', b'A <a> -1 -9999', b'A <a> 1 +99999999999',
               b'A\0B <a> 1 +0000', b'\x1b[2J <\xe2\x80\xae> x y', b'A' * 1_000_000)
    for number, author in enumerate(authors):
        message = b'm\0\n' + kit.line(number + 2).encode()
        branch(kit, kit.hash_object('commit', commit_of(tree, author=author, message=message)), f'odd{number}')
    return Expected(keys=10, causes=None)


@case('objects', 'commits without a tree, with a blob for one, with themselves as parent by replacement')
def commit_links(kit):
    git_dir = kit.repository()
    blob = kit.git('rev-parse', 'HEAD:leak.txt')
    head = kit.git('rev-parse', 'HEAD')
    branch(kit, kit.hash_object('commit', b'author A <a> 1 +0000\n\nm\n'), 'treeless')
    branch(kit, kit.hash_object('commit', commit_of(blob)), 'blob')
    branch(kit, kit.hash_object('commit', commit_of('1' * 40, '2' * 40)), 'lost')
    second = kit.hash_object('commit', commit_of(kit.git('rev-parse', 'HEAD^{tree}'), head))
    for name, other in ((head, second), (second, head)):
        path = git_dir / 'refs/replace' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(other + '\n')
    return Expected(causes=None)


@case('objects', 'grafts that make commits their own ancestors')
def grafts(kit):
    git_dir = kit.repository()
    first = kit.git('rev-parse', 'HEAD')
    second = kit.hash_object('commit', commit_of(kit.git('rev-parse', 'HEAD^{tree}'), first))
    branch(kit, second, 'main')
    (git_dir / 'info/grafts').write_text(f'{first} {second}\n{second} {first} {second}\nnoise\n{first[:7]} \n')
    return Expected(causes=None)


@case('objects', '100,000 commits in a line')
def long_line(kit):
    kit.git('init', '-q', '-b', 'main')
    line = kit.line().encode()
    blobs = [b'blob\nmark :1\ndata %d\n%s\n' % (len(line), line)]
    for number in range(100_000):
        blobs.append(b'commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata 1\nm\n' % (1_600_000_000 + number)
                     + (b'M 100644 :1 leak.txt\n' if number == 50_000 else b'D leak.txt\n' if number == 60_000 else b''))
    kit.git('fast-import', '--quiet', data=b''.join(blobs))
    return Expected(args=('history',))


@case('objects', 'a merge of 1,000 parents')
def octopus(kit):
    kit.repository()
    tree = kit.git('rev-parse', 'HEAD^{tree}')
    head = kit.git('rev-parse', 'HEAD')
    parents = [kit.hash_object('commit', commit_of(tree, head, message=b'%d\n' % n)) for n in range(100)] * 10
    branch(kit, kit.hash_object('commit', commit_of(tree, *parents)), 'octopus')
    return Expected()


@case('objects', 'tags of tags, 1,000 deep')
def tags(kit):
    git_dir = kit.repository()
    below, kind = kit.git('rev-parse', 'HEAD'), 'commit'
    for number in range(1000):
        raw = f'object {below}\ntype {kind}\ntag t{number}\ntagger A <a@example.org> 1 +0000\n\nm\n'.encode()
        raw = b'tag %d\0' % len(raw) + raw
        below, kind = hashlib.sha1(raw).hexdigest(), 'tag'
        loose(git_dir, below, zlib.compress(raw, 1))
    (git_dir / 'refs/tags').mkdir(parents=True, exist_ok=True)
    (git_dir / 'refs/tags/deep').write_text(below + '\n')
    return Expected(causes=None)


# Packs ----------------------------------------------------------------------------------------------------------------

def entry_header(kind, size):
    first, size = kind << 4 | size & 15, size >> 4
    out = bytearray()
    while size:
        out.append(first | 128)
        first, size = size & 127, size >> 7
    out.append(first)
    return bytes(out)


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def offset_to(distance):
    out = [distance & 127]
    distance >>= 7
    while distance:
        distance -= 1
        out.append(distance & 127 | 128)
        distance >>= 7
    return bytes(reversed(out))


def write_pack(git_dir, entries, count=None, offsets=None):
    """A pack and its index. An entry is (name, bytes); `offsets` says where the index claims that they are."""
    pack = b'PACK' + struct.pack('>II', 2, len(entries) if count is None else count)
    places = {}
    for name, data in entries:
        places[name] = len(pack)
        pack += data
    pack += hashlib.sha1(pack).digest()
    names = sorted(places)
    fanout = [sum(1 for name in names if int(name[:2], 16) <= byte) for byte in range(256)]
    index = b'\xfftOc' + struct.pack('>I', 2) + struct.pack('>256I', *fanout)
    index += b''.join(bytes.fromhex(name) for name in names) + b'\0\0\0\0' * len(names)
    index += b''.join(struct.pack('>I', (offsets or places)[name]) for name in names) + pack[-20:]
    index += hashlib.sha1(index).digest()
    folder = git_dir / 'objects/pack'
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'pack-bad.pack').write_bytes(pack)
    (folder / 'pack-bad.idx').write_bytes(index)


def named(number):
    return hashlib.sha1(b'%d' % number).hexdigest()


def whole(data, size=None):
    return entry_header(3, len(data) if size is None else size) + zlib.compress(data)


def ref_delta(base, delta):
    return entry_header(7, len(delta)) + bytes.fromhex(base) + zlib.compress(delta)


@case('objects', 'deltas that stand on each other in a circle')
def delta_circle(kit):
    git_dir = kit.repository()
    delta = varint(5) + varint(5) + b'\x90\x05'
    write_pack(git_dir, [(named(0), ref_delta(named(1), delta)), (named(1), ref_delta(named(0), delta))])
    return Expected(causes={'broken': 2})


@case('objects', 'a delta that claims to make 100 GB')
def delta_claim(kit):
    git_dir = kit.repository()
    delta = varint(5) + varint(100_000_000_000) + b'\x90\x05'
    write_pack(git_dir, [(named(0), whole(b'hello')), (named(1), ref_delta(named(0), delta))])
    return Expected(causes={'memory': 1}, words='deltas make it larger than')


@case('objects', 'deltas that double what they stand on, 40 times: 1 TB')
def delta_bomb(kit):
    git_dir = kit.repository()
    entries = [(named(0), whole(b'x'))]
    for number in range(40):
        size = 1 << number
        copy = b''.join(b'\xf0' + struct.pack('<I', min(left, 0xffffff))[:3]
                        for left in _parts(size, 0xffffff)) if number > 24 else _copy(size)
        entries.append((named(number + 1), ref_delta(named(number), varint(size) + varint(size * 2) + copy * 2)))
        if len(copy) > 1_000_000:
            break
    write_pack(git_dir, entries)

    def also(_, got):
        causes = set(got.report['summary']['skipped'])
        return '' if 'memory' in causes and causes <= {'memory', 'broken'} else f'skipped {causes}'
    return Expected(causes=None, words='deltas make it larger than', also=also)


def _copy(size):
    return b''.join(b'\xf0' + struct.pack('<I', left)[:3] for left in _parts(size, 0xffff))


def _parts(size, most):
    return [most] * (size // most) + ([size % most] if size % most else [])


@case('objects', 'a chain of 50,000 deltas')
def delta_chain(kit):
    git_dir = kit.repository()
    line = kit.line(2).encode()
    entries = [(named(0), whole(line))]
    delta = varint(len(line)) + varint(len(line)) + b'\x90' + bytes([len(line)])
    for number in range(50_000):
        entries.append((named(number + 1), ref_delta(named(number), delta)))
    write_pack(git_dir, entries)
    return Expected(keys=2, causes=None)


@case('objects', 'a pack whose header claims more objects than its index')
def pack_count(kit):
    write_pack(kit.repository(), [(named(0), whole(kit.line(2).encode()))], count=1_000_000)
    return Expected(keys=2)


@case('objects', 'an index that leads out of its pack')
def index_out(kit):
    write_pack(kit.repository(), [(named(0), whole(b'hello')), (named(1), whole(b'world'))],
               offsets={named(0): 0x7fffffff, named(1): 5})
    return Expected(causes=None, also=lambda _, got: '' if got.errors() else 'nothing was told')


def damaged_pack(what, damage):
    @case('objects', f'a pack {what}')
    def build(kit):
        git_dir = kit.repository()
        kit.git('gc', '--quiet')
        pack = next((git_dir / 'objects/pack').glob('*.pack'))
        for each in (pack, pack.with_suffix('.idx')):
            each.chmod(0o644)
        damage(pack)
        return Expected(causes=None, also=lambda _, got: '' if got.errors() else 'nothing was told')
    return build


damaged_pack('that is cut short', lambda pack: os.truncate(pack, pack.stat().st_size // 2))
damaged_pack('that is empty', lambda pack: os.truncate(pack, 0))
damaged_pack('whose index is cut short', lambda pack: os.truncate(pack.with_suffix('.idx'), 1100))
damaged_pack('without an index', lambda pack: pack.with_suffix('.idx').unlink())
damaged_pack('of version 9', lambda pack: pack.write_bytes(b'PACK\0\0\0\x09' + pack.read_bytes()[8:]))


@case('objects', 'an object whose entry has one bit changed')
def pack_bit(kit):
    git_dir = kit.repository()
    write_pack(git_dir, [(named(0), whole(kit.line(2).encode())[:-9] + b'123456789')])
    return Expected(causes={'broken': 1})
