#include "env/dockerfile.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/text.h"
#include "env/docker_ignore.h"

namespace keysift {
namespace {

constexpr std::string_view kBlanks = " \t\r";

struct Instruction {
  std::size_t line = 0;
  std::string name;  // in upper case
  std::string rest;
};

std::string mapped(std::string_view text, int (*map)(int)) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(map(static_cast<unsigned char>(c)));
  return result;
}

std::string lower(std::string_view text) { return mapped(text, std::tolower); }

// Blanks in quotes part no words. The quotes stay.
std::vector<std::string_view> quoted_words(std::string_view text) {
  std::vector<std::string_view> all;
  std::size_t begin = 0;
  char quote = '\0';
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool ends = i == text.size() || (quote == '\0' && kBlanks.find(text[i]) != std::string_view::npos);
    if (ends) {
      if (i > begin) all.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    } else if (text[i] == quote) {
      quote = '\0';
    } else if (quote == '\0' && (text[i] == '"' || text[i] == '\'')) {
      quote = text[i];
    } else if (text[i] == '\\') {
      ++i;
    }
  }
  return all;
}

std::string_view unquoted(std::string_view text) {
  const bool is_quoted =
      text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

// The lines of a file, put together to instructions.
class Lines {
 public:
  explicit Lines(std::string_view bytes) : rest_(without_byte_order_mark(bytes)) { read_directives(); }

  std::optional<Instruction> next() {
    Instruction found;
    std::string text;
    while (!rest_.empty()) {
      const auto line = next_line();
      if (is_comment(line) || (!text.empty() && trimmed(line).empty())) continue;
      if (text.empty()) found.line = number_;
      auto part = line.substr(0, line.find_last_not_of(kBlanks) + 1);
      // Two of them are none.
      const bool goes_on = part.ends_with(escape_) && (part.size() < 2 || part[part.size() - 2] != escape_);
      if (goes_on) part.remove_suffix(1);
      text += part;
      if (!goes_on && !trimmed(text).empty()) break;
      if (!goes_on) text.clear();
    }
    const auto whole = trimmed(text);
    if (whole.empty()) return std::nullopt;
    const auto end = std::min(whole.find_first_of(kBlanks), whole.size());
    found.name = mapped(whole.substr(0, end), std::toupper);
    found.rest = trimmed(whole.substr(end));
    if (found.name == "ONBUILD") found = unwrapped(std::move(found));
    skip_heredocs(found);
    return found;
  }

 private:
  static bool is_comment(std::string_view line) { return trimmed(line).starts_with('#'); }

  // What an ONBUILD does, some build will do that stands on the image.
  static Instruction unwrapped(Instruction onbuild) {
    const std::string_view rest = onbuild.rest;
    const auto end = std::min(rest.find_first_of(kBlanks), rest.size());
    return {onbuild.line, mapped(rest.substr(0, end), std::toupper), std::string(trimmed(rest.substr(end)))};
  }

  std::string_view next_line() {
    ++number_;
    return take_line(rest_);
  }

  // `# escape=` counts among the first lines, before anything that is no directive.
  void read_directives() {
    for (auto rest = rest_; rest.starts_with('#');) {
      const auto line = take_line(rest);
      const auto equals = line.find('=');
      if (equals == std::string_view::npos) return;
      const auto value = trimmed(line.substr(equals + 1));
      if (lower(trimmed(line.substr(1, equals - 1))) == "escape" && value == "`") escape_ = '`';
    }
  }

  // The bodies of `<<EOF` documents that follow, each up to a line that is its word.
  void skip_heredocs(const Instruction& instruction) {
    if (instruction.name != "RUN" && instruction.name != "COPY" && instruction.name != "ADD") return;
    if (instruction.rest.starts_with('[')) return;
    for (const auto word : quoted_words(instruction.rest)) {
      auto end = word.substr(std::min(word.find_first_not_of("0123456789"), word.size()));
      if (!end.starts_with("<<")) continue;
      end.remove_prefix(2);
      const bool drops_tabs = end.starts_with('-');
      if (drops_tabs) end.remove_prefix(1);
      end = unquoted(end);
      if (end.empty() || end.find('<') != std::string_view::npos) continue;
      while (!rest_.empty()) {
        auto line = next_line();
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (drops_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
        if (line == end) break;
      }
    }
  }

  std::string_view rest_;
  std::size_t number_ = 0;
  char escape_ = '\\';
};

using Assignment = std::pair<std::string, std::string>;

// Without quotes and backslashes.
std::string value_of(std::string_view word) {
  std::string value;
  char quote = '\0';
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < word.size()) {
      value += word[++i];
    } else {
      value += c;
    }
  }
  return value;
}

// One `NAME=value` after another.
std::vector<Assignment> assignments(std::string_view text) {
  std::vector<Assignment> all;
  for (const auto word : quoted_words(text)) {
    const auto equals = word.find('=');
    if (equals != std::string_view::npos)
      all.emplace_back(word.substr(0, equals), value_of(word.substr(equals + 1)));
  }
  return all;
}

// As ENV once was, `NAME value`, it may still be.
std::vector<Assignment> environment(std::string_view text) {
  const auto first = text.find_first_of("= \t");
  if (first == std::string_view::npos || text[first] == '=') return assignments(text);
  return {{std::string(text.substr(0, first)), value_of(trimmed(text.substr(first)))}};
}

// The words behind the flags: a JSON list, or parted by blanks.
std::vector<std::string> arguments(std::string_view text) {
  if (!text.starts_with('[')) return words_of(text);
  const auto list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) return words_of(text);
  std::vector<std::string> all;
  for (const auto& item : list)
    if (item.is_string()) all.push_back(item.get<std::string>());
  return all;
}

