#include "detect/packed.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "detect/characters.h"
#include "detect/encoded_runs.h"

namespace keysift {
namespace {

// Whether what is base64 from `at` on is not so before it.
bool begins_run(std::string_view bytes, std::size_t at) {
  return at == 0 || base64_value(bytes[at - 1]) < 0 || bytes.substr(0, at).ends_with("\\n");
}

}  // namespace

std::vector<Packed> packed_at(std::string_view bytes, std::vector<std::size_t> places) {
  std::sort(places.begin(), places.end());
  std::vector<Packed> all;
  std::size_t done = 0;  // one run may have many beginnings in it
  for (const auto at : places) {
    if (at < done || !begins_run(bytes, at)) continue;
    Packed packed{{at, at}, {"base64"}, {}};
    packed.bytes = decode_whole_base64(bytes, at, packed.place.end);
    done = packed.place.end;
    if (done - at < kShortestEncodedRun) continue;
    if (packed.bytes.starts_with("H4sI")) {
      std::size_t end = 0;
      packed.bytes = decode_whole_base64(packed.bytes, 0, end);
      packed.decoded.emplace_back("base64");
    }
    all.push_back(std::move(packed));
  }
  return all;
}

void move_out(std::span<Packed> found, const Decoded& decoded) {
  for (auto& [place, encodings, _] : found) {
    place = {decoded.from[place.begin].begin, decoded.from[place.end - 1].end};
    encodings.insert(encodings.begin(), decoded.encoding);
  }
}

std::vector<Packed> outermost(std::vector<Packed> all) {
  std::sort(all.begin(), all.end(), [](const Packed& a, const Packed& b) {
    const auto rank = [](const Packed& first, const Packed& second) {
      return std::tuple(first.place.begin, first.decoded.size(), second.place.end);
    };
    return rank(a, b) < rank(b, a);
  });
  std::size_t done = 0;
  std::erase_if(all, [&](const Packed& packed) {
    const bool again = packed.place.begin < done;
    done = std::max(done, packed.place.end);
    return again;
  });
  return all;
}

}  // namespace keysift
