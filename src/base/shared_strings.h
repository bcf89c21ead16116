// A list of strings that many may hold.
#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace keysift {

/// Strings that cannot be changed. Copies share them: the refs of a hundred findings may be twenty thousand.
class SharedStrings {
 public:
  SharedStrings(std::vector<std::string> strings = {})
      : strings_(std::make_shared<const std::vector<std::string>>(std::move(strings))) {}
  SharedStrings(std::initializer_list<std::string> strings)
      : SharedStrings(std::vector<std::string>(strings)) {}
  // No move: what is left behind would have no list.
  SharedStrings(const SharedStrings&) = default;
  SharedStrings& operator=(const SharedStrings&) = default;

  bool empty() const { return strings_->empty(); }
  std::size_t size() const { return strings_->size(); }
  const std::string& front() const { return strings_->front(); }
  const std::string& operator[](std::size_t index) const { return (*strings_)[index]; }
  auto begin() const { return strings_->begin(); }
  auto end() const { return strings_->end(); }
  bool operator==(const SharedStrings& other) const { return *strings_ == *other.strings_; }

 private:
  std::shared_ptr<const std::vector<std::string>> strings_;
};

}  // namespace keysift
