#include "report/saved.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kSchemaVersion = 1;  // the latest that can be read

/// What a file says, in a message of one line.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 60;  // bytes
  return printable(beginning(text, kMost)) + (text.size() > kMost ? "..." : "");
}

/// What Secret::redacted() is made of, and dates.
bool is_printable_ascii(char c) { return c >= ' ' && c <= '~'; }
bool is_of_date(char c) { return std::string_view("0123456789-+:TZ").find(c) != std::string_view::npos; }

/// The fields of one object, which `where` names in messages. Throws Failure for a field that is missing or
/// of another type; the fields that newer reports have over older ones may be missing.
class Fields {
 public:
  Fields(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) throw Failure(where_ + ": an object belongs here");
  }

  std::string text(const char* key) const { return string_of(required(key), key); }

  /// Empty for null.
  std::string optional_text(const char* key) const {
    const auto* value = find(key);
    return value == nullptr ? std::string() : string_of(*value, key);
  }

  /// Text of such characters alone: reports show it as it is.
  std::string text_of(const char* key, bool (*allowed)(char)) const {
    auto all = text(key);
    if (!std::all_of(all.begin(), all.end(), allowed)) wrong(key, "another text than " + shown(all));
    return all;
  }

  /// The hexadecimal name of a git object, or a hash of so many digits.
  std::string hash(const char* key, std::size_t digits = 0) const {
    auto all = text(key);
    if (!is_hex(all)) wrong(key, "another text than " + shown(all));
    if (all.empty() || (digits > 0 && all.size() != digits))
      wrong(key, digits > 0 ? std::to_string(digits) + " hexadecimal digits" : "a hexadecimal number");
    return all;
  }

  std::uint64_t number(const char* key) const { return number_of(required(key), key); }

  /// One that counts from 1.
  std::uint64_t ordinal(const char* key) const {
    const auto value = number(key);
    if (value == 0) wrong(key, "a number from 1 on");
    return value;
  }

  std::optional<std::uint64_t> optional_number(const char* key) const {
    const auto* value = find(key);
    return value == nullptr ? std::nullopt : std::optional(number_of(*value, key));
  }

  bool flag(const char* key) const {
    const auto& value = required(key);
    if (!value.is_boolean()) wrong(key, "true or false");
    return value.get<bool>();
  }

  std::vector<std::string> texts(const char* key) const {
    const auto& value = required(key);
    if (!value.is_array()) wrong(key, "an array of strings");
    std::vector<std::string> all;
    for (const auto& each : value) all.push_back(string_of(each, key));
    return all;
  }

  std::vector<std::string> optional_texts(const char* key) const {
    return find(key) == nullptr ? std::vector<std::string>() : texts(key);
  }

  Fields object(const char* key) const { return {required(key), where_ + '.' + key}; }

  std::optional<Fields> optional_object(const char* key) const {
    const auto* value = find(key);
    return value == nullptr ? std::nullopt : std::optional(Fields(*value, where_ + '.' + key));
  }

  /// The value, of an enumeration that ends with `last`, that the field names.
  template <typename T>
  T one_of(const char* key, T last) const {
    const auto name = text(key);
    for (int value = 0; value <= static_cast<int>(last); ++value)
      if (to_string(static_cast<T>(value)) == name) return static_cast<T>(value);
    wrong(key, "another word than " + shown(name));
  }

  [[noreturn]] void wrong(const char* key, const std::string& expected) const {
    throw Failure(where_ + '.' + key + ": " + expected + " belongs here");
  }

 private:
  const Json* find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  const Json& required(const char* key) const {
    const auto* value = find(key);
    if (value == nullptr) throw Failure(where_ + ": '" + key + "' is missing");
    return *value;
  }

  std::string string_of(const Json& value, const char* key) const {
    if (!value.is_string()) wrong(key, "a string");
    return value.get<std::string>();
  }

  std::uint64_t number_of(const Json& value, const char* key) const {
    if (!value.is_number_unsigned()) wrong(key, "a number");
    return value.get<std::uint64_t>();
  }

  const Json& json_;
  std::string where_;
};

