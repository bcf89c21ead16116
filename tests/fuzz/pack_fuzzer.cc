// A libFuzzer target for what reads repositories that nobody vouches for: packs, deltas, zlib streams, loose
// objects. An input's first byte picks one of the functions below. Each aborts where the answer is not that
// of a naive reading of the same bytes; the sanitizers see the rest.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/failure.h"
#include "fuzz/input.h"
#include "git/delta.h"
#include "git/inflate.h"
#include "git/object_reader.h"
#include "git/pack_builder.h"
#include "git/pack_walk.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;

// Larger objects are not worth an input's time; what would make one is left out.
constexpr std::size_t kMost = std::size_t{1} << 20;

/// An empty repository, gone with the object.
class ScratchRepository {
 public:
  ScratchRepository() {
    std::string name = fs::temp_directory_path() / "keysift-fuzz-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
    fs::create_directories(path_ / "refs");
    fs::create_directories(path_ / "objects");
    replace_file(path_ / "HEAD", "ref: refs/heads/main\n");
  }
  ~ScratchRepository() { fs::remove_all(path_); }
  ScratchRepository(const ScratchRepository&) = delete;
  ScratchRepository& operator=(const ScratchRepository&) = delete;

  fs::path objects() const { return path_ / "objects"; }
  const Repository& opened() {
    if (!repository_) repository_ = Repository::open(path_);
    return *repository_;
  }

 private:
  fs::path path_;
  std::optional<Repository> repository_;
};

ScratchRepository& scratch() {
  static ScratchRepository repository;
  return repository;
}

std::optional<std::size_t> varint(Input& delta) {
  std::size_t value = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (delta.empty()) return std::nullopt;
    const auto byte = delta.byte();
    value |= std::size_t{byte & 127U} << shift;
    if (byte < 128) return value;
  }
  return std::nullopt;
}

/// What a delta makes of `base`, read as gitformat-pack puts it, byte by byte.
std::optional<std::string> naive_result(std::string_view base, std::string_view bytes) {
  Input delta(bytes);
  const auto base_size = varint(delta);
  const auto size = varint(delta);
  if (base_size != base.size() || !size) return std::nullopt;
  if (*size > kMost) throw TooLarge();
  std::string result;
  while (!delta.empty()) {
    const auto op = delta.byte();
    if (op < 128) {
      const auto text = delta.bytes(op);
      if (op == 0 || text.size() != op) return std::nullopt;
      result += text;
      continue;
    }
    std::array<std::size_t, 7> operands{};
    for (unsigned i = 0; i < 7; ++i) {
      if ((op >> i & 1) == 0) continue;
      if (delta.empty()) return std::nullopt;
      operands.at(i) = delta.byte();
    }
    const auto offset = operands[0] | operands[1] << 8 | operands[2] << 16 | operands[3] << 24;
    const auto length = operands[4] | operands[5] << 8 | operands[6] << 16;
    const auto part = base.substr(std::min(offset, base.size()), length == 0 ? 0x10000 : length);
    if (offset > base.size() || part.size() != (length == 0 ? 0x10000 : length)) return std::nullopt;
    result += part;
    if (result.size() > *size) return std::nullopt;
  }
  return result.size() == *size ? std::optional(result) : std::nullopt;
}

/// Fresh ranges lie in order within `result`, and what they leave out stands in `base`, too: in one piece
/// each, at its beginning and end if it is at the result's.
void check_fresh(std::span<const FreshRange> fresh, std::string_view result, std::string_view base) {
  if (fresh.empty()) return require(result == base, "what is new is not fresh");
  std::size_t done = 0;
  std::size_t source = 0;
  for (const auto& range : fresh) {
    require(done <= range.begin && range.begin <= range.end && range.end <= result.size(),
            "fresh ranges out of order or bounds");
    const auto part = result.substr(done, range.begin - done);
    require(source <= base.size() && base.substr(source).starts_with(part), "what is known is elsewhere");
    done = range.end;
    source = range.source;
  }
  require(base.ends_with(result.substr(done)), "a new end is not fresh");
  require(done == result.size() || base.substr(source) == result.substr(done), "what is known is elsewhere");
}

/// A delta and its base.
void fuzz_delta(Input input) {
  const std::string base(input.bytes(input.byte()));
  const std::string delta(input.rest());
  const auto expected = naive_result(base, delta);
  const auto size = delta_result_size(delta, base.size());
  require(size || !expected, "a good delta header is refused");
  if (!size || *size > kMost) return;
  std::string result(*size, '\0');
  std::vector<FreshRange> fresh;
  const bool applied = apply_delta(base, delta, result.data(), result.size(), fresh);
  require(applied == expected.has_value(), "a delta is taken that is broken, or refused that is not");
  if (!applied) return;
  require(result == *expected, "a delta makes something else");
  check_fresh(fresh, result, base);
}

