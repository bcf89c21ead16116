#include "git/commit_graph.h"

#include <algorithm>
#include <charconv>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace keysift {
namespace {

// The seconds in "Name <mail> 1700000000 +0100"; 0 if they are not there.
std::int64_t time_in(std::string_view signature) {
  const auto close = signature.rfind('>');
  std::int64_t seconds = 0;
  if (close != std::string_view::npos && close + 2 <= signature.size()) {
    std::from_chars(signature.data() + close + 2, signature.data() + signature.size(), seconds);
  }
  return seconds;
}

}  // namespace

std::optional<CommitHeader> parse_commit(const Oid& id, std::string_view bytes) {
  CommitHeader header{id, {}, {}, 0};
  const auto tree = take_line(bytes);
  if (!tree.starts_with("tree ")) return std::nullopt;
  header.tree = Oid::from_hex(tree.substr(5));
  while (bytes.starts_with("parent ")) header.parents.push_back(Oid::from_hex(take_line(bytes).substr(7)));
  while (!bytes.empty() && bytes.front() != '\n') {
    const auto line = take_line(bytes);
    if (line.starts_with("committer ")) header.time = time_in(line);
  }
  return header;
}

void substitute(std::vector<CommitHeader>& headers, std::span<const Ref> refs, std::istream& grafts) {
  constexpr std::string_view kReplace = "refs/replace/";
  const auto is_replacement = [&](const Ref& ref) { return ref.name.starts_with(kReplace); };
  if (std::none_of(refs.begin(), refs.end(), is_replacement) &&
      grafts.peek() == std::istream::traits_type::eof())
    return;
  std::unordered_map<Oid, const CommitHeader*, OidHash> by_id;
  for (const auto& header : headers) by_id.emplace(header.id, &header);
  std::unordered_map<Oid, CommitHeader, OidHash> substitutes;
  for (const auto& ref : refs) {
    const auto replacement = is_replacement(ref) ? by_id.find(ref.target) : by_id.end();
    if (replacement == by_id.end()) continue;
    substitutes.emplace(Oid::from_hex(std::string_view(ref.name).substr(kReplace.size())),
                        *replacement->second);
  }
  for (std::string line; std::getline(grafts, line);) {
    if (line.starts_with('#')) continue;
    const auto grafted = by_id.find(Oid::from_hex(line));
    if (grafted == by_id.end()) continue;
    auto header = *grafted->second;
    header.parents.clear();
    for (std::size_t at = 2 * Oid::kSize; at < line.size(); at += 2 * Oid::kSize + 1) {
      header.parents.push_back(Oid::from_hex(std::string_view(line).substr(at + 1)));
    }
    substitutes.insert_or_assign(header.id, std::move(header));
  }
  for (auto& header : headers) {
    const auto found = substitutes.find(header.id);
    if (found == substitutes.end()) continue;
    const auto id = header.id;
    header = found->second;
    header.id = id;
  }
}

CommitGraph::CommitGraph(const std::vector<CommitHeader>& headers) {
  constexpr auto kNone = UINT32_MAX;
  struct Child {
    std::uint32_t header;
    std::uint32_t next;  // of the same parent
  };
  OidTable numbers;
  for (const auto& header : headers) numbers.number(header.id);
  std::vector<Child> children;
  std::vector<std::uint32_t> first_child(headers.size(), kNone);
  std::vector<std::uint32_t> waiting(headers.size(), 0);  // for how many parents
  for (std::uint32_t i = 0; i < headers.size(); ++i) {
    for (const auto& parent : headers[i].parents) {
      const auto number = numbers.find(parent);
      if (!number) continue;
      children.push_back({i, first_child[*number]});
      first_child[*number] = static_cast<std::uint32_t>(children.size() - 1);
      ++waiting[i];
    }
  }
  using Turn = std::pair<std::int64_t, std::uint32_t>;
  const auto later = [&](const Turn& a, const Turn& b) {
    return std::tie(a.first, headers[a.second].id) > std::tie(b.first, headers[b.second].id);
  };
  std::priority_queue<Turn, std::vector<Turn>, decltype(later)> ready(later);
  for (std::uint32_t i = 0; i < headers.size(); ++i) {
    if (waiting[i] == 0) ready.emplace(headers[i].time, i);
  }
  while (!ready.empty()) {
    const auto next = ready.top().second;
    ready.pop();
    ids_.number(headers[next].id);
    trees_.push_back(headers[next].tree);
    for (const auto& parent : headers[next].parents) {
      if (const auto index = find(parent)) parents_.push_back(*index);
    }
    first_parent_.push_back(static_cast<std::uint32_t>(parents_.size()));
    for (auto child = first_child[next]; child != kNone; child = children[child].next) {
      const auto header = children[child].header;
      if (--waiting[header] == 0) ready.emplace(headers[header].time, header);
    }
  }
}

std::vector<bool> CommitGraph::reachable_from(const std::vector<CommitIndex>& tips) const {
  std::vector<bool> reached(size(), false);
  for (const auto tip : tips) reached[tip] = true;
  for (auto commit = size(); commit-- > 0;) {
    if (!reached[commit]) continue;
    for (const auto parent : parents(static_cast<CommitIndex>(commit))) reached[parent] = true;
  }
  return reached;
}

}  // namespace keysift
