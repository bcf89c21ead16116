#include "rule/gitleaks_entropy.h"

#include <cmath>
#include <map>

#include "base/text.h"

namespace keysift {

// Where rounding tells, it is gitleaks': the share is a product.
double gitleaks_entropy(std::string_view text) {
  if (text.empty()) return 0;
  std::map<char32_t, double> counts;
  const auto each = 1 / static_cast<double>(text.size());
  while (!text.empty()) ++counts[take_character(text)];
  double bits = 0;
  for (const auto& [character, count] : counts) bits -= count * each * std::log2(count * each);
  return bits;
}

}  // namespace keysift
