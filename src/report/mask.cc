#include "report/mask.h"

#include <algorithm>

#include "base/text.h"

namespace keysift {

Mask::Mask(const Report& report, bool reveal) : reveal_(reveal) {
  if (reveal) return;
  for (const auto& key : report.keys_beside)
    if (key.reveal().size() >= kLeastMasked) secrets_.push_back(key.reveal());
  for (const auto* findings : {&report.findings, &report.allowed, &report.known, &report.dropped}) {
    for (const auto& finding : *findings) {
      if (finding.secret.reveal().size() >= kLeastMasked) secrets_.push_back(finding.secret.reveal());
    }
  }
  std::sort(secrets_.begin(), secrets_.end());
  secrets_.erase(std::unique(secrets_.begin(), secrets_.end()), secrets_.end());
  for (const auto& secret : secrets_) beginnings_.set(static_cast<unsigned char>(secret.front()));
}

/// The length of the longest secret that `bytes` begins with, or 0.
std::size_t Mask::secret_at(std::string_view bytes) const {
  for (;;) {
    const auto after = std::upper_bound(secrets_.begin(), secrets_.end(), bytes);
    if (after == secrets_.begin()) return 0;
    const auto candidate = *std::prev(after);
    const auto differ = std::mismatch(bytes.begin(), bytes.end(), candidate.begin(), candidate.end());
    if (differ.second == candidate.end()) return candidate.size();
    // A secret that `bytes` begins with sorts before the candidate: the candidate begins with it too.
    bytes = bytes.substr(0, static_cast<std::size_t>(differ.first - bytes.begin()));
  }
}

std::string Mask::raw(std::string_view bytes) const {
  if (secrets_.empty()) return std::string(bytes);
  std::string out;
  for (;;) {
    const auto plain = std::find_if(bytes.begin(), bytes.end(), [&](char byte) { return begins_one(byte); });
    out.append(bytes.begin(), plain);
    bytes.remove_prefix(static_cast<std::size_t>(plain - bytes.begin()));
    if (bytes.empty()) return out;
    const auto length = secret_at(bytes);
    out += length == 0 ? std::string(1, bytes[0]) : Secret(std::string(bytes.substr(0, length))).redacted();
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
}

std::string Mask::printable(std::string_view bytes) const { return keysift::printable(raw(bytes)); }

std::string Mask::utf8(std::string_view bytes) const { return valid_utf8(raw(bytes)); }

std::string Mask::secret(const Secret& secret) const {
  return reveal_ && !secret.reveal().empty() ? keysift::printable(secret.reveal()) : secret.redacted();
}

}  // namespace keysift
