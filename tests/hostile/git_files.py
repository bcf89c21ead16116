"""What lies in .git, and what it makes git run."""
import os

from kit import Expected, case
from files import as_root


def config_runs(what, *settings):
    """A case whose configuration names programs: none may be run."""
    @case('git', f'{what}: nothing is run')
    def build(kit):
        kit.write('.gitattributes', '* filter=evil diff=evil merge=evil\n')
        kit.repository()
        program = kit.program()
        for name, value in settings:
            kit.git('config', '--add', name, value.replace('PROGRAM', program))
        kit.leak('new.txt', 1)
        return Expected()
    return build


config_runs('filters', ('filter.evil.clean', 'PROGRAM'), ('filter.evil.smudge', 'PROGRAM'),
            ('filter.evil.process', 'PROGRAM'), ('filter.evil.required', 'true'))
config_runs('fsmonitor', ('core.fsmonitor', 'PROGRAM'), ('core.fsmonitorHookVersion', '2'))
config_runs('textconv and external diff', ('diff.evil.textconv', 'PROGRAM'), ('diff.evil.command', 'PROGRAM'),
            ('diff.external', 'PROGRAM'))
config_runs('ssh, askpass, credentials, proxies', ('core.sshCommand', 'PROGRAM'), ('core.askPass', 'PROGRAM'),
            ('credential.helper', '!PROGRAM'), ('core.gitProxy', 'PROGRAM'))
config_runs('alternateRefsCommand', ('core.alternateRefsCommand', 'PROGRAM'))
config_runs('pagers, editors, aliases, gpg', ('core.pager', 'PROGRAM'), ('core.editor', 'PROGRAM'),
            ('sequence.editor', 'PROGRAM'), ('alias.log', '!PROGRAM'), ('gpg.program', 'PROGRAM'))
config_runs('uploadpack and a remote of ext::', ('remote.origin.url', 'ext::PROGRAM'),
            ('remote.origin.uploadpack', 'PROGRAM'), ('uploadpack.packObjectsHook', 'PROGRAM'),
            ('protocol.ext.allow', 'always'))


@case('git', 'hooks of all kinds: nothing is run')
def hooks(kit):
    git_dir = kit.repository()
    program = kit.program()
    for name in ('pre-commit', 'post-checkout', 'post-index-change', 'fsmonitor-watchman', 'reference-transaction',
                 'pre-auto-gc', 'post-rewrite'):
        (git_dir / 'hooks' / name).parent.mkdir(exist_ok=True)
        (git_dir / 'hooks' / name).symlink_to(program)
    kit.git('config', 'core.hooksPath', str(git_dir / 'hooks'))
    return Expected()


@case('git', 'a partial clone of ext::PROGRAM that lacks a blob: it is not fetched')
def promisor(kit):
    git_dir = kit.repository('leak.txt', 'other.txt')
    blob = kit.hash_object('blob', b'gone\n')
    kit.write('gone.txt', 'gone\n')
    kit.git('add', 'gone.txt')
    kit.git('commit', '-q', '-m', 'gone')
    (git_dir / 'objects' / blob[:2] / blob[2:]).unlink()
    (kit.folder / 'gone.txt').unlink()
    for name, value in (('core.repositoryFormatVersion', '1'), ('extensions.partialClone', 'origin'),
                        ('remote.origin.promisor', 'true'), ('remote.origin.url', f'ext::{kit.program()}'),
                        ('protocol.ext.allow', 'always')):
        kit.git('config', name, value)
    return Expected(causes={'missing': 1}, words='gone.txt')


@case('git', 'a submodule with an address that would run something')
def submodule(kit):
    kit.repository()
    commit = kit.git('rev-parse', 'HEAD')
    kit.write('.gitmodules', f'[submodule "s"]\n\tpath = s\n\turl = ext::{kit.program()}\n\tupdate = !{kit.program()}\n')
    kit.git('update-index', '--add', '--cacheinfo', f'160000,{commit},s')
    kit.git('commit', '-q', '-m', 'submodule')
    return Expected()


for name in ('HEAD', 'config', 'packed-refs', 'shallow', 'index', 'objects/info/alternates', 'commondir'):
    @case('git', f'a pipe for .git/{name}')
    def pipe(kit, name=name):
        kit.repository()
        kit.pipe(f'.git/{name}')

        def also(_, got):
            causes = got.report['summary']['skipped']
            return '' if causes and set(causes) <= {'unreadable', 'broken'} else f'skipped {causes}'
        return Expected(causes=None, also=also)


