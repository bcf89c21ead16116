#include "rule/pattern.h"

#include <hs.h>
#include <re2/set.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <tuple>
#include <vector>

#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

struct FreeInfo {
  void operator()(hs_expr_info_t* info) const { std::free(info); }
};

}  // namespace

RE2::Options byte_options(std::int64_t memory) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(memory);
  return options;
}

const RE2& Pattern::compiled(Unit unit) const {
  const bool bytes = unit == Unit::byte;
  auto& re2 = bytes ? re2_ : of_characters_;
  std::call_once(bytes ? once_ : characters_once_, [&] {
    auto options = byte_options(memory_);
    if (!bytes) options.set_encoding(RE2::Options::EncodingUTF8);
    re2 = std::make_unique<RE2>(text_, options);
  });
  return *re2;
}

// One whose syntax alone was looked at may be too large. Of characters it is larger than of bytes.
const RE2& Pattern::usable(Unit unit) const {
  const auto& re2 = compiled(unit);
  if (re2.error_code() != RE2::ErrorPatternTooLarge) return re2;  // one that is wrong matches nothing
  if (unit == Unit::character) return usable(Unit::byte);
  constexpr std::size_t kMostShown = 80;
  throw Failure("the pattern '" + printable(text_.substr(0, kMostShown)) +
                (text_.size() > kMostShown ? "..." : "") + "' needs more than " +
                human_bytes(static_cast<unsigned long long>(memory_)) +
                ", and cannot be searched for; make it smaller");
}

std::optional<std::string> Pattern::error() const {
  if (compiled().ok()) return std::nullopt;
  return compiled().error();
}

std::optional<std::string> Pattern::syntax_error() const {
  std::string error;
  if (RE2::Set(byte_options(), RE2::UNANCHORED).Add(text_, &error) >= 0) return std::nullopt;
  return error;
}

bool Pattern::found_in(std::string_view bytes) const {
  return RE2::PartialMatch(re2::StringPiece(bytes.data(), bytes.size()), usable(Unit::byte));
}

std::optional<Pattern::Span> Pattern::search(std::string_view bytes, std::size_t begin, std::size_t end,
                                             int group, Unit unit) const {
  // What is near a keyword mostly is no secret. To compile patterns and make states to find that out was an
  // eighth of a scan of a work tree.
  if (needed_run().find(bytes.substr(begin, end - begin)) == std::string_view::npos) return std::nullopt;
  return match(bytes, begin, end, group, unit, RE2::UNANCHORED);
}

std::optional<Pattern::Span> Pattern::match_at(std::string_view bytes, std::size_t begin, std::size_t end,
                                               int group, Unit unit) const {
  return match(bytes, begin, end, group, unit, RE2::ANCHOR_START);
}

std::optional<Pattern::Span> Pattern::match(std::string_view bytes, std::size_t begin, std::size_t end,
                                            int group, Unit unit, RE2::Anchor anchor) const {
  const re2::StringPiece text(bytes.data(), bytes.size());
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(group) + 1);
  if (!usable(unit).Match(text, begin, end, anchor, groups.data(), group + 1)) return std::nullopt;
  const auto offset = [&](const char* at) { return static_cast<std::size_t>(at - bytes.data()); };
  const auto& whole = groups.front();
  const auto& part = groups.back().data() == nullptr ? whole : groups.back();
  return Span{offset(whole.data()), offset(whole.data() + whole.size()), offset(part.data()),
              offset(part.data() + part.size())};
}

std::vector<std::string_view> Pattern::groups_in(std::string_view bytes, Unit unit) const {
  const re2::StringPiece text(bytes.data(), bytes.size());
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(this->groups()) + 1);
  if (!usable(unit).Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(),
                          static_cast<int>(groups.size())))
    return {};
  std::vector<std::string_view> result;
  for (const auto& group : groups) result.emplace_back(group.data(), group.size());
  return result;
}

const NeededRun& Pattern::needed_run() const {
  std::call_once(run_once_, [&] { run_ = keysift::needed_run(text_); });
  return run_;
}

const Beginning& Pattern::beginning(std::span<const std::string> keywords, bool exact) const {
  std::call_once(beginning_once_, [&] { beginning_ = beginning_of(text_, keywords, exact); });
  return beginning_;
}

const Extent& Pattern::extent(std::span<const std::string> keywords) const {
  std::call_once(extent_once_, [&] {
    extent_ = extent_of(text_, keywords);
    for (const auto& [text, part] : {std::tie(extent_.head, head_), std::tie(extent_.tail, tail_)}) {
      if (text.empty()) continue;
      part = std::make_unique<Pattern>(text, memory_);
      if (part->error()) part.reset();
    }
  });
  return extent_;
}

bool Pattern::fits_round(const std::unique_ptr<Pattern>& part, std::string_view bytes, std::size_t at) const {
  if (!part) return true;
  const re2::StringPiece text(bytes.data(), bytes.size());
  return part->compiled().Match(text, at - std::min(at, extent_.slack),
                                std::min(bytes.size(), at + extent_.after), RE2::ANCHOR_START, nullptr, 0);
}

// RE2 does not say how wide a match can be, but Vectorscan's parser does, and the two share this much syntax.
std::size_t Pattern::max_width() const {
  std::call_once(width_once_, [this] {
    // A C string ends at a NUL, which is spelled out: "\x00".
    std::string text;
    for (const char c : text_) text += c == '\0' ? "\\x00" : std::string(1, c);
    hs_expr_info_t* raw = nullptr;
    hs_compile_error_t* error = nullptr;
    if (hs_expression_info(text.c_str(), 0, &raw, &error) != HS_SUCCESS) {
      hs_free_compile_error(error);
      return;
    }
    const std::unique_ptr<hs_expr_info_t, FreeInfo> info(raw);
    if (info->max_width != UINT_MAX) width_ = info->max_width;
  });
  return width_;
}

}  // namespace keysift