/// A zlib stream: in parts or at once, the same bytes come of it.
void fuzz_stream(Input input) {
  const auto part = input.byte() + 1;
  const auto size = std::size_t{input.byte()} << 4 | input.byte();
  const std::string stream(input.rest());
  std::string whole(kMost / 16, '\0');
  whole.resize(InflateStream(stream).read(whole.data(), whole.size()));
  std::string parts;
  std::string buffer(part, '\0');
  for (InflateStream in(stream); parts.size() < whole.size();) {
    const auto got = in.read(buffer.data(), part);
    require(got > 0, "a stream in parts ends before its time");
    parts.append(buffer, 0, got);
  }
  require(std::string_view(parts).starts_with(whole), "a stream in parts gives other bytes");
  std::string room(size + Inflater::kRoom, '\0');
  const bool inflated = Inflater().inflate(stream, room.data(), size);
  require(!inflated || std::string_view(whole).starts_with(std::string_view(room).substr(0, size)),
          "a stream at once gives other bytes");
}

/// Reads `file` as the one loose object of a repository.
std::optional<std::pair<ObjectType, std::string>> read_loose(std::string_view file) {
  const auto id = Oid::from_hex(std::string(40, '1'));
  fs::create_directories(scratch().objects() / "11");
  const auto path = scratch().objects() / "11" / std::string(38, '1');
  replace_file(path, file);
  const ObjectDatabase database(scratch().opened());
  ObjectReader reader(database);
  std::optional<std::pair<ObjectType, std::string>> found;
  if (const auto object = reader.read(id)) found = {object->type, std::string(object->bytes)};
  reader.read(
      id, 0, [](const Object&) {},
      [&](ObjectStream& stream) {
        std::string bytes(stream.size, '\0');
        const bool whole = stream.bytes.read(bytes.data(), bytes.size()) == bytes.size();
        require(!found || (whole && bytes == found->second), "a loose object in parts is another one");
      });
  fs::remove(path);
  return found;
}

/// A loose object's file.
void fuzz_loose_file(Input input) { read_loose(input.rest()); }

/// What is in a loose object's file.
void fuzz_loose_text(Input input) {
  constexpr std::array<std::string_view, 4> kTypes{"commit ", "tree ", "blob ", "tag "};
  const auto text = input.rest();
  const auto found = read_loose(deflated(text));
  if (!found) return;
  require(text.starts_with(kTypes.at(static_cast<std::size_t>(found->first))),
          "a loose object of another type");
  const auto end = text.find('\0');
  require(end != text.npos && text.substr(end + 1) == found->second, "a loose object with other bytes");
}

/// A pack put into the repository, read in every way; gone with the object.
class ReadPack {
 public:
  ReadPack(const PackBuilder& builder, std::string_view pack) {
    const auto index = builder.write(scratch().objects() / "pack");
    replace_file(fs::path(index).replace_extension(".pack"), pack);
    database_.emplace(scratch().opened());
    walk(1, 128 * kMost, true);  // room for all at once
    walk(2, 256 * kMost, false);
    walk(1, 200, false);
  }
  ~ReadPack() { fs::remove_all(scratch().objects() / "pack"); }
  ReadPack(const ReadPack&) = delete;
  ReadPack& operator=(const ReadPack&) = delete;

  struct Handed {
    ObjectType type = ObjectType::blob;
    std::string bytes;
    std::vector<FreshRange> fresh;
  };
  /// What a walk hands on, and what the reader makes of the rest.
  const std::map<Oid, Handed>& objects() const { return objects_; }

 private:
  void walk(unsigned workers, std::size_t memory, bool first) {
    for (const auto& pack : database_->packs()) {
      const PackForest forest(pack, workers);
      const std::vector<WalkedPack> packs{{&forest, {}}};
      std::vector<std::map<Oid, Handed>> handed(workers);
      const auto missing = [](const Oid&, unsigned) { return std::nullopt; };
      const auto visit = [&](const Object& object, unsigned worker) {
        const Handed copy{
            object.type, std::string(object.bytes), {object.fresh.ranges.begin(), object.fresh.ranges.end()}};
        require(handed[worker].emplace(object.id, copy).second, "an object is handed on twice");
        return Reach();
      };
      const auto declined = walk_packs(packs, {workers, memory, ObjectPart::all}, missing, visit);
      for (std::size_t i = 1; i < handed.size(); ++i) handed[0].merge(handed[i]);
      require(handed[0].size() + declined.size() == pack.size(),
              "an object is neither handed on nor declined");
      for (const auto& id : declined) require(!handed[0].contains(id), "an object is handed on and declined");
      if (first) objects_ = handed[0];
      compare(handed[0]);
      if (first) read(declined);
    }
  }

