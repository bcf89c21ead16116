// A key that was found, kept from being printed by accident.
#pragma once
#include <cstddef>
#include <string>
#include <utility>

namespace keysift {

/// Holds a key's bytes. Nothing prints it whole but reveal(), which only `--reveal` may lead to.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}

  /// What may be shown: the public prefix, "****", and the last four characters of a key long enough to spare
  /// them. Printable ASCII.
  std::string redacted() const;

  /// The key itself.
  const std::string& reveal() const { return bytes_; }

  std::string sha256() const;
  std::size_t length() const { return bytes_.size(); }

  auto operator<=>(const Secret&) const = default;

 private:
  std::string bytes_;
};

}  // namespace keysift
