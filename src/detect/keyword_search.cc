#include "detect/keyword_search.h"

#include <hs.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/failure.h"

namespace keysift {
namespace {

// hs_scan takes a 32-bit length.
constexpr std::size_t kMaxScan = std::size_t{1} << 30;

// The number of a literal that nobody looks for.
constexpr std::uint32_t kNobody = UINT32_MAX;

// A literal, spelled so that one list of them is another one only if they are the same.
std::string spelled(const Literal& literal) {
  return std::to_string(literal.text.size()) + (literal.any_case ? 'i' : 'e') + (literal.once ? 'o' : 'a') +
         literal.text;
}

std::string spelled(const std::vector<Literal>& literals) {
  std::string all;
  for (const auto& literal : literals) all += spelled(literal);
  return all;
}

// What KeywordSearch::prepared() gives: the size of the list, the list, the database.
struct Prepared {
  explicit Prepared(std::string_view bytes) {
    std::uint64_t size = 0;
    if (bytes.size() < sizeof size) return;
    std::memcpy(&size, bytes.data(), sizeof size);
    bytes.remove_prefix(sizeof size);
    if (size > bytes.size()) return;
    list = bytes.substr(0, size);
    database = bytes.substr(size);
  }

  std::string_view list;
  std::string_view database;
};

// The number that each of those in `list` has among `literals`; nothing if some of `literals` are not in it,
// or they are so few that it is better to look for them alone.
std::optional<std::vector<std::uint32_t>> numbers_of(std::string_view list,
                                                     const std::vector<Literal>& literals) {
  if (list.empty()) return std::nullopt;
  std::unordered_map<std::string, std::vector<std::uint32_t>> wanted;
  for (auto i = literals.size(); i-- > 0;)
    wanted[spelled(literals[i])].push_back(static_cast<std::uint32_t>(i));
  std::vector<std::uint32_t> numbers;
  std::size_t found = 0;
  while (!list.empty()) {
    std::size_t size = 0;
    const auto [digits, error] = std::from_chars(list.data(), list.data() + list.size(), size);
    const auto length = static_cast<std::size_t>(digits - list.data()) + 2 + size;
    const auto each = wanted.find(std::string(list.substr(0, length)));
    list.remove_prefix(length);
    numbers.push_back(kNobody);
    if (each == wanted.end() || each->second.empty()) continue;
    numbers.back() = each->second.back();
    each->second.pop_back();
    ++found;
  }
  if (found < literals.size() || found < numbers.size() / 2) return std::nullopt;
  return numbers;
}

hs_database_t* restored(std::string_view bytes) {
  hs_database_t* database = nullptr;
  return hs_deserialize_database(bytes.data(), bytes.size(), &database) == HS_SUCCESS ? database : nullptr;
}

hs_database_t* compiled(const std::vector<Literal>& literals) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const auto& literal : literals) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    texts.push_back(literal.text.data());
    sizes.push_back(literal.text.size());
    flags.push_back((literal.any_case ? HS_FLAG_CASELESS : 0U) | (literal.once ? HS_FLAG_SINGLEMATCH : 0U));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const auto count = static_cast<unsigned>(literals.size());
  if (hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(), count, HS_MODE_BLOCK,
                           nullptr, &database, &error) == HS_SUCCESS) {
    return database;
  }
  const std::string message = error == nullptr ? "out of memory" : error->message;
  hs_free_compile_error(error);
  throw Failure("the keywords of the rules cannot be compiled: " + message);
}

struct FreeBytes {
  void operator()(char* bytes) const { std::free(bytes); }
};

}  // namespace

void KeywordSearch::Free::operator()(hs_database* database) const { hs_free_database(database); }
void KeywordSearch::Scratch::Free::operator()(hs_scratch* scratch) const { hs_free_scratch(scratch); }

KeywordSearch::KeywordSearch(const std::vector<Literal>& literals, std::string_view prepared)
    : list_(spelled(literals)) {
  if (hs_valid_platform() != HS_SUCCESS) {
    throw Failure(
        "this processor lacks the vector instructions that the keyword search needs (SSE4.2 or later)");
  }
  for (const auto& literal : literals) {
    lengths_.push_back(static_cast<std::uint32_t>(literal.text.size()));
    longest_ = std::max(longest_, literal.text.size());
  }
  if (literals.empty()) return;
  const Prepared known(prepared);
  if (known.list == list_) {
    database_.reset(restored(known.database));
  } else if (auto numbers = numbers_of(known.list, literals)) {
    database_.reset(restored(known.database));
    if (database_) numbers_ = std::move(*numbers);
  }
  if (!database_) database_.reset(compiled(literals));
}

std::string KeywordSearch::prepared() const {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (!database_ || hs_serialize_database(database_.get(), &bytes, &size) != HS_SUCCESS) return {};
  const std::unique_ptr<char, FreeBytes> owner(bytes);
  const std::uint64_t list_size = list_.size();
  return std::string(reinterpret_cast<const char*>(&list_size), sizeof list_size) + list_ +
         std::string(bytes, size);
}

KeywordSearch::Scratch::Scratch(const KeywordSearch& search) {
  if (!search.database_) return;
  hs_scratch_t* scratch = nullptr;
  if (hs_alloc_scratch(search.database_.get(), &scratch) != HS_SUCCESS) throw std::bad_alloc();
  scratch_.reset(scratch);
}

void KeywordSearch::find(std::string_view bytes, Scratch& scratch, Call call, void* context) const {
  if (!database_) return;
  struct Context {
    const KeywordSearch& search;
    Call call;
    void* context;
    std::size_t base;
  } own{*this, call, context, 0};
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long to, unsigned, void* raw) {
    const auto& in = *static_cast<Context*>(raw);
    const std::size_t end = in.base + to;
    if (!in.search.numbers_.empty()) id = in.search.numbers_[id];
    if (id == kNobody) return 0;
    in.call(id, end - in.search.lengths_[id], end, in.context);
    return 0;
  };
  for (std::size_t base = 0; base < bytes.size(); base += kMaxScan - longest_) {
    own.base = base;
    const auto length = static_cast<unsigned>(std::min(bytes.size() - base, kMaxScan));
    if (hs_scan(database_.get(), bytes.data() + base, length, 0, scratch.scratch_.get(), on_match, &own) !=
        HS_SUCCESS)
      throw std::bad_alloc();
  }
}

}  // namespace keysift
