#include "git/delta.h"

#include <cstring>

namespace keysift {
namespace {

// Takes a size: seven bits a byte, the lowest first.
std::optional<std::uint64_t> take_size(std::string_view& delta) {
  std::uint64_t size = 0;
  for (unsigned shift = 0; shift <= 56 && !delta.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(delta.front());
    delta.remove_prefix(1);
    size |= std::uint64_t{byte & 127U} << shift;
    if ((byte & 128) == 0) return size;
  }
  return std::nullopt;
}

// Copies `size` bytes, and perhaps some behind them where both have more. Most copies of a delta are short:
// to call memcpy for each was a tenth of a walk of git's history.
void copy(std::string_view from, std::size_t size, char* to, std::size_t room) {
  constexpr std::size_t kStep = 32;
  constexpr std::size_t kShort = 4 * kStep;
  if (size > kShort || from.size() < kShort || room < kShort) {
    std::memcpy(to, from.data(), size);
  } else {
    for (std::size_t done = 0; done < size; done += kStep) std::memcpy(to + done, from.data() + done, kStep);
  }
}

}  // namespace

std::optional<std::uint64_t> delta_result_size(std::string_view delta, std::size_t base_size) {
  if (take_size(delta) != base_size) return std::nullopt;
  return take_size(delta);
}

bool apply_delta(std::string_view base, std::string_view delta, char* result, std::size_t result_size,
                 std::vector<FreshRange>& fresh) {
  take_size(delta);
  take_size(delta);
  const auto* in = reinterpret_cast<const unsigned char*>(delta.data());
  const auto* const end = in + delta.size();
  std::size_t done = 0;
  // Where in the base the last instruction ended if it was a copy; the result starts where the base does.
  std::size_t copied_to = 0;
  bool copying = true;
  while (in < end) {
    const unsigned op = *in++;
    if (op >= 128) {
      std::size_t offset = 0;
      std::size_t size = 0;
      for (unsigned i = 0; i < 7; ++i) {
        if ((op >> i & 1) == 0) continue;
        if (in == end) return false;
        (i < 4 ? offset : size) |= std::size_t{*in++} << (i < 4 ? 8 * i : 8 * (i - 4));
      }
      if (size == 0) size = 0x10000;
      if (offset > base.size() || size > base.size() - offset || size > result_size - done) return false;
      if (!(copying && copied_to == offset)) {
        if (fresh.empty() || fresh.back().end != done) fresh.push_back({{done, done}});
        fresh.back().source = offset;
      }
      copy(base.substr(offset), size, result + done, result_size - done);
      done += size;
      copied_to = offset + size;
      copying = true;
    } else {
      if (op == 0 || op > static_cast<std::size_t>(end - in) || op > result_size - done) return false;
      copy({reinterpret_cast<const char*>(in), static_cast<std::size_t>(end - in)}, op, result + done,
           result_size - done);
      if (!fresh.empty() && fresh.back().end == done) {
        fresh.back().end = done + op;
      } else {
        fresh.push_back({{done, done + op}});
      }
      in += op;
      done += op;
      copying = false;
    }
  }
  if (copying && copied_to != base.size()) fresh.push_back({{done, done}, base.size()});
  return done == result_size;
}

}  // namespace keysift