/// Takes the elements of the report's arrays one after the other, so that no more than one is in memory as
/// JSON.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  SavedReport read(std::string_view bytes) {
    std::string section;
    std::size_t index = 0;
    using Event = Json::parse_event_t;
    const auto on_event = [&](int depth, Event event, Json& parsed) {
      if (event == Event::key && depth == 1) {
        section = parsed.get<std::string>();
        index = 0;
      }
      if (!is_list(section) || event == Event::key) return true;
      if (depth == 1 && (event == Event::value || event == Event::object_start))
        throw Failure(file_ + ": " + section + ": an array belongs here");
      if (depth != 2) return true;
      const auto where = [&] { return file_ + ": " + section + '[' + std::to_string(index) + ']'; };
      if (event == Event::value || event == Event::array_start)
        throw Failure(where() + ": an object belongs here");
      if (event != Event::object_end) return true;
      add(section, Fields(parsed, where()));
      ++index;
      return false;
    };
    try {
      finish(Json::parse(bytes.begin(), bytes.end(), on_event));
    } catch (const Json::out_of_range&) {
      throw Failure(file_ + ": a number in it is too large");
    } catch (const Json::parse_error& error) {
      const auto before = bytes.substr(0, error.byte);
      throw Failure(file_ + ':' + std::to_string(1 + std::count(before.begin(), before.end(), '\n')) +
                    ": no JSON; a report is made with: keysift scan --format json");
    }
    return std::move(saved_);
  }

 private:
  static bool is_list(std::string_view section) {
    constexpr std::array<std::string_view, 7> kLists{"repositories", "findings", "allowed", "stale",
                                                     "env",          "doors",    "errors"};
    return std::find(kLists.begin(), kLists.end(), section) != kLists.end();
  }

  void add(std::string_view section, const Fields& fields) {
    auto& report = saved_.report;
    if (section == "repositories") report.repositories.push_back(repository(fields));
    if (section == "findings") report.findings.push_back(finding(fields));
    if (section == "allowed") report.allowed.push_back(finding(fields));
    if (section == "stale") report.stale.push_back(stale(fields));
    if (section == "env") report.env.push_back(env(fields));
    if (section == "doors") report.passages.push_back(passage(fields));
    if (section == "errors") report.errors.push_back(error(fields));
  }

  static Summary counts(const Fields& fields) {
    return {.files = fields.number("files"),
            .objects = fields.number("objects"),
            .commits = fields.number("commits"),
            .bytes = fields.number("bytes"),
            .suppressed = 0,
            .fixed = std::nullopt};
  }

  static ScannedRepository repository(const Fields& fields) {
    return {fields.text("name"),
            fields.optional_text("url"),
            fields.optional_text("revision"),
            fields.optional_text("branch"),
            counts(fields),
            fields.optional_text("config_from"),
            fields.optional_text("config_commit"),
            fields.optional_texts("rules_changed"),
            fields.optional_text("rules_changed_by"),
            fields.optional_texts("nested")};
  }

  /// The number of the name by which an element names its repository; the list of those may come later.
  std::size_t repository_of(const Fields& fields) {
    return names_.try_emplace(fields.optional_text("repository"), names_.size()).first->second;
  }

  /// Makes numbers of names those of repositories. A report that was written before there were names has one.
  void number_repositories() {
    auto& report = saved_.report;
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < report.repositories.size(); ++i)
      if (!places.emplace(report.repositories[i].name, i).second)
        throw Failure(file_ + ": 'repositories' has " + shown(report.repositories[i].name) + " twice");
    std::vector<std::size_t> numbers(names_.size());
    for (const auto& [name, number] : names_) {
      const auto place = places.find(name);
      if (place == places.end() && !name.empty())
        throw Failure(file_ + ": 'repositories' lacks " + shown(name) + ", which something else names");
      numbers[number] = place == places.end() ? 0 : place->second;
    }
    const auto set = [&](auto& all) {
      for (auto& each : all) each.repository = numbers[each.repository];
    };
    set(report.findings);
    set(report.allowed);
    set(report.stale);
    set(report.env);
    set(report.passages);
    set(report.errors);
  }

  /// SARIF wants to know of a rule how sure its findings are: as sure as the surest of these.
  const Rule* rule(const Fields& fields, Confidence confidence) {
    const auto id = fields.text("id");
    const auto [at, is_new] = rules_.try_emplace(id, nullptr);
    if (is_new) {
      saved_.rules.push_back(std::make_unique<Rule>());
      at->second = saved_.rules.back().get();
      at->second->id = id;
      at->second->description = fields.text("description");
      at->second->provider = fields.optional_text("provider");
      at->second->console = fields.optional_text("console");
      at->second->confidence = confidence;
    }
    at->second->confidence = std::max(at->second->confidence, confidence);
    return at->second;
  }

  /// A value that cannot be the secret, since it was no UTF-8, is not used.
  static Secret secret(const Fields& fields) {
    Secret known(fields.optional_text("value"));
    if (known.length() > 0 && known.sha256() == fields.text("sha256")) return known;
    return Secret::saved(fields.text_of("redacted", is_printable_ascii), fields.hash("sha256", 64),
                         fields.number("length"));
  }

  static Location location(const Fields& fields) {
    return {fields.text("path"),
            {fields.ordinal("line"), fields.ordinal("column")},
            {fields.ordinal("end_line"), fields.ordinal("end_column")},
            fields.texts("decoded")};
  }

  static std::optional<CommitInfo> commit(const std::optional<Fields>& fields) {
    if (!fields) return std::nullopt;
    return CommitInfo{fields->hash("commit"), fields->text("author"), fields->text_of("date", is_of_date),
                      fields->text("summary")};
  }

  static std::optional<Provenance> provenance(const std::optional<Fields>& fields) {
    if (!fields) return std::nullopt;
    Provenance provenance;
    provenance.blob = fields->hash("blob");
    provenance.state = fields->one_of("state", BlobState::unreachable);
    provenance.in_head = fields->flag("in_head");
    provenance.introduced = commit(fields->optional_object("introduced"));
    provenance.removed = commit(fields->optional_object("removed"));
    provenance.refs = fields->texts("refs");
    provenance.commits = fields->number("commits");
    provenance.exposed_days = fields->optional_number("exposed_days");
    return provenance;
  }

  Finding finding(const Fields& fields) {
    Finding finding;
    finding.saved_fingerprint = fields.hash("fingerprint", 32);
    finding.repository = repository_of(fields);
    finding.confidence = fields.one_of("confidence", Confidence::high);
    finding.rule = rule(fields.object("rule"), finding.confidence);
    finding.secret = secret(fields.object("secret"));
    finding.location = location(fields.object("location"));
    finding.origin = fields.one_of("origin", Origin::standard_input);
    if (const auto excerpt = fields.optional_object("excerpt"))
      finding.excerpt = {excerpt->text("before"), excerpt->text("after")};
    finding.provenance = provenance(fields.optional_object("provenance"));
    finding.allowed_by = fields.optional_text("allowed_by");
    finding.allowed_reason = fields.optional_text("allowed_reason");
    return finding;
  }

  StaleEntry stale(const Fields& fields) {
    return {
        {fields.text("entry"), fields.optional_text("until"), fields.text("reason"), fields.number("line")},
        fields.text("problem") == "expired",
        repository_of(fields)};
  }

  static std::optional<Place> place(const std::optional<Fields>& fields) {
    if (!fields) return std::nullopt;
    return Place{fields->text("path"), fields->optional_number("line").value_or(0), fields->text("text")};
  }

  EnvFinding env(const Fields& fields) {
    EnvFinding file;
    file.saved_fingerprint = fields.hash("fingerprint", 32);
    file.repository = repository_of(fields);
    file.path = fields.text("path");
    file.coverage = fields.one_of("coverage", Coverage::unprepared);
    file.cause = place(fields.optional_object("cause"));
    file.detail = fields.optional_text("detail");
    file.present = fields.flag("present");
    file.read_by = place(fields.optional_object("read_by"));
    file.ignore_file = fields.optional_text("ignore_file");
    file.pattern = fields.optional_text("pattern");
    file.advice = fields.optional_text("advice");
    file.provenance = provenance(fields.optional_object("provenance"));
    file.allowed_by = fields.optional_text("allowed_by");
    file.allowed_reason = fields.optional_text("allowed_reason");
    return file;
  }

  ScanError error(const Fields& fields) {
    ScanError error{fields.text("path"), fields.text("message"), Cause::unreadable, repository_of(fields)};
    if (!fields.optional_text("cause").empty())  // reports did not always tell it
      error.cause = fields.one_of("cause", Cause::stopped);
    return error;
  }

  Passage passage(const Fields& fields) {
    Passage passage;
    passage.repository = repository_of(fields);
    passage.file = fields.text("path");
    passage.door = fields.one_of("door", Door::package);
    passage.into = fields.optional_text("into");
    passage.open = fields.flag("open");
    passage.by = place(fields.optional_object("by")).value_or(Place());
    return passage;
  }

  /// `json`: what stands beside the lists.
  void finish(const Json& json) {
    const Fields fields(json, file_ + ": report");
    if (json.contains("baseline"))
      throw Failure(file_ + ": a baseline, and no report; make one with --format json");
    if (!json.contains("schema_version"))
      throw Failure(file_ + ": no JSON report of keysift; make one with: keysift scan --format json");
    if (const auto version = fields.number("schema_version"); version > kSchemaVersion)
      throw Failure(file_ + ": a later keysift wrote it (schema_version " + std::to_string(version) +
                    "; this one reads " + std::to_string(kSchemaVersion) + ")");
    for (const char* list : {"findings", "errors"})
      if (!json.contains(list)) throw Failure(file_ + ": report: '" + list + "' is missing");
    auto& report = saved_.report;
    report.target = fields.text("target");
    const auto summary = fields.object("summary");
    report.summary = counts(summary);
    report.summary.suppressed = summary.number("suppressed");
    report.summary.fixed = summary.optional_number("fixed");
    report.env_checked = summary.flag("env_checked");
    report.env_alone = json["summary"].value("env_alone", Json()) == true;
    if (report.repositories.empty())
      report.repositories.push_back({report.target, "", "", "", report.summary});
    number_repositories();
    for (const auto& rule : saved_.rules) report.rules.push_back(rule.get());
  }

  std::string file_;
  SavedReport saved_;
  std::map<std::string, std::size_t> names_;  ///< of repositories, as they are met
  std::map<std::string, Rule*> rules_;
};

}  // namespace

SavedReport read_report(std::string_view bytes, const std::string& file) { return Reader(file).read(bytes); }

}  // namespace keysift