  // Other ways to read an object give the same.
  void compare(const std::map<Oid, Handed>& handed) {
    ObjectReader reader(*database_);
    for (const auto& [id, object] : handed) {
      const auto known = objects_.find(id);
      require(known != objects_.end() && known->second.bytes == object.bytes, "walks differ");
      const auto read = reader.read(id);
      require(read && read->type == object.type && read->bytes == object.bytes, "walk and reader differ");
    }
  }

  // The reader does without the index where the base of an offset delta starts; the walk does not.
  void read(const std::vector<Oid>& declined) {
    ObjectReader reader(*database_);
    for (const auto& id : declined) {
      if (const auto object = reader.read(id)) objects_[id] = {object->type, std::string(object->bytes), {}};
    }
  }

  std::optional<ObjectDatabase> database_;
  std::map<Oid, Handed> objects_;
};

Oid numbered(std::size_t number) { return name_of(ObjectType::blob, std::to_string(number)); }

/// A pack's bytes as they are, and where its objects start.
void fuzz_pack_file(Input input) {
  PackBuilder builder;
  const auto count = input.byte() % 16;
  for (unsigned i = 0; i < count; ++i) {
    const auto high = input.byte();
    builder.claim(numbered(i), std::uint64_t{high & 127U} << (high < 128 ? 8 : 34) | input.byte());
  }
  std::string entries(input.rest());
  ReadPack read(builder, "PACK" + big_endian(2, 4) + big_endian(count, 4) + entries + std::string(20, '\0'));
}

/// What an index says, whichever way it is asked.
void check_index(const Pack& pack) {
  const PackNames names(pack);
  require(pack.numbers_before(0) == 0 && pack.numbers_before(256) == pack.size(),
          "counts that do not add up");
  for (std::uint32_t number = 0; number < pack.size(); ++number) {
    const auto id = pack.id(number);
    const auto found = pack.find(id);
    require(!found || pack.id(*found) == id, "another object is found");
    const auto quickly = names.find(id);
    require(!quickly || pack.id(*quickly) == id, "another object is found quickly");
    const auto offset = pack.offset(number);
    if (!offset) continue;
    require(*offset < pack.end(), "an offset beyond the pack");
    if (const auto entry = pack.entry(*offset)) {
      require(entry->data <= pack.end(), "an entry's data begin beyond the pack");
      require(entry->base_offset < *offset, "a delta stands before its base");
    }
  }
}

std::string pack_of(std::string_view entries) {
  return "PACK" + big_endian(2, 4) + big_endian(1, 4) + std::string(entries) + std::string(20, '\0');
}

/// The pack and index at a path in the scratch repository, gone with the object.
class IndexedPack {
 public:
  IndexedPack(std::string_view index, std::string_view pack) {
    fs::create_directories(scratch().objects() / "pack");
    path_ = scratch().objects() / "pack" / "pack-test.idx";
    replace_file(path_, index);
    replace_file(fs::path(path_).replace_extension(".pack"), pack);
  }
  ~IndexedPack() { fs::remove_all(scratch().objects() / "pack"); }
  IndexedPack(const IndexedPack&) = delete;
  IndexedPack& operator=(const IndexedPack&) = delete;
  Pack opened() const { return Pack(path_); }

 private:
  fs::path path_;
};

/// An index's bytes as they are, but for its 256 counts, which are told in pairs: from which byte on, how
/// many.
void fuzz_pack_index(Input input) {
  const bool second = input.byte() % 2 == 1;
  std::array<std::uint32_t, 256> counts{};
  for (auto pairs = input.byte() % 8; pairs > 0; --pairs) {
    const auto from = input.byte();
    const auto count = input.byte() << (input.byte() % 25);
    for (auto i = from; i < counts.size(); ++i) counts.at(i) = count;
  }
  std::string index = second ? "\377tOc" + big_endian(2, 4) : std::string();
  for (const auto count : counts) index += big_endian(count, 4);
  index += input.rest();
  const IndexedPack files(index, pack_of(std::string(64, '\x15')));
  try {
    check_index(files.opened());
  } catch (const Failure&) {
  }
}

