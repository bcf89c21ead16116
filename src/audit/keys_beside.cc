#include "audit/keys_beside.h"

#include <string>
#include <unordered_set>

namespace keysift {
namespace {

// What a report says in an author's words, but for what was searched itself, such as messages of commits.
class Said {
 public:
  void add(std::string_view text) {
    if (!text.empty()) texts_.insert(text);
  }

  void add(const std::optional<Place>& place) {
    if (place) add(place->path);
  }

  void add(const std::optional<Provenance>& provenance) {
    if (!provenance) return;
    for (const auto* commit : {&provenance->introduced, &provenance->removed})
      if (*commit) add((*commit)->author);
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

void add_keys(std::string_view text, const Detector& detector, Detector::Scratch& scratch,
              std::vector<Secret>& keys) {
  for (const auto& match : detector.scan(text, scratch)) {
    if (!match.kept) continue;
    keys.emplace_back(match.secret);
    if (!match.decoded.empty())
      keys.emplace_back(std::string(text.substr(match.begin, match.end - match.begin)));
  }
}

std::vector<Secret> keys_beside(const Report& report, const Detector& detector, Detector::Scratch& scratch) {
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
    }
  }
  for (const auto& finding : report.env) {
    said.add(finding.path);
    said.add(finding.detail);
    said.add(finding.cause);
    said.add(finding.read_by);
    said.add(finding.provenance);
  }
  for (const auto& passage : report.passages) said.add(passage.file);
  for (const auto& error : report.errors) {
    said.add(error.path);
    said.add(error.message);
  }
  std::vector<Secret> keys;
  for (const auto text : said.texts()) add_keys(text, detector, scratch, keys);
  return keys;
}

}  // namespace keysift
