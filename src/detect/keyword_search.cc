#include "detect/keyword_search.h"

#include <hs.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/failure.h"
#include "base/hash.h"

namespace keysift {
namespace {

// hs_scan takes a 32-bit length.
constexpr std::size_t kMaxScan = std::size_t{1} << 30;

// Names a list of literals.
std::string key_of(const std::vector<Literal>& literals) {
  std::string all;
  for (const auto& literal : literals)
    all.append(std::to_string(literal.text.size()))
        .append(literal.any_case ? "i" : "e")
        .append(literal.once ? "o" : "a")
        .append(literal.text);
  return sha256_hex(all);
}

hs_database_t* restored(std::string_view prepared, const std::string& key) {
  hs_database_t* database = nullptr;
  if (!prepared.starts_with(key)) return nullptr;
  prepared.remove_prefix(key.size());
  return hs_deserialize_database(prepared.data(), prepared.size(), &database) == HS_SUCCESS ? database
                                                                                            : nullptr;
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
    : key_(key_of(literals)) {
  if (hs_valid_platform() != HS_SUCCESS) {
    throw Failure(
        "this processor lacks the vector instructions that the keyword search needs (SSE4.2 or later)");
  }
  for (const auto& literal : literals) {
    lengths_.push_back(static_cast<std::uint32_t>(literal.text.size()));
    longest_ = std::max(longest_, literal.text.size());
  }
  if (literals.empty()) return;
  database_.reset(restored(prepared, key_));
  if (!database_) database_.reset(compiled(literals));
}

std::string KeywordSearch::prepared() const {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (!database_ || hs_serialize_database(database_.get(), &bytes, &size) != HS_SUCCESS) return {};
  const std::unique_ptr<char, FreeBytes> owner(bytes);
  return key_ + std::string(bytes, size);
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
