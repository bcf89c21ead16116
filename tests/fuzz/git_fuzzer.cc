// A libFuzzer target for what git's objects and files say: commits, tags, trees, the index, grafts, lists of
// commits, remotes' addresses.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/failure.h"
#include "base/text.h"
#include "fuzz/input.h"
#include "git/authorship.h"
#include "git/commit_graph.h"
#include "git/commit_range.h"
#include "git/index_file.h"
#include "git/pack_builder.h"
#include "git/remote_address.h"
#include "git/tree.h"
#include "git/tree_names.h"
#include "git/tree_reader.h"

namespace keysift::test {
namespace {

/// The lines of an object's header, without their ends.
std::vector<std::string> header_lines(std::string_view object) {
  std::istringstream in{std::string(object)};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line) && !line.empty();) lines.push_back(line);
  return lines;
}

/// A commit's or tag's bytes.
void fuzz_commit(Input input) {
  const auto bytes = input.rest();
  const auto lines = header_lines(bytes);
  const auto header = parse_commit({}, bytes);
  require(header.has_value() == (!lines.empty() && lines[0].starts_with("tree ")), "a header or none");
  if (header) {
    std::size_t parents = 0;
    while (parents + 1 < lines.size() && lines[parents + 1].starts_with("parent ")) ++parents;
    require(header->parents.size() == parents, "another number of parents");
    require(header->tree == Oid::from_hex(lines[0].substr(5)), "another tree");
  }
  const auto made = parse_authorship(bytes);
  require(made.author.empty() || bytes.find(made.author) != bytes.npos, "an author whom nobody names");
  require(made.date.empty() || parse_date(made.date).has_value(), "a date that is none");
  require(made.summary.size() <= 203 && made.summary.find('\n') == std::string::npos, "a summary too long");
  const auto message = message_of(bytes);
  require(bytes.ends_with(message), "a message that is not the end");
  if (!message.empty()) require(bytes.substr(0, bytes.size() - message.size()).ends_with("\n\n"), "a header");
  const auto first = message.substr(0, message.find('\n'));
  if (!lines.empty() && !message.empty() && bytes.front() != '\n')
    require(made.summary.starts_with(beginning(first, 200)), "a summary of something else");
}

struct NaiveEntry {
  std::size_t begin, end;
  std::string mode, name;
};

/// The entries of a tree; nothing if it is broken.
std::optional<std::vector<NaiveEntry>> naive_entries(std::string_view tree) {
  std::vector<NaiveEntry> entries;
  for (std::size_t at = 0; at < tree.size();) {
    NaiveEntry entry{at, 0, {}, {}};
    while (at < tree.size() && tree[at] != ' ') entry.mode += tree[at++];
    if (at++ >= tree.size()) return std::nullopt;
    while (at < tree.size() && tree[at] != '\0') entry.name += tree[at++];
    if (at++ >= tree.size() || tree.size() - at < Oid::kSize) return std::nullopt;
    entry.end = at += Oid::kSize;
    entries.push_back(entry);
  }
  return entries;
}

/// A tree's bytes, and in which places it is new.
void fuzz_tree(Input input) {
  std::vector<FreshRange> fresh;
  std::size_t at = 0;
  for (auto count = input.byte() % 4; count > 0; --count) {
    at += input.byte();
    const auto end = at + input.byte() % 16;
    fresh.push_back({at, end});
    at = end + 1;
  }
  const auto bytes = input.rest();
  for (auto& range : fresh)
    range = {{std::min(range.begin, bytes.size()), std::min(range.end, bytes.size())}};
  const auto expected = naive_entries(bytes);
  TreeEntries entries(bytes);
  std::size_t count = 0;
  for (TreeEntry entry; entries.next(entry); ++count) {
    if (!expected) continue;
    require(count < expected->size() && entry.name == (*expected)[count].name, "another entry");
    require(entries.position() == (*expected)[count].end, "another place");
    const bool tree = (*expected)[count].mode == "40000" || (*expected)[count].mode == "040000";
    require((entry.kind == TreeEntry::Kind::tree) == tree, "another kind");
  }
  require(entries.broken() == !expected, "a tree is taken that is broken, or refused that is not");
  if (!expected) return;
  require(count == expected->size(), "an entry is lost");
  const Tree tree(bytes);
  std::size_t hint = 0;
  for (const auto& entry : *expected) {
    const auto found = tree.find(entry.name, hint);
    require(found && found->name == entry.name, "a name is not found");
  }
  // A mode that is no octal number, or an empty one, is no tree to git.
  for (const auto& entry : *expected) {
    if (entry.mode.empty() || entry.mode.find_first_not_of("01234567") != std::string::npos) return;
  }
  // Where a name, or what is before it, is new, or something meets it that did not.
  const auto is_fresh = [&](const NaiveEntry& entry) {
    return std::any_of(fresh.begin(), fresh.end(), [&](const Range& range) {
      return range.begin < entry.end - Oid::kSize && std::max(range.end, range.begin + 1) > entry.begin;
    });
  };
  for (const auto& entry : *expected) {
    if (!fresh.empty() && !is_fresh(entry)) continue;
    bool is_found = false;
    each_name({{}, ObjectType::tree, bytes, {fresh}},
              [&](std::string_view name, bool) { is_found = is_found || name == entry.name; });
    require(is_found, "a name is overlooked");
  }
}

Oid numbered(unsigned number) { return name_of(ObjectType::commit, std::to_string(number)); }

