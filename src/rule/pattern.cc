#include "rule/pattern.h"

#include <hs.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace keysift {
namespace {

struct FreeInfo {
  void operator()(hs_expr_info_t* info) const { std::free(info); }
};

}  // namespace

const RE2& Pattern::compiled() const {
  std::call_once(once_, [this] {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_log_errors(false);
    options.set_max_mem(kMaxPatternMemory);
    re2_ = std::make_unique<RE2>(text_, options);
  });
  return *re2_;
}

std::optional<std::string> Pattern::error() const {
  if (compiled().ok()) return std::nullopt;
  return compiled().error();
}

bool Pattern::found_in(std::string_view bytes) const {
  return RE2::PartialMatch(re2::StringPiece(bytes.data(), bytes.size()), compiled());
}

std::optional<Pattern::Span> Pattern::search(std::string_view bytes, std::size_t begin, std::size_t end,
                                             int group) const {
  const re2::StringPiece text(bytes.data(), bytes.size());
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(group) + 1);
  if (!compiled().Match(text, begin, end, RE2::UNANCHORED, groups.data(), group + 1)) return std::nullopt;
  const auto offset = [&](const char* at) { return static_cast<std::size_t>(at - bytes.data()); };
  const auto& whole = groups.front();
  const auto& part = groups.back().data() == nullptr ? whole : groups.back();
  return Span{offset(whole.data()), offset(whole.data() + whole.size()), offset(part.data()),
              offset(part.data() + part.size())};
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
