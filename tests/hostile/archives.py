"""Archives made to exhaust, to mislead or to escape."""
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

from kit import Expected, case


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.GNU_FORMAT) as archive:
        for member, data in members:
            if isinstance(member, str):
                member = tarfile.TarInfo(member)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


@case('archives', 'a gzip bomb: 2 GB of zeros in 2 MB')
def gzip_bomb(kit):
    packer = zlib.compressobj(9, wbits=31)
    block = b'\0' * (1 << 20)
    kit.write('bomb.gz', b''.join(packer.compress(block) for _ in range(2048)) + packer.flush())
    kit.leak()
    return Expected(args=('files', '.'), causes={'archive-ratio': 1}, words='unpacks to more than')


@case('archives', 'an xz bomb: 1 GB in 150 kB')
def xz_bomb(kit):
    packer = lzma.LZMACompressor(preset=0)
    block = b'\0' * (1 << 22)
    kit.write('bomb.xz', b''.join(packer.compress(block) for _ in range(256)) + packer.flush())
    kit.leak()
    return Expected(args=('files', '.'), causes={'archive-ratio': 1}, words='unpacks to more than')


@case('archives', 'a zip whose members are all the same 10 MB')
def overlapping_zip(kit):
    """Each entry of the central directory leads to the same local header."""
    data = b'\0' * 10_000_000
    packed = zlib.compress(data, 9)[2:-4]
    name = b'a'
    crc = zlib.crc32(data)
    sizes = struct.pack('<III', crc, len(packed), len(data))
    local = b'PK\3\4' + struct.pack('<HHHHH', 20, 0, 8, 0, 0) + sizes + struct.pack('<HH', 1, 0) + name + packed
    entry = b'PK\1\2' + struct.pack('<HHHHHH', 20, 20, 0, 8, 0, 0) + sizes + struct.pack('<HHHHHII', 1, 0, 0, 0, 0, 0, 0)
    count = 60_000
    central = (entry + name) * count
    end = b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, count, count, len(central), len(local), 0)
    kit.write('bomb.zip', local + central + end)
    kit.leak()
    return Expected(args=('files', '.'))


@case('archives', 'a gzip file that holds itself: unpacked four times')
def nested_gzip(kit):
    data = kit.line().encode()
    for _ in range(30):
        data = gzip.compress(data, mtime=0)
    kit.write('nested.gz', data)
    kit.leak()
    return Expected(args=('files', '.'), causes={'archive-depth': 1}, words='inside 4 others')


@case('archives', 'zips in zips in zips, ten of them in each of ten')
def zip_tree(kit):
    data = zipped([('zeros', b'\0' * 1_000_000)])
    for _ in range(3):
        data = zipped([(f'{number}.zip', data) for number in range(10)])
    kit.write('tree.zip', data)
    kit.leak()

    def also(_, got):
        causes = set(got.report['summary']['skipped'])
        return '' if causes and causes <= {'archive-size', 'archive-ratio'} else f'skipped {causes}'
    return Expected(args=('files', '.'), causes=None, also=also)


@case('archives', 'more members than the limit')
def many_members(kit):
    kit.write('many.zip', zipped([('first', kit.line())] + [(f'{number}', b'') for number in range(100_001)],
                                 zipfile.ZIP_STORED))
    return Expected(args=('files', '.'), causes={'archive-members': 1}, words='more than 100000 members')


@case('archives', 'an encrypted member')
def encrypted(kit):
    data = bytearray(zipped([('leak.txt', kit.line(2)), ('other.txt', kit.line())]))
    for at in (data.find(b'PK\3\4') + 6, data.find(b'PK\1\2') + 8):
        data[at] |= 1
    kit.write('closed.zip', bytes(data))
    return Expected(args=('files', '.'), causes={'encrypted': 1}, words='is encrypted')


@case('archives', 'a tar.gz that is cut short')
def truncated(kit):
    data = gzip.compress(tarred([('leak.txt', kit.line().encode()), ('rest', bytes(range(256)) * 4000)]), mtime=0)
    kit.write('cut.tar.gz', data[:len(data) * 2 // 3])
    return Expected(args=('files', '.'), causes={'broken': 1}, words='cannot be read to its end')


@case('archives', 'members called ../../x and /etc/x, links out of it, devices')
def escaping(kit):
    link = tarfile.TarInfo('link')
    link.type, link.linkname = tarfile.SYMTYPE, str(kit.outside / 'secret.txt')
    hard = tarfile.TarInfo('hard')
    hard.type, hard.linkname = tarfile.LNKTYPE, '/etc/passwd'
    device = tarfile.TarInfo('device')
    device.type, device.devmajor, device.devminor = tarfile.CHRTYPE, 1, 5
    kit.write('out.tar', tarred([(link, b''), (hard, b''), (device, b''),
                                 ('../../../outside/written', kit.line().encode()),
                                 ('/tmp/keysift-hostile-written', kit.line().encode())]))

    def also(kit, got):
        written = (kit.outside / 'written').exists()
        return 'a member was written' if written else ''
    return Expected(args=('files', '.'), also=also)


@case('archives', 'member names with escapes, line ends and NULs')
def member_names(kit):
    kit.write('odd.zip', zipped([('\x1b[2J\n\u202e', kit.line()), ('a' * 60_000, kit.line(2))]))
    return Expected(args=('files', '.'), keys=2)


@case('archives', 'a zip that claims 4 GB where 10 bytes are')
def lying_size(kit):
    data = bytearray(zipped([('leak.txt', kit.line()), ('lie', b'0123456789')]))
    at = data.rfind(b'PK\1\2')
    data[at + 24:at + 28] = struct.pack('<I', 0xfffffff0)
    kit.write('lie.zip', bytes(data))
    return Expected(args=('files', '.'), causes=None)


@case('archives', 'the first bytes of each format, and then noise')
def noise(kit):
    magics = (b'PK\3\4', b'7z\xbc\xaf\x27\x1c', b'!<arch>\ndebian-binary', b'\x1f\x8b\x08', b'BZh91AY&SY',
              b'\xfd7zXZ\0', b'\x28\xb5\x2f\xfd', b'\0' * 257 + b'ustar')
    for number, magic in enumerate(magics):
        kit.write(f'{number}', magic + bytes((number * 37 + each * 101) % 251 for each in range(5000)))
    kit.leak()

    def also(_, got):
        return '' if set(got.report['summary']['skipped']) <= {'broken', 'encrypted'} else 'other causes'
    return Expected(args=('files', '.'), causes=None, also=also)


@case('archives', 'a bomb in a git blob')
def bomb_in_git(kit):
    packer = zlib.compressobj(9, wbits=31)
    kit.write('bomb.gz', b''.join(packer.compress(b'\0' * (1 << 20)) for _ in range(512)) + packer.flush())
    kit.repository()
    return Expected(args=('history',), causes={'archive-ratio': 1}, words='unpacks to more than')


@case('archives', 'an archive from a pipe')
def piped(kit):
    return Expected(args=('files', '-'), stdin=zipped([('leak.txt', kit.line())]))