bool is_address(std::string_view source) {
  return source.find("://") != std::string_view::npos || source.starts_with("git@");
}

std::string joined(const std::string& folder, const std::string& path) {
  return path.starts_with('/') ? path : folder + '/' + path;
}

// Stands in a work folder that is the base image's own, as in a path that has a variable.
constexpr std::string_view kUnknown = "$";

constexpr std::size_t kLongestPath = 4096;  // a longer one is in no image
constexpr std::size_t kMostStages = 200;    // further ones count as the last of them
constexpr std::size_t kMostCopies = 2'000;

class Parser {
 public:
  Dockerfile parse(std::string_view bytes) {
    Lines lines(bytes);
    while (const auto instruction = lines.next()) {
      if (instruction->name == "FROM") begin_stage(expanded(instruction->rest));
      if (instruction->name == "ENV") add_variables(*instruction, environment(instruction->rest));
      if (instruction->name == "ARG") add_variables(*instruction, assignments(instruction->rest));
      if (file_.stages.empty()) continue;
      if (instruction->name == "WORKDIR") enter(expanded(unquoted(instruction->rest)));
      if ((instruction->name == "COPY" || instruction->name == "ADD") && copies_++ < kMostCopies)
        add_copy(*instruction);
    }
    return std::move(file_);
  }

 private:
  void begin_stage(std::string_view rest) {
    if (file_.stages.size() == kMostStages) return;
    auto parts = words_of(rest);
    std::erase_if(parts, [](const std::string& part) { return part.starts_with("--"); });
    auto& stage = file_.stages.emplace_back();
    if (!parts.empty()) stage.base = lower(parts[0]);
    if (parts.size() >= 3 && lower(parts[1]) == "as") stage.name = lower(parts[2]);
    const auto base = stage_named(file_, stage.base, file_.stages.size() - 1);
    const auto folder = stage.base == "scratch" ? std::string() : std::string(kUnknown);
    work_folders_.push_back(base == std::string::npos ? folder : work_folders_[base]);
  }

  void enter(const std::string& path) {
    auto& folder = work_folders_.back();
    folder = joined(folder, path);
    if (folder.size() > kLongestPath) folder = kUnknown;
  }

  void add_variables(const Instruction& instruction, std::vector<Assignment> all) {
    for (auto& [name, value] : all) {
      values_[name] = value;
      file_.variables.push_back({instruction.line, instruction.name, std::move(name), std::move(value)});
    }
  }

  // With the values that the file itself gives to variables. Of others, and where it would get too long,
  // their names stay.
  std::string expanded(std::string_view text) const {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto rest = text.substr(i);
      const bool in_braces = rest.starts_with("${");
      const auto begin = in_braces ? std::size_t{2} : std::size_t{1};
      std::size_t end = begin;
      while (rest.starts_with('$') && end < rest.size() &&
             (std::isalnum(static_cast<unsigned char>(rest[end])) != 0 || rest[end] == '_'))
        ++end;
      const auto found = values_.find(rest.substr(std::min(begin, rest.size()), end - begin));
      const bool is_whole = end > begin && (!in_braces || rest.substr(end).starts_with('}'));
      if (!is_whole || found == values_.end() || result.size() + found->second.size() > kLongestPath) {
        result += text[i];
        continue;
      }
      result += found->second;
      i += end - (in_braces ? 0 : 1);
    }
    return result;
  }

  void add_copy(const Instruction& instruction) {
    DockerCopy copy{instruction.line, instruction.name + ' ' + instruction.rest, {}, {}, false, {}, {}};
    const auto text = expanded(instruction.rest);
    std::string_view rest = text;
    while (rest.starts_with("--")) {
      const auto flag = rest.substr(0, rest.find_first_of(kBlanks));
      if (flag.starts_with("--from=")) copy.from = lower(flag.substr(flag.find('=') + 1));
      if (flag.starts_with("--exclude=")) copy.excludes.emplace_back(flag.substr(flag.find('=') + 1));
      rest = trimmed(rest.substr(flag.size()));
    }
    auto parts = arguments(rest);
    if (parts.size() < 2) return;
    const auto destination = std::move(parts.back());
    parts.pop_back();
    std::erase_if(parts, [](const std::string& each) { return is_address(each) || each.starts_with("<<"); });
    copy.into_folder = parts.size() > 1 || destination.ends_with('/') || destination == ".";
    const auto whole = joined(work_folders_.back(), destination);
    if (whole.find('$') == std::string::npos) copy.destination = '/' + cleaned(whole);
    copy.sources = std::move(parts);
    file_.stages.back().copies.push_back(std::move(copy));
  }

  Dockerfile file_;
  std::size_t copies_ = 0;
  std::vector<std::string> work_folders_;                   // of each stage
  std::map<std::string, std::string, std::less<>> values_;  // of variables
};

}  // namespace

Dockerfile parse_dockerfile(std::string_view bytes) { return Parser().parse(bytes); }

std::size_t stage_named(const Dockerfile& file, std::string_view name, std::size_t count) {
  const auto wanted = lower(name);
  for (auto i = count; i-- > 0;)
    if (!wanted.empty() && file.stages[i].name == wanted) return i;
  const bool is_number =
      !wanted.empty() && wanted.size() < 5 && wanted.find_first_not_of("0123456789") == std::string::npos;
  const auto number = is_number ? std::stoul(wanted) : count;
  return number < count ? number : std::string::npos;
}

}  // namespace keysift
