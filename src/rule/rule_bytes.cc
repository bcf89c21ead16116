#include "rule/rule_bytes.h"

#include <concepts>
#include <cstring>
#include <memory>
#include <type_traits>

namespace keysift {
namespace {

// A thing's parts, each handed to `part`, which writes or reads it.
template <typename Thing, typename Part>
requires std::same_as<std::remove_const_t<Thing>, Rule>
void take_apart(Thing& rule, Part& part) {
  part(rule.id);
  part(rule.aliases);
  part(rule.description);
  part(rule.provider);
  part(rule.confidence);
  part(rule.console);
  part(rule.judge);
  part(rule.pattern);
  part(rule.secret_group);
  part(rule.keywords);
  part(rule.exact_keywords);
  part(rule.entropy);
  part(rule.checksum);
  part(rule.padding);
  part(rule.words);
  part(rule.path);
  part(rule.allowlists);
  part(rule.tags);
  part(rule.reported);
  part(rule.examples);
  part(rule.counterexamples);
  part(rule.file);
  part(rule.line);
}

template <typename Thing, typename Part>
requires std::same_as<std::remove_const_t<Thing>, Allowlist>
void take_apart(Thing& list, Part& part) {
  part(list.regexes);
  part(list.target);
  part(list.paths);
  part(list.stopwords);
  part(list.commits);
  part(list.all);
}

template <typename T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, Pattern::Told>;
static_assert(std::is_trivially_copyable_v<Pattern::Told>);

class Writer {
 public:
  template <Plain T>
  void operator()(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void operator()(const std::string& text) {
    (*this)(text.size());
    bytes_ += text;
  }
  void operator()(const auto& pattern) requires std::same_as<decltype(*pattern), Pattern&> {
    (*this)(pattern != nullptr);
    if (!pattern) return;
    (*this)(pattern->text());
    (*this)(pattern->told());
  }
  template <typename T>
  void operator()(const std::vector<T>& list) {
    (*this)(list.size());
    for (const auto& item : list) (*this)(item);
  }
  template <typename Thing>
  requires requires(Thing& thing, Writer& part) { take_apart(thing, part); }
  void operator()(const Thing& thing) { take_apart(thing, *this); }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <Plain T>
  void operator()(T& value) {
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
  }
  void operator()(std::string& text) {
    const auto size = read<std::size_t>();
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  void operator()(auto& pattern) requires std::same_as<decltype(*pattern), Pattern&> {
    if (!read<bool>()) return;
    auto text = read<std::string>();
    pattern = std::make_unique<Pattern>(std::move(text), kMaxPatternMemory, read<Pattern::Told>());
  }
  template <typename T>
  void operator()(std::vector<T>& list) {
    list.resize(read<std::size_t>());
    for (auto& item : list) (*this)(item);
  }
  template <typename Thing>
  requires requires(Thing& thing, Reader& part) { take_apart(thing, part); }
  void operator()(Thing& thing) { take_apart(thing, *this); }

 private:
  template <typename T>
  T read() {
    T value;
    (*this)(value);
    return value;
  }

  std::string_view rest_;
};

}  // namespace

std::string bytes_of(std::span<const Rule> rules) {
  Writer write;
  write(rules.size());
  for (const auto& rule : rules) {
    // Found out now, so that no scan has to.
    if (rule.pattern) rule.pattern->beginning(rule.keywords, rule.exact_keywords);
    write(rule);
  }
  return write.take();
}

std::vector<Rule> rules_of(std::string_view bytes) {
  std::vector<Rule> rules;
  Reader read(bytes);
  read(rules);
  return rules;
}

}  // namespace keysift
