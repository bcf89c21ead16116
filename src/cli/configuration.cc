#include "cli/configuration.h"

#include <cstdio>
#include <optional>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "rule/gitleaks_file.h"
#include "rule/rule_file.h"

namespace keysift {
namespace {

constexpr std::string_view kConfig = ".keysift.toml";
constexpr std::string_view kGitleaksConfig = ".gitleaks.toml";

// A configuration that was found.
struct File {
  std::string bytes;
  std::string name;   // for reports
  std::string place;  // for messages
  bool of_gitleaks = false;
  ExtendedFile extended;
};

// As gitleaks has it, from the current folder; else from that of the file.
ExtendedFile beside(const std::filesystem::path& config) {
  return [config](const std::string& path) -> std::optional<std::string> {
    if (auto bytes = read_if_there(path, kMaxAllowingFile)) return bytes;
    return read_if_there(config.parent_path() / path, kMaxAllowingFile);
  };
}

std::optional<File> find_file(const Options& options, const AllowingFiles* files) {
  if (!options.config.empty()) {
    const auto place = printable(options.config.native());
    auto bytes = read_file(options.config, kMaxAllowingFile);
    const bool of_gitleaks = is_gitleaks_config(bytes);
    return File{std::move(bytes), place, place, of_gitleaks, beside(options.config)};
  }
  if (files == nullptr) return std::nullopt;
  for (const auto each : {kConfig, kGitleaksConfig}) {
    const std::string name(each);
    if (auto bytes = files->read(name))
      return File{std::move(*bytes), files->shown(name), files->place(name), each == kGitleaksConfig,
                  [files](const std::string& path) { return files->read_below(path); }};
  }
  return std::nullopt;
}

void tell(const Options& options, const std::string& words) {
  if (!options.quiet) std::fprintf(stderr, "keysift: %s\n", words.c_str());
}

// Whoever scans is to know that it is not keysift's own rules that found nothing.
void tell_of_rules(const Options& options, const GitleaksConfig& config, const std::string& place,
                   std::size_t count) {
  const auto rules = counted(count, "rule") + " of " + place;
  if (config.use_default) {
    if (count > 0) tell(options, "keysift's own rules, in the place of gitleaks' default ones, and " + rules);
  } else {
    tell(options, rules + " in the place of keysift's own; to have both: [extend] useDefault = true");
  }
  for (const auto& note : config.notes) tell(options, note);
}

}  // namespace

GitleaksConfig read_gitleaks_config(const std::filesystem::path& file) {
  return parse_gitleaks_config(read_file(file, kMaxAllowingFile), printable(file.native()), beside(file));
}

Configuration read_configuration(const Options& options, const AllowingFiles* files) {
  Configuration configuration;
  const auto file = find_file(options, files);
  configuration.has_built_in = options.rule_ids.empty() && !(file && file->of_gitleaks);
  if (!file) {
    configuration.rules = chosen_rules(options, nullptr);
    return configuration;
  }
  configuration.name = file->name;
  if (file->of_gitleaks) {
    auto config = parse_gitleaks_config(file->bytes, file->place, file->extended);
    const auto count = config.rules.size();
    configuration.rules = chosen_rules(options, &config);
    if (configuration.rules.empty())
      throw Failure(file->place +
                    ": it leaves no rule, and nothing would be searched for; to have keysift's: " +
                    "[extend] useDefault = true");
    tell_of_rules(options, config, file->place, count);
    if (options.config.empty()) configuration.rules_changed = std::move(config.changed);
    configuration.allowlists = std::move(config.allowlists);
  } else {
    auto config = parse_config(file->bytes, file->place);
    configuration.rules = chosen_rules(options, nullptr);
    configuration.allowlists = std::move(config.allowlists);
    configuration.env_files = std::move(config.env_files);
    configuration.env_templates = std::move(config.env_templates);
  }
  return configuration;
}

}  // namespace keysift
