#include "env/env_file.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/text.h"

namespace keysift {
namespace {

constexpr std::string_view kBlanks = " \t";

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Reads a file from its beginning to its end.
class Reader {
 public:
  explicit Reader(std::string_view bytes)
      : bytes_(bytes), at_(bytes.size() - without_byte_order_mark(bytes).size()) {}

  bool done() const { return at_ >= bytes_.size(); }
  std::size_t at() const { return at_; }
  std::size_t line_end() const { return std::min(bytes_.find('\n', at_), bytes_.size()); }

  void skip(std::string_view characters) {
    at_ = std::min(bytes_.find_first_not_of(characters, at_), bytes_.size());
  }

  void next_line() {
    at_ = std::min(line_end() + 1, bytes_.size());
    ++line_;
  }

  // The variable that this line begins with. Stands behind its value then; else somewhere on the line.
  std::optional<EnvVariable> variable() {
    EnvVariable found;
    found.line = line_;
    skip(kBlanks);
    found.commented = !done() && bytes_[at_] == '#';
    if (found.commented) skip("# \t");
    if (bytes_.substr(at_).starts_with("export")) {
      const auto before = at_;
      at_ += std::string_view("export").size();
      if (!done() && is_word(bytes_[at_])) at_ = before;
      skip(kBlanks);
    }
    found.name = word();
    if (found.name.empty() || !sign(found.commented)) return std::nullopt;
    const auto behind_sign = at_;
    skip(kBlanks);
    if (at_ > behind_sign && bytes_.substr(at_).starts_with("# "))
      at_ = behind_sign;  // a comment, and no value
    read_value(found);
    return found;
  }

 private:
  std::string_view word() {
    const auto begin = at_;
    while (!done() && (is_word(bytes_[at_]) || (at_ > begin && (bytes_[at_] == '.' || bytes_[at_] == '-'))))
      ++at_;
    return bytes_.substr(begin, at_ - begin);
  }

  // A colon in a comment is prose.
  bool sign(bool commented) {
    skip(kBlanks);
    if (done() || (bytes_[at_] != '=' && (commented || bytes_[at_] != ':'))) return false;
    ++at_;
    return true;
  }

  void read_value(EnvVariable& found) {
    found.begin = at_;
    const char quote = done() ? '\0' : bytes_[at_];
    if (quote == '"' || quote == '\'' || quote == '`') {
      if (const auto end = closing(quote, found.commented ? line_end() : bytes_.size())) {
        found.value = bytes_.substr(at_ + 1, *end - at_ - 1);
        line_ += static_cast<std::size_t>(std::count(found.value.begin(), found.value.end(), '\n'));
        found.end = at_ = *end + 1;
        return;
      }
    }
    const auto line = bytes_.substr(at_, line_end() - at_);
    const auto comment = std::min(line.find(" # "), line.find("\t# "));
    const auto text = line.substr(0, comment);
    found.value = text.substr(0, text.find_last_not_of(" \t\r") + 1);
    found.end = at_ = found.begin + found.value.size();
  }

  // Where the quote at this place is closed, before `limit`.
  std::optional<std::size_t> closing(char quote, std::size_t limit) const {
    for (auto i = at_ + 1; i < limit; ++i) {
      if (bytes_[i] == '\\' && quote == '"') {
        ++i;
      } else if (bytes_[i] == quote) {
        return i;
      }
    }
    return std::nullopt;
  }

  std::string_view bytes_;
  std::size_t at_;
  std::size_t line_ = 1;
};

// What follows a value on its line, if it is a comment.
std::string_view comment_behind(std::string_view rest) {
  const auto first = rest.find_first_not_of(kBlanks);
  return first != std::string_view::npos && first > 0 && rest.substr(first).starts_with("# ")
             ? rest
             : std::string_view();
}

bool is_blank_or_comment(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

}  // namespace

std::vector<EnvVariable> env_variables(std::string_view bytes) {
  std::vector<EnvVariable> variables;
  for (Reader reader(bytes); !reader.done(); reader.next_line())
    if (auto variable = reader.variable()) variables.push_back(*variable);
  return variables;
}

std::string example_of(std::string_view bytes) {
  const std::string_view end = bytes.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
  std::string example;
  for (Reader reader(bytes); !reader.done(); reader.next_line()) {
    const auto begin = reader.at();
    const auto variable = reader.variable();
    auto rest = bytes.substr(reader.at(), reader.line_end() - reader.at());
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    if (variable) {
      example += bytes.substr(begin, variable->begin - begin);
      example += comment_behind(rest);
    } else {
      auto line = bytes.substr(begin, reader.line_end() - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!is_blank_or_comment(line)) continue;
      example += line;
    }
    example += end;
  }
  return example;
}

std::vector<EnvFinding> public_variables(const std::string& path, std::string_view bytes,
                                         const SecretFiles& secret_files,
                                         const std::function<bool(std::string_view)>& is_key) {
  std::vector<EnvFinding> findings;
  for (const auto& variable : env_variables(bytes)) {
    if (variable.commented || !secret_files.is_published(variable.name) ||
        secret_files.is_for_browsers(variable.value) ||
        !is_key(std::string(variable.name) + '=' + std::string(variable.value)))
      continue;
    auto& finding = findings.emplace_back();
    finding.path = path;
    finding.coverage = Coverage::public_variable;
    finding.cause = {path, variable.line, std::string(variable.name)};
    finding.advice =
        "Revoke the key, give the variable another name, and call the provider from your own server.";
  }
  return findings;
}

}  // namespace keysift
