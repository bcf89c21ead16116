#include "detect/profile.h"

#include <time.h>

namespace keysift {

// CPU time of this thread.
std::uint64_t Costs::thread_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

void Costs::add(std::uint32_t rule, const Places& places, std::size_t matches, std::uint64_t nanoseconds) {
  auto& cost = rules_[rule];
  cost.nanoseconds += nanoseconds;
  cost.matches += matches;
  // How far a match was tried from where it would begin is not known.
  for (const auto& range : places.ranges) cost.bytes += range.end - range.begin;
}

void Costs::add_to(Profile& profile, const Literals& literals) const {
  profile.rules.resize(rules_.size());
  for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
    profile.rules[rule].bytes += rules_[rule].bytes;
    profile.rules[rule].matches += rules_[rule].matches;
    profile.rules[rule].nanoseconds += rules_[rule].nanoseconds;
  }
  for (std::size_t literal = 0; literal < seen_.size(); ++literal) {
    const auto seen = seen_[literal];
    if (seen == 0) continue;
    auto& keyword = profile.keywords[literals.texts()[literal].text];
    keyword.seen += seen;
    const auto& sign = literals.sign(literal);
    if (!sign.is_plain()) continue;
    keyword.rules.insert(sign.index);
    profile.rules[sign.index].keywords += seen;
  }
}

}  // namespace keysift
