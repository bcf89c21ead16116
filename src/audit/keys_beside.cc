#include "audit/keys_beside.h"

#include <string>
#include <unordered_set>

#include "rule/rule_bytes.h"

namespace keysift {
namespace {

// What a report says in an author's words. What was searched itself counts, too: a scan need not have all
// rules.
class Said {
 public:
  void add(std::string_view text) {
    if (!text.empty()) texts_.insert(text);
  }

  void add(const std::optional<Place>& place) {
    if (place) add(*place);
  }

  void add(const Place& place) {
    add(place.path);
    add(place.text);
  }

  void add(const std::optional<Provenance>& provenance) {
    if (!provenance) return;
    for (const auto* commit : {&provenance->introduced, &provenance->removed}) {
      if (!*commit) continue;
      add((*commit)->author);
      add((*commit)->summary);
    }
    // Many findings share the list.
    if (provenance->refs.empty() || !lists_.insert(&provenance->refs.front()).second) return;
    for (const auto& ref : provenance->refs) add(ref);
  }

  const std::unordered_set<std::string_view>& texts() const { return texts_; }

 private:
  std::unordered_set<std::string_view> texts_;
  std::unordered_set<const std::string*> lists_;
};

}  // namespace

const Detector& OtherRules::detector() const {
  std::call_once(once_, [this] {
    rules_ = rules_of(bytes_);
    detector_.emplace(rules_, DetectorOptions{.prepared = keywords_});
  });
  return *detector_;
}

Detector::Scratch& KeySeeker::scratch_of_others() {
  if (!scratch_of_others_) scratch_of_others_.emplace(others_.detector());
  return *scratch_of_others_;
}

void KeySeeker::add_keys(std::string_view text, std::vector<Secret>& keys) {
  const auto add = [&](std::span<const Match> matches) {
    for (const auto& match : matches) {
      if (!match.kept) continue;
      keys.emplace_back(match.secret);
      if (!match.decoded.empty())
        keys.emplace_back(std::string(text.substr(match.begin, match.end - match.begin)));
    }
  };
  if (!scratch_) scratch_.emplace(detector_);
  add(detector_.scan(text, *scratch_));
  if (others_.exist()) add(others_.detector().scan(text, scratch_of_others()));
}

std::vector<Range> KeySeeker::other_keys(std::string_view text) {
  std::vector<Range> keys;
  if (!others_.exist()) return keys;
  for (const auto& match : others_.detector().scan(text, scratch_of_others()))
    keys.push_back({match.begin, match.end});
  return keys;
}

std::vector<Secret> keys_beside(const Report& report, KeySeeker& seeker) {
  Said said;
  said.add(report.target);
  for (const auto& each : report.repositories) {
    said.add(each.name);
    said.add(each.url);
    said.add(each.branch);
  }
  for (const auto* findings : {&report.findings, &report.allowed, &report.known, &report.dropped}) {
    for (const auto& finding : *findings) {
      said.add(finding.location.path);
      said.add(finding.provenance);
      said.add(finding.allowed_reason);
    }
  }
  for (const auto& stale : report.stale) {
    said.add(stale.entry.what);
    said.add(stale.entry.reason);
  }
  for (const auto& finding : report.env) {
    said.add(finding.path);
    said.add(finding.detail);
    said.add(finding.cause);
    said.add(finding.read_by);
    said.add(finding.provenance);
    said.add(finding.pattern);
    said.add(finding.advice);
    said.add(finding.allowed_reason);
  }
  for (const auto& passage : report.passages) {
    said.add(passage.file);
    said.add(passage.into);
    said.add(passage.by);
  }
  for (const auto& error : report.errors) {
    said.add(error.path);
    said.add(error.message);
  }
  std::vector<Secret> keys;
  for (const auto text : said.texts()) seeker.add_keys(text, keys);
  return keys;
}

}  // namespace keysift
