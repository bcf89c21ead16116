#include "detect/notes.h"

namespace keysift {
namespace {

// Literals of which note is taken in any text, however small.
constexpr std::size_t kFew = 64;

// Rules that are looked for everywhere; of more no account is kept.
constexpr std::size_t kMostEverywhere = 16;

}  // namespace

// What is noted takes memory as long as anything is made from the bytes: half as much as they do, at most.
void Notes::start(std::size_t size, bool wanted) {
  wanted_ = wanted;
  reach_.anywhere = reach_.found = false;
  reach_.noted.clear();
  reach_.everywhere.clear();
  reach_.characters.reset();
  most_ = size > UINT32_MAX ? 0 : kFew + size / (2 * sizeof(Noted));
}

void Notes::add_everywhere(const Reach::Everywhere& rule) {
  if (reach_.everywhere.size() == kMostEverywhere) reach_.anywhere = true;
  if (!reach_.anywhere) reach_.everywhere.push_back(rule);
}

void Notes::extend(Noted& noted, Range changes) {
  const auto before = noted.begin - std::min<std::size_t>(noted.begin, changes.begin);
  const auto behind = std::max<std::size_t>(changes.end, noted.end) - noted.end;
  noted.before = std::max(noted.before, static_cast<std::uint32_t>(before));
  noted.behind = std::max(noted.behind, static_cast<std::uint32_t>(std::min<std::size_t>(behind, kAnywhere)));
}

}  // namespace keysift
