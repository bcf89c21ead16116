#include "finding/secret.h"

#include <algorithm>
#include <string_view>

#include "base/hash.h"
#include "base/text.h"

namespace keysift {
namespace {

constexpr std::size_t kLongestPrefix = 16;  ///< of what is shown at the front
constexpr std::size_t kLeastHidden = 20;    ///< what must remain after it for it to be shown
constexpr std::size_t kShownEnd = 4;
constexpr std::size_t kLeastLengthForEnd = 32;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// How long the word that `bytes` begins with is, its '-' or '_' included: "proj-", "api03-", "None-", "v1-".
/// Zero: there is none. Two digits at most, and capitals only in front: so runs of random characters hardly
/// ever pass for one.
std::size_t prefix_word(std::string_view bytes) {
  std::size_t at = 0;
  const auto here = [&](auto is) { return at < bytes.size() && is(bytes[at]); };
  if (here(is_upper)) ++at;
  while (here(is_lower)) ++at;
  const auto letters = at;
  while (here(is_digit) && at < letters + 2) ++at;
  return letters > 0 && here([](char c) { return c == '-' || c == '_'; }) ? at + 1 : 0;
}

/// The words at the front that say whose key it is and are the same in every such key.
std::string_view public_prefix(std::string_view secret) {
  const auto front = secret.substr(0, kLongestPrefix);
  std::size_t length = 0;
  while (const auto word = prefix_word(front.substr(length))) length += word;
  return secret.size() - length >= kLeastHidden ? front.substr(0, length) : std::string_view{};
}

/// Where what tells one key from another ends: a PEM block's last line is that of all (RFC 7468). What puts
/// literals together before that line is none of the key either.
std::string_view without_footer(std::string_view secret) {
  auto body = secret.substr(0, secret.rfind("-----END "));
  if (body.size() == secret.size()) return secret;
  constexpr std::string_view kSpelledOut = "\\n";
  for (;;) {
    body = trimmed(body, " \t\r\n\"'`,+");
    if (!body.ends_with(kSpelledOut)) return body;
    body.remove_suffix(kSpelledOut.size());
  }
}

}  // namespace

Secret Secret::saved(std::string redacted, std::string sha256, std::size_t length) {
  Secret secret;
  secret.saved_ = std::make_shared<const Saved>(Saved{std::move(redacted), std::move(sha256), length});
  return secret;
}

std::strong_ordering Secret::operator<=>(const Secret& other) const {
  if (saved_ && other.saved_) return *saved_ <=> *other.saved_;
  if (saved_ || other.saved_) return static_cast<bool>(saved_) <=> static_cast<bool>(other.saved_);
  return bytes_ <=> other.bytes_;
}

std::string Secret::redacted() const {
  if (saved_) return saved_->redacted;
  auto shown = std::string(public_prefix(bytes_)) + "****";
  const auto body = without_footer(bytes_);
  if (body.size() >= kLeastLengthForEnd) shown += body.substr(body.size() - kShownEnd);
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

std::string Secret::sha256() const { return saved_ ? saved_->sha256 : sha256_hex(bytes_); }

}  // namespace keysift