for name in ('info/exclude', 'info/grafts', 'refs/heads/x', 'objects/pack/pack-x.pack', 'logs/HEAD', 'MERGE_HEAD'):
    @case('git', f'a pipe for .git/{name}')
    def harmless_pipe(kit, name=name):
        kit.repository()
        kit.pipe(f'.git/{name}')
        return Expected(causes=None)


for name in ('.gitignore', '.keysift.toml', '.keysiftignore', '.gitleaksignore', '.env', 'Dockerfile', '.dockerignore', 'package.json'):
    @case('git', f'a pipe for {name}')
    def tree_pipe(kit, name=name):
        kit.repository()
        kit.pipe(name)
        return Expected(causes=None)

    @case('git', f'a link to /dev/zero for {name}')
    def tree_zero(kit, name=name):
        kit.repository()
        (kit.folder / name).symlink_to('/dev/zero')
        if name.startswith('.keysift') or name == '.gitleaksignore':
            return Expected(status=2, keys=0, words=f'{name}: it is a link')
        return Expected(causes=None)


@case('git', 'include.path of a pipe')
def include_pipe(kit):
    kit.repository()
    os.mkfifo(kit.root / 'pipe')
    kit.git('config', '--add', 'include.path', str(kit.root / 'missing'))
    with open(kit.folder / '.git/config', 'a') as config:
        config.write(f'[include]\n\tpath = {kit.root}/pipe\n')
    return Expected(causes={'unreadable': 1}, words='is no regular file')


@case('git', 'include.path of itself, of /etc/passwd and of 10,000 files')
def includes(kit):
    kit.repository()
    with open(kit.folder / '.git/config', 'a') as config:
        config.write('[include]\n\tpath = config\n\tpath = /etc/passwd\n')
        config.writelines(f'\tpath = {number}\n' for number in range(10_000))
    return Expected(causes={'unreadable': 1}, words='includes more than 100 files')


@case('git', 'core.worktree elsewhere')
def worktree(kit):
    kit.repository()
    kit.git('config', 'core.worktree', str(kit.outside))
    return Expected(args=('history',))


@case('git', 'a repository of another user')
def other_owner(kit):
    as_root()
    kit.repository()
    for folder, folders, files in os.walk(kit.folder):
        for name in ('.', *folders, *files):
            os.chown(os.path.join(folder, name), 12345, 12345)
    for folder in (kit.root, kit.folder):
        folder.chmod(0o755)
    return Expected(user=65534)


for what, text in (('elsewhere', 'gitdir: ../outside/repository\n'), ('to itself', 'gitdir: .git\n'),
                   ('to nothing', 'gitdir: /no/such/folder\n'), ('to the root', 'gitdir: /\n'), ('as noise', '\xff\0' * 9)):
    @case('git', f'.git as a file that leads {what}')
    def git_file(kit, what=what, text=text):
        kit.leak()
        kit.write('.git', text)
        if what == 'elsewhere':
            other = kit.outside / 'repository'
            kit.git('init', '-q', '--bare', str(other))
            return Expected(causes=None)
        return Expected(causes={'broken': 1}, words='its history was not searched')


@case('git', 'alternates that go in a circle, out of the tree, nowhere, and 1,000 of them')
def alternates(kit):
    git_dir = kit.repository()
    other = kit.outside / 'other'
    kit.git('init', '-q', '--bare', str(other))
    (other / 'objects/info/alternates').write_text(f'{git_dir}/objects\n')
    lines = [f'{other}/objects', f'{git_dir}/objects', '/dev', '../../..'] + [f'/none/{n}' for n in range(1000)]
    (git_dir / 'objects/info/alternates').write_text('\n'.join(lines) + '\n')
    return Expected()


@case('git', 'refs that lead to each other, to garbage, and with odd names')
def refs(kit):
    git_dir = kit.repository()
    heads = git_dir / 'refs/heads'
    (heads / 'a').write_text('ref: refs/heads/b\n')
    (heads / 'b').write_text('ref: refs/heads/a\n')
    (heads / 'c').write_text('garbage\n')
    (heads / 'd\x1b[2J').write_text(kit.git('rev-parse', 'HEAD') + '\n')
    (heads / 'link').symlink_to('/etc/passwd')

    def also(_, got):
        return '' if got.report['summary']['skipped'].get('broken', 0) >= 2 else 'broken refs were not told'
    return Expected(causes=None, words='ref cannot be resolved', also=also)


