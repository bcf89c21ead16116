"""Rules and configuration that come with what is scanned."""
from kit import Expected, case


def scanned_with(kit, config, **expected):
    kit.repository()
    kit.write('.keysift.toml', config)
    return Expected(**expected)


@case('rules', 'a configuration that allows everything: told as allowed')
def allows_all(kit):
    return scanned_with(kit, "[[allowlists]]\nregexes = ['.*']\n", status=0, keys=0, allowed=1)


@case('rules', 'the same, with --config-from none')
def config_none(kit):
    return scanned_with(kit, "[[allowlists]]\nregexes = ['.*']\n", args=('scan', '.', '--config-from', 'none'))


@case('rules', 'the same, with --config-from HEAD, which lacks it')
def config_head(kit):
    return scanned_with(kit, "[[allowlists]]\nregexes = ['.*']\n", args=('scan', '.', '--config-from', 'HEAD'))


@case('rules', 'a mark on the line, with --config-from none')
def mark_none(kit):
    kit.git('init', '-q', '-b', 'main')
    kit.write('leak.txt', kit.line().rstrip() + ' # keysift' + ':allow\n')
    kit.git('add', '-A')
    kit.git('commit', '-q', '-m', 'start')
    return Expected(args=('scan', '.', '--config-from', 'none'))


@case('rules', 'an ignore file that allows everything, with --config-from none')
def ignores_none(kit):
    kit.repository()
    kit.write('.keysiftignore', 'leak.txt\n')
    return Expected(args=('scan', '.', '--config-from', 'none'))


for what, config in (('a broken regex', "[[allowlists]]\nregexes = ['(']\n"),
                     ('a regex that exhausts memory', "[[allowlists]]\nregexes = ['((((a{1000}){1000}){1000}){1000})']\n"),
                     ('no TOML', '[[[[\0'), ('TOML nested 100,000 deep', 'a = ' + '[' * 100_000 + '\n'),
                     ('an unknown key', 'nonsense = 1\n')):
    @case('rules', f'a configuration with {what}: refused in a line')
    def refused(kit, config=config):
        return scanned_with(kit, config, status=2, keys=0, words='.keysift.toml')


@case('rules', 'a configuration of 100 MB: refused in a line')
def large_config(kit):
    return scanned_with(kit, '#' * 100_000_000, status=2, keys=0, words='.keysift.toml')


for name in ('.keysiftignore', '.gitleaksignore'):
    @case('rules', f'a {name} of 50 MB')
    def large_ignores(kit, name=name):
        kit.repository()
        kit.write(name, 'x' * 70 + '\n' + '#\n' * 25_000_000)
        return Expected(status=2, keys=0, words=name)


@case('rules', 'a .gitleaksignore of a million wrong lines')
def wrong_ignores(kit):
    kit.repository()
    kit.write('.gitleaksignore', 'x\x1b[2J:y:z\n' + ':::\n' * 1_000_000)
    return Expected(words='.gitleaksignore:1: neither')


@case('rules', 'a .gitleaksignore whose every line names the place of the key')
def many_ignores(kit):
    kit.repository()
    kit.write('.gitleaksignore', ''.join(f'{number:040x}:leak.txt:x:1\n' for number in range(70_000)))
    return Expected()


@case('rules', 'a .gitignore of 3 MB of stars')
def slow_ignores(kit):
    kit.repository()
    kit.write('.gitignore', ('*a' * 200 + 'b\n') * 7_000)
    for number in range(50):
        kit.write('a' * 100 + f'{number}', 'nothing\n')
    return Expected(causes=None)


@case('rules', 'a rule file whose pattern needs more memory than a pattern may: refused with its id')
def large_rule(kit):
    kit.leak()
    (kit.root / 'rules.toml').write_text(
        "[[rules]]\nid = 'huge'\ndescription = 'x'\nregex = '((x{1000}){1000}){1000}'\nkeywords = ['x']\n")
    return Expected(args=('files', '.', '--rules', str(kit.root / 'rules.toml')), status=2, keys=0, words='rules.toml')


@case('rules', 'a baseline, a list of commits and a report that are noise: refused in a line')
def noise(kit):
    kit.leak()
    (kit.root / 'noise').write_bytes(bytes(range(256)) * 1000)
    return Expected(args=('files', '.', '--baseline', str(kit.root / 'noise')), status=2, keys=0, words='noise')


@case('rules', 'a saved report nested 1,000,000 deep: refused in a line')
def deep_report(kit):
    (kit.root / 'deep.json').write_text('{"a":' + '[' * 1_000_000)
    return Expected(args=('report', str(kit.root / 'deep.json')), status=2, keys=0, words='deep.json')
