// A key that was found, kept from being printed by accident.
#pragma once
#include <compare>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace keysift {

/// Holds a key's bytes. Nothing prints it whole but reveal(), which only `--reveal` may lead to.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}

  /// One that a saved report tells of. Its bytes are not known: reveal() is empty.
  static Secret saved(std::string redacted, std::string sha256, std::size_t length);

  /// What may be shown: the public prefix, "****", and the last four characters of a key long enough to spare
  /// them; of a PEM block those before its last line. Printable ASCII.
  std::string redacted() const;

  /// The key itself.
  const std::string& reveal() const { return bytes_; }

  std::string sha256() const;
  std::size_t length() const { return saved_ ? saved_->length : bytes_.size(); }

  std::strong_ordering operator<=>(const Secret& other) const;
  bool operator==(const Secret& other) const { return *this <=> other == 0; }

 private:
  struct Saved {
    std::string redacted;
    std::string sha256;
    std::size_t length = 0;
    auto operator<=>(const Saved&) const = default;
  };

  std::string bytes_;
  std::shared_ptr<const Saved> saved_;
};

}  // namespace keysift