@case('git', 'branches and tags called like keys, which lead nowhere')
def refs_called_like_keys(kit):
    git_dir = kit.repository()
    (git_dir / 'refs/heads' / kit.key(2)).write_text('garbage\n')
    (git_dir / 'refs/tags').mkdir(exist_ok=True)
    (git_dir / 'refs/tags' / kit.key(2)).write_text('ref: refs/tags/none\n')
    return Expected(causes=None)


@case('git', 'packed-refs that is cut short, and a HEAD of garbage')
def packed_refs(kit):
    git_dir = kit.repository()
    kit.git('pack-refs', '--all')
    text = (git_dir / 'packed-refs').read_text()
    (git_dir / 'packed-refs').write_text(text[:-20])
    return Expected(causes=None, also=lambda _, got: '' if got.errors() else 'nothing was told')


def damaged_index(what, damage, **expected):
    @case('git', f'an index {what}')
    def build(kit):
        git_dir = kit.repository('leak.txt', 'b/c', 'd')
        damage(kit, git_dir / 'index')
        return Expected(**expected)
    return build


def rewrite(change):
    def damage(_, path):
        path.write_bytes(change(path.read_bytes()))
    return damage


for version in (2, 3, 4):
    damaged_index(f'of version {version}', lambda kit, _, version=version: (
        kit.git('update-index', f'--index-version={version}'), kit.git('add', '-N', '.')))
damaged_index('that is split', lambda kit, _: kit.git('update-index', '--split-index'), causes=None)
damaged_index('that is cut short', rewrite(lambda data: data[:len(data) // 2]), causes={'unreadable': 1})
damaged_index('of version 9', rewrite(lambda data: data[:7] + b'\x09' + data[8:]), causes={'unreadable': 1})
damaged_index('that claims four billion entries', rewrite(lambda data: data[:8] + b'\xff\xff\xff\xff' + data[12:]),
              causes={'unreadable': 1})
damaged_index('with an extension of 4 GB', rewrite(lambda data: data[:-20] + b'link\xff\xff\xff\xf0' + data[-20:]), causes=None)
damaged_index('that is empty', rewrite(lambda data: b''), causes=None)


@case('git', 'a sparse index')
def sparse_index(kit):
    kit.repository('leak.txt', 'in/a', 'out/b')
    kit.git('sparse-checkout', 'init', '--cone', '--sparse-index')
    kit.git('sparse-checkout', 'set', 'in')
    return Expected(causes=None)


@case('git', 'loose objects in a folder that nobody may read')
def closed_objects(kit):
    as_root()
    git_dir = kit.repository()
    for folder, folders, files in os.walk(kit.folder):
        os.chmod(folder, 0o755)
    kit.root.chmod(0o755)
    blob = kit.git('rev-parse', 'HEAD:leak.txt')
    (git_dir / 'objects' / blob[:2]).chmod(0)
    return Expected(user=65534, causes=None, words='cannot be read',
                    also=lambda _, got: '' if got.errors() else 'nothing was told')


@case('git', 'a multi-pack-index, a commit-graph, a bitmap and a reverse index of noise')
def auxiliary_files(kit):
    git_dir = kit.repository()
    kit.git('gc', '--quiet')
    kit.git('multi-pack-index', 'write')
    kit.git('commit-graph', 'write', '--reachable')
    packs = git_dir / 'objects/pack'
    noise = bytes(range(256)) * 100
    for path in (packs / 'multi-pack-index', git_dir / 'objects/info/commit-graph',
                 *(pack.with_suffix(suffix) for pack in packs.glob('*.pack') for suffix in ('.bitmap', '.rev', '.mtimes'))):
        if path.exists():
            path.chmod(0o644)
        path.write_bytes(noise)
    return Expected()


@case('git', 'a multi-pack-index that names a pack which is not there')
def multi_pack_index(kit):
    git_dir = kit.repository()
    kit.git('repack', '-q', '-d')
    kit.write('more.txt', kit.line(2))
    kit.git('add', '-A')
    kit.git('commit', '-q', '-m', 'more')
    kit.git('repack', '-q', '-d')
    kit.git('multi-pack-index', 'write')
    lacking = next(path for path in (git_dir / 'objects/pack').glob('*.idx'))
    for path in (lacking, lacking.with_suffix('.pack')):
        path.unlink()
    return Expected(keys=2, causes=None, also=lambda _, got: '' if got.errors() else 'nothing was told')
