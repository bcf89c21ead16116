#include "env/compose_file.h"

#include <algorithm>
#include <optional>

#include "base/path.h"
#include "env/yaml.h"

namespace keysift {
namespace {

using Kind = YamlNode::Kind;

std::string scalar(const YamlNode& map, std::string_view key) {
  const auto value = map.get(key);
  return value && value->kind == Kind::scalar ? value->text : "";
}

// The line of the first `$NAME` or `${NAME}`; `$$` stands for a dollar.
std::optional<std::size_t> first_variable(std::string_view bytes) {
  std::size_t line = 1;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    if (bytes[i] == '\n') ++line;
    if (bytes[i] == '#' && (i == 0 || bytes[i - 1] == '\n' || bytes[i - 1] == ' '))
      i = std::min(bytes.find('\n', i), bytes.size()) - 1;
    if (bytes[i] != '$') continue;
    const char next = bytes[i + 1];
    if (next == '{' || next == '_' || (next >= 'A' && next <= 'Z') || (next >= 'a' && next <= 'z'))
      return line;
    ++i;
  }
  return std::nullopt;
}

void add_build(const YamlNode& build, std::vector<ComposeBuild>& builds) {
  if (build.kind == Kind::scalar) {
    builds.push_back({build.text, "", ""});
  } else if (build.kind == Kind::map && !build.get("dockerfile_inline")) {
    const auto context = scalar(build, "context");
    builds.push_back({context.empty() ? "." : context, scalar(build, "dockerfile"), scalar(build, "target")});
  }
}

// One path, or a list of paths and of maps with a `path`.
void add_env_file(const YamlNode& node, std::vector<ComposeRead>& reads) {
  if (node.kind == Kind::scalar) reads.push_back({node.text, node.line, "env_file"});
  for (const auto& item : node.items) {
    const auto path = item->kind == Kind::map ? item->get("path") : item;
    if (path && path->kind == Kind::scalar) reads.push_back({path->text, path->line, "env_file"});
  }
}

}  // namespace

ComposeFile parse_compose_file(std::string_view bytes) {
  ComposeFile file;
  const auto root = parse_yaml(bytes);
  if (!root) return file;
  if (const auto services = root->get("services")) {
    for (const auto& [name, service] : services->pairs) {
      if (const auto build = service->get("build")) add_build(*build, file.builds);
      if (const auto env_file = service->get("env_file")) add_env_file(*env_file, file.reads);
    }
  }
  if (const auto secrets = root->get("secrets")) {
    for (const auto& [name, secret] : secrets->pairs)
      if (const auto path = secret->get("file"); path && path->kind == Kind::scalar)
        file.reads.push_back({path->text, path->line, "secrets"});
  }
  if (const auto line = first_variable(bytes)) file.reads.push_back({".env", *line, "the .env file"});
  return file;
}

bool is_compose_file(std::string_view path) {
  auto name = name_of(path);
  if (name.ends_with(".yaml")) {
    name.remove_suffix(5);
  } else if (name.ends_with(".yml")) {
    name.remove_suffix(4);
  } else {
    return false;
  }
  if (name.starts_with("docker-")) name.remove_prefix(7);
  return name == "compose" || name.starts_with("compose.") || name.starts_with("compose-");
}

}  // namespace keysift
