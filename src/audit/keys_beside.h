// Keys that nobody looked for, in what a report says.
#pragma once
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "detect/detector.h"
#include "finding/report.h"
#include "rule/rule.h"

namespace keysift {

/// The built-in rules, for a scan that lacks some of them: what its report says is masked by all of them.
class OtherRules {
 public:
  /// `rules` are bytes_of() them, empty if the scan has them all; `keywords` are Detector::prepared() of
  /// them.
  OtherRules(std::string_view rules, std::string_view keywords) : bytes_(rules), keywords_(keywords) {}

  bool exist() const { return !bytes_.empty(); }

  /// Made when any thread first asks for it.
  const Detector& detector() const;

 private:
  std::string_view bytes_;
  std::string_view keywords_;
  mutable std::once_flag once_;
  mutable std::vector<Rule> rules_;
  mutable std::optional<Detector> detector_;
};

/// Finds keys by the rules of a scan, and by others. For one thread at a time.
class KeySeeker {
 public:
  /// Both outlive this.
  KeySeeker(const Detector& detector, const OtherRules& others) : detector_(detector), others_(others) {}

  /// Adds the keys in `text` to `keys`: what each is, and what stands there if it is encoded.
  void add_keys(std::string_view text, std::vector<Secret>& keys);

  /// Where keys of the other rules stand in `text`.
  std::vector<Range> other_keys(std::string_view text);

 private:
  Detector::Scratch& scratch_of_others();

  const Detector& detector_;
  const OtherRules& others_;
  std::optional<Detector::Scratch> scratch_;
  std::optional<Detector::Scratch> scratch_of_others_;
};

/// The keys in what a report says beside its findings: in paths, names of refs, summaries of commits, errors.
std::vector<Secret> keys_beside(const Report& report, KeySeeker& seeker);

}  // namespace keysift
