#include "env/secret_files.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/path.h"
#include "env/data.h"

namespace keysift {
namespace {

bool fits_path(const PathPattern& pattern, std::string_view path) {
  return fits(pattern, path, name_of(path), false, false);
}

// Whether some path that ends in `name` may fit.
bool may_fit(const PathPattern& pattern, std::string_view name) {
  if (!pattern.anchored) return fits(pattern, name, name, false, false);
  const auto last = name_of(pattern.text);
  return last == "**" || fits(parse_path_pattern(last), name, name, false, false);
}

}  // namespace

SecretFiles SecretFiles::built_in() {
  const auto data = DataTable::of_file("files.toml");
  SecretFiles files;
  files.template_words_ = data.texts("templates");
  files.public_prefixes_ = data.texts("public_prefixes");
  files.public_values_ = data.texts("public_values");
  for (const auto& table : data.tables("files")) {
    auto added = kind(table.texts("patterns"));
    if (auto contains = table.text("contains"); !contains.empty())
      added.contains = std::make_unique<Pattern>(std::move(contains));
    files.add(std::move(added));
  }
  return files;
}

SecretFiles::Kind SecretFiles::kind(std::vector<std::string> lines) {
  Kind made;
  made.lines = std::move(lines);
  std::transform(made.lines.begin(), made.lines.end(), std::back_inserter(made.patterns),
                 [](const std::string& line) { return parse_path_pattern(line); });
  return made;
}

void SecretFiles::extend(std::vector<std::string> files, std::vector<std::string> templates) {
  add(kind(std::move(files)));
  own_templates_ = kind(std::move(templates));
}

void SecretFiles::add(Kind kind) {
  for (const auto& pattern : kind.patterns) edges_.add(pattern);
  kinds_.push_back(std::move(kind));
}

std::size_t SecretFiles::Edges::index(unsigned first, unsigned last) {
  return std::size_t{first} << 8 | last;
}

void SecretFiles::Edges::add(const PathPattern& pattern) {
  const auto text = name_of(pattern.text);
  const bool is_simple = !text.empty() && text.find_first_of("[\\") == std::string_view::npos;
  // The bytes that can stand where the pattern has `c`, from the least to the greatest.
  const auto span_of = [&](char c) -> std::pair<unsigned, unsigned> {
    if (!is_simple || c == '*' || c == '?') return {0, 255};
    return {static_cast<unsigned char>(c), static_cast<unsigned char>(c)};
  };
  const auto firsts = span_of(text.empty() ? '*' : text.front());
  const auto lasts = span_of(text.empty() ? '*' : text.back());
  for (auto first = firsts.first; first <= firsts.second; ++first)
    for (auto last = lasts.first; last <= lasts.second; ++last) pairs_[index(first, last)] = true;
}

bool SecretFiles::Edges::admit(std::string_view name) const {
  return !name.empty() &&
         pairs_[index(static_cast<unsigned char>(name.front()), static_cast<unsigned char>(name.back()))];
}

bool SecretFiles::fits_any(const Kind& kind, std::string_view path) {
  return std::any_of(kind.patterns.begin(), kind.patterns.end(),
                     [&](const PathPattern& pattern) { return fits_path(pattern, path); });
}

// One for which the name is enough comes first.
const SecretFiles::Kind* SecretFiles::kind_of(std::string_view path) const {
  if (!edges_.admit(name_of(path))) return nullptr;
  const Kind* found = nullptr;
  for (const auto& kind : kinds_) {
    if (!fits_any(kind, path)) continue;
    if (kind.contains == nullptr) return &kind;
    if (found == nullptr) found = &kind;
  }
  return found;
}

bool SecretFiles::is_named(std::string_view path) const {
  return kind_of(path) != nullptr && !is_template(path);
}

bool SecretFiles::may_be_named(std::string_view name) const {
  return edges_.admit(name) && std::any_of(kinds_.begin(), kinds_.end(), [&](const Kind& kind) {
           return std::any_of(kind.patterns.begin(), kind.patterns.end(),
                              [&](const PathPattern& pattern) { return may_fit(pattern, name); });
         });
}

bool SecretFiles::holds_secret(std::string_view path, const Contents& contents) const {
  const auto* kind = kind_of(path);
  if (kind == nullptr || is_template(path)) return false;
  if (kind->contains == nullptr) return true;
  const auto bytes = contents();
  return bytes && kind->contains->found_in(*bytes);
}

bool SecretFiles::is_template_word(std::string_view word) const {
  return std::find(template_words_.begin(), template_words_.end(), word) != template_words_.end();
}

bool SecretFiles::is_template(std::string_view path) const {
  return shown_by(path).has_value() || fits_any(own_templates_, path);
}

std::optional<std::string> SecretFiles::shown_by(std::string_view path) const {
  const auto name = name_of(path);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto folder = path.substr(0, path.size() - name.size());
  const auto before = name.substr(0, dot);
  if (name.substr(dot) == ".env" && is_template_word(before.substr(before.starts_with('.') ? 1 : 0)))
    return std::string(folder) + ".env";
  const auto shown = path.substr(0, folder.size() + dot);
  if (!is_template_word(name.substr(dot + 1)) || kind_of(shown) == nullptr) return std::nullopt;
  return std::string(shown);
}

bool SecretFiles::is_published(std::string_view variable) const {
  return std::any_of(public_prefixes_.begin(), public_prefixes_.end(),
                     [&](const std::string& prefix) { return variable.starts_with(prefix); });
}

bool SecretFiles::is_for_browsers(std::string_view value) const {
  return std::any_of(public_values_.begin(), public_values_.end(),
                     [&](const std::string& prefix) { return value.starts_with(prefix); });
}

}  // namespace keysift