/// An index of both versions that claims names and offsets: they say the same, and what was claimed.
void fuzz_pack_claims(Input input) {
  PackBuilder builder;
  std::map<Oid, std::uint64_t> claims;
  for (auto count = input.byte(); count > 0 && !input.empty(); --count) {
    const auto id = numbered(input.byte());
    const auto high = input.byte();
    const auto offset = std::uint64_t{high & 127U} << (high < 128 ? 8 : 34) | input.byte();
    if (claims.emplace(id, offset).second) builder.claim(id, offset);
  }
  const auto second = builder.index();
  std::string first = second.substr(8, 256 * 4);
  for (const auto& [id, offset] : claims)
    first += big_endian(offset & 0xffffffff, 4) + std::string(id.bytes.begin(), id.bytes.end());
  first += std::string(40, '\0');
  const auto pack = pack_of(input.rest());
  for (const bool is_first : {true, false}) {
    const IndexedPack files(is_first ? first : second, pack);
    const auto opened = files.opened();
    require(opened.size() == claims.size(), "an index has more or fewer objects");
    check_index(opened);
    const PackNames names(opened);
    for (const auto& [id, offset] : claims) {
      const auto number = opened.find(id);
      require(number && names.find(id) == number, "an object is not found");
      const auto claimed = is_first ? offset & 0xffffffff : offset;
      const bool inside = claimed >= 12 && claimed < opened.end();
      require(opened.offset(*number) == (inside ? std::optional(claimed) : std::nullopt), "another offset");
    }
  }
}

/// A pack of entries that are told one by one, so that the fuzzer need not write zlib streams: each is a kind
/// (0 to 3 stored whole, 4 an offset delta, 5 a ref delta), by how much its size lies, the number of its
/// base, the length of its data, and these.
class Recipe {
 public:
  explicit Recipe(Input input) {
    while (!input.empty() && entries_.size() < 64) {
      Entry entry;
      entry.kind = input.byte() % 6;
      entry.lie = input.byte();
      entry.base = input.byte();
      entry.data = input.bytes(input.byte());
      entries_.push_back(entry);
    }
    made_.resize(entries_.size());
  }

  PackBuilder builder() const {
    PackBuilder builder;
    std::vector<std::uint64_t> offsets;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const auto& entry = entries_[i];
      const auto name = numbered(entry.base);
      std::string base;
      if (entry.kind == kOffsetDelta)
        base = distance(entry.base < i ? builder.end() - offsets[entry.base] : 0);
      if (entry.kind == kRefDelta) base.assign(name.bytes.begin(), name.bytes.end());
      const auto kind = entry.kind < kOffsetDelta ? entry.kind + 1 : entry.kind + 2;
      offsets.push_back(
          builder.add_entry(numbered(i), kind, entry.data.size() + entry.lie, base, deflated(entry.data)));
    }
    return builder;
  }

  void check(const std::map<Oid, ReadPack::Handed>& objects) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const auto& expected = make(i);
      const auto found = objects.find(numbered(i));
      require((found != objects.end()) == expected.has_value(),
              "a good object is lost, or a broken one read");
      if (!expected) continue;
      require(found->second.type == type_of(i) && found->second.bytes == *expected,
              "an object is another one");
      if (!found->second.fresh.empty()) check_fresh(found->second.fresh, *expected, *make(entries_[i].base));
    }
  }

  /// The object of an entry; nothing if it cannot be made. Throws TooLarge.
  const std::optional<std::string>& make(std::size_t number) {
    auto& made = made_[number];
    if (made) return *made;
    made.emplace();  // for the time being, so that circles end here
    const auto& entry = entries_[number];
    if (entry.lie != 0) return *made;
    if (entry.kind < kOffsetDelta) return *(made = std::string(entry.data));
    const bool known = entry.base < (entry.kind == kOffsetDelta ? number : entries_.size());
    if (known && make(entry.base)) made = naive_result(**made_[entry.base], entry.data);
    return *made;
  }

  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr unsigned kOffsetDelta = 4;
  static constexpr unsigned kRefDelta = 5;

  struct Entry {
    unsigned kind = 0;
    unsigned lie = 0;
    std::size_t base = 0;
    std::string_view data;
  };

  ObjectType type_of(std::size_t number) const {
    while (entries_[number].kind >= kOffsetDelta) number = entries_[number].base;
    return static_cast<ObjectType>(entries_[number].kind);
  }

  std::vector<Entry> entries_;
  std::vector<std::optional<std::optional<std::string>>> made_;
};

void fuzz_pack_recipe(Input input) {
  Recipe recipe(input);
  for (std::size_t i = 0; i < recipe.size(); ++i) recipe.make(i);
  const auto builder = recipe.builder();
  const ReadPack read(builder, builder.pack());
  recipe.check(read.objects());
}

}  // namespace
}  // namespace keysift::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keysift::test;
  constexpr std::array kParts{fuzz_pack_recipe, fuzz_pack_file,  fuzz_delta,      fuzz_stream,
                              fuzz_loose_file,  fuzz_loose_text, fuzz_pack_index, fuzz_pack_claims};
  return give(kParts, data, size);
}