/// Commits that are told one by one: how many parents, which, when; and a file of grafts.
void fuzz_graph(Input input) {
  std::vector<CommitHeader> headers;
  for (auto left = input.byte() % 24; left > 0; --left) {
    CommitHeader header{numbered(static_cast<unsigned>(headers.size())), {}, {}, 0};
    header.time = static_cast<std::int64_t>(input.byte());
    for (auto parents = input.byte() % 4; parents > 0; --parents)
      header.parents.push_back(numbered(input.byte() % 32));
    headers.push_back(header);
  }
  const std::vector<Ref> refs{{"refs/replace/" + numbered(input.byte() % 32).hex(), numbered(0)}};
  std::istringstream grafts{std::string(input.rest())};
  substitute(headers, refs, grafts);
  const CommitGraph graph(headers);
  require(graph.size() <= headers.size(), "more commits than there are");
  std::vector<std::set<CommitIndex>> behind(graph.size());  // a commit and all that it descends from
  for (CommitIndex commit = 0; commit < graph.size(); ++commit) {
    require(graph.find(graph.id(commit)) == commit, "a commit is not found");
    behind[commit].insert(commit);
    for (const auto parent : graph.parents(commit)) {
      require(parent < commit, "a parent after its child");
      behind[commit].insert(behind[parent].begin(), behind[parent].end());
    }
  }
  for (CommitIndex tip = 0; tip < graph.size(); ++tip) {
    const auto reached = graph.reachable_from({tip});
    for (CommitIndex commit = 0; commit < graph.size(); ++commit)
      require(reached[commit] == behind[tip].contains(commit), "reachable from, or not");
  }
}

/// An index's bytes as they are, and with what is in front of its entries.
void fuzz_index(Input input) {
  const auto version = input.byte();
  const auto count = input.byte();
  const auto rest = input.rest();
  const auto whole = "DIRC" + big_endian(version % 8, 4) + big_endian(count, 4) + std::string(rest);
  for (const std::string_view bytes : {std::string_view(whole), rest}) {
    try {
      const auto index = parse_index(bytes);
      for (const auto& entry : index.entries) require(entry.path.size() <= kMaxIndexPath, "a path too long");
      for (const auto& [path, tree] : index.trees) require(path.size() <= kMaxIndexPath, "a path too long");
    } catch (const Failure& failure) {
      require(printable(failure.what()) == failure.what(), "a message that a terminal obeys");
    }
  }
}

/// An index of entries that are told one by one, in each version, says them.
void fuzz_index_entries(Input input) {
  const auto version = 2 + input.byte() % 3;
  std::string bytes = "DIRC" + big_endian(version, 4);
  std::string entries;
  std::vector<IndexEntry> expected;
  while (!input.empty() && expected.size() < 40) {
    const auto flags = input.byte();
    IndexEntry entry;
    entry.blob = numbered(flags);
    entry.submodule = (flags & 1) != 0;
    entry.intent_to_add = version > 2 && (flags & 2) != 0;
    const auto& before = expected.empty() ? std::string() : expected.back().path;
    const auto kept = before.size() - std::min<std::size_t>(before.size(), input.byte());
    const std::string name(input.bytes(input.byte()));
    if (name.find('\0') != std::string::npos) throw TooLarge();
    entry.path = before.substr(0, version == 4 ? kept : 0) + name;
    if (entry.path.size() > kMaxIndexPath) break;
    const auto start = entries.size();
    entries +=
        std::string(24, '\7') + big_endian(entry.submodule ? 0160000 : 0100644, 4) + std::string(12, '\7');
    entries.append(entry.blob.bytes.begin(), entry.blob.bytes.end());
    const bool extended = entry.intent_to_add || (version > 2 && (flags & 4) != 0);
    entries += big_endian((extended ? 0x4000U : 0U) | std::min<std::size_t>(entry.path.size(), 0xfff), 2);
    if (extended) entries += big_endian(entry.intent_to_add ? 0x2000 : 0, 2);
    if (version == 4) {
      const auto dropped = before.size() - kept;
      if (dropped >= 128) entries += static_cast<char>(0x80 | (((dropped >> 7) - 1) & 127));
      entries += static_cast<char>(dropped & 127);
      entries += name + '\0';
    } else {
      entries += name;
      entries.append(8 - (entries.size() - start) % 8, '\0');
    }
    expected.push_back(entry);
  }
  bytes += big_endian(expected.size(), 4) + entries + std::string(20, '\0');
  const auto index = parse_index(bytes);
  require(index.entries.size() == expected.size(), "another number of entries");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& [path, blob, submodule, intent_to_add] = index.entries[i];
    require(path == expected[i].path && blob == expected[i].blob && submodule == expected[i].submodule &&
                intent_to_add == expected[i].intent_to_add,
            "another entry");
  }
}

void fuzz_commit_list(Input input) {
  const auto text = input.rest();
  try {
    const auto commits = parse_commit_list(text, "list");
    require(std::set(commits.begin(), commits.end()).size() == commits.size(), "a commit comes twice");
    for (const auto& commit : commits) require(text.find(commit.hex()) != text.npos, "another commit");
  } catch (const Failure& failure) {
    require(printable(failure.what()) == failure.what(), "a message that a terminal obeys");
  }
}

/// Of an address nothing comes out that may be a secret, or that a terminal or a link would obey.
void fuzz_address(Input input) {
  const auto address = input.rest();
  const auto shown = public_address(address);
  require(shown.find_first_of("@?#\\\"'<>() ") == std::string::npos, "too much of an address is shown");
  require(printable(shown) == shown && valid_utf8(shown) == shown, "an address that a terminal obeys");
  require(shown.find(name_at(shown)) != std::string::npos, "a name that is not in the address");
}

}  // namespace
}  // namespace keysift::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keysift::test;
  constexpr std::array kParts{fuzz_commit,        fuzz_tree,        fuzz_graph,  fuzz_index,
                              fuzz_index_entries, fuzz_commit_list, fuzz_address};
  return give(kParts, data, size);
}
