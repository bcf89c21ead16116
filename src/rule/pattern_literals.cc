#include "rule/pattern_literals.h"

#include "rule/pattern.h"

namespace keysift {

PatternLiterals::PatternLiterals(const std::string& pattern, int least) : filter_(least) {
  int id = 0;
  if (filter_.Add(pattern, byte_options(), &id) == RE2::NoError) filter_.Compile(&texts_);
}

bool PatternLiterals::may_match(const std::vector<bool>& present) const {
  if (texts_.empty()) return true;
  std::vector<int> numbers;
  for (std::size_t i = 0; i < texts_.size(); ++i)
    if (present[i]) numbers.push_back(static_cast<int>(i));
  std::vector<int> potential;
  filter_.AllPotentials(numbers, &potential);
  return !potential.empty();
}

}  // namespace keysift
