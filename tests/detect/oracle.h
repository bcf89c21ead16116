// What the detector promises, the slow way: every pattern over all bytes, and no keywords.
#pragma once
#include <re2/re2.h>

#include <cstddef>
#include <memory>
#include <ostream>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/detector.h"
#include "rule/rule.h"

namespace keysift::test {

/// A match, as tests compare it.
struct Found {
  std::string rule;
  std::size_t begin = 0;
  std::size_t end = 0;
  auto operator<=>(const Found&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Found& found);

/// `matches` in a form that compares and prints.
std::vector<Found> found_in(std::span<const Match> matches);

/// Finds secrets the slow way: RE2 over the whole for each rule, credible matches only, and of two that
/// overlap that of a rule that names a provider, then the surer, then the longer, then the one of the earlier
/// rule.
class Oracle {
 public:
  /// `rules` outlive the oracle.
  explicit Oracle(std::span<const Rule> rules);

  /// The secrets in `bytes`, in order.
  std::vector<Found> operator()(std::string_view bytes) const;

  /// Every match of every pattern, whatever judgement and overlaps make of it, in order.
  std::vector<Found> matches(std::string_view bytes) const;

 private:
  std::vector<Match> search(std::string_view bytes) const;

  std::span<const Rule> rules_;
  std::vector<std::unique_ptr<RE2>> patterns_;  // by rule
};

/// Some bytes for `rules` to look at: expanded examples and counterexamples, whole, cut short and with a byte
/// changed, keywords in any case, and random bytes between them; `parts` of all that.
std::string haystack(std::span<const Rule> rules, std::mt19937_64& random, unsigned parts);

/// Rules for the corners that the built-in ones do not have. Each has an example.
std::vector<Rule> tricky_rules();

/// The built-in rules followed by the tricky ones.
std::vector<Rule> all_rules();

}  // namespace keysift::test
