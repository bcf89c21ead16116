#include "cli/keysift.h"

#include <re2/re2.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/hash.h"

namespace keysift::test {
using nlohmann::json;

std::string keysift_binary() { return KEYSIFT_BINARY; }

Outcome keysift(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                std::string_view input) {
  std::vector<std::string> command = {keysift_binary()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command, folder, input, clean_environment());
}

Scan scan(std::vector<std::string> arguments, const std::filesystem::path& folder, std::string_view input) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const Outcome outcome = keysift(arguments, folder, input);
  json report = json::parse(outcome.out, nullptr, false);
  if (report.is_discarded()) {
    throw std::runtime_error("no JSON, exit code " + std::to_string(outcome.exit_code) + ": " + outcome.err);
  }
  return {outcome.exit_code, std::move(report)};
}

Errors errors_of(const json& report) {
  Errors errors;
  for (const auto& error : report.at("errors")) errors.emplace_back(error.at("path"), error.at("message"));
  return errors;
}

std::string base64(std::string_view text, unsigned width) {
  return run({"base64", "-w" + std::to_string(width)}, ".", text).out;
}

std::string words_of_report(const std::string& text) {
  auto words = text;
  RE2::GlobalReplace(&words, R"(,\s+in\s+[0-9.]+\s+m?s)", "");
  RE2::GlobalReplace(&words, "\n +", " ");
  return words;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::ostream& operator<<(std::ostream& out, const Place& place) {
  return out << place.path << ':' << place.line << ':' << place.column << '-' << place.end_column << ' '
             << place.rule << ' ' << place.origin;
}

std::vector<Place> places(const json& report) {
  std::vector<Place> result;
  for (const json& finding : report.at("findings")) {
    const json& location = finding.at("location");
    result.push_back({location.at("path"), location.at("line"), location.at("column"),
                      location.at("end_column"), finding.at("rule").at("id"), finding.at("origin")});
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<json> findings_of(const json& report, std::string_view key) {
  std::vector<json> result;
  const std::string wanted = sha256_hex(key);
  for (const json& finding : report.at("findings")) {
    if (finding.at("secret").at("sha256") == wanted) result.push_back(finding);
  }
  return result;
}

json finding_of(const json& report, std::string_view key) {
  const std::vector<json> found = findings_of(report, key);
  if (found.size() != 1) {
    throw std::runtime_error(std::to_string(found.size()) + " findings of the key in " + report.dump(2));
  }
  return found.front();
}

std::vector<std::string> without_privileges() {
  if (::geteuid() != 0) return {};
  const std::vector<std::string> drop = {"setpriv", "--bounding-set=-dac_override,-dac_read_search",
                                         "--inh-caps=-all"};
  std::vector<std::string> trial = drop;
  trial.push_back("true");
  if (run(trial).exit_code != 0) throw std::runtime_error("setpriv cannot drop root's privileges");
  return drop;
}

std::vector<std::string> allowed_and_found(const json& report) {
  const auto place = [](const json& finding) {
    return finding.at("location").at("path").get<std::string>() + ":" +
           std::to_string(finding.at("location").at("line").get<int>());
  };
  std::vector<std::string> lines;
  for (const auto& each : report.at("allowed"))
    lines.push_back(place(each) + " " + each.at("allowed_by").get<std::string>());
  for (const auto& each : report.at("findings")) lines.push_back(place(each));
  return lines;
}

}  // namespace keysift::test
